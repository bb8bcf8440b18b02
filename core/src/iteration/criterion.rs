//! When an iteration ends.

use std::fmt;
use std::sync::Arc;

use crate::report::{StopReason, SuperstepReport};

/// A convergence criterion: a value that is asked after every superstep.
///
/// ```
/// use quince_core::iteration::Criterion;
/// let criterion = Criterion::ConvergedBelow(1e-9).or(Criterion::MaximumSupersteps(100));
/// assert_eq!(criterion.to_string(), "change <= 0.000000001 or 100 supersteps");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Criterion {
    /// That many supersteps are done.
    MaximumSupersteps(u64),
    /// The convergence value is at or below this.
    ConvergedBelow(f64),
    /// No key is active any more.
    EmptyWorkset,
    /// A condition of the program's own holds.
    When(Condition),
    /// Either is met.
    Or(Box<Criterion>, Box<Criterion>),
    /// Both are met.
    And(Box<Criterion>, Box<Criterion>),
}

/// That many supersteps.
impl From<u64> for Criterion {
    fn from(supersteps: u64) -> Self {
        Self::MaximumSupersteps(supersteps)
    }
}

/// A condition of the program's own, asked after every superstep.
#[derive(Clone)]
pub struct Condition {
    name: String,
    test: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Condition").field(&self.name).finish()
    }
}

/// A condition is the same as its clones.
impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.test, &other.test)
    }
}

impl Criterion {
    /// Met after the first superstep for which `test` is true; it usually looks at an aggregate.
    /// `name` is for plans.
    pub fn when(name: impl Into<String>, test: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self::When(Condition { name: name.into(), test: Arc::new(test) })
    }

    /// Met when this or `other` is.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::Or(Box::new(self), Box::new(other))
    }

    /// Met when this and `other` are.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::And(Box::new(self), Box::new(other))
    }

    /// Whether it is met after `last` (or before the first superstep) with `workset` keys active,
    /// and which part of it was.
    pub(super) fn met(&self, last: Option<&SuperstepReport>, workset: u64) -> Option<StopReason> {
        match self {
            Self::MaximumSupersteps(most) => (last.map_or(0, |last| last.superstep) >= *most)
                .then_some(StopReason::MaximumSupersteps),
            Self::ConvergedBelow(threshold) => last
                .and_then(|last| last.convergence)
                .filter(|value| value <= threshold)
                .map(|_| StopReason::Converged),
            Self::EmptyWorkset => (workset == 0).then_some(StopReason::EmptyWorkset),
            Self::When(condition) => {
                (last.is_some() && (condition.test)()).then_some(StopReason::Converged)
            }
            Self::Or(a, b) => a.met(last, workset).or_else(|| b.met(last, workset)),
            Self::And(a, b) => a.met(last, workset).and_then(|_| b.met(last, workset)),
        }
    }
}

impl Criterion {
    /// The superstep after which it was met already, if `supersteps` go on behind it. Conditions of
    /// the program's own are not asked: what they look at is gone.
    pub(super) fn met_inside(&self, supersteps: &[SuperstepReport]) -> Option<u64> {
        let known = self.without_conditions();
        let next = supersteps.iter().enumerate();
        next.map(|(done, next)| (done.checked_sub(1).map(|last| &supersteps[last]), next.workset))
            .position(|(last, workset)| known.met(last, workset).is_some())
            .map(|done| done as u64)
    }

    fn without_conditions(&self) -> Self {
        match self {
            Self::When(condition) => Self::when(condition.name.clone(), || false),
            Self::Or(a, b) => a.without_conditions().or(b.without_conditions()),
            Self::And(a, b) => a.without_conditions().and(b.without_conditions()),
            other => other.clone(),
        }
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaximumSupersteps(most) => write!(f, "{most} supersteps"),
            Self::ConvergedBelow(threshold) => write!(f, "change <= {threshold}"),
            Self::EmptyWorkset => f.write_str("empty workset"),
            Self::When(condition) => f.write_str(&condition.name),
            Self::Or(a, b) => write!(f, "{a} or {b}"),
            Self::And(a, b) => write!(f, "({a} and {b})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iteration::Direction;

    fn after(superstep: u64, convergence: f64) -> SuperstepReport {
        SuperstepReport {
            superstep,
            seconds: 0.0,
            workset: 1,
            changes: 1,
            convergence: Some(convergence),
            direction: Direction::Pull,
            aggregates: Default::default(),
        }
    }

    #[test]
    fn or_and_and_join_criteria() {
        let small = Criterion::ConvergedBelow(0.1);
        let third = Criterion::MaximumSupersteps(3);
        let either = small.clone().or(third.clone());
        assert_eq!(either.met(Some(&after(1, 0.1)), 1), Some(StopReason::Converged));
        assert_eq!(either.met(Some(&after(3, 0.5)), 1), Some(StopReason::MaximumSupersteps));
        assert_eq!(either.met(Some(&after(2, 0.5)), 1), None);
        let both = small.and(third);
        assert_eq!(both.met(Some(&after(1, 0.1)), 1), None);
        assert_eq!(both.met(Some(&after(3, 0.1)), 1), Some(StopReason::MaximumSupersteps));
    }

    #[test]
    fn not_a_number_never_converges() {
        assert_eq!(Criterion::ConvergedBelow(1.0).met(Some(&after(9, f64::NAN)), 1), None);
    }

    #[test]
    fn what_is_behind_the_end_is_known() {
        let steps: Vec<_> = (1..=4).map(|step| after(step, 1.0 / step as f64)).collect();
        let most = Criterion::MaximumSupersteps;
        assert_eq!(most(4).met_inside(&steps), None, "the last one is the end");
        assert_eq!(most(3).met_inside(&steps), Some(3));
        assert_eq!(most(0).met_inside(&steps), Some(0));
        assert_eq!(Criterion::ConvergedBelow(0.5).met_inside(&steps), Some(2));
        let asked = Criterion::when("never asked", || true);
        assert_eq!(asked.clone().or(most(4)).met_inside(&steps), None);
        assert_eq!(asked.or(most(2)).met_inside(&steps), Some(2));
        assert_eq!(most(0).met_inside(&[]), None);
    }

    #[test]
    fn no_supersteps_are_allowed() {
        let none = Criterion::MaximumSupersteps(0);
        assert_eq!(none.met(None, 5), Some(StopReason::MaximumSupersteps));
        assert_eq!(Criterion::EmptyWorkset.met(None, 0), Some(StopReason::EmptyWorkset));
    }
}
