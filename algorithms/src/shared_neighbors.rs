//! Pairs of vertices that share neighbours: what similarities are made of.
//!
//! ```text
//! for u
//!     for w in neighbours of u, v in neighbours of w, v after u
//!         sum[v] += weight of w
//!     (u, v, sum[v]) for every v that was met
//! ```
//!
//! There may be far more pairs than edges, so they are never held: a table finds them while it is
//! read, a chunk of first vertices at a time. A chunk is cut by the number of paths u, w, v.

use std::fmt;
use std::ops::{AddAssign, Range};
use std::sync::{Arc, Mutex, PoisonError};

use quince_core::columnar::{Batch, Column, Native, Schema};
use quince_core::index::{Dictionary, DistinctRows, EntryValue};
use quince_core::memory::{MemoryManager, Segment};
use quince_core::pipeline::{Numbered, Output};
use quince_core::{Environment, Result};
use quince_gelly::{EdgeDirection, Error, GraphSize, IndexedGraph, VertexId, id_column};
use rayon::prelude::*;

/// What is added up for a pair; zero is the sum of nothing and of nothing else.
pub(crate) trait Amount: Native + Default + PartialEq + AddAssign {}

impl<T: Native + Default + PartialEq + AddAssign> Amount for T {}

/// Two vertices that share neighbours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair<T> {
    /// The numbers of their neighbours.
    pub(crate) degrees: [u32; 2],
    /// The weights of the shared ones.
    pub(crate) sum: T,
}

/// Paths of two edges in a chunk, unless a single vertex has more.
const CHUNK_PATHS: u64 = 1 << 21;

/// Rows in a batch.
const BATCH_ROWS: usize = 1 << 13;

/// The bytes that pairs with sums of `width` bytes take from the budget.
pub(crate) fn pair_bytes(size: &GraphSize, width: u64) -> u64 {
    (4 + size.num_threads * (4 + width)) * size.num_vertices
}

/// Fails if the graph is directed: then who shares a neighbour is another question.
pub(crate) fn check_undirected<E: EntryValue>(
    algorithm: &'static str,
    graph: &IndexedGraph<E>,
) -> quince_gelly::Result<()> {
    if graph.is_directed() { Err(Error::Directed { algorithm }) } else { Ok(()) }
}

/// The pairs of an undirected graph that `keep` makes a value of.
struct Pairs<E: EntryValue, T: Amount, F> {
    rows: DistinctRows<E>,
    degrees: Segment<u32>,
    /// First vertices.
    chunks: Vec<Range<u32>>,
    /// Of a shared neighbour, by its degree.
    weight: fn(u32) -> T,
    keep: F,
    /// Those of workers between two chunks.
    scratches: Mutex<Vec<Scratch<T>>>,
}

/// What a worker adds up in.
struct Scratch<T: Amount> {
    /// By second vertex; zero between two first vertices.
    sums: Segment<T>,
    /// The second vertices that were met.
    met: Segment<u32>,
}

impl<T: Amount> Scratch<T> {
    fn new(memory: &MemoryManager, num_vertices: usize) -> Result<Self> {
        let sums = memory.allocate("shared neighbours", num_vertices)?;
        Ok(Self { sums, met: memory.allocate("shared neighbours", num_vertices)? })
    }
}

/// Pairs with a value each, whatever they are made of.
pub(crate) trait FindPairs<R>: Send + Sync {
    fn num_chunks(&self) -> usize;

    /// Calls `visit` with both vertices, by dense id, and the value of every pair of a chunk.
    fn find(
        &self,
        env: &Environment,
        chunk: usize,
        visit: &mut dyn FnMut([u32; 2], R) -> Result<()>,
    ) -> Result<()>;
}

/// The pairs that share a neighbour and that `keep` makes a value of; neighbours weigh by degree.
pub(crate) fn pairs<E: EntryValue, T: Amount, R: 'static>(
    graph: &IndexedGraph<E>,
    weight: fn(u32) -> T,
    keep: impl Fn(Pair<T>) -> Option<R> + Send + Sync + 'static,
) -> quince_gelly::Result<Arc<dyn FindPairs<R>>> {
    let env = graph.environment();
    let rows = DistinctRows::symmetric(env, graph.index(EdgeDirection::Any)?)?;
    let degrees = rows.degrees(env)?;
    let chunks = rows.map_chunks(env, "pairs", |chunk| Ok(cut(&rows, &degrees, chunk)))?.concat();
    // One for each worker from the start, so that what a run takes, and whether it is refused, does
    // not depend on who works when.
    let scratch = |_| Scratch::new(env.memory(), degrees.len());
    let scratches = (0..env.num_threads()).map(scratch).collect::<Result<_>>()?;
    Ok(Arc::new(Pairs { rows, degrees, chunks, weight, keep, scratches: Mutex::new(scratches) }))
}

