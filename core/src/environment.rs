//! The environment: what a run is handed instead of global state.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::accumulators::{Accumulator, AccumulatorValue, Accumulators};
use crate::error::{Error, Result};
use crate::events::{Event, Listener};
use crate::memory::MemoryManager;
use crate::snapshot::{SnapshotFolder, SnapshotPolicy, file_name};
use crate::team::Team;

/// Threads, memory budget, spill folder, snapshot policy, listener and cancellation of one or more
/// runs. Clones are the same environment.
///
/// ```
/// use quince_core::Environment;
/// let env = Environment::builder().threads(2).memory("64 MiB").build()?;
/// assert_eq!(env.num_threads(), 2);
/// assert_eq!(env.memory().budget(), 64 << 20);
/// # Ok::<(), quince_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Environment {
    pool: Arc<ThreadPool>,
    team: Arc<Team>,
    inner: Arc<Inner>,
}

struct Inner {
    memory: MemoryManager,
    cancelled: Arc<AtomicBool>,
    listener: Option<Arc<dyn Listener>>,
    accumulators: Accumulators,
    snapshots: Option<SnapshotPolicy>,
    /// How many iterations of each name took snapshots so far.
    iterations: Mutex<BTreeMap<String, u64>>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("memory", &self.memory.counters())
            .field("cancelled", &self.cancelled)
            .finish_non_exhaustive()
    }
}

impl Environment {
    /// An environment to be described step by step.
    pub fn builder() -> EnvironmentBuilder {
        EnvironmentBuilder::default()
    }

    /// The number of worker threads.
    pub fn num_threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// The same environment (memory, listener, cancellation) with threads of its own.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// let env = Environment::builder().threads(2).build()?;
    /// let narrow = env.with_threads(1)?;
    /// let column = narrow.memory().allocate::<u64>("column", 8)?;
    /// assert_eq!((narrow.num_threads(), env.memory().counters().granted_bytes), (1, 64));
    /// # drop(column);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there cannot be so many.
    pub fn with_threads(&self, threads: usize) -> Result<Self> {
        Ok(Self { pool: pool(Some(threads))?, team: team(threads), inner: self.inner.clone() })
    }

    /// The memory manager.
    pub fn memory(&self) -> &MemoryManager {
        &self.inner.memory
    }

    /// Runs `work` inside the pool, where rayon's parallel operations use its threads.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.install(work)
    }

    /// Calls `piece` with each number below `num_pieces`, in parallel. For steps of microseconds
    /// that follow each other: helpers stay awake between them (see [`team`](crate::team)).
    pub(crate) fn for_each_piece(&self, num_pieces: usize, piece: impl Fn(usize) + Sync) {
        self.team.for_each(&self.pool, num_pieces, piece);
    }

    /// The workers that [`for_each_piece`](Self::for_each_piece) has: the pieces that it is worth
    /// cutting little work into. Piece by piece they do the same part of it every time.
    pub(crate) fn num_team_members(&self) -> usize {
        self.team.num_members()
    }

    /// As [`install`](Self::install), for work that may run user code: a panic in it comes back
    /// as an error that names `operator`.
    pub fn run<R: Send>(
        &self,
        operator: &str,
        work: impl FnOnce() -> Result<R> + Send,
    ) -> Result<R> {
        catch_unwind(AssertUnwindSafe(|| self.pool.install(work)))
            .unwrap_or_else(|payload| Err(Error::panic(operator, &*payload)))
    }

    /// The accumulator called `name`, which functions add to and the program reads; a new one if
    /// there is none yet (see [`accumulators`](crate::accumulators)).
    ///
    /// # Errors
    /// If the accumulator called so is of another type.
    pub fn accumulator<A: Accumulator>(&self, name: &str) -> Result<A> {
        self.inner.accumulators.get(name, self.num_threads())
    }

    /// The values of all accumulators by name, for a report.
    pub fn accumulators(&self) -> BTreeMap<String, AccumulatorValue> {
        self.inner.accumulators.report()
    }

    /// Tells the listener, if there is one.
    pub fn emit(&self, event: Event<'_>) {
        if let Some(listener) = &self.inner.listener {
            listener.on_event(event);
        }
    }

    /// When iterations take snapshots, if they do.
    pub fn snapshots(&self) -> Option<&SnapshotPolicy> {
        self.inner.snapshots.as_ref()
    }

    /// Where the next iteration called `name` has its snapshots. Iterations of one name are told
    /// apart by their number: a program that runs them in the same order finds them again.
    pub(crate) fn next_snapshot_folder(
        &self,
        policy: &SnapshotPolicy,
        name: &str,
    ) -> SnapshotFolder {
        let mut iterations = self.inner.iterations.lock().unwrap_or_else(PoisonError::into_inner);
        let next = iterations.entry(file_name(name)).or_default();
        *next += 1;
        SnapshotFolder::new(policy.dir(), name, *next - 1)
    }

    /// A handle that cancels what runs in this environment, from any thread.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle { cancelled: self.inner.cancelled.clone() }
    }

    /// Whether the environment was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::Relaxed)
    }

    /// An error if the environment was cancelled; operators ask once per morsel.
    pub fn check_cancelled(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }
}

/// Cancels the runs of one environment.
#[derive(Clone, Debug)]
pub struct CancelHandle {
    cancelled: Arc<AtomicBool>,
}

