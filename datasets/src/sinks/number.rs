//! Numbers as text.

use std::fmt::Debug;
use std::io::Write;

const TWO_DIGITS: [[u8; 2]; 100] = {
    let mut table = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        table[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    table
};

/// Appends `number` in decimal digits.
pub(super) fn push_unsigned(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    while number >= 100 {
        at -= 2;
        digits[at..at + 2].copy_from_slice(&TWO_DIGITS[(number % 100) as usize]);
        number /= 100;
    }
    let [ten, one] = TWO_DIGITS[number as usize];
    at -= 1;
    digits[at] = one;
    if ten != b'0' {
        at -= 1;
        digits[at] = ten;
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends `number` in decimal digits, with a sign if it is negative.
pub(super) fn push_signed(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    push_unsigned(out, number.unsigned_abs());
}

/// A float that can be written.
pub(super) trait Float: Copy + Debug + Into<f64> {}

impl Float for f32 {}
impl Float for f64 {}

/// Appends `number` in the fewest digits that read back to the same bits.
pub(super) fn push_float(out: &mut Vec<u8>, number: impl Float) {
    let wide: f64 = number.into();
    if wide.is_finite() {
        // `Debug` promises to round-trip, and unlike `Display` uses exponents for extreme values.
        write!(out, "{number:?}").expect("a vector takes all bytes");
    } else if wide.is_nan() {
        out.extend_from_slice(b"NaN");
    } else {
        out.extend_from_slice(if wide > 0.0 { b"Infinity" } else { b"-Infinity" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(push: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        push(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn known_numbers() {
        assert_eq!(text(|out| push_float(out, 0.1f32)), "0.1");
        assert_eq!(text(|out| push_float(out, -0.0)), "-0.0");
        assert_eq!(text(|out| push_float(out, 1e300)), "1e300");
        assert_eq!(text(|out| push_float(out, 0.100_919_182_332_623_18)), "0.10091918233262318");
        assert_eq!(text(|out| push_float(out, f64::INFINITY)), "Infinity");
        assert_eq!(text(|out| push_float(out, f32::NEG_INFINITY)), "-Infinity");
        assert_eq!(text(|out| push_float(out, -f64::NAN)), "NaN");
        assert_eq!(text(|out| push_signed(out, i64::MIN)), "-9223372036854775808");
        assert_eq!(text(|out| push_unsigned(out, u64::MAX)), "18446744073709551615");
    }

    proptest! {
        #[test]
        fn doubles_read_back_to_the_same_bits(bits: u64) {
            let number = f64::from_bits(bits);
            let back: f64 = text(|out| push_float(out, number)).parse().unwrap();
            prop_assert!(back.to_bits() == bits || (number.is_nan() && back.is_nan()));
        }

        #[test]
        fn singles_read_back_to_the_same_bits(bits: u32) {
            let number = f32::from_bits(bits);
            let back: f32 = text(|out| push_float(out, number)).parse().unwrap();
            prop_assert!(back.to_bits() == bits || (number.is_nan() && back.is_nan()));
        }

        #[test]
        fn integers_are_plain(number: i64, shift in 0u32..64) {
            let number = number >> shift;
            prop_assert_eq!(text(|out| push_signed(out, number)), number.to_string());
        }
    }
}
