//! The values of one row grouped by a dense key: what a fold cannot do.
//!
//! In plain form, `row.group_by(key).reduce(combine)`, for rows that are looked at one after the
//! other by one worker. The groups lie in an open-addressed table that is as large as the row
//! needs, so that short rows stay in a cache line or two and no row pays for a longer one.

use crate::memory::{MemoryError, MemoryManager, Reservation};

/// The key of an empty slot; no dense key is as large.
const EMPTY: u32 = u32::MAX;

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
    /// A power of two of them belong to the row.
    slots: Vec<(u32, V)>,
    num_slots: usize,
    /// What a hash is shifted by.
    shift: u32,
    num_groups: usize,
    /// Pays for what is beyond [`FREE_SLOTS`].
    reservation: Reservation,
    refused: Option<MemoryError>,
}

impl<V: Copy + Default> Tally<V> {
    /// A tally that asks `memory` for what rows of very many groups need.
    pub fn new(memory: &MemoryManager) -> Self {
        let reservation = memory.reserve("groups of a row", 0).expect("nothing is always granted");
        let slots = Vec::new();
        Self { slots, num_slots: 0, shift: 0, num_groups: 0, reservation, refused: None }
    }

    /// Forgets all groups. The next row has at most `most` of them.
    #[inline]
    pub fn begin(&mut self, most: usize) {
        self.num_groups = 0;
        self.refused = None;
        self.set_slots((most + most / 2).next_power_of_two().clamp(8, FREE_SLOTS));
    }

    /// Empties the first `num_slots` slots, of which the table consists from now on.
    fn set_slots(&mut self, num_slots: usize) {
        if self.slots.len() < num_slots {
            self.slots.resize(num_slots, (EMPTY, V::default()));
        }
        self.slots[..num_slots].fill((EMPTY, V::default()));
        self.num_slots = num_slots;
        self.shift = u32::BITS - num_slots.trailing_zeros();
    }

    /// The slot of a key, or where it would be.
    #[inline(always)]
    fn find(&self, key: u32) -> usize {
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
        let at = self.find(key);
        let slot = &mut self.slots[at];
        if slot.0 == key {
            slot.1 = combine(slot.1, value);
            return;
        }
        *slot = (key, value);
        self.num_groups += 1;
        if 4 * self.num_groups > 3 * self.num_slots {
            self.grow();
        }
    }

    /// The value of a group, if there is one.
    #[inline]
    pub fn get(&self, key: u32) -> Option<V> {
        let slot = self.slots[self.find(key)];
        (slot.0 == key).then_some(slot.1)
    }

    /// Twice the slots. If the budget refuses them, what is there is given up.
    #[cold]
    fn grow(&mut self) {
        let num_slots = 2 * self.num_slots;
        if num_slots > self.slots.len() && num_slots > FREE_SLOTS {
            // The old groups are moved through a copy.
            let bytes = (num_slots + self.num_slots) * size_of::<(u32, V)>();
            if let Err(refused) = self.reservation.resize(bytes as u64) {
                self.refused = Some(refused);
                self.num_groups = 0;
                return self.set_slots(self.num_slots);
            }
        }
        let groups: Vec<(u32, V)> = self.groups_so_far().collect();
        self.set_slots(num_slots);
        for (key, value) in groups {
            let at = self.find(key);
            self.slots[at] = (key, value);
        }
    }

    fn groups_so_far(&self) -> impl Iterator<Item = (u32, V)> + '_ {
        self.slots[..self.num_slots].iter().copied().filter(|&(key, _)| key != EMPTY)
    }

    /// The groups, in an order that depends on the row alone.
    ///
    /// # Errors
    /// If the budget refused the memory for them.
    #[inline]
    pub fn groups(&mut self) -> Result<impl Iterator<Item = (u32, V)> + '_, MemoryError> {
        match self.refused.take() {
            Some(refused) => Err(refused),
            None => Ok(self.groups_so_far()),
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
        let mut end = 0;
        for at in 0..self.num_slots {
            if self.slots[at].0 != EMPTY {
                self.slots[end] = self.slots[at];
                end += 1;
            }
        }
        self.slots[..end].sort_unstable_by_key(|&(key, _)| key);
        Ok(&self.slots[..end])
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
        let memory = MemoryManager::new(1 << 20);
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