/// Cuts rows into pieces of about [`CHUNK_PATHS`] paths.
fn cut<E: EntryValue>(
    rows: &DistinctRows<E>,
    degrees: &[u32],
    chunk: Range<u32>,
) -> Vec<Range<u32>> {
    let (mut pieces, mut start, mut paths) = (Vec::new(), chunk.start, 0);
    for row in chunk.clone() {
        rows.for_each(row, |middle, _| paths += u64::from(degrees[middle as usize]));
        if paths >= CHUNK_PATHS {
            pieces.push(start..row + 1);
            (start, paths) = (row + 1, 0);
        }
    }
    if start < chunk.end {
        pieces.push(start..chunk.end);
    }
    pieces
}

impl<E: EntryValue, T: Amount, F> Pairs<E, T, F> {
    fn scratches(&self) -> std::sync::MutexGuard<'_, Vec<Scratch<T>>> {
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn scratch(&self, memory: &MemoryManager) -> Result<Scratch<T>> {
        let free = self.scratches().pop();
        free.map_or_else(|| Scratch::new(memory, self.degrees.len()), Ok)
    }

    /// Adds up for one first vertex; says how many second ones were met.
    #[inline(always)]
    fn add_up(&self, first: u32, scratch: &mut Scratch<T>) -> usize {
        let Scratch { sums, met } = scratch;
        let mut num_met = 0;
        self.rows.for_each(first, |middle, _| {
            let weight = (self.weight)(self.degrees[middle as usize]);
            self.rows.for_each_above(middle, first, |second, _| {
                let sum = &mut sums[second as usize];
                if *sum == T::default() {
                    met[num_met] = second;
                    num_met += 1;
                }
                *sum += weight;
            });
        });
        num_met
    }
}

impl<E: EntryValue, T: Amount, R, F> FindPairs<R> for Pairs<E, T, F>
where
    F: Fn(Pair<T>) -> Option<R> + Send + Sync,
{
    fn num_chunks(&self) -> usize {
        self.chunks.len()
    }

    fn find(
        &self,
        env: &Environment,
        chunk: usize,
        visit: &mut dyn FnMut([u32; 2], R) -> Result<()>,
    ) -> Result<()> {
        let mut scratch = self.scratch(env.memory())?;
        for first in self.chunks[chunk].clone() {
            let num_met = self.add_up(first, &mut scratch);
            for &second in &scratch.met[..num_met] {
                let sum = std::mem::take(&mut scratch.sums[second as usize]);
                let degrees = [first, second].map(|vertex| self.degrees[vertex as usize]);
                if let Some(value) = (self.keep)(Pair { degrees, sum }) {
                    visit([first, second], value)?;
                }
            }
        }
        // A scratch with sums in it, after an error, does not come back.
        self.scratches().push(scratch);
        Ok(())
    }
}

/// Pairs of vertices with a value each, to be found when they are read.
pub(crate) struct PairTable<R> {
    env: Environment,
    dictionary: Arc<Dictionary>,
    pairs: Arc<dyn FindPairs<R>>,
    /// Whether each pair has a row both ways.
    mirror: bool,
    num_pairs: u64,
}

impl<R> Clone for PairTable<R> {
    fn clone(&self) -> Self {
        let (env, dictionary) = (self.env.clone(), self.dictionary.clone());
        Self { env, dictionary, pairs: self.pairs.clone(), ..*self }
    }
}

impl<R> fmt::Debug for PairTable<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairTable").field("num_pairs", &self.num_pairs).finish_non_exhaustive()
    }
}

/// The columns of values.
pub(crate) type Columns<R> = fn(&MemoryManager, &[R]) -> Result<Vec<Column>>;

