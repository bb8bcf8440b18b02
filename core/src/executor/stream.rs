//! Streams: inputs that need not end.
//!
//! Batches, watermarks and barriers pass one chain in one order, in one lane on the calling
//! thread: an input that never ends must not hold a worker of the pool. A task is told of a
//! watermark or barrier through the same door as of the end of a bounded input, after it has seen
//! all rows before it and before it sees any row after it.

use super::tasks::Tasks;
use crate::environment::Environment;
use crate::error::Result;
use crate::pipeline::{Operator, TaskEvent};

/// A source of events that need not end.
pub trait Events {
    /// The next event, waiting for it if need be; `None` at the end.
    fn next(&mut self) -> Result<Option<TaskEvent>>;
}

/// Any function that gives events.
impl<F: FnMut() -> Result<Option<TaskEvent>>> Events for F {
    fn next(&mut self) -> Result<Option<TaskEvent>> {
        self()
    }
}

/// Runs events through `chain` into `sink`, until they end, one fails, or the environment is
/// cancelled. The sink sees every event, the end included, in order.
pub fn stream(
    env: &Environment,
    events: &mut dyn Events,
    chain: &[&dyn Operator],
    sink: &mut dyn FnMut(TaskEvent) -> Result<()>,
) -> Result<()> {
    let mut tasks = Tasks::open(env, chain)?;
    loop {
        env.check_cancelled()?;
        let event = events.next()?.unwrap_or(TaskEvent::End);
        let mut take = |batch| sink(TaskEvent::Batch(batch));
        if let TaskEvent::Batch(batch) = event {
            tasks.emit(batch, &mut take)?;
            continue;
        }
        tasks.on_control(&event, &mut take)?;
        let is_end = matches!(event, TaskEvent::End);
        sink(event)?;
        if is_end {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::columnar::{IntoKey, batch_of, records};
    use crate::error::Error;
    use crate::operators::{Map, RunningReduce};

    type Row = (u64, i64);

    /// Batches without end; a watermark after every two, a barrier after every four.
    fn endless() -> impl FnMut() -> Result<Option<TaskEvent>> {
        let mut at = 0i64;
        move || {
            at += 1;
            Ok(Some(match at % 8 {
                3 | 6 => TaskEvent::Watermark(at),
                7 => TaskEvent::Barrier(at as u64 / 8),
                _ => TaskEvent::Batch(batch_of((0..10).map(|row| ((row % 3) as u64, at + row)))),
            }))
        }
    }

    #[test]
    fn an_unbounded_input_is_reduced_by_key_between_watermarks_and_barriers() {
        let env = Environment::builder().threads(1).build().unwrap();
        let negate = Map::new("negate", |batch, _| {
            let rows = records::<Row>(&batch)?;
            Ok(batch_of(rows.into_iter().map(|(key, value)| (key, -value))))
        });
        let key = IntoKey::<Row, _>::into_key(0);
        let sums = RunningReduce::new(key, |a: Row, b: Row| (a.0, a.1 + b.1));
        let cancel = env.cancel_handle();
        let (mut current, mut at_barriers) = (BTreeMap::new(), Vec::new());
        let mut sink = |event| {
            match event {
                TaskEvent::Batch(batch) => current.extend(records::<Row>(&batch)?),
                TaskEvent::Barrier(number) => {
                    at_barriers.push((number, current.clone()));
                    if number == 5 {
                        cancel.cancel();
                    }
                }
                _ => {}
            }
            Ok(())
        };
        let ended = stream(&env, &mut endless(), &[&negate, &sums], &mut sink);
        assert!(matches!(ended, Err(Error::Cancelled)));
        // The model: all rows before the barrier, summed.
        let mut expected = BTreeMap::<u64, i64>::new();
        let mut source = endless();
        for (number, found) in at_barriers {
            loop {
                match source().unwrap().unwrap() {
                    TaskEvent::Batch(batch) => {
                        for (key, value) in records::<Row>(&batch).unwrap() {
                            *expected.entry(key).or_default() -= value;
                        }
                    }
                    TaskEvent::Barrier(at) => break assert_eq!(at, number),
                    _ => {}
                }
            }
            assert_eq!(found, expected, "barrier {number}");
        }
    }

    #[test]
    fn a_stream_that_ends_is_a_bounded_input() {
        let env = Environment::builder().threads(1).build().unwrap();
        let mut batches = vec![batch_of([(1u64, 2i64)]), batch_of([(1u64, 3i64)])].into_iter();
        let key = IntoKey::<Row, _>::into_key(0);
        let sums = RunningReduce::new(key, |a: Row, b: Row| (a.0, a.1 + b.1));
        let mut seen = Vec::new();
        let mut sink = |event| {
            if let TaskEvent::Batch(batch) = event {
                seen.extend(records::<Row>(&batch)?);
            }
            Ok(())
        };
        let mut events = || Ok(batches.next().map(TaskEvent::Batch));
        stream(&env, &mut events, &[&sums], &mut sink).unwrap();
        assert_eq!(seen, [(1, 5)]);
    }
}
