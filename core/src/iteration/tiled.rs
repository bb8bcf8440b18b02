//! The bulk iteration over tiles: the same superstep, one block of columns after the other.
//!
//! A superstep reads the projection column at random, once an entry. If no cache holds the column
//! and the reads are scattered all over it, the index is cut into [`Tiles`] in the first superstep,
//! and every superstep goes over them:
//!
//! ```text
//! for every block of columns:  for every chunk of rows, in parallel:  fold its tile into M
//! (after the last block, chunk by chunk:  apply, project)
//! ```
//!
//! While a block is worked on, its part of the projections stays in the cache. Messages to a key
//! combine block by block, in any case: a budget that has no room for the tiles makes it slower
//! and changes no bit.

use bytemuck::Pod;
use rayon::prelude::*;

use super::bulk::{BulkBody, BulkIteration, BulkProgram, BulkResult, Combined};
use super::forward::Rewrites;
use super::resume::Stateful;
use super::superstep::{self, Body, Step};
use crate::algebra::Monoid;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::index::{Csr, EntryValue, StaticIndex, Tiles};
use crate::memory::{MemoryError, Segment};
use crate::plan::Rewrite;
use crate::snapshot::{Identity, SnapshotReader, SnapshotWriter};

/// The name of the rewrite in plans.
pub const COLUMN_TILES: &str = "column tiles";

/// Bytes of the projection column that a block reads: they fit the private cache of a core, with
/// room for what streams by.
const BLOCK_BYTES: usize = 1 << 20;

/// With fewer blocks than this the column is left whole: at most twice what is taken to fit.
const LEAST_BLOCKS: usize = 3;

/// Bytes that a cache reads at once.
const LINE_BYTES: usize = 64;

/// From this [scatter](Csr::scatter) on tiles pay: uniform random graphs have 0.9, Kronecker graphs
/// 0.66 with vertices at random and 0.32 (in 4 bytes) to 0.42 (in 8) hub-first.
const SCATTERED: f64 = 0.6;

/// Whether a program's bulk iteration over an index will go by tiles, and why.
pub fn column_tiles<W: EntryValue, P: BulkProgram<W>>(
    index: &Csr<W>,
    rewrites: Rewrites,
) -> Rewrite {
    let width = size_of::<P::Projection>();
    let bits = block_bits(width);
    let num_blocks = index.num_keys().div_ceil(1 << bits);
    let bytes = index.num_keys() * width;
    let (taken, reason) = if rewrites == Rewrites::Off {
        (false, "switched off".to_owned())
    } else if !P::Combiner::REASSOCIATES {
        (false, format!("{} may not be regrouped", P::Combiner::NAME))
    } else if num_blocks < LEAST_BLOCKS {
        (false, format!("the projection fits the cache: {bytes} bytes"))
    } else if index.num_entries() < (index.num_keys() * num_blocks) as u64 {
        (false, format!("less than one entry for each key and one of {num_blocks} blocks"))
    } else {
        let scatter = index.scatter((LINE_BYTES / width).max(1));
        let facts = format!(
            "{:.0} % of sampled entries read another line of the projection, {bytes} bytes in \
             {num_blocks} blocks",
            100.0 * scatter
        );
        if scatter < SCATTERED {
            (false, format!("reads are close together: {facts}"))
        } else {
            (true, format!("reads are scattered: {facts}"))
        }
    };
    Rewrite { name: COLUMN_TILES.to_owned(), taken, reason }
}

/// Keys of a block, as a power of two.
fn block_bits(width: usize) -> u32 {
    (BLOCK_BYTES / width.max(1)).max(1).ilog2()
}

