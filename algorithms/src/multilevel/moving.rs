//! Local moving: a key goes to the neighbouring community where modularity gains most.
//!
//! With `k` the strength of a key, `w(c)` its weight to community `c`, and `K(c)` the strength of
//! `c` without the key, its place in `c` is worth `w(c) - r * k * K(c) / 2m`; moving gains the
//! difference. A place of its own is worth 0.

use quince_core::Environment;
use quince_core::Result;
use quince_core::index::{EntryValue, StaticIndex, Tally};
use quince_core::iteration::{RoundProgram, Row, RowContext, RowProgram};
use quince_core::memory::Segment;

/// A gain below this share of a key's strength is rounding.
const ROUNDING: f64 = 1e-12;

pub(super) struct Moving<'a> {
    strengths: &'a [f64],
    start: &'a [u32],
    /// The resolution / 2m.
    scale: f64,
    /// The strength of each community, and its number of keys.
    sums: Segment<f64>,
    sizes: Segment<u32>,
}

impl<'a> Moving<'a> {
    /// Communities are numbers below the number of keys; `start` are those at first.
    pub(super) fn new(
        env: &Environment,
        strengths: &'a [f64],
        start: &'a [u32],
        scale: f64,
    ) -> Result<Self> {
        let mut sums = env.memory().allocate::<f64>("communities", start.len())?;
        let mut sizes = env.memory().allocate::<u32>("communities", start.len())?;
        for (&community, strength) in start.iter().zip(strengths) {
            sums[community as usize] += strength;
            sizes[community as usize] += 1;
        }
        Ok(Self { strengths, start, scale, sums, sizes })
    }
}

impl<W: EntryValue> RowProgram<W> for Moving<'_> {
    type State = u32;
    type Group = f64;
    const READS_OWN_STATE: bool = true;

    fn initial(&self, key: u32) -> u32 {
        self.start[key as usize]
    }

    fn apply<I: StaticIndex<Value = W>>(
        &self,
        row: Row<'_, I, u32>,
        weights: &mut Tally<f64>,
        _: RowContext,
    ) -> Result<u32> {
        let (key, own) = (row.key, row.state());
        let strength = self.strengths[key as usize];
        weights.begin(row.degree());
        row.for_each(|column, community, value| {
            if column != key {
                weights.add(community, value.to_weight(), |a, b| a + b);
            }
        });
        let chance = self.scale * strength;
        let stay = weights.get(own).unwrap_or(0.0) - chance * (self.sums[own as usize] - strength);
        let mut best = (stay + ROUNDING * strength, own);
        for (community, weight) in weights.groups()? {
            let worth = weight - chance * self.sums[community as usize];
            let is_better = worth > best.0 || worth == best.0 && community < best.1;
            if community != own && is_better {
                best = (worth, community);
            }
        }
        let is_free = self.sizes[key as usize] == 0;
        Ok(if best.0 < 0.0 && is_free { key } else { best.1 })
    }
}

impl<W: EntryValue> RoundProgram<W> for Moving<'_> {
    fn commit<I: StaticIndex<Value = W>>(&mut self, row: Row<'_, I, u32>, new: u32) -> bool {
        let (old, new_at) = (row.state() as usize, new as usize);
        // Its keys have left in this round; but the key may have wanted to be alone.
        if self.sizes[new_at] == 0 && new != row.key {
            return false;
        }
        let strength = self.strengths[row.key as usize];
        self.sums[old] -= strength;
        self.sizes[old] -= 1;
        self.sums[new_at] += strength;
        self.sizes[new_at] += 1;
        true
    }

    fn wakes(&self, reader: u32, new: u32) -> bool {
        reader != new
    }
}
