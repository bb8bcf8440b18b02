//! A graph in memory, and a kernel on it.

use std::time::Instant;

use quince_algorithms::cli::phase;
use quince_core::Environment;
use quince_core::index::StaticIndex;
use quince_datasets::EdgeList;
use quince_gelly::{EdgeDirection, EdgeValue, GraphBuilder, IndexedGraph};

use super::{Peers, agree};
use crate::error::{Difference, Error, Result};
use crate::graphs::PreparedGraph;
use crate::kernel::{Answer, Computed, Kernel, Suite};
use crate::machine::Rates;
use crate::peers::{PeerRun, Reply, Task, gapbs, petgraph};
use crate::report::{Load, Measurement, PLAIN, QUINCE, Skipped, Trace};
use crate::roofline::roofline;
use crate::statistics::Spread;
use crate::verification::{Verification, verify};

/// What an edge carries: nothing or a weight.
pub(super) trait Weight: EdgeValue {
    fn build(
        builder: GraphBuilder<'_>,
        edges: &EdgeList,
    ) -> quince_gelly::Result<IndexedGraph<Self>>;
}

impl Weight for () {
    fn build(builder: GraphBuilder<'_>, edges: &EdgeList) -> quince_gelly::Result<IndexedGraph> {
        builder.build(edges)
    }
}

impl Weight for f64 {
    fn build(
        builder: GraphBuilder<'_>,
        edges: &EdgeList,
    ) -> quince_gelly::Result<IndexedGraph<f64>> {
        builder.build_weighted(edges)
    }
}

/// A graph in memory, with the indexes that kernels read.
pub(super) struct Loaded<'a, E: EdgeValue> {
    pub(super) graph: &'a PreparedGraph,
    pub(super) index: IndexedGraph<E>,
    pub(super) load: Load,
}

impl<'a, E: Weight> Loaded<'a, E> {
    pub(super) fn new(
        env: &Environment,
        graph: &'a PreparedGraph,
        kernels: impl Iterator<Item = Kernel>,
    ) -> Result<Self> {
        let edges = EdgeList::open(graph.path(E::STORED))?.weighted(E::STORED);
        let memory = env.memory();
        memory.reset_peak();
        let before = memory.counters().granted_bytes;
        let start = Instant::now();
        let builder = IndexedGraph::builder(env).directed(graph.is_directed());
        let name = format!("loading {}", graph.name());
        let index = phase(env, &name, Some(edges.bytes()), || E::build(builder, &edges))?;
        let seconds = start.elapsed().as_secs_f64();
        let start = Instant::now();
        phase(env, "indexing", None, || {
            kernels.into_iter().try_for_each(|kernel| kernel.prepare(&index))
        })?;
        let index_seconds = start.elapsed().as_secs_f64();
        let counters = memory.counters();
        let load = Load {
            graph: graph.name().to_owned(),
            threads: env.num_threads(),
            weighted: E::STORED,
            file_bytes: graph.file_bytes(E::STORED)?,
            seconds,
            index_seconds,
            graph_bytes: counters.granted_bytes - before,
            peak_bytes: counters.peak_bytes - before,
        };
        Ok(Self { graph, index, load })
    }

    pub(super) fn threads(&self) -> usize {
        self.load.threads
    }

    /// From the file to the graph with its indexes.
    pub(super) fn load_seconds(&self) -> f64 {
        self.load.seconds + self.load.index_seconds
    }

    /// Runs the trials of a kernel.
    pub(super) fn run(
        &self,
        suite: Suite,
        kernel: Kernel,
        trials: usize,
        rates: &Rates,
    ) -> Result<Measured> {
        let env = self.index.environment();
        let sources = sources(suite, self.graph.sources(), trials);
        let memory = env.memory();
        memory.reset_peak();
        let before = memory.counters().granted_bytes;
        let (mut seconds, mut results, mut peak_bytes) = (Vec::new(), Vec::new(), 0);
        for &source in &sources {
            if !kernel.has_source() {
                // One is as good as the other, and GAPBS gives the memory back, too.
                results.clear();
            }
            let (mut best, mut result) = (f64::INFINITY, None);
            for _ in 0..runs_of_source(suite, kernel) {
                drop(result.take());
                let start = Instant::now();
                let run =
                    phase(env, kernel.name(), None, || kernel.run(suite, &self.index, source));
                best = best.min(start.elapsed().as_secs_f64());
                result = Some(run?);
                if peak_bytes == 0 {
                    // Later trials may run beside the results of those before.
                    peak_bytes = memory.counters().peak_bytes - before;
                }
                env.check_cancelled()?;
            }
            seconds.push(best);
            results.extend(result);
        }
        let mut answer = Answer::default();
        for result in results.iter().take(if kernel.has_source() { trials } else { 1 }) {
            answer.append(result.answer()?);
        }
        let seconds = Spread::of(seconds);
        let graphalytics = suite == Suite::Graphalytics;
        let elements = (self.graph.num_vertices() + self.graph.num_edges()) as f64;
        let entries = self.index.index(EdgeDirection::Any)?.num_entries();
        let size = (self.graph.num_vertices(), entries);
        let measurement = Measurement {
            suite,
            graph: self.graph.name().to_owned(),
            kernel,
            engine: QUINCE.to_owned(),
            engine_version: None,
            threads: self.threads(),
            load_seconds: None,
            makespan_seconds: graphalytics.then_some(self.load_seconds() + seconds.first),
            evps: graphalytics.then_some(elements / seconds.median),
            peak_bytes: Some(peak_bytes),
            verification: Some(Verification::default()),
            roofline: roofline(kernel, suite, size, seconds.median, rates),
            trace: results.last().and_then(Computed::iteration).map(Trace::of),
            note: None,
            seconds,
        };
        Ok(Measured { measurement, sources, results, answer })
    }
}

