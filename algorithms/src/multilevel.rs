//! Multilevel optimisation of modularity: what Louvain and Leiden share.
//!
//! ```text
//! repeat, level by level
//!     move:      keys go to the neighbouring community where modularity gains most
//!     refine:    (Leiden) split each community into well-connected parts
//!     aggregate: the communities (Leiden: the parts) become the keys of the next level
//! until nothing is put together any more
//! ```
//!
//! A level is a step of a core iteration, and moving and refining are iterations by rounds: the
//! keys of a round decide in parallel from a fixed state and their changes are taken over in a
//! drawn order. The result depends on that order, small graphs' most: where it is cheap several are
//! tried, and the best communities kept. Small levels have a key in each round, which is the sequential algorithm; large
//! ones have [`ROUNDS`] rounds, so that neighbours rarely decide at once.

mod connecting;
mod moving;
mod refining;

use quince_core::Environment;
use quince_core::index::{Csr, EntryValue, StaticIndex};
use quince_core::iteration::{IterationReport, RoundIteration, StepIteration, StepOutcome};
use quince_core::memory::{MemoryManager, Reservation, Segment};
use quince_gelly::{EdgeDirection, Error, GraphSize, IndexedGraph, Result};
use serde::Serialize;

use crate::modularity::{strengths, sums_by_community, weight_inside};
use connecting::connected_parts;
use moving::Moving;
use refining::Refining;

/// Rounds of a superstep over many keys.
const ROUNDS: usize = 256;

/// Up to so many keys each has a round of its own.
const SEQUENTIAL: usize = 1 << 16;

/// Supersteps that a level may take until its communities stand still.
const MOST_SUPERSTEPS: u64 = 100;

/// Levels of a pass; each puts keys together, so that few are needed.
const MOST_LEVELS: u64 = 100;

/// Without a number of trials there are as many as have so many entries to go through together.
const ENTRIES_OF_TRIALS: u64 = 1 << 22;

/// But no more than this.
const MOST_TRIALS: u64 = 8;

/// Supersteps of a refinement: keys that were refused are given another chance.
const REFINING_SUPERSTEPS: u64 = 4;

/// How modularity is optimised.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Multilevel {
    pub(crate) name: &'static str,
    pub(crate) resolution: f64,
    pub(crate) seed: u64,
    /// How a refinement chooses, if there is one.
    pub(crate) randomness: Option<f64>,
    /// How often all levels are gone through, from the communities of the time before.
    pub(crate) passes: u64,
    /// How often it is begun anew, the best being kept; by default as often as is cheap.
    pub(crate) trials: Option<u64>,
}

/// Refuses to go through the levels no time.
pub(crate) fn check_repetitions(
    algorithm: &'static str,
    iterations: u64,
    trials: Option<u64>,
) -> Result<()> {
    let parameter = match (iterations, trials) {
        (0, _) => "iterations",
        (_, Some(0)) => "trials",
        _ => return Ok(()),
    };
    let (value, expected) = ("0".to_owned(), "at least 1");
    Err(Error::Parameter { algorithm, parameter, value, expected })
}

/// A level of the hierarchy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CommunityLevel {
    /// The trial that it belongs to, from 1.
    pub trial: u64,
    /// The pass over all levels that it belongs to, from 1.
    pub pass: u64,
    /// What was moved: vertices on the first level of a pass, then groups of them.
    pub vertices: u64,
    /// How often one was moved.
    pub moves: u64,
    /// Supersteps until the communities stood still.
    pub supersteps: u64,
    /// Communities then.
    pub communities: u64,
    /// Their modularity.
    pub modularity: f64,
}

/// The communities that were found.
#[derive(Debug)]
pub(crate) struct Found {
    /// Numbered in the order of their smallest ids.
    pub(crate) communities: Segment<u32>,
    pub(crate) num_communities: u64,
    /// Not a number if there is no weight.
    pub(crate) modularity: f64,
    pub(crate) levels: Vec<CommunityLevel>,
    pub(crate) report: IterationReport,
}

