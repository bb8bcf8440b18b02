//! The executor: morsels from a source, through a chain of tasks, to a breaker or sink.
//!
//! A worker takes one morsel and pushes it through the whole chain before it takes another, so a
//! batch stays in its cache, there is no queue to bound, and nothing waits inside the pool. The
//! parts are put together in morsel order: what comes out does not depend on who did the work.
//!
//! Morsels that are costly to get (a compressed stream) come in waves: while the workers read
//! those of one wave, one of them fetches the next. A sink takes waves too, so that what is encoded
//! and not yet written stays bounded.

mod stream;
mod tasks;

use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

pub use stream::{Events, stream};
use tasks::Tasks;

use crate::columnar::Batch;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::memory::MemoryError;
use crate::pipeline::{
    Breaker, Collect, Encoded, Morsel, Morsels, Operator, Output, Sink, Source, TaskEvent,
};

/// Morsels per worker in one wave.
const WAVE_PER_WORKER: usize = 4;

/// Runs `source` through `chain` into `breaker`: one part per morsel, in morsel order.
pub fn execute<B: Breaker>(
    env: &Environment,
    source: &dyn Source,
    chain: &[&dyn Operator],
    breaker: &B,
) -> Result<Vec<B::Part>> {
    let mut parts = Vec::new();
    let read = |morsel: Box<dyn Morsel>| {
        env.check_cancelled()?;
        let mut part = breaker.part();
        try_push(env, morsel, chain, &mut |batch| breaker.take(&mut part, batch))?;
        breaker.finish(&mut part)?;
        Ok(part)
    };
    env.run(&source.name(), || {
        let morsels = source.open(env)?;
        let size = if morsels.is_costly() { wave_size(env) } else { morsels.at_once().max(1) };
        in_waves(morsels, size, |wave, fetch| {
            let (done, next) = rayon::join(|| read_all(wave, read), fetch);
            parts.extend(done?);
            Ok(next)
        })
    })?;
    Ok(parts)
}

/// All batches that come out of `source` through `chain`, in morsel order.
pub fn collect(
    env: &Environment,
    source: &dyn Source,
    chain: &[&dyn Operator],
) -> Result<Vec<Batch>> {
    Ok(execute(env, source, chain, &Collect)?.into_iter().flatten().collect())
}

/// The number of rows that come out of `source` through `chain`.
pub fn count(env: &Environment, source: &dyn Source, chain: &[&dyn Operator]) -> Result<u64> {
    Ok(counts(env, source, chain)?.into_iter().sum())
}

/// The number of rows of each morsel that come out of `source` through `chain`.
pub fn counts(env: &Environment, source: &dyn Source, chain: &[&dyn Operator]) -> Result<Vec<u64>> {
    execute(env, source, chain, &Count)
}

/// Counts rows.
struct Count;

impl Breaker for Count {
    type Part = u64;

    fn part(&self) -> u64 {
        0
    }

    fn take(&self, part: &mut u64, batch: Batch) -> Result<()> {
        *part += batch.num_rows() as u64;
        Ok(())
    }
}

/// Runs `source` through `chain` into `sink`: encoded in parallel, written in morsel order.
pub fn write(
    env: &Environment,
    source: &dyn Source,
    chain: &[&dyn Operator],
    mut sink: Box<dyn Sink>,
) -> Result<()> {
    let mut ready: Vec<Vec<Encoded>> = Vec::new();
    env.run(&source.name(), || {
        let morsels = source.open(env)?;
        let size = wave_size(env).min(morsels.at_once()).max(1);
        in_waves(morsels, size, |wave, fetch| {
            let before = mem::take(&mut ready);
            let encoder = &*sink;
            let encode = |morsel: Box<dyn Morsel>| {
                env.check_cancelled()?;
                let mut encoded = Vec::new();
                try_push(env, morsel, chain, &mut |batch| {
                    encoded.push(encoder.encode(batch)?);
                    Ok(())
                })?;
                Ok(encoded)
            };
            let (done, next) = rayon::join(|| read_all(wave, encode), fetch);
            write_all(&mut *sink, before)?;
            ready = done?;
            Ok(next)
        })
    })?;
    write_all(&mut *sink, ready)?;
    env.check_cancelled()?;
    sink.finish()
}

fn write_all(sink: &mut dyn Sink, morsels: Vec<Vec<Encoded>>) -> Result<()> {
    morsels.into_iter().flatten().try_for_each(|encoded| sink.write(encoded))
}

fn wave_size(env: &Environment) -> usize {
    WAVE_PER_WORKER * env.num_threads()
}

/// Morsels that are read at once; where getting one failed, it is the last.
type Wave = Vec<Result<Box<dyn Morsel>>>;