impl<R: Copy + Send + 'static> PairTable<R> {
    /// Counts the pairs.
    pub(crate) fn new<E: EntryValue>(
        graph: &IndexedGraph<E>,
        pairs: Arc<dyn FindPairs<R>>,
        mirror: bool,
    ) -> quince_gelly::Result<Self> {
        let (env, dictionary) = (graph.environment().clone(), graph.dictionary().clone());
        let mut table = Self { env, dictionary, pairs, mirror, num_pairs: 0 };
        let counts = table.map_chunks(|find| {
            let mut count = 0u64;
            find(&mut |_, _| {
                count += 1;
                Ok(())
            })?;
            Ok(count)
        })?;
        table.num_pairs = counts.iter().sum();
        Ok(table)
    }

    /// The number of pairs; one that has a row both ways counts once.
    pub(crate) fn num_pairs(&self) -> u64 {
        self.num_pairs
    }

    /// The sum of a figure of all pairs, in a fixed order.
    pub(crate) fn sum(
        &self,
        figure: impl Fn(&R) -> f64 + Sync + Send,
    ) -> quince_gelly::Result<f64> {
        let sums = self.map_chunks(|find| {
            let mut sum = 0.0;
            find(&mut |_, value| {
                sum += figure(&value);
                Ok(())
            })?;
            Ok(sum)
        })?;
        Ok(sums.iter().sum())
    }

    /// The `count` pairs of the highest scores, falling; equal ones ascend by ids.
    pub(crate) fn top(
        &self,
        count: usize,
        score: impl Fn(&R) -> f64 + Sync + Send,
    ) -> quince_gelly::Result<Vec<([VertexId<'_>; 2], R)>> {
        let order = |(a, left): &([u32; 2], R), (b, right): &([u32; 2], R)| {
            score(right).total_cmp(&score(left)).then_with(|| a.cmp(b))
        };
        let limit = count.saturating_mul(2).max(2);
        let best = self.map_chunks(|find| {
            // Bounded by the count: what is kept is cut back to it whenever it has doubled.
            let mut best: Vec<([u32; 2], R)> = Vec::new();
            find(&mut |vertices, value| {
                if best.len() >= limit {
                    best.select_nth_unstable_by(count.saturating_sub(1), order);
                    best.truncate(count);
                }
                best.push((self.ordinals(vertices), value));
                Ok(())
            })?;
            best.sort_unstable_by(order);
            best.truncate(count);
            Ok(best)
        })?;
        let mut best = best.concat();
        best.sort_unstable_by(order);
        best.truncate(count);
        let named = |vertices: [u32; 2]| vertices.map(|at| self.dictionary.key_of_ordinal(at));
        Ok(best.into_iter().map(|(vertices, value)| (named(vertices), value)).collect())
    }

    /// The table of `vertex_0`, `vertex_1` and the columns of the values.
    pub(crate) fn source(
        &self,
        name: &str,
        names: &'static [&'static str],
        columns: Columns<R>,
    ) -> Numbered<impl quince_core::pipeline::ReadNumber + use<R>> {
        let table = self.clone();
        Numbered::new(name, self.pairs.num_chunks(), move |chunk, env, output| {
            table.read(chunk, env, output, names, columns)
        })
    }

    /// Calls `work` for every chunk, in parallel; results come in the order of the chunks.
    fn map_chunks<T: Send>(
        &self,
        work: impl Fn(&Find<'_, R>) -> Result<T> + Sync + Send,
    ) -> Result<Vec<T>> {
        self.env.run("pairs", || {
            let chunks = (0..self.pairs.num_chunks()).into_par_iter().with_max_len(1);
            let of_chunk = |chunk| {
                self.env.check_cancelled()?;
                work(&|visit| self.pairs.find(&self.env, chunk, visit))
            };
            chunks.map(of_chunk).collect()
        })
    }

    /// The vertices by ordinal, ascending.
    fn ordinals(&self, vertices: [u32; 2]) -> [u32; 2] {
        let [first, second] = vertices.map(|vertex| self.dictionary.ordinal(vertex));
        [first.min(second), first.max(second)]
    }

    fn read(
        &self,
        chunk: usize,
        env: &Environment,
        output: &mut dyn Output,
        names: &'static [&'static str],
        columns: Columns<R>,
    ) -> Result<()> {
        let (mut ends, mut values) = (Vec::new(), Vec::new());
        let mut emit = |ends: &mut Vec<[u32; 2]>, values: &mut Vec<R>| {
            env.check_cancelled()?;
            let mut all = vec!["vertex_0", "vertex_1"];
            all.extend(names);
            let memory = env.memory();
            let id =
                |at: usize| id_column(memory, &self.dictionary, ends.iter().map(|row| row[at]));
            let mut batch = vec![id(0)?, id(1)?];
            batch.extend(columns(memory, values)?);
            ends.clear();
            values.clear();
            output.emit(Batch::new(Schema::new(all), batch))
        };
        self.pairs.find(env, chunk, &mut |vertices, value| {
            let [low, high] = self.ordinals(vertices);
            ends.push([low, high]);
            values.push(value);
            if self.mirror {
                ends.push([high, low]);
                values.push(value);
            }
            if ends.len() < BATCH_ROWS { Ok(()) } else { emit(&mut ends, &mut values) }
        })?;
        if ends.is_empty() { Ok(()) } else { emit(&mut ends, &mut values) }
    }
}

/// Finds the pairs of a chunk.
type Find<'a, R> = dyn Fn(&mut dyn FnMut([u32; 2], R) -> Result<()>) -> Result<()> + 'a;
