//! Numbers in text.

/// Why bytes are not an integer id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadInteger {
    /// No bytes.
    Empty,
    /// Something that is no digit, or a lone sign.
    NotInteger,
    /// Beyond 64 bits.
    Overflow,
}

/// Reads `-?[0-9]+`.
pub(super) fn parse_i64(text: &[u8]) -> Result<i64, BadInteger> {
    let (negative, digits) = match text {
        [] => return Err(BadInteger::Empty),
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return Err(BadInteger::NotInteger);
    }
    if digits.len() <= 18 {
        let mut value = 0i64;
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return Err(BadInteger::NotInteger);
            }
            value = value * 10 + i64::from(digit);
        }
        return Ok(if negative { -value } else { value });
    }
    parse_long(negative, digits)
}

/// As [`parse_i64`], for digits that may be too many for 64 bits.
fn parse_long(negative: bool, digits: &[u8]) -> Result<i64, BadInteger> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(BadInteger::NotInteger);
    }
    // Downwards, as i64::MIN has no positive counterpart.
    let value = digits
        .iter()
        .try_fold(0i64, |value, digit| value.checked_mul(10)?.checked_sub(i64::from(digit - b'0')))
        .ok_or(BadInteger::Overflow)?;
    if negative { Ok(value) } else { value.checked_neg().ok_or(BadInteger::Overflow) }
}

/// Why bytes are not a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadWeight {
    /// Not a number.
    NotNumber,
    /// NaN, infinite or too large.
    NotFinite,
}

/// Reads a finite decimal number, rounded correctly.
pub(super) fn parse_weight(text: &[u8]) -> Result<f64, BadWeight> {
    if let Some(value) = parse_short_decimal(text) {
        return Ok(value);
    }
    let value: f64 = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(BadWeight::NotNumber)?;
    if value.is_finite() { Ok(value) } else { Err(BadWeight::NotFinite) }
}

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// `-?[0-9]*\.?[0-9]*` with up to 15 digits, or `None`: the digits and the power of ten are exact
/// as doubles then, so one division rounds correctly.
pub(super) fn parse_short_decimal(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > 16 {
        return None;
    }
    let mut mantissa = 0u64;
    let mut num_digits = 0;
    let mut point = None;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            mantissa = mantissa * 10 + u64::from(digit);
            num_digits += 1;
        } else if byte == b'.' && point.is_none() {
            point = Some(num_digits);
        } else {
            return None;
        }
    }
    if num_digits == 0 || num_digits > 15 {
        return None;
    }
    let value = mantissa as f64 / POWERS[num_digits - point.unwrap_or(num_digits)];
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn integers_to_the_edge_of_64_bits() {
        assert_eq!(parse_i64(b"9223372036854775807"), Ok(i64::MAX));
        assert_eq!(parse_i64(b"-9223372036854775808"), Ok(i64::MIN));
        assert_eq!(parse_i64(b"000000000000000000000000042"), Ok(42));
        assert_eq!(parse_i64(b"9223372036854775808"), Err(BadInteger::Overflow));
        assert_eq!(parse_i64(b"-9223372036854775809"), Err(BadInteger::Overflow));
        for text in ["-", "+5", "1.0", "1 2", "x", "--1", "1-"] {
            assert_eq!(parse_i64(text.as_bytes()), Err(BadInteger::NotInteger), "{text}");
        }
        assert_eq!(parse_i64(b""), Err(BadInteger::Empty));
    }

    #[test]
    fn weights_are_finite_numbers() {
        for text in ["0.002025", "-10", "1e-3", "+1.5", ".5", "5.", "-0", "0.1234567890123456789"] {
            let weight = parse_weight(text.as_bytes()).unwrap();
            assert_eq!(weight.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        }
        for text in ["", "-", ".", "-.", "1,5", "0x10", "1.2.3", "\u{fc}"] {
            assert_eq!(parse_weight(text.as_bytes()), Err(BadWeight::NotNumber), "{text}");
        }
        for text in ["nan", "NaN", "inf", "-Infinity", "1e999"] {
            assert_eq!(parse_weight(text.as_bytes()), Err(BadWeight::NotFinite), "{text}");
        }
    }

    proptest! {
        #[test]
        fn integers_agree_with_the_standard_library(value: i64) {
            prop_assert_eq!(parse_i64(value.to_string().as_bytes()), Ok(value));
        }

        #[test]
        fn decimals_agree_with_the_standard_library(text in "-?[0-9]{0,12}\\.?[0-9]{0,9}") {
            let expected = text.parse::<f64>().ok();
            let ours = parse_weight(text.as_bytes()).ok();
            prop_assert_eq!(ours.map(f64::to_bits), expected.map(f64::to_bits));
        }
    }
}
