//! Whether a result is the reference output, by the rules of Graphalytics.
//!
//! | rule | holds if |
//! |---|---|
//! | exact | values are the same |
//! | epsilon | they differ by no more than 0.0001 of the expected one; infinity is only infinity |
//! | equivalence | there is one name here for each name there, whatever names are |
//!
//! For each rule the vertices must be the same, each once. Runs as joins of data sets, so results
//! of any size are compared within the budget.

use std::fmt::Display;

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use serde::Serialize;

use crate::cli::error::Result;

/// Rows of a result: vertices and values.
pub(super) type Rows<V> = DataSet<(i64, V)>;

/// How a result compares with the reference output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Verdict {
    pub(super) rule: &'static str,
    /// Vertices whose values were compared.
    pub(super) vertices: u64,
    /// Those that differ, or are in one of the two alone.
    pub(super) wrong: u64,
    /// The first of them, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_wrong: Option<String>,
}

/// Relative.
const EPSILON: f64 = 1e-4;

/// Whether both have the same values.
pub(super) fn exact(actual: &Rows<i64>, expected: &Rows<i64>) -> Result<Verdict> {
    each("exact", actual, expected, |expected, actual| expected == actual)
}

/// Whether values differ by rounding at most.
pub(super) fn epsilon(actual: &Rows<f64>, expected: &Rows<f64>) -> Result<Verdict> {
    each("epsilon", actual, expected, |&expected, &actual| {
        let is_close = (expected - actual).abs() <= EPSILON * expected.abs();
        expected == actual || (expected.is_finite() && is_close)
    })
}

/// Whether both divide the vertices in the same way.
pub(super) fn equivalence(actual: &Rows<i64>, expected: &Rows<i64>) -> Result<Verdict> {
    let verdict = each("equivalence", actual, expected, |_, _| true)?;
    let names = expected.join(actual).on(0, 0).with(|expected, actual| (expected.1, actual.1));
    let names = names.distinct();
    // A pair of names too many is one that stands for a second name on the other side.
    let again = |field: usize| -> Result<Option<(i64, i64)>> {
        let counts = names.map(move |pair| (if field == 0 { pair.0 } else { pair.1 }, 1i64));
        let counts = counts.group_by(0).reduce(|a, b| (a.0, a.1 + b.1));
        let repeated = counts.filter(|&(_, count)| count > 1);
        Ok(repeated.min_by(0).collect()?.into_iter().next())
    };
    let told = |which, name| format!("the {which} component {name} is more than one");
    let split = again(0)?.map(|(name, _)| told("expected", name));
    let merged = again(1)?.map(|(name, _)| told("computed", name));
    let Some(first_wrong) = split.or(merged) else { return Ok(verdict) };
    Ok(Verdict { wrong: verdict.wrong.max(1), first_wrong: Some(first_wrong), ..verdict })
}

/// Compares by `same`, vertex by vertex.
fn each<V: Record + Display + Default>(
    rule: &'static str,
    actual: &Rows<V>,
    expected: &Rows<V>,
    same: fn(&V, &V) -> bool,
) -> Result<Verdict> {
    let both = expected.full_outer_join(actual).on(0, 0);
    let differing = both.flat_with(move |expected, actual| match (expected, actual) {
        (Some(expected), Some(actual)) if same(&expected.1, &actual.1) => None,
        (Some((vertex, expected)), actual) => {
            Some((vertex, Some(expected), actual.map(|(_, value)| value)))
        }
        (None, Some((vertex, actual))) => Some((vertex, None, Some(actual))),
        (None, None) => None,
    });
    let (vertices, compared) = (expected.count()?, actual.count()?);
    // A vertex that is listed twice finds a partner twice.
    let wrong = differing.count()?.max(vertices.abs_diff(compared));
    let first = differing.min_by(0).collect()?.into_iter().next();
    let first_wrong = first.map(|(vertex, expected, actual): (i64, Option<V>, Option<V>)| {
        let tell = |value: Option<V>| value.map_or("nothing".to_owned(), |value| value.to_string());
        format!("vertex {vertex}: expected {}, found {}", tell(expected), tell(actual))
    });
    Ok(Verdict { rule, vertices, wrong, first_wrong })
}

#[cfg(test)]
mod tests {
    use super::*;
    use quince_core::Environment;

    fn rows<V: Record>(env: &Environment, values: &[(i64, V)]) -> Rows<V> {
        DataSet::from_collection(env, values.to_vec())
    }

    #[test]
    fn values_are_compared_by_the_rule() {
        let env = Environment::builder().threads(2).build().unwrap();
        let verdict = exact(&rows(&env, &[(1, 5), (2, 7)]), &rows(&env, &[(2, 7), (1, 4)]));
        let verdict = verdict.unwrap();
        assert_eq!((verdict.vertices, verdict.wrong), (2, 1));
        assert_eq!(verdict.first_wrong.unwrap(), "vertex 1: expected 4, found 5");

        let infinity = f64::INFINITY;
        let close = [(1, 1.00005), (2, infinity), (3, 0.0)];
        let expected = rows(&env, &[(1, 1.0), (2, infinity), (3, 0.0)]);
        assert_eq!(epsilon(&rows(&env, &close), &expected).unwrap().wrong, 0);
        let off = [(1, 1.0002), (2, 1e300), (3, 1e-300)];
        assert_eq!(epsilon(&rows(&env, &off), &expected).unwrap().wrong, 3);
        assert_eq!(epsilon(&expected, &rows(&env, &off)).unwrap().wrong, 3);
    }

    #[test]
    fn vertices_must_be_the_same_each_once() {
        let env = Environment::builder().threads(2).build().unwrap();
        let expected = rows(&env, &[(1, 0), (2, 0)]);
        let wrong = |actual: &[(i64, i64)]| exact(&rows(&env, actual), &expected).unwrap();
        assert_eq!(wrong(&[(1, 0)]).first_wrong.unwrap(), "vertex 2: expected 0, found nothing");
        let more = wrong(&[(1, 0), (2, 0), (3, 9)]);
        assert_eq!(more.first_wrong.unwrap(), "vertex 3: expected nothing, found 9");
        assert_eq!(wrong(&[(1, 0), (2, 0), (2, 0)]).wrong, 1);
    }

    #[test]
    fn components_may_be_called_anything() {
        let env = Environment::builder().threads(2).build().unwrap();
        let expected = rows(&env, &[(1, 1), (2, 1), (3, 3)]);
        let wrong = |actual: &[(i64, i64)]| equivalence(&rows(&env, actual), &expected).unwrap();
        assert_eq!(wrong(&[(1, 9), (2, 9), (3, 1)]).wrong, 0);
        let merged = wrong(&[(1, 9), (2, 9), (3, 9)]).first_wrong.unwrap();
        assert_eq!(merged, "the computed component 9 is more than one");
        let split = wrong(&[(1, 9), (2, 8), (3, 7)]).first_wrong.unwrap();
        assert_eq!(split, "the expected component 1 is more than one");
    }
}
