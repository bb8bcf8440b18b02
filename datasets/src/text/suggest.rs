//! Names that may have been meant.

/// The one of `names` that `name` may have been meant to be: the nearest by insertions, deletions,
/// substitutions and swaps of neighbours, of which two are allowed.
///
/// ```
/// let names = ["source".to_owned(), "target".to_owned()];
/// assert_eq!(quince_datasets::suggest("traget", &names).as_deref(), Some("target"));
/// assert_eq!(quince_datasets::suggest("weight", &names), None);
/// ```
pub fn suggest(name: &str, names: &[String]) -> Option<String> {
    let lower = name.to_lowercase();
    let distances = names.iter().map(|other| (distance(&lower, &other.to_lowercase()), other));
    let (distance, closest) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= 2 && distance < lower.chars().count()).then(|| closest.clone())
}

/// How many insertions, deletions, substitutions and swaps of neighbours lie between two names.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let best = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if swapped { best.min(rows[i - 2][j - 2] + 1) } else { best }
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_names_are_suggested() {
        let names = ["source".to_owned(), "target".to_owned(), "km".to_owned()];
        assert_eq!(suggest("suorce", &names).as_deref(), Some("source"));
        assert_eq!(suggest("Target", &names).as_deref(), Some("target"));
        assert_eq!(suggest("weight", &names), None);
        assert_eq!(suggest("xy", &names), None, "nothing in common");
    }
}
