//! Reading the values of the options of algorithms: what is wrong is said with the remedy.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// Reads one of some names, each with its help and the value that it stands for.
pub(crate) fn names<T>(
    list: &'static [(&'static str, &'static str, T)],
) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    let values = list.iter().map(|(name, help, _)| match *help {
        "" => PossibleValue::new(*name),
        help => PossibleValue::new(*name).help(help),
    });
    PossibleValuesParser::new(values).map(move |name| {
        let (.., value) = list.iter().find(|(known, ..)| *known == name).expect("one of the list");
        *value
    })
}

/// Reads a number in 0..1.
pub(crate) fn fraction_below_one(text: &str) -> Result<f64, &'static str> {
    number(text, "give a number of at least 0 and below 1", |value| (0.0..1.0).contains(&value))
}

/// Reads a number of at least 0.
pub(crate) fn zero_or_more(text: &str) -> Result<f64, &'static str> {
    number(text, "give a number of 0 or more, like 1e-10", |value| value >= 0.0)
}

fn number(
    text: &str,
    expected: &'static str,
    allowed: impl Fn(f64) -> bool,
) -> Result<f64, &'static str> {
    text.parse().ok().filter(|&value| allowed(value)).ok_or(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_refused_with_what_is_allowed() {
        assert_eq!(fraction_below_one("0.85"), Ok(0.85));
        for text in ["1", "-0.1", "NaN", "inf", "high"] {
            assert!(fraction_below_one(text).unwrap_err().contains("below 1"), "{text}");
        }
        assert_eq!(zero_or_more("1e-9"), Ok(1e-9));
        assert!(zero_or_more("-1e-9").is_err() && zero_or_more("nan").is_err());
    }
}