impl CancelHandle {
    /// What runs ends with [`Error::Cancelled`] at its next morsel.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

/// Describes an [`Environment`].
#[derive(Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct EnvironmentBuilder {
    threads: Option<usize>,
    memory: Option<MemorySize>,
    spill_dir: Option<PathBuf>,
    listener: Option<Arc<dyn Listener>>,
    snapshots: Option<SnapshotPolicy>,
}

impl fmt::Debug for EnvironmentBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvironmentBuilder")
            .field("threads", &self.threads)
            .field("memory", &self.memory)
            .field("spill_dir", &self.spill_dir)
            .field("snapshots", &self.snapshots)
            .finish_non_exhaustive()
    }
}

/// A memory size: bytes, or text such as `"4 GiB"`.
#[derive(Clone, Debug)]
pub enum MemorySize {
    /// In bytes.
    Bytes(u64),
    /// As text, read when the environment is built.
    Text(String),
}

impl From<u64> for MemorySize {
    fn from(bytes: u64) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&str> for MemorySize {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl EnvironmentBuilder {
    /// The budget when none is given: the machine's memory, as far as it is known, times 3/4.
    pub const DEFAULT_MEMORY_SHARE: (u64, u64) = (3, 4);

    /// The number of worker threads; by default one per processor.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// The memory budget, in bytes or as text (`"4 GiB"`); by default three quarters of the
    /// machine's memory.
    pub fn memory(mut self, size: impl Into<MemorySize>) -> Self {
        self.memory = Some(size.into());
        self
    }

    /// The folder for spill files; by default the system's temporary folder.
    pub fn spill_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.spill_dir = Some(dir.into());
        self
    }

    /// Who is told of progress.
    pub fn listener(mut self, listener: Arc<dyn Listener>) -> Self {
        self.listener = Some(listener);
        self
    }

    /// When iterations take snapshots, and whether they go on from one; by default they do not.
    pub fn snapshots(mut self, policy: SnapshotPolicy) -> Self {
        self.snapshots = Some(policy);
        self
    }

    /// The environment, or what is wrong with its description.
    pub fn build(self) -> Result<Environment> {
        let invalid = |reason: String| Error::Environment { reason };
        if let Some(fault) = self.snapshots.as_ref().and_then(SnapshotPolicy::fault) {
            return Err(invalid(fault.into()));
        }
        let budget = match self.memory {
            None => default_budget(),
            Some(MemorySize::Bytes(bytes)) => bytes,
            Some(MemorySize::Text(text)) => crate::memory::parse_bytes(&text).ok_or_else(|| {
                invalid(format!("{text:?} is not a size; write it like 512MiB or 4GiB"))
            })?,
        };
        let memory = match self.spill_dir {
            Some(dir) => MemoryManager::with_spill_dir(budget, dir),
            None => MemoryManager::new(budget),
        };
        let pool = pool(self.threads)?;
        let inner = Inner {
            memory,
            cancelled: Arc::new(AtomicBool::new(false)),
            listener: self.listener,
            accumulators: Accumulators::default(),
            snapshots: self.snapshots,
            iterations: Mutex::default(),
        };
        let team = team(pool.current_num_threads());
        Ok(Environment { pool, team, inner: Arc::new(inner) })
    }
}

fn team(threads: usize) -> Arc<Team> {
    Arc::new(Team::new(threads))
}

/// A pool of so many threads, or of one per processor.
fn pool(threads: Option<usize>) -> Result<Arc<ThreadPool>> {
    let invalid = |reason: String| Error::Environment { reason };
    if threads == Some(0) {
        return Err(invalid(
            "0 threads; give at least 1, or leave it out for one per processor".into(),
        ));
    }
    let builder = ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .thread_name(|worker| format!("quince-{worker}"));
    Ok(Arc::new(builder.build().map_err(|error| invalid(error.to_string()))?))
}

/// Three quarters of the machine's memory where the system tells it, else 4 GiB.
fn default_budget() -> u64 {
    let (share, of) = EnvironmentBuilder::DEFAULT_MEMORY_SHARE;
    let total = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    total.map_or(4 << 30, |kib| kib * 1024 / of * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_descriptions_say_what_to_do() {
        let error = Environment::builder().threads(0).build().unwrap_err().to_string();
        assert!(error.contains("0 threads; give at least 1"), "{error}");
        let error = Environment::builder().memory("lots").build().unwrap_err().to_string();
        assert!(error.contains("\"lots\" is not a size"), "{error}");
        for policy in [
            SnapshotPolicy::new("snapshots").every_supersteps(0),
            SnapshotPolicy::new("snapshots").keep(0),
        ] {
            let error = Environment::builder().snapshots(policy).build().unwrap_err().to_string();
            assert!(error.contains("at least 1"), "{error}");
        }
    }

    #[test]
    fn a_panic_comes_back_as_an_error() {
        let env = Environment::builder().threads(1).build().unwrap();
        let error = env.run("map", || -> Result<()> { panic!("division by {}", 0) }).unwrap_err();
        assert_eq!(error.to_string(), "map panicked: division by 0");
    }

    #[test]
    fn cancelling_reaches_every_clone() {
        let env = Environment::builder().threads(1).build().unwrap();
        let clone = env.clone();
        env.cancel_handle().cancel();
        assert!(matches!(clone.check_cancelled(), Err(Error::Cancelled)));
    }
}
