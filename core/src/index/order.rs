//! In which order a dictionary numbers its keys.
//!
//! Ascending keeps the locality that the user's ids have (web and road graphs have much).
//! Hub-first, by falling number of appearances, puts the values that are read most into a few
//! pages that stay in the cache; where few keys hold most appearances and the ids say nothing, it
//! is the largest single gain there is. [`KeyOrder::Auto`] decides by two statistics of the input.

use serde::Serialize;

use crate::environment::Environment;
use crate::error::Result;
use crate::memory::Segment;

/// The order of dense keys, as asked for.
///
/// Results come back with the user's keys in any order. A sum of floats runs along rows in the
/// order of dense keys, so its last bits may differ between orders; they never differ between two
/// runs of the same input and options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOrder {
    /// By statistics of the input.
    #[default]
    Auto,
    /// Ascending by the user's key.
    Ascending,
    /// By falling number of appearances, then ascending.
    HubFirst,
}

/// The order that a dictionary took, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrderChoice {
    /// [`KeyOrder::Ascending`] or [`KeyOrder::HubFirst`].
    pub order: KeyOrder,
    /// The reason, for plans.
    pub reason: String,
}

/// What the automatic choice looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statistics {
    /// The share of all appearances that the most frequent sixteenth of the keys has.
    pub(super) hub_share: f64,
    /// The mean distance of the two keys of a pair, as a share of the number of keys; a third if
    /// the keys are placed at random.
    pub(super) mean_distance: f64,
}

/// From this share on the hubs are worth their own pages: a uniform random graph of mean degree
/// 30 has 0.09, a Kronecker graph 0.72.
const HUB_SHARE: f64 = 0.3;

/// Below this distance the ids are local, and reordering would scatter what they hold together.
const LOCAL_DISTANCE: f64 = 0.1;

impl KeyOrder {
    pub(super) fn choose(self, statistics: impl FnOnce() -> Statistics) -> OrderChoice {
        let (order, reason) = match self {
            Self::Ascending => (self, "asked for".to_owned()),
            Self::HubFirst => (self, "asked for".to_owned()),
            Self::Auto => {
                let Statistics { hub_share, mean_distance } = statistics();
                let facts = format!(
                    "a sixteenth of the keys has {:.0} % of the appearances, mean distance of a \
                     pair is {:.2} of the keys",
                    100.0 * hub_share,
                    mean_distance
                );
                if mean_distance < LOCAL_DISTANCE {
                    (Self::Ascending, format!("ids are local: {facts}"))
                } else if hub_share < HUB_SHARE {
                    (Self::Ascending, format!("no hubs: {facts}"))
                } else {
                    (Self::HubFirst, format!("hubs and no locality: {facts}"))
                }
            }
        };
        OrderChoice { order, reason }
    }
}

/// How many keys have each number of appearances; the last slot holds all above it.
pub(super) fn histogram(appearances: &[u32]) -> Vec<u64> {
    let top = appearances.iter().copied().max().unwrap_or(0).min(MAX_COUNTED);
    let mut histogram = vec![0u64; top as usize + 1];
    for &count in appearances {
        histogram[count.min(MAX_COUNTED) as usize] += 1;
    }
    histogram
}

/// Counts above this share one bucket and are sorted inside it: hubs are few.
const MAX_COUNTED: u32 = 1 << 16;

/// The share of appearances of the most frequent sixteenth of the `present` keys.
pub(super) fn hub_share(histogram: &[u64], appearances: &[u32], present: u64) -> f64 {
    let total: u64 = appearances.iter().map(|&count| u64::from(count)).sum();
    let mut left = present / 16;
    let mut share = 0u64;
    let above: Vec<u32> = if histogram.len() > MAX_COUNTED as usize {
        appearances.iter().copied().filter(|&count| count >= MAX_COUNTED).collect()
    } else {
        Vec::new()
    };
    for (count, &keys) in histogram.iter().enumerate().rev() {
        let taken = keys.min(left);
        share += if count == MAX_COUNTED as usize {
            above.iter().map(|&count| u64::from(count)).sum()
        } else {
            taken * count as u64
        };
        left -= taken;
    }
    if total == 0 { 0.0 } else { share as f64 / total as f64 }
}

/// The present keys by falling number of appearances, then ascending: `dense -> ordinal`.
///
/// A counting sort: the histogram gives each number of appearances its run of dense keys.
pub(super) fn hub_first(
    env: &Environment,
    histogram: &[u64],
    appearances: &[u32],
    present: usize,
    is_present: impl Fn(u32) -> bool,
) -> Result<Segment<u32>> {
    let mut by_dense = env.memory().allocate::<u32>("dictionary", present)?;
    let mut start = 0u64;
    let mut next: Vec<u32> = vec![0; histogram.len()];
    for (count, &keys) in histogram.iter().enumerate().rev() {
        next[count] = start as u32;
        start += keys;
    }
    for (ordinal, &count) in appearances.iter().enumerate() {
        let ordinal = ordinal as u32;
        if count > 0 || is_present(ordinal) {
            let slot = &mut next[count.min(MAX_COUNTED) as usize];
            by_dense[*slot as usize] = ordinal;
            *slot += 1;
        }
    }
    if histogram.len() > MAX_COUNTED as usize {
        let hubs = histogram[MAX_COUNTED as usize] as usize;
        by_dense[..hubs].sort_by_key(|&ordinal| std::cmp::Reverse(appearances[ordinal as usize]));
    }
    Ok(by_dense)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hubs_come_first_and_ties_ascend() {
        let env = Environment::builder().threads(1).build().unwrap();
        let appearances = [1, 0, 70_000, 3, 3, 90_000, 0];
        let histogram = histogram(&appearances);
        let by_dense = hub_first(&env, &histogram, &appearances, 6, |key| key == 6).unwrap();
        assert_eq!(by_dense[..], [5, 2, 3, 4, 0, 6]);
    }

    #[test]
    fn shares_are_of_all_appearances() {
        let mut appearances = vec![1u32; 32];
        appearances[3] = 100_000;
        appearances[9] = 69;
        let share = hub_share(&histogram(&appearances), &appearances, 32);
        assert!((share - 100_069.0 / 100_099.0).abs() < 1e-12, "{share}");
    }

    #[test]
    fn the_choice_gives_its_reason() {
        let kronecker = Statistics { hub_share: 0.75, mean_distance: 0.3 };
        let web = Statistics { hub_share: 0.6, mean_distance: 0.01 };
        let uniform = Statistics { hub_share: 0.09, mean_distance: 0.33 };
        assert_eq!(KeyOrder::Auto.choose(|| kronecker).order, KeyOrder::HubFirst);
        assert_eq!(KeyOrder::Auto.choose(|| web).order, KeyOrder::Ascending);
        let choice = KeyOrder::Auto.choose(|| uniform);
        assert!(choice.reason.starts_with("no hubs: a sixteenth"), "{}", choice.reason);
    }
}
