//! What is said of repeated measurements.

use serde::{Deserialize, Serialize};

/// Seconds of the trials of one run, and what matters of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// All, in the order in which they ran.
    pub trials: Vec<f64>,
    /// The first: caches and pages as the load left them.
    pub first: f64,
    /// The middle one, or the mean of the two in the middle.
    pub median: f64,
    /// The shortest.
    pub min: f64,
    /// The longest.
    pub max: f64,
}

impl Spread {
    /// Of trials in the order in which they ran; all zero if there are none.
    pub fn of(trials: Vec<f64>) -> Self {
        let Some(&first) = trials.first() else { return Self::default() };
        let min = trials.iter().copied().fold(f64::INFINITY, f64::min);
        let max = trials.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self { first, median: median(&trials), min, max, trials }
    }
}

/// The middle value, or the mean of the two in the middle; not a number if there is none.
///
/// ```
/// assert_eq!(quince_benches::statistics::median(&[4.0, 1.0, 2.0]), 2.0);
/// ```
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// The geometric mean: the only mean of ratios that does not depend on which side is below the
/// line. Not a number if there is none.
pub fn geometric_mean(ratios: &[f64]) -> f64 {
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
}

/// A time with three digits and the unit that suits it.
pub fn show_seconds(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s.is_nan() => return "-".to_owned(),
        s if s >= 1.0 => (s, "s"),
        0.0 => return "0".to_owned(),
        s if s >= 1e-3 => (s * 1e3, "ms"),
        s => (s * 1e6, "µs"),
    };
    let digits = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$} {unit}")
}

/// A ratio with two digits behind the point, or as many as it needs to be told from zero.
pub fn show_ratio(ratio: f64) -> String {
    match ratio {
        r if r.is_nan() => "-".to_owned(),
        r if r >= 100.0 => format!("{r:.0}"),
        r if r >= 10.0 => format!("{r:.1}"),
        r if r >= 0.01 => format!("{r:.2}"),
        0.0 => "0".to_owned(),
        r => format!("{r:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_keep_the_first_and_find_the_middle() {
        let spread = Spread::of(vec![3.0, 1.0, 2.0, 10.0]);
        let Spread { first, median, min, max, .. } = spread;
        assert_eq!((first, median, min, max), (3.0, 2.5, 1.0, 10.0));
        assert_eq!(Spread::of(Vec::new()), Spread::default());
        assert!(super::median(&[]).is_nan());
    }

    #[test]
    fn a_mean_of_ratios_is_the_same_from_both_sides() {
        assert!((geometric_mean(&[0.5, 2.0]) - 1.0).abs() < 1e-12);
        assert!((geometric_mean(&[0.1, 0.4]) * geometric_mean(&[10.0, 2.5]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn figures_are_shown_with_what_tells_them_apart() {
        let seconds = [2.5, 0.0123, 0.000_045_6, 123.4].map(show_seconds);
        assert_eq!(seconds, ["2.50 s", "12.3 ms", "45.6 µs", "123 s"]);
        assert_eq!([0.654, 0.000_12, 537.2].map(show_ratio), ["0.65", "1.2e-4", "537"]);
        assert_eq!([f64::NAN, 0.0].map(show_ratio), ["-", "0"]);
    }
}
