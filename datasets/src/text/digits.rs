//! Digits of a window as numbers, without a branch that depends on them.

/// Bytes of text per window; a power of two. Small, so that the processor fetches the text of the
/// next window while this one is worked on.
pub(super) const WINDOW: usize = 1024;

/// Digits that are read at once, and what may be read behind a window's last byte.
pub(super) const DIGITS: usize = 8;

/// A window of text and [`DIGITS`] bytes that may be read behind it.
pub(super) type Window = [u8; WINDOW + DIGITS];

/// What was seen in a window that plain lines do not have; gathered without a branch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flaws {
    /// The high bit of a byte is set if it was no digit; other bits mean nothing.
    bytes: u64,
    /// Bits above the lowest three are set if a length was not 1 to 8.
    lengths: usize,
    /// Not zero if a line did not end where it should.
    line_ends: u8,
}

impl Flaws {
    #[inline(always)]
    pub(super) fn unless_line_feed(&mut self, window: &Window, end: usize) {
        self.line_ends |= window[end.wrapping_sub(1) & (WINDOW - 1)] ^ b'\n';
    }

    #[inline(always)]
    pub(super) fn are_none(self) -> bool {
        const HIGH: u64 = 0x8080_8080_8080_8080;
        self.bytes & HIGH == 0 && self.lengths < DIGITS && self.line_ends == 0
    }
}

/// The value of the up to 8 digits in `window[start..end]`.
#[inline(always)]
pub(super) fn digits(window: &Window, start: usize, end: usize, flaws: &mut Flaws) -> u32 {
    let len = end.wrapping_sub(start);
    flaws.lengths |= len.wrapping_sub(1);
    eight_digits(word_at(window, start), len, flaws)
}

/// The value of the up to 16 digits in `window[start..end]`.
#[inline(always)]
pub(super) fn long_digits(window: &Window, start: usize, end: usize, flaws: &mut Flaws) -> u64 {
    let len = end.wrapping_sub(start);
    let low_len = len.min(DIGITS);
    // Half of it, as the check is for lengths of 1 to 8.
    flaws.lengths |= len.wrapping_sub(1) >> 1;
    let high = eight_digits(word_at(window, start), len - low_len, flaws);
    let low = eight_digits(word_at(window, end.wrapping_sub(low_len)), low_len, flaws);
    u64::from(high) * 100_000_000 + u64::from(low)
}

#[inline(always)]
fn word_at(window: &Window, start: usize) -> u64 {
    let start = start & (WINDOW - 1);
    let bytes: [u8; DIGITS] = window[start..start + DIGITS].try_into().expect("eight bytes");
    u64::from_le_bytes(bytes)
}

/// The value of the first `len` bytes of `word` (the lowest is the first) as decimal digits. `len`
/// is 1 to 8, or the value means nothing.
#[inline(always)]
fn eight_digits(word: u64, len: usize, flaws: &mut Flaws) -> u32 {
    // Factors that shift digits to the top of the word; what comes in below them counts as leading
    // zeros. A product is cheaper than a shift by a variable.
    const TO_TOP: [u64; 16] = {
        let mut factors = [0; 16];
        let mut len = 1;
        while len <= DIGITS {
            factors[len] = 1 << (8 * (DIGITS - len));
            len += 1;
        }
        factors
    };
    let ones = (word ^ 0x3030_3030_3030_3030).wrapping_mul(TO_TOP[len & 15]);
    flaws.bytes |= ones | ones.wrapping_add(0x7676_7676_7676_7676);
    let pairs = ones.wrapping_mul(10 << 8 | 1) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100 << 16 | 1) >> 16 & 0x0000_ffff_0000_ffff;
    (fours.wrapping_mul(10_000 << 32 | 1) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn word(text: &str) -> (u64, usize) {
        let mut bytes = [b' '; 8];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        (u64::from_le_bytes(bytes), text.len())
    }

    proptest! {
        #[test]
        fn eight_digits_agree_with_the_standard_library(value in 0u32..100_000_000) {
            let (word, len) = word(&value.to_string());
            let mut flaws = Flaws::default();
            prop_assert_eq!(eight_digits(word, len, &mut flaws), value);
            prop_assert!(flaws.are_none());
        }

        #[test]
        fn long_digits_agree_with_the_standard_library(value in 0u64..10_000_000_000_000_000, shift in 0..30u32) {
            let value = value >> shift;
            let text = value.to_string();
            let mut window = [b' '; WINDOW + DIGITS];
            window[9..9 + text.len()].copy_from_slice(text.as_bytes());
            let mut flaws = Flaws::default();
            prop_assert_eq!(long_digits(&window, 9, 9 + text.len(), &mut flaws), value);
            prop_assert!(flaws.are_none());
            long_digits(&window, 9, 9 + 17, &mut flaws);
            prop_assert!(!flaws.are_none());
        }

        #[test]
        fn anything_else_is_a_flaw(text in "[0-9]{0,3}[^0-9][0-9]{0,3}") {
            prop_assume!(text.len() <= 8);
            let (word, len) = word(&text);
            let mut flaws = Flaws::default();
            eight_digits(word, len, &mut flaws);
            prop_assert!(!flaws.are_none());
        }
    }
}