/// Calls `work` with wave after wave. `work` also gets what fetches the wave after, to be run
/// beside it, and returns what that gave.
fn in_waves<F>(mut morsels: Box<dyn Morsels>, size: usize, mut work: F) -> Result<()>
where
    F: FnMut(Wave, &mut (dyn FnMut() -> Wave + Send)) -> Result<Wave>,
{
    let mut wave = next_wave(&mut *morsels, size);
    while !wave.is_empty() {
        wave = work(wave, &mut || next_wave(&mut *morsels, size))?;
    }
    Ok(())
}

fn next_wave(morsels: &mut dyn Morsels, size: usize) -> Wave {
    let mut wave = Vec::new();
    while wave.len() < size {
        let Some(morsel) = morsels.next().transpose() else { break };
        let failed = morsel.is_err();
        wave.push(morsel);
        if failed {
            break;
        }
    }
    wave
}

/// What `read` makes of the morsels of a wave, in order.
///
/// The error is that of the first morsel in order that fails, at any number of threads: the ones
/// before it are read to their end, the ones behind it only if they began before it failed. A
/// morsel that was refused memory while others held theirs is read once more when they are done.
fn read_all<R: Send>(
    wave: Wave,
    read: impl Fn(Box<dyn Morsel>) -> Result<R, Failed> + Sync + Send,
) -> Result<Vec<R>> {
    let first_failed = AtomicUsize::new(usize::MAX);
    let read_one = |(at, morsel): (usize, Result<Box<dyn Morsel>>)| {
        if at > first_failed.load(Ordering::Relaxed) {
            return None;
        }
        let result = morsel.map_err(Failed::from).and_then(&read);
        if result.as_ref().is_err_and(|failed| failed.again.is_none()) {
            first_failed.fetch_min(at, Ordering::Relaxed);
        }
        Some(result)
    };
    let results: Vec<_> = wave.into_par_iter().enumerate().map(read_one).collect();
    let done = results.into_iter().flatten().map(|result| match result {
        Err(Failed { again: Some(morsel), .. }) => read(morsel),
        done => done,
    });
    done.map(|result| result.map_err(|failed| failed.error)).collect()
}

/// Why a morsel was not read.
struct Failed {
    error: Error,
    /// The same morsel, if it may do with the memory that others have given back by then.
    again: Option<Box<dyn Morsel>>,
}

impl<E: Into<Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self { error: error.into(), again: None }
    }
}

/// Pushes one morsel through freshly opened tasks into `take`, then tells them that it is over.
pub(crate) fn push_through(
    env: &Environment,
    morsel: Box<dyn Morsel>,
    chain: &[&dyn Operator],
    take: &mut dyn FnMut(Batch) -> Result<()>,
) -> Result<()> {
    try_push(env, morsel, chain, take).map_err(|failed| failed.error)
}

/// As [`push_through`]. A morsel that was refused memory before it emitted anything, so that
/// nobody has seen a part of it, is handed back.
fn try_push(
    env: &Environment,
    morsel: Box<dyn Morsel>,
    chain: &[&dyn Operator],
    take: &mut dyn FnMut(Batch) -> Result<()>,
) -> Result<(), Failed> {
    let mut tasks = Tasks::open(env, chain)?;
    let again = morsel.again();
    let mut watched = Watched { output: tasks.output(take), has_emitted: false };
    if let Err(error) = morsel.read(env, &mut watched) {
        let refused = matches!(error, Error::Memory(MemoryError::OutOfBudget { .. }));
        let again = again.filter(|_| refused && !watched.has_emitted);
        return Err(Failed { error, again });
    }
    Ok(tasks.on_control(&TaskEvent::End, take)?)
}

/// The entrance of a chain, and whether something went in.
struct Watched<O> {
    output: O,
    has_emitted: bool,
}