impl<W, P> BulkIteration<'_, Csr<W>, P>
where
    W: EntryValue,
    P: BulkProgram<W>,
    Combined<P, W>: Pod,
{
    /// Runs it, by tiles if [`column_tiles`] says so.
    ///
    /// That takes the entries again, and a combined message a key, from the budget; if they do not
    /// fit, the index is read as it is, to the same result.
    pub fn tiled(self, env: &Environment, rewrites: Rewrites) -> Result<BulkResult<P::State>> {
        if !column_tiles::<W, P>(self.index, rewrites).taken {
            return self.run(env);
        }
        env.install(|| self.run_tiled(env, block_bits(size_of::<P::Projection>())))
    }

    fn run_tiled(self, env: &Environment, bits: u32) -> Result<BulkResult<P::State>> {
        let bulk = BulkBody::new(env, &self)?;
        let (index, program) = (self.index, self.program);
        let mut body = TiledBody { env, index, program, bulk, bits, cut: None };
        let report = superstep::run_resumable(env, self.name, &self.criterion, &mut body)?;
        Ok(BulkResult { states: body.bulk.states, report })
    }
}

/// The state is that of the bulk iteration; its sums are regrouped by the blocks.
impl<W, P> Stateful for TiledBody<'_, W, P>
where
    W: EntryValue,
    P: BulkProgram<W>,
    Combined<P, W>: Pod,
{
    fn identity(&self) -> Result<Identity> {
        let mut identity = self.bulk.identity()?;
        let block = format!("2^{} keys a block", self.bits);
        identity.program.push((COLUMN_TILES.to_owned(), block));
        Ok(identity)
    }

    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        self.bulk.save(snapshot)
    }

    fn restore(&mut self, snapshot: &mut SnapshotReader) -> Result<()> {
        self.bulk.restore(snapshot)
    }
}

struct TiledBody<'a, W: EntryValue, P: BulkProgram<W>>
where
    Combined<P, W>: Pod,
{
    env: &'a Environment,
    index: &'a Csr<W>,
    program: &'a P,
    bulk: BulkBody<'a, Csr<W>, P>,
    bits: u32,
    cut: Option<Cut<W, Combined<P, W>>>,
}

/// The tiles, and the messages of each key combined so far; none if the budget has no room.
type Cut<W, V> = Option<(Tiles<W>, Segment<V>)>;

fn cut<W: EntryValue, V: Pod>(env: &Environment, index: &Csr<W>, bits: u32) -> Result<Cut<W, V>> {
    let partials = env.memory().allocate("combined messages", index.num_keys());
    let both = partials.map_err(Error::from).and_then(|p| Ok((index.tiles(env, bits)?, p)));
    match both {
        Err(Error::Memory(MemoryError::OutOfBudget { .. })) => Ok(None),
        both => both.map(Some),
    }
}

impl<W, P> Body for TiledBody<'_, W, P>
where
    W: EntryValue,
    P: BulkProgram<W>,
    Combined<P, W>: Pod,
{
    fn workset(&self) -> u64 {
        self.bulk.workset()
    }

    fn superstep(&mut self, superstep: u64) -> Result<Step> {
        let (env, index, program, bits) = (self.env, self.index, self.program, self.bits);
        let message = |projection, value| program.message(projection, value);
        if self.cut.is_none() {
            self.cut = Some(cut(env, index, bits)?);
        }
        let Some(Some((tiles, partials))) = &mut self.cut else {
            let parts = vec![(); index.chunks().len()];
            return self.bulk.sweep(superstep, parts, |_, projections, (), rows| {
                rows.apply(|keys, degrees, combined| {
                    for ((key, degree), combined) in keys.zip(degrees).zip(combined) {
                        *degree = index.degree(key) as u32;
                        *combined =
                            index.fold_in_blocks::<P::Combiner, _>(key, bits, projections, message);
                    }
                })
            });
        };
        partials.par_chunks_mut(1 << 16).for_each(|part| part.fill(P::Combiner::IDENTITY));
        let last = tiles.num_blocks() - 1;
        let projections = &self.bulk.projections[..];
        for block in 0..last {
            let parts = in_chunks(index, partials);
            parts.into_par_iter().with_max_len(1).enumerate().try_for_each(
                |(chunk, partials)| {
                    env.check_cancelled()?;
                    tiles.fold_into::<P::Combiner, _>(block, chunk, projections, message, partials);
                    Ok::<_, Error>(())
                },
            )?;
        }
        let parts = in_chunks(index, partials);
        self.bulk.sweep(superstep, parts, |chunk, projections, partials, rows| {
            tiles.fold_into::<P::Combiner, _>(last, chunk, projections, message, partials);
            let mut partials = &partials[..];
            rows.apply(|keys, degrees, combined| {
                let (some, rest) = partials.split_at(combined.len());
                combined.copy_from_slice(some);
                partials = rest;
                for (key, degree) in keys.zip(degrees) {
                    *degree = index.degree(key) as u32;
                }
            })
        })
    }
}

