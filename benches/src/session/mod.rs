//! One run of the suite: every kernel of the protocols on every graph at every number of threads.
//!
//! ```text
//! for each graph:   made ─► written as an edge list (and one with weights)
//!   for each number of threads:   read ─► indexed          the clocks of loading
//!     for each kernel:            trials                    the clock of the kernel
//!                                 verified                  at the first number of threads
//!                                 the same bits             at the others
//!                                 references, peers         at the last, beside it
//! ```
//!
//! The clock of a kernel is around its run on a built index, as GAPBS's `Trial Time`; the first
//! trial is told apart. Nothing is told before all answers agree.

mod loaded;
mod scaling;

use std::collections::{BTreeMap, BTreeSet};

use quince_algorithms::cli::{phase, tell};
use quince_core::Environment;

use crate::error::{Error, Result};
use crate::graphs::{PreparedGraph, Recipe, SEED, Size};
use crate::kernel::{Answer, Kernel, Suite};
use crate::machine::{Machine, Rates};
use crate::peers::driver::Drivers;
use crate::peers::gapbs::Gapbs;
use crate::report::{GraphFacts, Report, Settings, Skipped};
use loaded::Loaded;

/// Trials of kernels that look at entries many times: as few as GAP runs of triangles.
const HEAVY_TRIALS: usize = 3;

/// What is run.
#[derive(Debug)]
pub struct Session {
    /// Protocols, each with its graphs by name.
    pub plans: Vec<(Suite, Vec<String>)>,
    /// The graphs.
    pub recipes: Vec<Recipe>,
    /// Only these kernels; all if there are none.
    pub kernels: Vec<Kernel>,
    /// How large the named graphs are.
    pub size: Size,
    /// Trials of a kernel.
    pub trials: usize,
    /// Numbers of threads, rising.
    pub threads: Vec<usize>,
    /// Other programs that are asked.
    pub peers: Peers,
    /// Kronecker graphs of these scales, for cost against size.
    pub scaling: Option<std::ops::RangeInclusive<u32>>,
    /// Whether nobody wants to know how far it is.
    pub quiet: bool,
}

/// Other programs.
#[derive(Debug, Default)]
pub struct Peers {
    /// Those that speak the protocol.
    pub drivers: Drivers,
    /// The binaries of GAPBS.
    pub gapbs: Option<Gapbs>,
}

/// A run of the session that goes on.
struct Run<'a> {
    session: &'a Session,
    env: &'a Environment,
    report: Report,
    /// What Quince found at the first number of threads.
    answers: BTreeMap<(Suite, String, Kernel), Answer>,
    skipped: BTreeSet<Skipped>,
    done: usize,
}

impl Session {
    /// Runs all of it in `env`, each part with its own number of threads.
    ///
    /// # Errors
    /// If a graph does not fit, an answer is wrong, a peer fails, or the run is cancelled.
    pub fn run(mut self, env: &Environment) -> Result<Report> {
        let recipes = std::mem::take(&mut self.recipes);
        let settings = Settings {
            size: format!("{:?}", self.size).to_lowercase(),
            trials: self.trials,
            threads: self.threads.clone(),
            seed: SEED,
        };
        let mut run = Run {
            session: &self,
            env,
            report: Report::new(settings, Machine::this()),
            answers: BTreeMap::new(),
            skipped: BTreeSet::new(),
            done: 0,
        };
        run.measure_machine()?;
        for recipe in recipes {
            run.measure_graph(recipe)?;
        }
        if let Some(scales) = self.scaling.clone() {
            run.measure_scaling(scales)?;
        }
        run.report.skipped = run.skipped.into_iter().collect();
        Ok(run.report)
    }

    /// The kernels of a protocol on a graph, of those that are asked for.
    fn kernels(&self, suite: Suite, weighted: bool) -> impl Iterator<Item = Kernel> {
        let kernels = suite.kernels().iter().copied();
        kernels.filter(move |kernel| {
            kernel.is_weighted() == weighted
                && (self.kernels.is_empty() || self.kernels.contains(kernel))
        })
    }

    /// Trials of a kernel.
    fn trials(&self, kernel: Kernel) -> usize {
        let is_heavy = matches!(kernel, Kernel::Tc | Kernel::Lcc | Kernel::Cdlp);
        if is_heavy { self.trials.min(HEAVY_TRIALS) } else { self.trials }
    }

    /// The protocols that a graph is part of.
    fn suites<'a>(&'a self, graph: &'a str) -> impl Iterator<Item = Suite> + 'a {
        let plans = self.plans.iter();
        plans
            .filter(move |(_, names)| names.iter().any(|name| name == graph))
            .map(|(suite, _)| *suite)
    }

    /// How many kernels run in all.
    fn num_kernels(&self) -> usize {
        let of = |(suite, graphs): &(Suite, Vec<String>)| {
            let kernels = [false, true].map(|weighted| self.kernels(*suite, weighted).count());
            kernels.iter().sum::<usize>() * graphs.len() * self.threads.len()
        };
        self.plans.iter().map(of).sum()
    }
}

