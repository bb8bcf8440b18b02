//! How a model becomes an iteration of core.

use quince_core::columnar::Record;
use quince_core::environment::Environment;
use quince_core::index::EntryValue;
use quince_core::iteration::{MessageIteration, MessageProgram, Travel};
use quince_core::memory::PaidVec;

use super::configuration::{IterationConfiguration, SuperstepContext};
use super::result::ModelResult;
use super::ways::{Ends, Indexes};
use crate::error::{Error, Result};
use crate::graph::Neighborhood;
use crate::indexed_graph::IndexedGraph;

/// What an iteration needs beside its functions.
pub(super) struct Job<E: EntryValue> {
    env: Environment,
    name: String,
    travel: Travel,
    maximum_supersteps: u64,
    pub(super) with_degrees: bool,
    pub(super) indexes: Indexes<E>,
}

impl<E: EntryValue> Job<E> {
    /// The job of a model on a graph, and what its functions see before the first superstep.
    pub(super) fn new(
        model: &str,
        graph: &IndexedGraph<E>,
        configuration: IterationConfiguration,
        maximum_supersteps: u64,
    ) -> Result<(Self, SuperstepContext)> {
        let env = match configuration.parallelism {
            Some(threads) => graph.environment().with_threads(threads)?,
            None => graph.environment().clone(),
        };
        let direction = configuration.direction.unwrap_or(Neighborhood::Out);
        let job = Self {
            name: configuration.name.clone().unwrap_or_else(|| model.to_owned()),
            travel: configuration.travel,
            maximum_supersteps,
            with_degrees: configuration.with_degrees,
            indexes: Indexes::of(graph, direction)?,
            env,
        };
        let context = configuration.into_context(&job.env, graph.num_vertices())?;
        Ok((job, context))
    }

    /// Runs `program`, which looks at the same `ends`, from the values that `initial` gives vertices by
    /// their dense numbers.
    pub(super) fn run<VV, P>(
        &self,
        ends: Ends<'_, E>,
        initial: impl Fn(u32) -> VV + Send + Sync,
        program: P,
    ) -> Result<ModelResult<VV>>
    where
        VV: Record,
        P: MessageProgram<E, State = VV>,
    {
        let (env, name) = (&self.env, &self.name[..]);
        let value = |vertex: usize| initial(vertex as u32);
        let len = ends.dictionary.len();
        let states =
            env.run(name, || Ok(PaidVec::from_fn(env.memory(), "solution", len, value)?))?;
        let result = MessageIteration::new(name, &ends.to, program)
            .senders(&ends.from)
            .maximum_supersteps(self.maximum_supersteps)
            .travel(self.travel)
            .run(env, states)
            .map_err(|error| match error {
                quince_core::Error::Undeliverable { iteration, superstep, sender, recipient } => {
                    Error::UnknownRecipient { iteration, superstep, sender, recipient }
                }
                other => other.into(),
            })?;
        Ok(ModelResult::new(self.indexes.dictionary().clone(), result))
    }
}
