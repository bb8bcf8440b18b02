//! Reading the values of options: what is wrong is said with the remedy.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use quince_core::memory::parse_bytes;

/// Reads the name of a setting of the datasets crate, which lists and parses its own.
pub(super) fn setting<T>(list: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: std::str::FromStr<Err = quince_datasets::DatasetError> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(list).try_map(|name| name.parse())
}

/// Reads a size in bytes.
///
/// # Errors
/// If it is none, with what to write.
pub fn memory_size(text: &str) -> Result<u64, &'static str> {
    match parse_bytes(text) {
        None => Err("this is not a size; write it like 512MiB or 4GiB"),
        Some(0) => Err("nothing fits into 0 bytes; give some memory, like 512MiB or 4GiB"),
        Some(bytes) => Ok(bytes),
    }
}

/// Reads a number of threads.
///
/// # Errors
/// If it is none, with what to write.
pub fn threads(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(0) => Err("give at least 1, or leave the option out for one per processor"),
        Ok(threads) => Ok(threads),
        Err(_) => Err("this is not a whole number; give at least 1"),
    }
}

/// How often something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Every {
    /// After so many supersteps.
    Supersteps(u64),
    /// After this time.
    Time(Duration),
}

/// Reads a number of supersteps or a time.
pub(super) fn checkpoint_every(text: &str) -> Result<Every, &'static str> {
    let remedy = "give supersteps, like 10, or a time, like 30s, 5m or 1h";
    let text = text.trim();
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = &text[..text.len() - unit.len()];
    let seconds = match unit.trim() {
        "" => {
            let supersteps = number.parse().ok().filter(|&supersteps| supersteps > 0);
            return supersteps.map(Every::Supersteps).ok_or(remedy);
        }
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(remedy),
    };
    let time = number.trim().parse::<f64>().ok().filter(|&number| number > 0.0);
    let time = time.and_then(|number| Duration::try_from_secs_f64(number * seconds).ok());
    time.map(Every::Time).ok_or(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_out_of_range_are_refused_with_what_is_allowed() {
        assert_eq!(memory_size("4 GiB"), Ok(4 << 30));
        assert!(memory_size("lots").unwrap_err().contains("like 512MiB"));
        assert!(memory_size("0").is_err());
        assert_eq!(threads("3"), Ok(3));
        assert!(threads("0").unwrap_err().contains("at least 1"));
        assert!(threads("-1").is_err());
    }

    #[test]
    fn supersteps_and_times_are_told_apart() {
        assert_eq!(checkpoint_every("10"), Ok(Every::Supersteps(10)));
        assert_eq!(checkpoint_every("1.5 s"), Ok(Every::Time(Duration::from_millis(1500))));
        assert_eq!(checkpoint_every("250ms"), Ok(Every::Time(Duration::from_millis(250))));
        assert_eq!(checkpoint_every("2h"), Ok(Every::Time(Duration::from_secs(7200))));
        for text in ["0", "0s", "-1", "1.5", "", "s", "5 parsec", "1e999s", "1..2m"] {
            assert!(checkpoint_every(text).unwrap_err().contains("like 30s"), "{text}");
        }
    }
}
