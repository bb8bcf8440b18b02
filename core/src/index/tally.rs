//! The values of one row grouped by a dense key: what a fold cannot do.
//!
//! In plain form, `row.group_by(key).reduce(combine)`, for rows that are looked at one after the
//! other by one worker. The groups lie in a list, in the order in which they came. A few are gone
//! through one by one; more are found by an open-addressed table that is as large as the row needs,
//! so that no row pays for a longer one.

use crate::memory::{MemoryError, MemoryManager, Reservation};

/// The key of an empty slot; no dense key is as large.
const EMPTY: u32 = u32::MAX;

/// The most groups without a table.
const FEW: usize = 8;

/// Slots that every worker may have for nothing: what is bounded is not asked for.
const FREE_SLOTS: usize = 1 << 15;

/// Values grouped by key, for one row at a time.
///
/// ```
/// use quince_core::index::Tally;
/// use quince_core::memory::MemoryManager;
///
/// let mut tally = Tally::new(&MemoryManager::new(1 << 20));
/// tally.begin(3);
/// for (key, value) in [(7, 1.0), (2, 5.0), (7, 0.5)] {
///     tally.add(key, value, |a, b| a + b);
/// }
/// assert_eq!(tally.sorted()?, [(2, 5.0), (7, 1.5)]);
/// # Ok::<(), quince_core::memory::MemoryError>(())
/// ```
#[derive(Debug)]
pub struct Tally<V> {
    groups: Vec<(u32, V)>,
    /// Keys and where their groups are. A power of two of slots belong to the row, or none.
    slots: Vec<(u32, u32)>,
    num_slots: usize,
    /// What a hash is shifted by.
    shift: u32,
    /// Pays for what is beyond [`FREE_SLOTS`].
    reservation: Reservation,
    refused: Option<MemoryError>,
}

impl<V: Copy> Tally<V> {
    /// A tally that asks `memory` for what rows of very many groups need.
    pub fn new(memory: &MemoryManager) -> Self {
        let reservation = memory.reserve("groups of a row", 0).expect("nothing is always granted");
        let (groups, slots) = (Vec::with_capacity(FEW), Vec::new());
        Self { groups, slots, num_slots: 0, shift: 0, reservation, refused: None }
    }

    /// Forgets all groups. The next row has at most `most` of them.
    #[inline]
    pub fn begin(&mut self, most: usize) {
        self.groups.clear();
        self.refused = None;
        self.num_slots = 0;
        if most > FEW {
            self.set_slots((most + most / 2).next_power_of_two().min(FREE_SLOTS));
        }
    }

    /// Makes a table of `num_slots` slots that finds the groups there are.
    fn set_slots(&mut self, num_slots: usize) {
        if self.slots.len() < num_slots {
            self.slots = Vec::new();
            self.slots.resize(num_slots, (EMPTY, 0));
        }
        self.slots[..num_slots].fill((EMPTY, 0));
        self.num_slots = num_slots;
        self.shift = u32::BITS - num_slots.trailing_zeros();
        for at in 0..self.groups.len() {
            let key = self.groups[at].0;
            let slot = self.slot(key);
            self.slots[slot] = (key, at as u32);
        }
    }

    /// The slot of a key, or where it would be.
    #[inline(always)]
    fn slot(&self, key: u32) -> usize {
        let mask = self.num_slots - 1;
        let slots = &self.slots[..=mask];
        // Fibonacci hashing: neighbouring keys, which rows are full of, spread.
        let mut at = (key.wrapping_mul(0x9E37_79B9) >> self.shift) as usize & mask;
        while slots[at].0 != key && slots[at].0 != EMPTY {
            at = (at + 1) & mask;
        }
        at
    }

    /// Combines a value into the group of `key`; its first value is taken as it is.
    #[inline(always)]
    pub fn add(&mut self, key: u32, value: V, combine: impl Fn(V, V) -> V) {
        if self.num_slots == 0 {
            match self.groups.iter_mut().find(|group| group.0 == key) {
                Some(group) => group.1 = combine(group.1, value),
                None => self.push(key, value),
            }
            return;
        }
        let slot = self.slot(key);
        let (found, at) = self.slots[slot];
        if found == key {
            let group = &mut self.groups[at as usize];
            group.1 = combine(group.1, value);
        } else {
            self.slots[slot] = (key, self.groups.len() as u32);
            self.push(key, value);
        }
    }

