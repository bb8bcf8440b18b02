//! Group indexes: from a key to a number, in the order in which keys first come.

use crate::columnar::Keys;
use crate::environment::Environment;
use crate::memory::{MemoryError, Reservation};

/// Numbers the distinct keys 0, 1, 2 .. as they come.
///
/// A hash table with open addressing: a slot holds the hash and the number. Where the hash is the
/// key (see [`Keys::hash_is_key`]) nothing else is kept; otherwise the keys are, to tell apart
/// those that share a hash. O(1) a key; 16 to 32 bytes a key, and the key itself where it is kept.
#[derive(Debug)]
pub struct GroupIndex {
    slots: Vec<Slot>,
    hashes: Vec<u64>,
    keys: Option<Keys>,
    /// What it pays with; `None` where the number of keys is bounded.
    paid: Option<Reservation>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u64,
    /// One more than the number; 0 in an empty slot.
    group: u32,
}

const EMPTY: Slot = Slot { hash: 0, group: 0 };

/// Slots of a new index.
const FIRST_SLOTS: usize = 1 << 8;

impl GroupIndex {
    /// An index that pays for itself under `name`.
    pub fn paid(env: &Environment, name: &str) -> Result<Self, MemoryError> {
        let paid = env.memory().reserve(name, bytes_of(FIRST_SLOTS))?;
        Ok(Self { paid: Some(paid), ..Self::bounded() })
    }

    /// An index for a bounded number of keys, which nobody pays for.
    pub fn bounded() -> Self {
        Self { slots: vec![EMPTY; FIRST_SLOTS], hashes: Vec::new(), keys: None, paid: None }
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The hashes of the keys, by number.
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// The keys by number, where they are more than their hash.
    pub fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// Forgets all keys.
    pub fn clear(&mut self) {
        self.slots.fill(EMPTY);
        self.hashes.clear();
        self.keys = None;
    }

    /// The number of the key with `hash` in `row` of `keys`, if it has one.
    #[inline]
    pub fn find(&self, hash: u64, keys: &Keys, row: usize) -> Option<usize> {
        let slot = self.slots[self.slot_of(hash, keys, row)];
        (slot.group != 0).then(|| slot.group as usize - 1)
    }

    /// The number of the key with `hash` in `row` of `keys`, a new one if it has none yet.
    ///
    /// # Errors
    /// If the budget refuses to let the index grow. The index is as it was.
    #[inline]
    pub fn find_or_add(
        &mut self,
        hash: u64,
        keys: &Keys,
        row: usize,
    ) -> Result<usize, MemoryError> {
        let at = self.slot_of(hash, keys, row);
        let slot = self.slots[at];
        if slot.group != 0 {
            return Ok(slot.group as usize - 1);
        }
        self.add(at, hash, keys, row)
    }

    /// The slot that holds the key, or the empty one where it belongs.
    #[inline(always)]
    fn slot_of(&self, hash: u64, keys: &Keys, row: usize) -> usize {
        let mask = self.slots.len() - 1;
        // The high bits told the partition: the low ones are still spread.
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.group == 0 || (slot.hash == hash && self.is_key(slot, keys, row)) {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    #[inline(always)]
    fn is_key(&self, slot: Slot, keys: &Keys, row: usize) -> bool {
        match &self.keys {
            None => true,
            Some(own) => own.compare(slot.group as usize - 1, keys, row).is_eq(),
        }
    }

    #[cold]
    fn add(&mut self, at: usize, hash: u64, keys: &Keys, row: usize) -> Result<usize, MemoryError> {
        let group = self.hashes.len();
        if !keys.hash_is_key() {
            self.keys.get_or_insert_with(|| keys.empty_like()).extend_from(keys, [row]);
        }
        self.hashes.push(hash);
        self.slots[at] = Slot { hash, group: group as u32 + 1 };
        // Half of the slots stay empty, so that a search is short.
        if 2 * self.hashes.len() > self.slots.len()
            && let Err(refused) = self.grow()
        {
            self.slots[at] = EMPTY;
            self.hashes.pop();
            return Err(refused);
        }
        Ok(group)
    }

    fn grow(&mut self) -> Result<(), MemoryError> {
        let len = 2 * self.slots.len();
        if let Some(paid) = &mut self.paid {
            let keys = self.keys.as_ref().map_or(0, |keys| 2 * keys.num_bytes() as u64);
            paid.resize(bytes_of(len) + keys)?;
        }
        let mask = len - 1;
        let mut slots = vec![EMPTY; len];
        for slot in self.slots.iter().filter(|slot| slot.group != 0) {
            let mut at = slot.hash as usize & mask;
            while slots[at].group != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = *slot;
        }
        self.slots = slots;
        Ok(())
    }

    /// The numbers in the order of their keys' hashes; keys that share a hash in their own order.
    pub fn by_hash(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| {
            let (a, b) = (a as usize, b as usize);
            self.hashes[a].cmp(&self.hashes[b]).then_with(|| match &self.keys {
                Some(keys) => keys.compare(a, keys, b),
                None => std::cmp::Ordering::Equal,
            })
        });
        order
    }
}

fn bytes_of(slots: usize) -> u64 {
    (slots * size_of::<Slot>() + slots / 2 * size_of::<u64>()) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::columnar::{Record, batch_of};

    fn numbers<T: Record>(records: &[T]) -> (GroupIndex, Vec<usize>) {
        let batch = batch_of(records.to_vec());
        let keys = Keys::of(batch.columns(), batch.num_rows());
        let hashes = keys.hashes();
        let mut index = GroupIndex::bounded();
        let numbers = (0..keys.len())
            .map(|row| index.find_or_add(hashes[row], &keys, row).unwrap())
            .collect();
        (index, numbers)
    }

    proptest! {
        #[test]
        fn keys_are_numbered_as_they_first_come(
            words in prop::collection::vec(0u64..300, 0..2000),
            texts in prop::collection::vec("[ab]{0,3}", 0..200),
        ) {
            let first = |at: usize, equal: &dyn Fn(usize, usize) -> bool| {
                (0..=at).find(|&before| equal(before, at)).unwrap()
            };
            let (_, numbered) = numbers(&words);
            for at in 0..words.len() {
                let before = first(at, &|a, b| words[a] == words[b]);
                prop_assert_eq!(numbered[at], numbered[before]);
            }
            let (index, numbered) = numbers(&texts);
            for at in 0..texts.len() {
                let before = first(at, &|a, b| texts[a] == texts[b]);
                prop_assert_eq!(numbered[at], numbered[before]);
            }
            let distinct: std::collections::HashSet<_> = texts.iter().collect();
            prop_assert_eq!(index.len(), distinct.len());
            let order = index.by_hash();
            prop_assert!(order.is_sorted_by_key(|&group| index.hashes()[group as usize]));
        }
    }

    #[test]
    fn a_refusal_leaves_the_index_as_it_was() {
        let env = Environment::builder().threads(1).memory(10_000).build().unwrap();
        let mut index = GroupIndex::paid(&env, "groups").unwrap();
        let keys = Keys::Words((0..10_000).collect());
        let hashes = keys.hashes();
        let added =
            (0..10_000).take_while(|&row| index.find_or_add(hashes[row], &keys, row).is_ok());
        let added = added.count();
        assert!((128..10_000).contains(&added));
        assert_eq!(index.len(), added);
        assert!((0..added).all(|row| index.find(hashes[row], &keys, row) == Some(row)));
        assert_eq!(index.find(hashes[added], &keys, added), None);
    }
}