impl Multilevel {
    /// Finds communities in an undirected graph.
    ///
    /// # Errors
    /// If the graph is directed, or has a weight below 0.
    pub(crate) fn run<E: EntryValue>(&self, graph: &IndexedGraph<E>) -> Result<Found> {
        if graph.is_directed() {
            return Err(Error::NeedsUndirected { algorithm: self.name });
        }
        let (env, index) = (graph.environment(), graph.index(EdgeDirection::Any)?);
        let strengths = strengths(graph, self.name, &*index, 2.0)?;
        let mut hierarchy = Hierarchy::new(env, *self, &index, strengths)?;
        let num_vertices = graph.num_vertices();
        let most_levels = MOST_LEVELS.saturating_mul(self.passes).saturating_mul(hierarchy.trials);
        let report = StepIteration::new(self.name, num_vertices)
            .maximum_supersteps(most_levels)
            .run(env, |_| hierarchy.step())?;
        let Hierarchy { best, base_strengths, total, modularity, champion, levels, .. } = hierarchy;
        let (mut best, mut modularity) = champion.unwrap_or((best, modularity));
        let dictionary = graph.dictionary();
        let by_id = || {
            (0..dictionary.num_ordinals() as u32)
                .filter_map(|ordinal| dictionary.dense_of_ordinal(ordinal))
        };
        let mut count = renumber(env.memory(), &mut best, by_id())?;
        if self.randomness.is_some() {
            let mut parts = connected_parts(env, self.name, &*index, &best)?;
            let num_parts = renumber(env.memory(), &mut parts, by_id())?;
            if num_parts > count {
                let sums = sums_by_community(env, &base_strengths, &parts, num_parts)?;
                let inside = weight_inside(env, &*index, &parts, 2.0)?;
                modularity = self.modularity(total, inside, &sums);
                (best, count) = (parts, num_parts);
            }
        }
        let num_communities = count as u64;
        Ok(Found { communities: best, num_communities, modularity, levels, report })
    }

    /// The modularity of communities of these strengths, with so much of `total` inside them.
    fn modularity(&self, total: f64, inside: f64, sums: &[f64]) -> f64 {
        let expected: f64 = sums.iter().map(|sum| (sum / total) * (sum / total)).sum();
        inside / total - self.resolution * expected
    }

    /// Bytes that the levels above the first may take: as much as an entry for each of the first; with
    /// a refinement twice, as parts may be hardly fewer than keys and two such levels are there at a
    /// time. They are asked for at once, so that what a run takes is known before, and it does not
    /// end in the middle.
    fn room(&self, num_entries: u64) -> u64 {
        (if self.randomness.is_some() { 24 } else { 12 }) * num_entries
    }

    /// The bytes that a run takes at its peak: while the first level is moved, or refined.
    pub(crate) fn estimate(&self, size: &GraphSize) -> u64 {
        let of_keys = if self.randomness.is_some() { 49 } else { 33 };
        of_keys * size.num_vertices + self.room(size.num_entries())
    }

    fn num_trials(&self, num_entries: u64) -> u64 {
        let cheap = || (ENTRIES_OF_TRIALS / num_entries.max(1)).clamp(1, MOST_TRIALS);
        self.trials.unwrap_or_else(cheap)
    }

    /// A number for each use of the seed.
    fn seed(&self, level: usize, use_: u64) -> u64 {
        self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(2 * level as u64 + use_)
    }
}

/// Gives the groups of `keys` the numbers from 0, in the order in which they first appear; says
/// how many there are.
fn renumber(
    memory: &MemoryManager,
    groups: &mut [u32],
    keys: impl Iterator<Item = u32>,
) -> quince_core::Result<usize> {
    let mut numbers = memory.allocate::<u32>("communities", groups.len())?;
    numbers.fill(u32::MAX);
    let mut count = 0;
    for key in keys {
        let group = &mut groups[key as usize];
        let number = &mut numbers[*group as usize];
        if *number == u32::MAX {
            (*number, count) = (count, count + 1);
        }
        *group = *number;
    }
    Ok(count as usize)
}

/// Every vertex in a community of its own.
fn put_alone(communities: &mut [u32]) {
    communities.iter_mut().enumerate().for_each(|(vertex, community)| *community = vertex as u32);
}

