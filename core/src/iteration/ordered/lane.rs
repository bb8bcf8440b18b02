//! The bins of one worker: what is pending, by bucket.

use std::mem::{replace, take};

use crate::error::Result;
use crate::memory::{MemoryManager, Reservation, SharedWord};

/// A key that is pending, and the [`Tag`] of the value with which it came. When the key has another
/// value by now, that one came with an entry of its own.
pub(super) type Entry = (u32, Tag);

/// Half a word to know a value by: of two values that are taken for one another the key sends the
/// better one twice, which changes nothing.
pub(super) type Tag = u32;

/// The tag of a value.
#[inline(always)]
pub(super) fn tag<V: SharedWord>(value: V) -> Tag {
    let mut word = [0; size_of::<u64>()];
    word[..size_of::<V>()].copy_from_slice(bytemuck::bytes_of(&value));
    let word = u64::from_le_bytes(word);
    (word ^ (word >> 32)) as Tag
}

/// Buckets that have a bin of their own; those behind them share one until it is their turn.
pub(super) const WINDOW: u64 = 1 << 10;

/// Entries in one block: what bins grow by, and what a worker takes at a time.
pub(super) const BLOCK: usize = 1 << 7;

/// Up to [`BLOCK`] entries. Its memory is paid for and goes from bin to bin.
pub(super) type Block = Vec<Entry>;

/// What is pending in a bucket.
#[derive(Debug, Default)]
struct Bin {
    /// Where entries go; without memory in an empty bin.
    open: Block,
    full: Vec<Block>,
}

/// The bins of one worker, for the buckets from a base on.
#[derive(Debug)]
pub(super) struct Lane {
    bins: Vec<Bin>,
    /// For each bin, how many keys this worker moved into the bucket, less those it moved out.
    moved: Vec<i64>,
    /// What is behind the window.
    far: Bin,
    /// How many keys became pending through this worker, less those that it settled.
    pub(super) pending: i64,
    /// Blocks that wait for entries.
    spare: Vec<Block>,
    /// Pays for all blocks.
    reservation: Reservation,
    used_bytes: u64,
    /// Why an entry was lost.
    failed: Option<crate::Error>,
}

impl Lane {
    /// Empty bins with room for `capacity` entries in all; what goes beyond is asked for when it
    /// is needed.
    pub(super) fn new(memory: &MemoryManager, capacity: usize) -> Result<Self> {
        let bytes = capacity * size_of::<Entry>();
        Ok(Self {
            bins: (0..WINDOW).map(|_| Bin::default()).collect(),
            moved: vec![0; WINDOW as usize],
            far: Bin::default(),
            pending: 0,
            spare: Vec::new(),
            reservation: memory.reserve("bins", bytes as u64)?,
            used_bytes: 0,
            failed: None,
        })
    }

    /// Puts an entry into the bin at `slot`, or behind the window.
    #[inline(always)]
    pub(super) fn push(&mut self, slot: u64, entry: Entry) {
        let bin = self.bins.get_mut(slot as usize).unwrap_or(&mut self.far);
        if bin.open.len() == bin.open.capacity() {
            self.grow(slot);
        }
        let bin = self.bins.get_mut(slot as usize).unwrap_or(&mut self.far);
        if bin.open.len() < bin.open.capacity() {
            bin.open.push(entry);
        }
    }

    /// Counts a key into or out of a bucket; there are no counts behind the window.
    #[inline(always)]
    pub(super) fn count(&mut self, slot: u64, by: i64) {
        if let Some(moved) = self.moved.get_mut(slot as usize) {
            *moved += by;
        }
    }

    /// Opens another block of a bin. If the budget has no room for it, none is open.
    #[cold]
    fn grow(&mut self, slot: u64) {
        let block = match self.spare.pop() {
            Some(block) => block,
            None => self.allocate().unwrap_or_else(|error| {
                self.failed = Some(error);
                Vec::new()
            }),
        };
        let bin = self.bins.get_mut(slot as usize).unwrap_or(&mut self.far);
        let full = replace(&mut bin.open, block);
        if full.capacity() > 0 {
            bin.full.push(full);
        }
    }

    fn allocate(&mut self) -> Result<Block> {
        self.used_bytes += (BLOCK * size_of::<Entry>()) as u64;
        let granted = self.reservation.bytes();
        if self.used_bytes > granted {
            // A little more than is needed, so that not every block goes to the manager.
            self.reservation.resize(self.used_bytes + granted / 32)?;
        }
        Ok(Vec::with_capacity(BLOCK))
    }

    /// An error if the budget had no room for an entry.
    pub(super) fn check(&mut self) -> Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }

    pub(super) fn moved(&self, slot: u64) -> i64 {
        self.moved[slot as usize]
    }

    /// Whether the bin at `slot` is not empty and has less than a few blocks.
    pub(super) fn has_few(&self, slot: u64, blocks: usize) -> bool {
        let bin = &self.bins[slot as usize];
        !bin.open.is_empty() && bin.full.len() < blocks
    }

    /// Takes all blocks of the bin at `slot`.
    pub(super) fn take_bin(&mut self, slot: u64) -> impl Iterator<Item = Block> + use<> {
        blocks(take(&mut self.bins[slot as usize]))
    }

    /// Takes all blocks behind the window.
    pub(super) fn take_far(&mut self) -> impl Iterator<Item = Block> + use<> {
        blocks(take(&mut self.far))
    }

    /// Takes a block that is done.
    pub(super) fn recycle(&mut self, mut block: Block) {
        block.clear();
        self.spare.push(block);
    }

    /// Leaves a bucket behind: what is in its bin is out of date.
    pub(super) fn clear_bin(&mut self, slot: u64) {
        self.moved[slot as usize] = 0;
        self.take_bin(slot).for_each(|block| self.recycle(block));
    }
}

fn blocks(bin: Bin) -> impl Iterator<Item = Block> {
    let open = Some(bin.open).filter(|block| block.capacity() > 0);
    bin.full.into_iter().chain(open)
}