/// The part of a column that belongs to each chunk of rows.
fn in_chunks<'c, W: EntryValue, V>(index: &Csr<W>, mut column: &'c mut [V]) -> Vec<&'c mut [V]> {
    let part = |rows: &std::ops::Range<u32>| {
        column.split_off_mut(..rows.len()).expect("chunks are all rows")
    };
    index.chunks().iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::algebra::Sum;
    use crate::iteration::delta::tests::{index, ring};
    use crate::iteration::{BulkContext, BulkKey, Criterion};

    /// A weighted PageRank of sorts, projected to `N` copies.
    struct Rank<const N: usize>;

    impl<const N: usize, W: EntryValue> BulkProgram<W> for Rank<N> {
        type State = f64;
        type Projection = [f64; N];
        type Combiner = Sum<f64>;
        type Shared = f64;
        fn initial(&self, key: BulkKey) -> f64 {
            1.0 / f64::from(key.id + 1)
        }
        fn project(&self, key: BulkKey, state: &f64) -> [f64; N] {
            [state / f64::from(key.id % 7 + 1); N]
        }
        fn message(&self, projection: [f64; N], value: W) -> f64 {
            projection[0] * value.to_weight()
        }
        fn share(&self, context: &BulkContext) -> f64 {
            context.aggregate / context.num_keys as f64
        }
        fn apply(&self, _key: BulkKey, _state: &f64, sum: f64, mean: f64) -> f64 {
            0.1 + 0.01 * sum + mean / 3.0
        }
        fn aggregate(&self, key: BulkKey, state: &f64) -> f64 {
            if key.id.is_multiple_of(3) { *state } else { 0.0 }
        }
        fn change(&self, old: &f64, new: &f64) -> f64 {
            (old - new).abs()
        }
    }

    fn iteration<W: EntryValue>(index: &Csr<W>) -> BulkIteration<'_, Csr<W>, Rank<1>> {
        BulkIteration::new("rank", index, &Rank::<1>, Criterion::MaximumSupersteps(4))
    }

    /// States and convergence values, as bits.
    fn bits_of(result: &BulkResult<f64>) -> (Vec<u64>, Vec<u64>) {
        let changes = result.report.supersteps.iter().filter_map(|step| step.convergence);
        let states = result.states.iter().map(|state| state.to_bits());
        (states.collect(), changes.map(f64::to_bits).collect())
    }

    /// The same without tiles, as if the budget had refused them.
    fn refused<W: EntryValue>(env: &Environment, index: &Csr<W>, bits: u32) -> BulkResult<f64> {
        let iteration = iteration(index);
        let bulk = BulkBody::new(env, &iteration).unwrap();
        let cut = Some(None);
        let mut body = TiledBody { env, index, program: iteration.program, bulk, bits, cut };
        let criterion = Criterion::MaximumSupersteps(4);
        let report = env.install(|| superstep::run(env, "rank", &criterion, &mut body)).unwrap();
        BulkResult { states: body.bulk.states, report }
    }

    fn agrees<W: EntryValue>(num_keys: u32, pairs: &[(u32, u32, f64)], bits: u32) {
        let results = [1, 2, 8].map(|threads| {
            let env = Environment::builder().threads(threads).memory("256 MiB").build().unwrap();
            let index = index::<W>(&env, num_keys, pairs);
            let tiled = env.install(|| iteration(&index).run_tiled(&env, bits)).unwrap();
            assert_eq!(bits_of(&tiled), bits_of(&refused(&env, &index, bits)));
            let plain = iteration(&index).run(&env).unwrap();
            for (tiled, plain) in tiled.states.iter().zip(&plain.states[..]) {
                assert!((tiled - plain).abs() <= 1e-12 * plain.abs(), "{tiled} {plain}");
            }
            bits_of(&tiled)
        });
        assert!(results[1] == results[0] && results[2] == results[0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn tiles_agree_with_the_plain_sweep(
            num_keys in 1u32..80,
            raw in prop::collection::vec((0u32..80, 0u32..80, 0.0f64..2.0), 0..400),
            bits in 0u32..8,
        ) {
            let pairs: Vec<_> =
                raw.into_iter().map(|(l, r, w)| (l % num_keys, r % num_keys, w)).collect();
            agrees::<f64>(num_keys, &pairs, bits);
            agrees::<()>(num_keys, &pairs, bits);
        }
    }

    #[test]
    fn nothing_and_a_hub_are_cut_too() {
        agrees::<()>(0, &[], 3);
        agrees::<f64>(3, &[], 0);
        // A row of more entries than a chunk, and pieces of more than 16 bits count.
        let star: Vec<_> = (1..150_000).map(|key| (0, key, 0.5)).collect();
        agrees::<f64>(150_000, &star, 17);
        agrees::<()>(150_000, &star, 10);
    }

    #[test]
    fn a_budget_without_room_for_tiles_changes_no_bit() {
        const KEYS: u32 = 40_000;
        let env = Environment::builder().threads(2).memory("64 MiB").build().unwrap();
        let index = index::<()>(&env, KEYS, &scattered(KEYS, 130_000));
        let run = || {
            let criterion = Criterion::MaximumSupersteps(3);
            BulkIteration::new("rank", &index, &Rank::<8>, criterion).tiled(&env, Rewrites::On)
        };
        let roomy = run().unwrap();
        // A state, two projections and combined messages fit, and tiles beside them do not.
        let needed = u64::from(KEYS) * (8 + 2 * 64 + 8);
        let free = (64 << 20) - env.memory().counters().granted_bytes;
        let others = env.memory().reserve("others", free - needed - 100_000).unwrap();
        let body = env.memory().reserve("body", needed).unwrap();
        assert!(index.tiles(&env, 14).is_err());
        drop(body);
        let tight = run().unwrap();
        drop(others);
        assert_eq!(bits_of(&roomy), bits_of(&tight));
    }

    /// Pairs of keys that have nothing to do with each other.
    fn scattered(num_keys: u32, num_pairs: u32) -> Vec<(u32, u32, f64)> {
        let key = |at: u32| (at.wrapping_mul(2_654_435_761) >> 4) % num_keys;
        (0..num_pairs).map(|at| (key(2 * at), key(at ^ 0x5555_5555), 1.0)).collect()
    }

    #[test]
    fn the_choice_gives_its_reason() {
        let env = Environment::builder().threads(2).build().unwrap();
        let choose = |index: &Csr<()>, rewrites| column_tiles::<(), Rank<8>>(index, rewrites);
        let reason = |index: &Csr<()>| {
            let rewrite = choose(index, Rewrites::On);
            assert!(!rewrite.taken);
            rewrite.reason
        };
        let random = index::<()>(&env, 40_000, &scattered(40_000, 130_000));
        let taken = choose(&random, Rewrites::On);
        assert!(taken.taken && taken.reason.starts_with("reads are scattered"), "{taken:?}");
        assert_eq!(choose(&random, Rewrites::Off).reason, "switched off");
        assert!(reason(&ring(&env, 9)).starts_with("the projection fits the cache"));
        assert!(reason(&ring(&env, 40_000)).starts_with("less than one entry"));
        let near: Vec<_> =
            (0..160_000).map(|at| (at / 4, (at / 4 + at % 4) % 40_000, 1.0)).collect();
        assert!(reason(&index::<()>(&env, 40_000, &near)).starts_with("reads are close together"));
    }
}