impl<O: Output> Output for Watched<O> {
    fn emit(&mut self, batch: Batch) -> Result<()> {
        self.has_emitted = true;
        self.output.emit(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::{Column, Schema, batch_of};
    use crate::operators::Map;
    use crate::pipeline::{BatchSource, Numbered, Task};
    use std::sync::{Arc, Mutex};

    fn numbers(morsels: i64) -> BatchSource {
        let batch = |at: i64| {
            Batch::new(Schema::new(["x"]), vec![Column::Int64(vec![2 * at, 2 * at + 1].into())])
        };
        BatchSource::new("numbers", (0..morsels).map(batch).collect())
    }

    fn values(batch: &Batch) -> Vec<i64> {
        let Column::Int64(values) = &batch.columns()[0] else { panic!("type changed") };
        values.to_vec()
    }

    fn environment(threads: usize) -> Environment {
        Environment::builder().threads(threads).build().unwrap()
    }

    #[test]
    fn parts_come_in_morsel_order_at_any_number_of_threads() {
        for threads in [1, 2, 8] {
            let out = collect(&environment(threads), &numbers(100), &[]).unwrap();
            let all: Vec<i64> = out.iter().flat_map(values).collect();
            assert_eq!(all, (0..200).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_error_is_that_of_the_first_morsel_that_fails() {
        let fails = Map::new("fails", |batch, _| match values(&batch)[0] {
            at if at >= 20 && at % 20 == 0 => Err(Error::source(format!("bad {at}"))),
            _ => Ok(batch),
        });
        for threads in [1, 2, 8] {
            let error = collect(&environment(threads), &numbers(200), &[&fails]).unwrap_err();
            assert_eq!(error.to_string(), "bad 20");
        }
    }

    /// Holds back everything until the input ends.
    struct Hold;
    struct HoldTask(Vec<Batch>);

    impl Operator for Hold {
        fn name(&self) -> String {
            "hold".to_owned()
        }
        fn open(&self, _env: &Environment) -> Result<Box<dyn Task>> {
            Ok(Box::new(HoldTask(Vec::new())))
        }
    }

    impl Task for HoldTask {
        fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
            match event {
                TaskEvent::Batch(batch) => self.0.push(batch),
                TaskEvent::End => {
                    return mem::take(&mut self.0).into_iter().try_for_each(|b| output.emit(b));
                }
                _ => {}
            }
            Ok(())
        }
    }

    #[test]
    fn what_is_held_back_comes_out_at_the_end_through_the_rest_of_the_chain() {
        let double = Map::new("double", |batch, _| {
            let doubled: Vec<i64> = values(&batch).iter().map(|x| 2 * x).collect();
            Ok(Batch::new(batch.schema().clone(), vec![Column::Int64(doubled.into())]))
        });
        let out = collect(&environment(2), &numbers(3), &[&Hold, &double]).unwrap();
        assert_eq!(out.iter().flat_map(values).collect::<Vec<_>>(), [0, 2, 4, 6, 8, 10]);
    }

    #[test]
    fn errors_panics_and_cancellation_end_the_run() {
        let env = environment(2);
        let fails = Map::new("fails", |_, _| Err(Error::source("line 3: expected a number")));
        let error = collect(&env, &numbers(9), &[&fails]).unwrap_err();
        assert_eq!(error.to_string(), "line 3: expected a number");
        let panics = Map::new("panics", |_, _| panic!("index out of range"));
        let error = collect(&env, &numbers(9), &[&panics]).unwrap_err();
        assert_eq!(error.to_string(), "map (panics) panicked: index out of range");
        env.cancel_handle().cancel();
        assert!(matches!(collect(&env, &numbers(9), &[]), Err(Error::Cancelled)));
    }

    #[test]
    fn what_was_refused_while_others_held_memory_is_read_again_alone() {
        let read = |at: usize, env: &Environment, output: &mut dyn Output| {
            let _held = env.memory().reserve("test", 700)?;
            std::thread::sleep(std::time::Duration::from_millis(2));
            output.emit(batch_of([at as u64]))
        };
        for threads in [1, 8] {
            let env = Environment::builder().threads(threads).memory(1000).build().unwrap();
            let counts = counts(&env, &Numbered::new("hungry", 20, read), &[]).unwrap();
            assert_eq!(counts, [1; 20]);
            let greedy = Numbered::new("greedy", 20, |_, env, _| {
                Ok(env.memory().reserve("test", 1001).map(drop)?)
            });
            let error = collect(&env, &greedy, &[]).unwrap_err().to_string();
            assert!(error.contains("test wanted 1001 B"), "{error}");
        }
    }

    #[derive(Clone, Default)]
    struct Memo(Arc<Mutex<(Vec<i64>, bool)>>);

    impl Sink for Memo {
        fn name(&self) -> String {
            "memo".to_owned()
        }
        fn encode(&self, batch: Batch) -> Result<Encoded> {
            Ok(Encoded::Batch(batch))
        }
        fn write(&mut self, encoded: Encoded) -> Result<()> {
            let Encoded::Batch(batch) = encoded else { panic!("not what encode made") };
            self.0.lock().unwrap().0.extend(values(&batch));
            Ok(())
        }
        fn finish(self: Box<Self>) -> Result<()> {
            self.0.lock().unwrap().1 = true;
            Ok(())
        }
    }

    #[test]
    fn sinks_get_batches_in_order_and_finish_only_on_success() {
        let memo = Memo::default();
        write(&environment(4), &numbers(50), &[], Box::new(memo.clone())).unwrap();
        assert_eq!(*memo.0.lock().unwrap(), ((0..100).collect(), true));

        let memo = Memo::default();
        let fails = Map::new("fails", |_, _| Err(Error::source("no")));
        write(&environment(4), &numbers(50), &[&fails], Box::new(memo.clone())).unwrap_err();
        assert!(!memo.0.lock().unwrap().1);
    }
}