/// The levels, as far as they are.
struct Hierarchy<'a, E: EntryValue> {
    env: &'a Environment,
    settings: Multilevel,
    base: &'a Csr<E>,
    base_strengths: Segment<f64>,
    /// The sum of all strengths: twice the weight of all edges.
    total: f64,
    /// The level above the base, if it is reached.
    upper: Option<Upper>,
    /// The communities of vertices that this trial has come to.
    best: Segment<u32>,
    modularity: f64,
    /// The modularity that it began with: every vertex alone.
    alone: f64,
    trials: u64,
    trial: u64,
    /// The best of all trials, if another has begun.
    champion: Option<(Segment<u32>, f64)>,
    pass: u64,
    /// The modularity before this pass.
    before_pass: f64,
    /// Keeps the memory that levels above the first may take, until they are made.
    room: Reservation,
    levels: Vec<CommunityLevel>,
}

/// A level above the base.
struct Upper {
    index: Csr<f64>,
    strengths: Segment<f64>,
    /// The communities that its keys start in.
    start: Segment<u32>,
    /// The key that each vertex is in.
    key_of: Segment<u32>,
}

/// What a level came to.
struct Moved {
    level: CommunityLevel,
    communities: Segment<u32>,
    /// What is put together: the communities, or parts of them.
    groups: Option<Segment<u32>>,
    num_groups: usize,
}

impl<'a, E: EntryValue> Hierarchy<'a, E> {
    fn new(
        env: &'a Environment,
        settings: Multilevel,
        base: &'a Csr<E>,
        base_strengths: Segment<f64>,
    ) -> Result<Self> {
        let total = base_strengths.iter().sum();
        let mut best = env.memory().allocate::<u32>("communities", base.num_keys())?;
        put_alone(&mut best);
        let levels = Vec::new();
        let inside = weight_inside(env, base, &best, 2.0)?;
        let modularity = settings.modularity(total, inside, &base_strengths);
        let (alone, before_pass, upper, champion) = (modularity, modularity, None, None);
        let (trial, pass) = (1, 1);
        let room = env.memory().reserve("levels", settings.room(base.num_entries()))?;
        let trials = settings.num_trials(base.num_entries());
        Ok(Self {
            env,
            settings,
            base,
            base_strengths,
            total,
            upper,
            best,
            modularity,
            alone,
            trials,
            trial,
            champion,
            pass,
            before_pass,
            room,
            levels,
        })
    }

    /// One level.
    fn step(&mut self) -> quince_core::Result<StepOutcome> {
        let moved = match &self.upper {
            None => self.move_keys(self.base, 2.0, &self.base_strengths, &self.best)?,
            Some(upper) => self.move_keys(&upper.index, 1.0, &upper.strengths, &upper.start)?,
        };
        let level = moved.level;
        self.levels.push(level);
        // Without weight modularity is not a number, and nothing gets better.
        let is_better = level.modularity > self.modularity;
        if is_better {
            self.modularity = level.modularity;
            match &self.upper {
                None => self.best.copy_from_slice(&moved.communities),
                Some(upper) => {
                    let keys = self.best.iter_mut().zip(&upper.key_of[..]);
                    keys.for_each(|(best, &key)| *best = moved.communities[key as usize]);
                }
            }
        }
        let is_last = moved.num_groups as u64 == level.vertices || !(is_better || self.is_first());
        let convergence = Some(self.modularity);
        let workset = if is_last { self.next_pass()? } else { self.ascend(moved)? };
        Ok(StepOutcome { changes: level.moves, convergence, workset })
    }

    fn is_first(&self) -> bool {
        self.upper.is_none() && self.total > 0.0
    }

    /// Begins again at the base, from what was found or in another trial; the keys of the next
    /// level.
    fn next_pass(&mut self) -> quince_core::Result<u64> {
        self.upper = None;
        if self.pass < self.settings.passes && self.modularity > self.before_pass {
            self.pass += 1;
        } else if self.trial < self.trials && self.total > 0.0 {
            self.crown()?;
            put_alone(&mut self.best);
            self.modularity = self.alone;
            (self.trial, self.pass) = (self.trial + 1, 1);
        } else {
            if self.trial > 1 {
                self.crown()?;
            }
            return Ok(0);
        }
        self.before_pass = self.modularity;
        Ok(self.base.num_keys() as u64)
    }