    #[inline(always)]
    fn push(&mut self, key: u32, value: V) {
        self.groups.push((key, value));
        let is_full = match self.num_slots {
            0 => self.groups.len() > FEW,
            slots => 4 * self.groups.len() > 3 * slots,
        };
        if is_full {
            self.grow();
        }
    }

    /// The value of a group, if there is one.
    #[inline]
    pub fn get(&self, key: u32) -> Option<V> {
        let at = if self.num_slots == 0 {
            self.groups.iter().position(|group| group.0 == key)?
        } else {
            let (found, at) = self.slots[self.slot(key)];
            (found == key).then_some(at as usize)?
        };
        Some(self.groups[at].1)
    }

    /// Twice the slots. If the budget refuses them, what is there is given up.
    #[cold]
    fn grow(&mut self) {
        let mut num_slots = (2 * self.num_slots).max(4 * FEW);
        if num_slots > self.slots.len() && num_slots > FREE_SLOTS {
            // A table, and the groups that it finds until it grows: these are moved through a copy.
            let groups = num_slots - num_slots / 4;
            let bytes =
                num_slots * size_of::<(u32, u32)>() + (groups + groups / 2) * size_of::<(u32, V)>();
            if let Err(refused) = self.reservation.resize(bytes as u64) {
                self.refused = Some(refused);
                self.groups.clear();
                num_slots = self.num_slots;
            } else {
                self.groups.reserve_exact(groups + 1 - self.groups.len());
            }
        }
        self.set_slots(num_slots);
    }

    /// The groups, in an order that depends on the row alone.
    ///
    /// # Errors
    /// If the budget refused the memory for them.
    #[inline]
    pub fn groups(&mut self) -> Result<impl Iterator<Item = (u32, V)> + '_, MemoryError> {
        match self.refused.take() {
            Some(refused) => Err(refused),
            None => Ok(self.groups.iter().copied()),
        }
    }

    /// The groups, ascending by key; [`begin`](Self::begin) comes next.
    ///
    /// # Errors
    /// If the budget refused the memory for them.
    pub fn sorted(&mut self) -> Result<&[(u32, V)], MemoryError> {
        if let Some(refused) = self.refused.take() {
            return Err(refused);
        }
        self.groups.sort_unstable_by_key(|&(key, _)| key);
        Ok(&self.groups)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn groups_are_those_of_a_map(
            rows in prop::collection::vec(prop::collection::vec((0u32..400, 1u32..9), 0..300), 1..5),
            hint in 0usize..40,
        ) {
            let mut tally = Tally::new(&MemoryManager::new(1 << 20));
            for row in rows {
                let mut expected = BTreeMap::<u32, u32>::new();
                tally.begin(hint);
                for (key, value) in row {
                    *expected.entry(key).or_default() += value;
                    tally.add(key, value, |a, b| a + b);
                }
                prop_assert_eq!(tally.get(401), None);
                prop_assert!(expected.iter().all(|(&key, &value)| tally.get(key) == Some(value)));
                prop_assert_eq!(tally.groups().unwrap().count(), expected.len());
                let expected: Vec<_> = expected.into_iter().collect();
                prop_assert_eq!(tally.sorted().unwrap(), &expected[..]);
            }
        }
    }

    #[test]
    fn very_many_groups_are_paid_for_or_refused() {
        let memory = MemoryManager::new(2 << 20);
        let mut tally = Tally::new(&memory);
        let fill = |tally: &mut Tally<u32>, groups: u32| {
            tally.begin(groups as usize);
            (0..groups).for_each(|key| tally.add(key, key, |a, _| a));
        };
        fill(&mut tally, 40_000);
        assert_eq!(tally.groups().unwrap().count(), 40_000);
        assert!(memory.counters().granted_bytes > 8 * 40_000);
        fill(&mut tally, 200_000);
        assert!(matches!(
            tally.groups().map(Iterator::count),
            Err(MemoryError::OutOfBudget { .. })
        ));
        fill(&mut tally, 3);
        assert_eq!(tally.sorted().unwrap(), [(0, 0), (1, 1), (2, 2)]);
        drop(tally);
        assert_eq!(memory.counters().granted_bytes, 0);
    }
}
