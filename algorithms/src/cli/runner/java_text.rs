//! Numbers as Java writes them.

use std::fmt::Write as _;

/// Writes a number as `Double.toString` does, in the fewest digits that read back to it.
pub(super) fn write_double(value: f64, out: &mut String) {
    write_number(value, &format!("{value:e}"), out);
}

/// Writes a number as `Float.toString` does, in the fewest digits that read back to it.
pub(super) fn write_float(value: f32, out: &mut String) {
    write_number(value.into(), &format!("{value:e}"), out);
}

/// `scientific` is the number as digits and exponent: `1.25e-7`.
fn write_number(value: f64, scientific: &str, out: &mut String) {
    if !value.is_finite() {
        out.push_str(match value {
            f64::INFINITY => "Infinity",
            f64::NEG_INFINITY => "-Infinity",
            _ => "NaN",
        });
        return;
    }
    let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value == 0.0 || (-3..7).contains(&exponent) {
        let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
        out.push_str(sign);
        write_decimal(&digits.replace('.', ""), exponent, out);
    } else {
        let point = if digits.contains('.') { "" } else { ".0" };
        let _ = write!(out, "{digits}{point}E{exponent}");
    }
}

/// Writes digits of which the first counts `10^exponent`, with a point and something behind it.
fn write_decimal(digits: &str, exponent: i32, out: &mut String) {
    let Ok(before) = usize::try_from(exponent + 1) else {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', exponent.unsigned_abs() as usize - 1));
        out.push_str(digits);
        return;
    };
    if before == 0 {
        let _ = write!(out, "0.{digits}");
    } else if before >= digits.len() {
        out.push_str(digits);
        out.extend(std::iter::repeat_n('0', before - digits.len()));
        out.push_str(".0");
    } else {
        let _ = write!(out, "{}.{}", &digits[..before], &digits[before..]);
    }
}

/// A count with commas between thousands.
pub(super) fn grouped(count: impl ToString) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number with at most `digits` digits behind the point, without zeros at the end.
pub(super) fn rounded(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_in_java() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (0.001, "0.001"),
            (0.000_99, "9.9E-4"),
            (0.012_5, "0.0125"),
            (0.5, "0.5"),
            (1_234_567.0, "1234567.0"),
            (1e7, "1.0E7"),
            (1.25e-7, "1.25E-7"),
            (123.456, "123.456"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
        ] {
            let mut out = String::new();
            write_double(value, &mut out);
            assert_eq!(out, expected);
        }
        let mut out = String::new();
        write_float(0.1, &mut out);
        assert_eq!(out, "0.1");
    }

    #[test]
    fn counts_are_grouped_and_numbers_rounded() {
        assert_eq!(
            (grouped(7), grouped(1000), grouped(1_234_567)),
            ("7".into(), "1,000".into(), "1,234,567".into())
        );
        assert_eq!(
            [rounded(9.98349, 3), rounded(2.0, 3), rounded(0.25, 8), rounded(f64::NAN, 3)],
            ["9.983", "2", "0.25", "NaN"]
        );
    }
}
