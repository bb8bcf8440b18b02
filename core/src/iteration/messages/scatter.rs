//! Active keys scatter before anybody receives.

use std::sync::Arc;

use super::body::MessageBody;
use super::culprit::Culprit;
use super::program::MessageProgram;
use super::senders::Senders;
use super::units::{Unit, in_parallel, put_out_by};
use super::worker::{Parts, Worker};
use crate::error::Result;
use crate::index::StaticIndex;

/// Up to this many active keys scatter one after the other.
const SEQUENTIAL: usize = 1 << 9;

impl<I: StaticIndex, P: MessageProgram<I::Value>> MessageBody<'_, I, P> {
    /// Lets the active keys send: those that put something out are the senders afterwards.
    pub(super) fn scatter(&mut self, culprit: &Arc<Culprit>) -> Result<()> {
        let (parts, lists) = match self.senders {
            Senders::Sparse { .. } => (self.scatter_listed(culprit)?, true),
            Senders::Dense if self.columns.sent.is_empty() => (self.scatter_first(culprit)?, false),
            Senders::Dense => (self.scatter_flagged(culprit)?, false),
        };
        self.take(parts, lists)?;
        Ok(())
    }

    /// The active keys are flagged, and there is no column yet of what they put out.
    fn scatter_first(&mut self, culprit: &Arc<Culprit>) -> Result<Parts<P, I::Value>> {
        let Self { env, program, units, states, push, columns, .. } = self;
        let (program, states, push) = (&*program, &states[..], *push);
        let all = units.of(&mut [], &mut columns.flags, &mut []);
        let (sent, parts) = put_out_by(env.memory(), all, |unit, put_out| {
            env.check_cancelled()?;
            let Unit { range, flags, .. }: Unit<'_, P::State, P::Sent> = unit;
            let mut worker = Worker::new(env.memory(), program, states.len(), culprit);
            worker.begin_unit(range.end);
            for (key, flag) in range.clone().zip(&mut *flags) {
                if *flag != 0 {
                    *flag = u8::from(worker.scatter(key, &states[key as usize]));
                    worker.out.sent.take().into_iter().for_each(|sent| put_out.push(sent));
                }
            }
            worker.count_flagged(push, range, flags);
            worker.finish()
        })?;
        self.senders = self.columns.begin(env.memory(), sent)?;
        Ok(parts)
    }

    /// The active keys are flagged; flags and column are those of the senders afterwards.
    fn scatter_flagged(&mut self, culprit: &Arc<Culprit>) -> Result<Parts<P, I::Value>> {
        let Self { env, program, units, states, push, columns, .. } = self;
        let (program, states, push) = (&*program, &states[..], *push);
        let all = units.of(&mut [], &mut columns.flags, &mut columns.sent);
        let idle = program.idle();
        in_parallel(all, &|Unit { range, flags, sent, .. }: Unit<'_, P::State, P::Sent>| {
            env.check_cancelled()?;
            let mut worker = Worker::new(env.memory(), program, states.len(), culprit);
            worker.begin_unit(range.end);
            let states = &states[range.start as usize..range.end as usize];
            let keys = range.clone().zip(states).zip(&mut *flags).zip(sent);
            for (((key, state), flag), sent) in keys {
                *flag = u8::from(*flag != 0 && worker.scatter(key, state));
                if let Some(put_out) = worker.out.sent.take().or_else(|| idle.clone()) {
                    *sent = put_out;
                }
            }
            worker.count_flagged(push, range, flags);
            worker.finish()
        })
    }

    /// The active keys as a list.
    fn scatter_listed(&mut self, culprit: &Arc<Culprit>) -> Result<Parts<P, I::Value>> {
        let (active, _) = self.take_lists()?;
        let Self { env, program, units, states, push, .. } = self;
        let (program, states, push) = (&*program, &states[..], *push);
        let scatter = |keys: &[u32]| {
            env.check_cancelled()?;
            let mut worker = Worker::new(env.memory(), program, states.len(), culprit);
            for &key in keys {
                worker.enter(units, key);
                if worker.scatter(key, &states[key as usize]) {
                    worker.count(push.map_or(0, |push| push.degree(key)));
                    worker.list(key)?;
                }
            }
            worker.finish()
        };
        if active.len() <= SEQUENTIAL {
            return Ok(vec![scatter(&active)?]);
        }
        in_parallel(units.cut(&active), &scatter)
    }
}
