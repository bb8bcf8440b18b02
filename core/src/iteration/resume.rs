//! Where the superstep loop meets snapshots: when one is due, and where a run goes on.
//!
//! The loop knows nothing of files, and a body knows nothing of policies: a body that is
//! [`Stateful`] says what it is made of, hands its state out and takes it back.

use std::path::PathBuf;
use std::time::Instant;

use super::criterion::Criterion;
use crate::environment::Environment;
use crate::error::Result;
use crate::events::{Event, SnapshotNews};
use crate::report::{SnapshotReport, SuperstepReport};
use crate::snapshot::{
    Copies, Header, Identity, Pending, SnapshotError, SnapshotFolder, SnapshotPolicy,
    SnapshotReader, SnapshotWriter,
};

/// A body whose state between two supersteps can be saved and restored. All of it is called inside
/// the pool.
pub(super) trait Stateful {
    /// What it works on and how, before the first superstep.
    fn identity(&self) -> Result<Identity>;

    /// Hands out all that the next superstep depends on.
    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()>;

    /// Takes back what [`save`](Self::save) handed out, in the same order. Whatever the state was
    /// before is replaced.
    fn restore(&mut self, snapshot: &mut SnapshotReader) -> Result<()>;
}

/// What was done before the loop begins.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) seconds: f64,
    pub(super) supersteps: Vec<SuperstepReport>,
}

/// The snapshots of an iteration that runs.
pub(super) struct Snapshots<'a> {
    env: &'a Environment,
    name: &'a str,
    policy: &'a SnapshotPolicy,
    folder: SnapshotFolder,
    identity: Identity,
    /// When the last one was taken, or the loop began.
    last: Instant,
    /// The one that is being written.
    pending: Option<Pending>,
    /// What the one before copied into.
    copies: Copies,
    report: SnapshotReport,
}

impl<'a> Snapshots<'a> {
    /// Those of `body`, which is in its first state; `None` if the environment has no policy.
    pub(super) fn of(
        env: &'a Environment,
        name: &'a str,
        body: &mut (impl Stateful + Send + ?Sized),
    ) -> Result<Option<Self>> {
        let Some(policy) = env.snapshots() else { return Ok(None) };
        let folder = env.next_snapshot_folder(policy, name);
        policy.check()?;
        folder.clean()?;
        let identity = env.run(name, move || body.identity())?;
        Ok(Some(Self {
            env,
            name,
            policy,
            folder,
            identity,
            last: Instant::now(),
            pending: None,
            copies: Copies::default(),
            report: SnapshotReport::default(),
        }))
    }

    /// Puts `body` into the state of the newest snapshot that can be used, if the policy says so
    /// and there is one.
    pub(super) fn resume(
        &mut self,
        criterion: &Criterion,
        body: &mut (impl Stateful + Send + ?Sized),
    ) -> Result<Done> {
        if !self.policy.resumes() {
            return Ok(Done::default());
        }
        let found = self.folder.newest_first()?;
        if found.is_empty() {
            self.tell(SnapshotNews::None { dir: self.folder.dir() });
            return Ok(Done::default());
        }
        let mut newest = None;
        let count = found.len();
        for (_, path) in found {
            match self.open(path, criterion) {
                Ok(reader) => return self.restore(reader, body),
                Err(refused) => {
                    self.tell(SnapshotNews::Refused(&refused));
                    newest.get_or_insert(refused);
                }
            }
        }
        let source = Box::new(newest.expect("there was at least one"));
        let (dir, iteration) = (self.folder.dir().to_owned(), self.name.to_owned());
        Err(SnapshotError::NoneLeft { dir, iteration, count, source }.into())
    }

    /// A snapshot that is whole and belongs here.
    fn open(&self, path: PathBuf, criterion: &Criterion) -> Result<SnapshotReader, SnapshotError> {
        let reader = SnapshotReader::open(path)?;
        let header = reader.header();
        header.check(reader.path(), self.name, &self.identity)?;
        if let Some(end) = criterion.met_inside(&header.supersteps) {
            let (path, superstep) = (reader.path().to_owned(), header.superstep());
            return Err(SnapshotError::BeyondEnd { path, superstep, end });
        }
        Ok(reader)
    }

    fn restore(
        &mut self,
        mut reader: SnapshotReader,
        body: &mut (impl Stateful + Send + ?Sized),
    ) -> Result<Done> {
        let snapshot = &mut reader;
        self.env.run(self.name, move || body.restore(snapshot))?;
        let header = reader.header();
        let superstep = header.superstep();
        self.report.resumed_from = Some(superstep);
        self.tell(SnapshotNews::Resumed { superstep, path: reader.path() });
        self.last = Instant::now();
        Ok(Done { seconds: header.seconds, supersteps: header.supersteps.clone() })
    }

    /// The superstep that `done` ends with is over: takes a snapshot if one is due.
    pub(super) fn after_superstep(
        &mut self,
        body: &mut (impl Stateful + Send + ?Sized),
        done: &[SuperstepReport],
        seconds: f64,
    ) -> Result<()> {
        if !self.policy.is_due(done.len() as u64, self.last.elapsed()) {
            return Ok(());
        }
        let start = Instant::now();
        self.settle()?;
        let header = Header {
            iteration: self.name.to_owned(),
            identity: self.identity.clone(),
            seconds,
            supersteps: done.to_vec(),
        };
        let path = self.folder.path(header.superstep());
        let copies = std::mem::take(&mut self.copies);
        let mut writer = SnapshotWriter::new(self.env.memory(), path, header).reusing(copies);
        let snapshot = &mut writer;
        self.env.run(self.name, move || body.save(snapshot))?;
        self.pending = Some(writer.finish()?);
        self.last = Instant::now();
        self.report.seconds += start.elapsed().as_secs_f64();
        Ok(())
    }

    /// The loop is over: what is still being written is waited for.
    pub(super) fn finish(mut self) -> Result<SnapshotReport> {
        let start = Instant::now();
        self.settle()?;
        self.report.seconds += start.elapsed().as_secs_f64();
        Ok(self.report)
    }

    /// Waits for the snapshot before, and removes old ones.
    fn settle(&mut self) -> Result<()> {
        let Some(pending) = self.pending.take() else { return Ok(()) };
        let (written, copies) = pending.wait()?;
        self.copies = copies;
        self.report.written += 1;
        self.report.bytes += written.bytes;
        self.tell(SnapshotNews::Written(&written));
        Ok(self.folder.prune(written.superstep, self.policy.num_kept())?)
    }

    fn tell(&self, news: SnapshotNews<'_>) {
        self.env.emit(Event::Snapshot { iteration: self.name, news });
    }
}

#[cfg(test)]
mod tests;
