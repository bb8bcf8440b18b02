//! Refinement: each community is split into parts that hang together well.
//!
//! Every key starts as a part of its own. In a drawn order each key that is still alone, and well
//! connected to its community `S`, joins a part of `S` that is well connected too, drawn by what
//! the place there is worth. A set `c` is well connected to the rest of `S` if
//!
//! ```text
//! weight(c, S - c) >= r * K(c) * (K(S) - K(c)) / 2m
//! ```
//!
//! A key joins only a part that it has an entry to, a part's keys never leave it once there are
//! two, and one that somebody joined does not move: so that every part is connected.
//!
//! After Traag, Waltman, van Eck: *From Louvain to Leiden: guaranteeing well-connected
//! communities*, 2019.

use quince_core::Environment;
use quince_core::Result;
use quince_core::index::{EntryValue, StaticIndex, Tally};
use quince_core::iteration::{RoundProgram, Row, RowContext, RowProgram};
use quince_core::memory::{Segment, SharedSlice};
use rayon::prelude::*;

/// What is missing less than this share of a strength is not missing.
const ROUNDING: f64 = 1e-12;

pub(super) struct Refining<'a> {
    communities: &'a [u32],
    community_sums: &'a [f64],
    strengths: &'a [f64],
    /// The resolution / 2m.
    scale: f64,
    /// The difference in worth that makes a place e times as likely.
    theta: f64,
    seed: u64,
    /// Of each part the strength, the number of keys, and the weight to the rest of its community.
    sums: Segment<f64>,
    sizes: Segment<u32>,
    cuts: Segment<f64>,
}

impl<'a> Refining<'a> {
    #[expect(clippy::too_many_arguments, reason = "what a level consists of, and how to choose")]
    pub(super) fn new<I: StaticIndex>(
        env: &Environment,
        index: &I,
        communities: &'a [u32],
        community_sums: &'a [f64],
        strengths: &'a [f64],
        scale: f64,
        theta: f64,
        seed: u64,
    ) -> Result<Self> {
        let memory = env.memory();
        let mut sums = memory.allocate::<f64>("parts", communities.len())?;
        sums.copy_from_slice(strengths);
        let mut sizes = memory.allocate::<u32>("parts", communities.len())?;
        sizes.fill(1);
        let mut cuts = memory.allocate::<f64>("parts", communities.len())?;
        let slots = SharedSlice::new(&mut cuts);
        env.run("refinement", || {
            index.par_chunks().try_for_each(|keys| {
                env.check_cancelled()?;
                for key in keys.clone() {
                    let (own, mut cut) = (communities[key as usize], 0.0);
                    index.for_each(key, |column, value| {
                        if column != key && communities[column as usize] == own {
                            cut += value.to_weight();
                        }
                    });
                    slots.store(key as usize, cut);
                }
                Ok(())
            })
        })?;
        Ok(Self { communities, community_sums, strengths, scale, theta, seed, sums, sizes, cuts })
    }

    /// Whether a part is well connected to the rest of a community of strength `whole`.
    fn is_well_connected(&self, part: u32, whole: f64) -> bool {
        let (part, sum) = (part as usize, self.sums[part as usize]);
        self.cuts[part] + ROUNDING * whole >= self.scale * sum * (whole - sum)
    }

    /// Draws one of the parts in `weights`, or `key` to stay alone.
    fn draw(&self, key: u32, whole: f64, weights: &mut Tally<f64>) -> Result<u32> {
        let chance = self.scale * self.strengths[key as usize];
        let worth = |part: u32, weight: f64| {
            let worth = weight - chance * self.sums[part as usize];
            (worth >= 0.0 && self.is_well_connected(part, whole)).then_some(worth)
        };
        let worths = |weights: &mut Tally<f64>| -> Result<Vec<(u32, f64)>> {
            let parts = weights.groups()?;
            Ok(parts.filter_map(|(part, weight)| Some((part, worth(part, weight)?))).collect())
        };
        let parts = worths(weights)?;
        let largest = parts.iter().fold(0.0, |largest: f64, &(_, worth)| largest.max(worth));
        let likely = |worth: f64| ((worth - largest) / self.theta).exp();
        let sum: f64 = likely(0.0) + parts.iter().map(|&(_, worth)| likely(worth)).sum::<f64>();
        let mut left = sum * uniform(self.seed, key);
        for (part, worth) in parts {
            left -= likely(worth);
            if left < 0.0 {
                return Ok(part);
            }
        }
        Ok(key)
    }
}

/// A number in 0..1 drawn for a key.
fn uniform(seed: u64, key: u32) -> f64 {
    // The finalizer of SplitMix64, from which 53 bits are taken.
    let mut x = seed ^ u64::from(key).wrapping_mul(0xD1B5_4A32_D192_ED03);
    x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ x >> 31) >> 11) as f64 / (1u64 << 53) as f64
}

impl<W: EntryValue> RowProgram<W> for Refining<'_> {
    type State = u32;
    type Group = f64;
    const READS_OWN_STATE: bool = true;

    fn initial(&self, key: u32) -> u32 {
        key
    }

    fn apply<I: StaticIndex<Value = W>>(
        &self,
        row: Row<'_, I, u32>,
        weights: &mut Tally<f64>,
        _: RowContext,
    ) -> Result<u32> {
        let (key, own) = (row.key, row.state());
        let community = self.communities[key as usize];
        let whole = self.community_sums[community as usize];
        let is_alone = own == key && self.sizes[key as usize] == 1;
        if !is_alone || !self.is_well_connected(key, whole) {
            return Ok(own);
        }
        weights.begin(row.degree());
        row.for_each(|column, part, value| {
            if column != key && self.communities[column as usize] == community {
                weights.add(part, value.to_weight(), |a, b| a + b);
            }
        });
        self.draw(key, whole, weights)
    }
}

impl<W: EntryValue> RoundProgram<W> for Refining<'_> {
    fn commit<I: StaticIndex<Value = W>>(&mut self, row: Row<'_, I, u32>, new: u32) -> bool {
        let (key, part) = (row.key, new as usize);
        // Somebody joined the key in this round, or the part's only key left it.
        if self.sizes[key as usize] != 1 || self.sizes[part] == 0 {
            return false;
        }
        let mut weight = 0.0;
        row.for_each(|column, state, value| {
            if column != key && state == new {
                weight += value.to_weight();
            }
        });
        let at = key as usize;
        self.cuts[part] += self.cuts[at] - 2.0 * weight;
        self.sums[part] += self.strengths[at];
        self.sizes[part] += 1;
        (self.cuts[at], self.sums[at], self.sizes[at]) = (0.0, 0.0, 0);
        true
    }

    fn wakes(&self, _reader: u32, _new: u32) -> bool {
        false
    }
}
