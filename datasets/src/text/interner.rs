//! The distinct texts of a morsel.

use quince_core::columnar::Strings;
use quince_core::memory::{MemoryError, MemoryManager, Segment};

/// Gives each distinct text a code, in the order of first appearance.
///
/// The texts are columns in the making and paid for; the table of slots is bounded by the morsel.
#[derive(Debug)]
pub(super) struct Interner {
    /// A text's hash (to skip most comparisons, and to grow without reading texts) above its code
    /// plus one, or zero; a power of two of them, at most three quarters used.
    slots: Vec<u64>,
    num_texts: usize,
    offsets: Segment<i32>,
    bytes: Segment<u8>,
    num_bytes: usize,
}

/// What became of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interned {
    /// Its code.
    Code(u32),
    /// It is not UTF-8.
    InvalidUtf8,
}

impl Interner {
    const FIRST_SLOTS: usize = 256;

    pub(super) fn new(memory: &MemoryManager) -> Result<Self, MemoryError> {
        Ok(Self {
            slots: vec![0; Self::FIRST_SLOTS],
            num_texts: 0,
            offsets: memory.allocate("ids", Self::FIRST_SLOTS)?,
            bytes: memory.allocate("ids", 16 * Self::FIRST_SLOTS)?,
            num_bytes: 0,
        })
    }

    /// The code of `text`.
    pub(super) fn intern(&mut self, text: &[u8]) -> Result<Interned, MemoryError> {
        let hash = hash(text);
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at] != 0 {
            let code = (self.slots[at] as u32 - 1) as usize;
            if (self.slots[at] >> 32) as u32 == hash && self.text(code) == text {
                return Ok(Interned::Code(code as u32));
            }
            at = (at + 1) & mask;
        }
        if std::str::from_utf8(text).is_err() {
            return Ok(Interned::InvalidUtf8);
        }
        self.push(text)?;
        self.slots[at] = u64::from(hash) << 32 | self.num_texts as u64;
        if 4 * self.num_texts > 3 * self.slots.len() {
            self.grow();
        }
        Ok(Interned::Code(self.num_texts as u32 - 1))
    }

    fn text(&self, code: usize) -> &[u8] {
        &self.bytes[self.offsets[code] as usize..self.offsets[code + 1] as usize]
    }

    fn push(&mut self, text: &[u8]) -> Result<(), MemoryError> {
        let end = self.num_bytes + text.len();
        if end > self.bytes.len() {
            self.bytes.resize(end.max(2 * self.bytes.len()))?;
        }
        let next = self.num_texts + 1;
        if next >= self.offsets.len() {
            self.offsets.resize(2 * self.offsets.len())?;
        }
        self.bytes[self.num_bytes..end].copy_from_slice(text);
        self.offsets[next] = i32::try_from(end).expect("a morsel is far below 2 GiB");
        self.num_bytes = end;
        self.num_texts = next;
        Ok(())
    }

    fn grow(&mut self) {
        let mask = 2 * self.slots.len() - 1;
        let before = std::mem::replace(&mut self.slots, vec![0; mask + 1]);
        for slot in before.into_iter().filter(|&slot| slot != 0) {
            let mut at = (slot >> 32) as usize & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }

    /// The texts, in the order of their codes.
    pub(super) fn finish(mut self) -> Result<Strings, MemoryError> {
        self.offsets.resize(self.num_texts + 1)?;
        self.bytes.resize(self.num_bytes)?;
        Ok(Strings::new(self.offsets.into(), self.bytes.into())
            .expect("each text was checked to be UTF-8 and offsets rise"))
    }
}

/// Eight bytes at a time, multiplied and folded; the codes do not depend on it.
fn hash(text: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |state: u64, word: u64| {
        let product = u128::from(state ^ word) * u128::from(FACTOR);
        product as u64 ^ (product >> 64) as u64
    };
    let mut chunks = text.chunks_exact(8);
    let mut state = text.len() as u64 ^ FACTOR;
    for chunk in &mut chunks {
        state = fold(state, u64::from_le_bytes(chunk.try_into().expect("chunks of eight")));
    }
    let last = chunks.remainder().iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
    state = fold(state, last);
    (state ^ state >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_first_appearance_and_survive_growth() {
        let memory = MemoryManager::new(1 << 24);
        let mut interner = Interner::new(&memory).unwrap();
        let texts: Vec<String> = (0..5000).map(|at| format!("vertex {}", at * 7919)).collect();
        for _ in 0..2 {
            for (at, text) in texts.iter().enumerate() {
                let interned = interner.intern(text.as_bytes()).unwrap();
                assert_eq!(interned, Interned::Code(at as u32));
            }
        }
        let strings = interner.finish().unwrap();
        assert!(strings.iter().eq(texts.iter().map(String::as_str)));
        let used = 4 * 5001 + strings.bytes().len() as u64;
        assert_eq!(memory.counters().granted_bytes, used, "only what is used is paid for");
    }

    #[test]
    fn only_utf8_gets_a_code() {
        let mut interner = Interner::new(&MemoryManager::new(1 << 20)).unwrap();
        assert_eq!(interner.intern(b"\xff").unwrap(), Interned::InvalidUtf8);
        assert_eq!(interner.intern("ü".as_bytes()).unwrap(), Interned::Code(0));
    }

    #[test]
    fn a_refusal_is_an_error() {
        let mut interner = Interner::new(&MemoryManager::new(8 << 10)).unwrap();
        let outcome =
            (0..5000).try_for_each(|at| interner.intern(format!("{at}").as_bytes()).map(|_| ()));
        assert!(outcome.is_err());
    }
}
