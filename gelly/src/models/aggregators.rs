//! Aggregates of a superstep: what functions add up while they run, to be read in the next one.

use std::any::{Any, type_name};
use std::fmt;
use std::sync::Arc;

use quince_core::algebra::Sum;
use quince_core::iteration::{Combine, Combiner};
use quince_core::report::AggregateValue;

/// Sums of signed integers: Gelly's `LongSumAggregator`.
pub const LONG_SUM: Combiner<Sum<i64>> = Combiner::sum();

/// Sums of floats: Gelly's `DoubleSumAggregator`.
pub const DOUBLE_SUM: Combiner<Sum<f64>> = Combiner::sum();

/// A value that can be aggregated.
pub trait Aggregable: Clone + Send + Sync + Into<AggregateValue> + 'static {}

impl<V: Clone + Send + Sync + Into<AggregateValue> + 'static> Aggregable for V {}

type Function<V> = Arc<dyn Fn(V, V) -> V + Send + Sync>;

/// The value that an aggregator has reached, and how to go on.
struct Reached<V> {
    value: Option<V>,
    combine: Function<V>,
}

/// One whose type is forgotten.
trait AnyReached: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
    fn type_name(&self) -> &'static str;

    /// One that has reached nothing.
    fn fresh(&self) -> Box<dyn AnyReached>;

    /// Goes on with what `other`, of the same aggregator, has reached.
    fn merge(&mut self, other: &mut dyn AnyReached);

    fn to_report(&self) -> Option<AggregateValue>;
}

impl<V: Aggregable> AnyReached for Reached<V> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn type_name(&self) -> &'static str {
        type_name::<V>()
    }

    fn fresh(&self) -> Box<dyn AnyReached> {
        Box::new(Self { value: None, combine: self.combine.clone() })
    }

    fn merge(&mut self, other: &mut dyn AnyReached) {
        let other: Option<&mut Self> = other.as_any_mut().downcast_mut();
        if let Some(value) = other.and_then(|other| other.value.take()) {
            self.add(value);
        }
    }

    fn to_report(&self) -> Option<AggregateValue> {
        self.value.clone().map(Into::into)
    }
}

impl<V> Reached<V> {
    fn add(&mut self, value: V) {
        self.value = Some(match self.value.take() {
            Some(before) => (self.combine)(before, value),
            None => value,
        });
    }
}

/// The aggregators of an iteration by name, with what they have reached.
#[derive(Default)]
pub(super) struct Aggregates {
    by_name: Vec<(Arc<str>, Box<dyn AnyReached>)>,
}

impl fmt::Debug for Aggregates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.by_name.iter().map(|(name, _)| name)).finish()
    }
}

impl Aggregates {
    pub(super) fn register<V: Aggregable>(
        &mut self,
        name: &str,
        combine: impl Combine<V> + 'static,
    ) {
        let combine: Function<V> = Arc::new(move |left, right| combine.combine(left, right));
        self.by_name.retain(|(other, _)| &**other != name);
        self.by_name.push((name.into(), Box::new(Reached { value: None, combine })));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The same aggregators, which have reached nothing.
    pub(super) fn fresh(&self) -> Self {
        let fresh = self.by_name.iter().map(|(name, reached)| (name.clone(), reached.fresh()));
        Self { by_name: fresh.collect() }
    }

    /// Adds to one.
    pub(super) fn add<V: Aggregable>(&mut self, name: &str, value: V) {
        let Some((_, reached)) = self.by_name.iter_mut().find(|(other, _)| &**other == name) else {
            panic!("there is no aggregator {name:?}; register it before the iteration runs");
        };
        let is = reached.type_name();
        match reached.as_any_mut().downcast_mut::<Reached<V>>() {
            Some(reached) => reached.add(value),
            None => panic!("the aggregator {name:?} takes {is}, not {}", type_name::<V>()),
        }
    }

    /// What one has reached.
    pub(super) fn get<V: Aggregable>(&self, name: &str) -> Option<V> {
        let Some((_, reached)) = self.by_name.iter().find(|(other, _)| &**other == name) else {
            panic!("there is no aggregator {name:?}; register it before the iteration runs");
        };
        match reached.as_any().downcast_ref::<Reached<V>>() {
            Some(reached) => reached.value.clone(),
            None => panic!(
                "the aggregator {name:?} takes {}, not {}",
                reached.type_name(),
                type_name::<V>()
            ),
        }
    }

    /// Goes on with what others have reached, in their order.
    pub(super) fn merge(&mut self, others: Vec<Self>) {
        for mut other in others {
            for ((_, reached), (_, other)) in self.by_name.iter_mut().zip(&mut other.by_name) {
                reached.merge(&mut **other);
            }
        }
    }

    /// What all have reached, for a report.
    pub(super) fn to_report(&self) -> Vec<(String, AggregateValue)> {
        let values = self.by_name.iter();
        values
            .filter_map(|(name, reached)| Some((name.to_string(), reached.to_report()?)))
            .collect()
    }
}