/// Runs from each source, of which the better counts: as many as GAPBS gets.
fn runs_of_source(suite: Suite, kernel: Kernel) -> usize {
    if suite == Suite::Gap && kernel.has_source() { gapbs::RUNS_OF_SOURCE } else { 1 }
}

/// The source of each trial.
fn sources(suite: Suite, drawn: &[u32], trials: usize) -> Vec<u32> {
    // Graphalytics names one; a graph without edges has none.
    let one = drawn.first().copied().unwrap_or_default();
    let of = |trial: usize| match suite {
        Suite::Gap => drawn.get(trial).copied().unwrap_or(one),
        Suite::Graphalytics => one,
    };
    (0..trials).map(of).collect()
}

/// A kernel that ran, with its results until they are verified.
pub(super) struct Measured {
    measurement: Measurement,
    sources: Vec<u32>,
    results: Vec<Computed>,
    pub(super) answer: Answer,
}

/// What asking a peer gave.
pub(super) enum Asked {
    Figures(Box<Measurement>),
    Skipped(Skipped),
}

impl Measured {
    /// Compares the results with the plain reference, and gives the reference's figures.
    pub(super) fn verify<E: Weight>(
        &mut self,
        loaded: &Loaded<'_, E>,
    ) -> Result<Option<Measurement>> {
        let kernel = self.measurement.kernel;
        let env = loaded.index.environment();
        let name = format!("verifying {}", kernel.name());
        let verified = phase(env, &name, None, || {
            verify(kernel, &loaded.index, &self.sources, &self.results)
        })?;
        self.results.clear();
        if let Some(difference) = verified.difference {
            return Err(self.wrong(difference));
        }
        self.measurement.verification = Some(verified.verification);
        let has_run = !verified.reference.is_empty();
        Ok(has_run.then(|| Measurement {
            engine: PLAIN.to_owned(),
            threads: 1,
            seconds: Spread::of(verified.reference),
            ..self.blank()
        }))
    }

    /// That an answer of Quince is wrong.
    pub(super) fn wrong(&self, difference: Difference) -> Error {
        let Measurement { kernel, graph, .. } = &self.measurement;
        Error::Wrong { kernel: kernel.name().to_owned(), graph: graph.clone(), difference }
    }

    /// Asks other programs the same, and compares their answers.
    pub(super) fn ask<E: Weight>(
        &self,
        loaded: &Loaded<'_, E>,
        peers: &Peers,
    ) -> Result<Vec<Asked>> {
        let kernel = self.measurement.kernel;
        let env = loaded.index.environment();
        let is_cancelled = || env.is_cancelled();
        let trials = self.sources.len();
        let sources = &self.sources;
        let task = Task { kernel, graph: loaded.graph, sources, trials, threads: loaded.threads() };
        let replies = phase(env, "asking peers", None, || -> Result<Vec<Reply>> {
            let mut replies = Vec::new();
            let run = petgraph::run(kernel, &loaded.index, sources, trials)?;
            replies.push(run.map_or(Reply::Lacks, Reply::Ran));
            if let Some(gapbs) = &peers.gapbs {
                replies.push(gapbs.run(&task, &is_cancelled)?);
            }
            replies.extend(peers.drivers.run(&task, &is_cancelled)?);
            Ok(replies)
        })?;
        let mut asked = Vec::new();
        for reply in replies {
            match reply {
                Reply::Lacks => {}
                Reply::Skipped { name, reason } => {
                    asked.push(Asked::Skipped(Skipped { engine: name, reason }));
                }
                Reply::Ran(run) if run.answer.has_no_number() => {
                    let reason = format!(
                        "it finds no number for {} on {}, where Quince has one",
                        kernel.name(),
                        loaded.graph.name()
                    );
                    asked.push(Asked::Skipped(Skipped { engine: run.name, reason }));
                }
                Reply::Ran(run) => {
                    agree(kernel, loaded.graph.name(), &run.name, &run.answer, &self.answer)?;
                    asked.push(Asked::Figures(Box::new(self.of_peer(run))));
                }
            }
        }
        Ok(asked)
    }

    fn of_peer(&self, run: PeerRun) -> Measurement {
        Measurement {
            engine: run.name,
            engine_version: run.version,
            threads: run.threads,
            seconds: Spread::of(run.trial_seconds),
            load_seconds: run.load_seconds,
            note: run.note,
            ..self.blank()
        }
    }

    /// The same kernel on the same graph, without figures.
    fn blank(&self) -> Measurement {
        Measurement {
            seconds: Spread::default(),
            makespan_seconds: None,
            evps: None,
            peak_bytes: None,
            verification: None,
            roofline: None,
            trace: None,
            ..self.measurement.clone()
        }
    }

    pub(super) fn into_measurement(self) -> Measurement {
        self.measurement
    }
}
