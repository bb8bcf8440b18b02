//! Where a block of text has its separators, as bits.

/// Bytes per block: one bit each in a word.
pub(super) const BLOCK: usize = 64;

/// The bytes of a block that separate fields, and how many of them end a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// Bit `i` for a delimiter or a line feed at byte `i`.
    pub(super) separators: u64,
    /// How many line feeds there are.
    pub(super) line_feeds: usize,
}

/// Finds `first`, `second` and line feeds in `block`.
#[inline(always)]
pub(super) fn find(block: &[u8; BLOCK], first: u8, second: u8) -> Marks {
    let mut line_feeds = 0u8;
    // The compiler turns both into compares of 16 bytes, on every processor with such.
    let flags: [u8; BLOCK] = std::array::from_fn(|at| {
        let byte = block[at];
        u8::from((byte == b'\n') | (byte == first) | (byte == second))
    });
    for &byte in block {
        line_feeds += u8::from(byte == b'\n');
    }
    Marks { separators: pack(&flags), line_feeds: usize::from(line_feeds) }
}

/// Bit `i` is byte `i`, which is 0 or 1.
#[inline(always)]
fn pack(flags: &[u8; BLOCK]) -> u64 {
    let mut bits = 0;
    for (at, flags) in flags.as_chunks::<8>().0.iter().enumerate() {
        // Puts the lowest bits of eight bytes side by side at the top.
        let packed = u64::from_le_bytes(*flags).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= packed << (8 * at);
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn marks_agree_with_a_plain_search(
            bytes in prop::collection::vec(prop::sample::select(b"1 \t\n,\x8a\xff\0".to_vec()), BLOCK),
        ) {
            let block: [u8; BLOCK] = bytes.try_into().unwrap();
            let marks = find(&block, b' ', b'\t');
            let at = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n');
            let expected = (0..BLOCK).filter(|&i| at(block[i])).map(|i| 1u64 << i).sum();
            prop_assert_eq!(marks.separators, expected);
            prop_assert_eq!(marks.line_feeds, block.iter().filter(|&&byte| byte == b'\n').count());
        }
    }
}