    /// Keeps what this trial has come to if it is the best so far.
    fn crown(&mut self) -> quince_core::Result<()> {
        match &mut self.champion {
            None => {
                let memory = self.env.memory();
                let mut communities = memory.allocate::<u32>("communities", self.best.len())?;
                communities.copy_from_slice(&self.best);
                self.champion = Some((communities, self.modularity));
            }
            Some((communities, modularity)) if self.modularity > *modularity => {
                communities.copy_from_slice(&self.best);
                *modularity = self.modularity;
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Makes the next level; the number of its keys.
    fn ascend(&mut self, moved: Moved) -> quince_core::Result<u64> {
        let Moved { communities, groups, num_groups, .. } = moved;
        let (env, memory) = (self.env, self.env.memory());
        let groups_or_communities = groups.as_ref().unwrap_or(&communities);
        let mut start = memory.allocate::<u32>("communities", num_groups)?;
        let pairs = groups_or_communities.iter().zip(&communities[..]);
        pairs.for_each(|(&group, &community)| start[group as usize] = community);
        let groups = groups.unwrap_or(communities);
        // Every community that a key starts in must be below the number of keys: it is, as each
        // has at least one group.
        let (index, strengths, key_of) = match self.upper.take() {
            None => {
                let rest = self.room.bytes() - self.room.bytes().min(12 * self.base.num_entries());
                self.room.resize(rest)?;
                let double = |row, column, value: E| {
                    let weight = value.to_weight();
                    if row == column { 2.0 * weight } else { weight }
                };
                let index = Csr::quotient(env, self.base, &groups, num_groups, double)?;
                let strengths = sums_by_community(env, &self.base_strengths, &groups, num_groups)?;
                (index, strengths, groups)
            }
            Some(Upper { index, strengths, mut key_of, start }) => {
                drop(start);
                self.room.resize(0)?;
                let next = Csr::quotient(env, &index, &groups, num_groups, |_, _, value| value)?;
                let strengths = sums_by_community(env, &strengths, &groups, num_groups)?;
                key_of.iter_mut().for_each(|key| *key = groups[*key as usize]);
                (next, strengths, key_of)
            }
        };
        self.upper = Some(Upper { index, strengths, start, key_of });
        Ok(num_groups as u64)
    }

    /// Moves the keys of a level, and refines if that is asked for.
    fn move_keys<I: StaticIndex>(
        &self,
        index: &I,
        loops: f64,
        strengths: &[f64],
        start: &[u32],
    ) -> quince_core::Result<Moved> {
        let (env, settings, memory) = (self.env, &self.settings, self.env.memory());
        let num_keys = index.num_keys();
        let (scale, depth) = (settings.resolution / self.total, self.levels.len());
        let rounds = if num_keys <= SEQUENTIAL { num_keys } else { ROUNDS };
        let mut moving = Moving::new(env, strengths, start, scale)?;
        let seed = settings.seed(depth, 0);
        let iteration = RoundIteration::new(settings.name, index, &mut moving, rounds, seed);
        let result = iteration.maximum_supersteps(MOST_SUPERSTEPS).run(env)?;
        drop(moving);
        let (mut communities, report) = (result.states, result.report);
        let count = renumber(memory, &mut communities, 0..num_keys as u32)?;
        let sums = sums_by_community(env, strengths, &communities, count)?;
        let inside = weight_inside(env, index, &communities, loops)?;
        let level = CommunityLevel {
            trial: self.trial,
            pass: self.pass,
            vertices: num_keys as u64,
            moves: report.supersteps.iter().map(|superstep| superstep.changes).sum(),
            supersteps: report.num_supersteps(),
            communities: count as u64,
            modularity: settings.modularity(self.total, inside, &sums),
        };
        let Some(randomness) = settings.randomness else {
            return Ok(Moved { level, communities, groups: None, num_groups: count });
        };
        let theta = randomness * self.total / index.num_entries().max(1) as f64;
        let seed = settings.seed(depth, 1);
        let mut refining =
            Refining::new(env, index, &communities, &sums, strengths, scale, theta, seed)?;
        let iteration = RoundIteration::new(settings.name, index, &mut refining, rounds, seed);
        let mut groups = iteration.maximum_supersteps(REFINING_SUPERSTEPS).run(env)?.states;
        drop(refining);
        let num_groups = renumber(memory, &mut groups, 0..num_keys as u32)?;
        Ok(Moved { level, communities, groups: Some(groups), num_groups })
    }
}
