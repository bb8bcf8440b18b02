//! The workset: which keys are active, as flags while they are many, as a list while they are few.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::environment::Environment;
use crate::error::Result;
use crate::index::StaticIndex;
use crate::memory::{MemoryManager, Segment, SharedSlice, SharedWord};
use crate::snapshot::{SnapshotReader, SnapshotWriter};

/// The active keys.
pub(super) enum Workset<V> {
    /// Those that are marked.
    Dense { num_keys: u64, num_entries: u64 },
    /// These, ascending, with the values that they had when they became active. No key is marked.
    Sparse { keys: Segment<u32>, values: Segment<V>, num_entries: u64 },
}

/// The forms of a workset in a snapshot.
const DENSE: u64 = 0;
const SPARSE: u64 = 1;

impl<V: SharedWord> Workset<V> {
    /// The keys of a list without repetition.
    pub(super) fn from_list<I: StaticIndex>(
        env: &Environment,
        index: &I,
        solution: &[V],
        mut keys: Segment<u32>,
    ) -> Result<Self> {
        keys.par_sort_unstable();
        let num_entries = keys.par_iter().map(|&key| index.degree(key) as u64).sum();
        let values = values_of(env, solution, &keys)?;
        Ok(Self::Sparse { keys, values, num_entries })
    }

    /// The number of active keys.
    pub(super) fn num_keys(&self) -> u64 {
        match self {
            Self::Dense { num_keys, .. } => *num_keys,
            Self::Sparse { keys, .. } => keys.len() as u64,
        }
    }

    /// The number of entries in the rows of the active keys.
    pub(super) fn num_entries(&self) -> u64 {
        match self {
            Self::Dense { num_entries, .. } | Self::Sparse { num_entries, .. } => *num_entries,
        }
    }

    /// Hands out what [`restore`](Self::restore) makes a workset of.
    pub(super) fn save(&self, marks: &Marks, snapshot: &mut SnapshotWriter) -> Result<()> {
        match self {
            Self::Dense { num_keys, num_entries } => {
                snapshot.numbers(&[DENSE, *num_keys, *num_entries])?;
                snapshot.column(&marks.flags)?;
            }
            Self::Sparse { keys, .. } => {
                snapshot.numbers(&[SPARSE, 0, 0])?;
                snapshot.column(keys)?;
            }
        }
        Ok(())
    }

    /// What [`save`](Self::save) handed out, over the solution set of the same moment.
    pub(super) fn restore<I: StaticIndex>(
        env: &Environment,
        index: &I,
        solution: &[V],
        marks: &mut Marks,
        snapshot: &mut SnapshotReader,
    ) -> Result<Self> {
        let [form, num_keys, num_entries] = snapshot.numbers()?;
        if form == DENSE {
            snapshot.column_into(&mut marks.flags)?;
            return Ok(Self::Dense { num_keys, num_entries });
        }
        marks.flags.fill(0);
        Self::from_list(env, index, solution, snapshot.column(env.memory(), "workset")?)
    }

    /// The active keys and their values as a list; clears the marks.
    pub(super) fn into_list(
        self,
        env: &Environment,
        solution: &[V],
        marks: &mut Marks,
    ) -> Result<(Segment<u32>, Segment<V>)> {
        match self {
            Self::Sparse { keys, values, .. } => Ok((keys, values)),
            Self::Dense { num_keys, .. } => {
                let mut keys = env.memory().allocate("workset", num_keys as usize)?;
                let marked = marks.marked();
                keys.iter_mut().zip(marked).for_each(|(slot, key)| *slot = key);
                marks.flags.fill(0);
                let values = values_of(env, solution, &keys)?;
                Ok((keys, values))
            }
        }
    }
}

fn values_of<V: SharedWord>(env: &Environment, solution: &[V], keys: &[u32]) -> Result<Segment<V>> {
    let mut values = env.memory().allocate("workset", keys.len())?;
    values.iter_mut().zip(keys).for_each(|(slot, &key)| *slot = solution[key as usize]);
    Ok(values)
}

/// A flag for every key.
#[derive(Debug)]
pub(super) struct Marks {
    flags: Segment<u8>,
}

impl Marks {
    pub(super) fn new(memory: &MemoryManager, num_keys: usize) -> Result<Self> {
        Ok(Self { flags: memory.allocate("workset", num_keys)? })
    }

    /// The flags of all keys.
    pub(super) fn flags(&self) -> &[u8] {
        &self.flags
    }

    /// The marked keys, ascending.
    fn marked(&self) -> impl Iterator<Item = u32> {
        let flags = self.flags.iter().enumerate();
        flags.filter(|&(_, &flag)| flag != 0).map(|(key, _)| key as u32)
    }

    /// Lends the flags to all workers.
    pub(super) fn share(&mut self) -> SharedSlice<'_, u8> {
        SharedSlice::new(&mut self.flags)
    }

    /// Collects at most `most` keys in `collect`, each once; needs and leaves all flags unset.
    pub(super) fn collect(
        &mut self,
        env: &Environment,
        most: usize,
        collect: impl FnOnce(&Collector<'_>) -> Result<()>,
    ) -> Result<Segment<u32>> {
        let mut keys = env.memory().allocate::<u32>("workset", most.min(self.flags.len()))?;
        let next = AtomicUsize::new(0);
        let flags = SharedSlice::new(&mut self.flags);
        collect(&Collector { flags, keys: SharedSlice::new(&mut keys), next: &next })?;
        keys.resize(next.into_inner())?;
        keys.iter().for_each(|&key| flags.store(key as usize, 0));
        Ok(keys)
    }
}

/// Gathers keys from many workers, each key once.
pub(super) struct Collector<'a> {
    flags: SharedSlice<'a, u8>,
    keys: SharedSlice<'a, u32>,
    next: &'a AtomicUsize,
}

impl Collector<'_> {
    /// Adds a key unless it is there.
    #[inline(always)]
    pub(super) fn add(&self, key: u32) {
        let at = key as usize;
        while self.flags.load(at) == 0 {
            if self.flags.compare_exchange(at, 0, 1).is_ok() {
                let place = self.next.fetch_add(1, Ordering::Relaxed);
                self.keys.store(place, key);
            }
        }
    }
}
