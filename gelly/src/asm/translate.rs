//! Translators of ids and values, as functions for
//! [`translate_graph_ids`](crate::Graph::translate_graph_ids) and its kind.

use quince_core::columnar::Record;
use quince_core::index::Key;

use super::hash_code::JavaHash;
use crate::java_hash::long_value;
use crate::vertex_key::VertexKey;

/// An integer id that hashes as Flink's `LongValue` does; everywhere else it is the number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Record)]
pub struct LongValue(pub i64);

impl From<LongValue> for i64 {
    fn from(value: LongValue) -> Self {
        value.0
    }
}

impl JavaHash for LongValue {
    fn java_hash(&self) -> i32 {
        long_value(self.0)
    }
}

impl VertexKey for LongValue {
    fn to_integer(&self) -> Option<i64> {
        Some(self.0)
    }

    fn from_key(key: Key<'_>) -> Option<Self> {
        i64::from_key(key).map(Self)
    }

    fn push_part(&self, text: &mut String) {
        self.0.push_part(text);
    }

    fn take_part(text: &mut &str) -> Option<Self> {
        i64::take_part(text).map(Self)
    }
}

/// The number as a [`LongValue`]: Gelly's `LongToLongValue`.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::translate::{LongValue, long_to_long_value}};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [Edge::from((1i64, 2i64))]);
/// let graph = graph.translate_graph_ids(long_to_long_value);
/// assert_eq!(graph.edge_ids().collect()?, [(LongValue(1), LongValue(2))]);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
pub fn long_to_long_value(id: i64) -> LongValue {
    LongValue(id)
}

/// Adds `offset`: Gelly's `LongValueAddOffset`.
///
/// ```
/// use quince_gelly::asm::translate::{LongValue, long_value_add_offset};
/// assert_eq!(long_value_add_offset(40)(LongValue(2)), LongValue(42));
/// ```
pub fn long_value_add_offset(offset: i64) -> impl Fn(LongValue) -> LongValue + Copy {
    move |id| LongValue(id.0.wrapping_add(offset))
}

/// The number in 32 bits: Gelly's `LongValueToSignedIntValue`.
///
/// # Panics
/// If it does not fit; in a plan that is an error of the run.
///
/// ```
/// use quince_gelly::asm::translate::{LongValue, long_value_to_signed_int_value};
/// assert_eq!(long_value_to_signed_int_value(LongValue(-7)), -7);
/// ```
pub fn long_value_to_signed_int_value(id: impl Into<i64>) -> i32 {
    let id = id.into();
    i32::try_from(id).unwrap_or_else(|_| panic!("{id} is no signed number of 32 bits"))
}

/// The number in 32 bits without a sign: Gelly's `LongValueToUnsignedIntValue`.
///
/// # Panics
/// If it does not fit; in a plan that is an error of the run.
///
/// ```
/// use quince_gelly::asm::translate::{LongValue, long_value_to_unsigned_int_value};
/// assert_eq!(long_value_to_unsigned_int_value(LongValue(4_294_967_295)), u32::MAX);
/// ```
pub fn long_value_to_unsigned_int_value(id: impl Into<i64>) -> u32 {
    let id = id.into();
    u32::try_from(id).unwrap_or_else(|_| panic!("{id} is no unsigned number of 32 bits"))
}

/// The number as text: Gelly's `LongValueToStringValue`.
///
/// ```
/// use quince_gelly::asm::translate::{LongValue, long_value_to_string_value};
/// assert_eq!(long_value_to_string_value(LongValue(-7)), "-7");
/// ```
pub fn long_value_to_string_value(id: impl Into<i64>) -> String {
    id.into().to_string()
}

/// Nothing: Gelly's `ToNullValue`.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::translate::to_null_value};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [Edge::new(1u64, 2u64, 0.5)]);
/// let graph: Graph<u64> = graph.translate_edge_values(to_null_value);
/// assert_eq!(graph.edges().collect()?, [Edge::new(1, 2, ())]);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
pub fn to_null_value<T>(_value: T) {}