impl Run<'_> {
    fn measure_machine(&mut self) -> Result<()> {
        let mebibytes: &[u64] = match self.session.size {
            Size::Xs => &[1],
            Size::S => &[1, 2, 4, 8, 16, 32, 64],
            _ => &[1, 2, 4, 8, 16, 32, 64, 512],
        };
        let tables: Vec<u64> = mebibytes.iter().map(|mebibytes| mebibytes << 20).collect();
        for &threads in &self.session.threads {
            let env = self.env.with_threads(threads)?;
            let name = format!("measuring memory, {threads} threads");
            let rates = phase(&env, &name, None, || Rates::measure(&env, &tables));
            self.report.machine.rates.push(rates?);
        }
        Ok(())
    }

    fn measure_graph(&mut self, recipe: Recipe) -> Result<()> {
        let session = self.session;
        let suites: Vec<Suite> = session.suites(&recipe.name).collect();
        let wants = |weighted| {
            suites.iter().any(|&suite| session.kernels(suite, weighted).next().is_some())
        };
        let name = format!("making {}", recipe.name);
        let graph = phase(self.env, &name, None, || {
            PreparedGraph::new(self.env, recipe, session.trials, wants(true))
        })?;
        self.report.graphs.push(GraphFacts {
            name: graph.name().to_owned(),
            description: graph.description().to_owned(),
            vertices: graph.num_vertices(),
            edges: graph.num_edges(),
            directed: graph.is_directed(),
        });
        for &threads in &session.threads {
            let env = self.env.with_threads(threads)?;
            if wants(false) {
                self.measure_loaded::<()>(&env, &graph, &suites)?;
            }
            if wants(true) {
                self.measure_loaded::<f64>(&env, &graph, &suites)?;
            }
        }
        Ok(())
    }

    fn measure_loaded<E: loaded::Weight>(
        &mut self,
        env: &Environment,
        graph: &PreparedGraph,
        suites: &[Suite],
    ) -> Result<()> {
        let session = self.session;
        let kernels = |suite: Suite| session.kernels(suite, E::STORED).map(move |k| (suite, k));
        let wanted: Vec<(Suite, Kernel)> =
            suites.iter().flat_map(|&suite| kernels(suite)).collect();
        let loaded = Loaded::<E>::new(env, graph, wanted.iter().map(|&(_, kernel)| kernel))?;
        for &(suite, kernel) in &wanted {
            self.done += 1;
            if !session.quiet {
                let (done, all) = (self.done, session.num_kernels());
                let (suite, kernel, threads) = (suite.name(), kernel.name(), env.num_threads());
                tell(&format!("[{done}/{all}] {suite} {} {kernel} {threads}", graph.name()));
            }
            self.measure_kernel(&loaded, suite, kernel)?;
            env.check_cancelled()?;
        }
        self.report.loads.push(loaded.load);
        Ok(())
    }

    fn measure_kernel<E: loaded::Weight>(
        &mut self,
        loaded: &Loaded<'_, E>,
        suite: Suite,
        kernel: Kernel,
    ) -> Result<()> {
        let session = self.session;
        let rates = self.report.machine.rates(loaded.threads()).cloned().unwrap_or_default();
        let mut measured = loaded.run(suite, kernel, session.trials(kernel), &rates)?;
        let key = (suite, loaded.graph.name().to_owned(), kernel);
        match self.answers.get(&key) {
            None => {
                let reference = measured.verify(loaded)?;
                self.report.measurements.extend(reference);
                self.answers.insert(key, measured.answer.clone());
            }
            Some(expected) => {
                // The same bits at any number of threads.
                if let Some(difference) = measured.answer.difference(expected, 0.0) {
                    return Err(measured.wrong(difference));
                }
            }
        }
        if suite == Suite::Gap && session.threads.last() == Some(&loaded.threads()) {
            self.ask_peers(loaded, &measured)?;
        }
        self.report.measurements.push(measured.into_measurement());
        Ok(())
    }

    fn ask_peers<E: loaded::Weight>(
        &mut self,
        loaded: &Loaded<'_, E>,
        measured: &loaded::Measured,
    ) -> Result<()> {
        for reply in measured.ask(loaded, &self.session.peers)? {
            match reply {
                loaded::Asked::Figures(measurement) => self.report.measurements.push(*measurement),
                loaded::Asked::Skipped(skipped) => {
                    if self.skipped.insert(skipped.clone()) && !self.session.quiet {
                        tell(&format!("{} is left out: {}", skipped.engine, skipped.reason));
                    }
                }
            }
        }
        Ok(())
    }
}

/// An error if a peer found something else than Quince.
fn agree(
    kernel: Kernel,
    graph: &str,
    peer: &str,
    found: &Answer,
    ours: &Answer,
) -> Result<(), Error> {
    let difference = found.difference(ours, kernel.tolerance());
    let nothing = || crate::error::Difference {
        figure: "the number of comparable figures".to_owned(),
        index: 0,
        found: 0.0,
        expected: 1.0,
    };
    let difference = if found.is_comparable(ours) { difference } else { Some(nothing()) };
    match difference {
        None => Ok(()),
        Some(difference) => Err(Error::Disagreement {
            kernel: kernel.name().to_owned(),
            graph: graph.to_owned(),
            peer: peer.to_owned(),
            difference,
        }),
    }
}
