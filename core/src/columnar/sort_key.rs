//! What rows are sorted by: keys, each in its own order.

use std::fmt;

use super::{Batch, Column, ColumnType, Key, KeyError, Keys, Order, Schema};

/// Keys with their orders, the first the most significant.
#[derive(Clone, Debug, Default)]
pub struct SortKey {
    /// Rows come in the order of this key's hash first, and of the key where hashes collide.
    hashed: Option<Key>,
    by: Vec<(Key, Order)>,
}

impl fmt::Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hashed = self.hashed.iter().map(|key| format!("hash of {key}"));
        let by = self.by.iter().map(|(key, order)| format!("{key} {order}"));
        f.write_str(&hashed.chain(by).collect::<Vec<_>>().join(", "))
    }
}

impl SortKey {
    /// Groups by `key`, in the order of their hashes; rows of a group are in one place.
    pub fn of_groups(key: Key) -> Self {
        Self { hashed: Some(key), by: Vec::new() }
    }

    /// Then by `key` in `order`.
    #[must_use]
    pub fn then(mut self, key: Key, order: Order) -> Self {
        self.by.push((key, order));
        self
    }

    /// The key of every row, in words or bytes that rise in the order of the rows.
    pub fn keys(&self, batch: &Batch) -> Result<Keys, KeyError> {
        let (mut columns, mut orders) = (Vec::new(), Vec::new());
        if let Some(key) = &self.hashed {
            let own = key.columns(batch)?;
            let keys = Keys::of(&own, batch.num_rows());
            columns.push(Column::UInt64(keys.hashes().into()));
            if !keys.hash_is_key() {
                columns.extend(own);
            }
            orders.resize(columns.len(), Order::Ascending);
        }
        for (key, order) in &self.by {
            columns.extend(key.columns(batch)?);
            orders.resize(columns.len(), *order);
        }
        Ok(Keys::ordered(&columns, &orders, batch.num_rows()))
    }

    /// How to make the rows of batches like `batch` from their keys alone, where that can be done:
    /// every column is in the key, once, and is an integer.
    pub fn whole_row(&self, batch: &Batch) -> Option<WholeRow> {
        if self.hashed.is_some() {
            return None;
        }
        let mut columns: Vec<Option<Packed>> = vec![None; batch.columns().len()];
        let mut shift = 0;
        for (key, order) in self.by.iter().rev() {
            for &at in key.fields()?.iter().rev() {
                let column_type = batch.columns()[at].column_type();
                let place = &mut columns[at];
                if place.is_some() || !is_integer(column_type) {
                    return None;
                }
                *place = Some(Packed { column_type, shift, mask: order.mask() });
                shift += 8 * column_type.width()? as u32;
            }
        }
        let columns = columns.into_iter().collect::<Option<_>>()?;
        (shift <= u128::BITS).then(|| WholeRow { schema: batch.schema().clone(), columns })
    }
}

/// Makes rows from their keys.
#[derive(Clone, Debug)]
pub struct WholeRow {
    schema: Schema,
    columns: Vec<Packed>,
}

/// Where a column stands in the words of a key.
#[derive(Clone, Copy, Debug)]
struct Packed {
    column_type: ColumnType,
    shift: u32,
    mask: u64,
}

impl WholeRow {
    /// The rows with the keys `words`, of which `low` takes 64 bits from a bit on.
    pub fn rows<W: Copy>(&self, words: &[W], low: impl Fn(W, u32) -> u64) -> Batch {
        let column = |packed: &Packed| packed.unpack(words, &low);
        let columns = self.columns.iter().map(column).collect();
        Batch::with_rows(self.schema.clone(), columns, words.len())
    }
}

fn is_integer(column_type: ColumnType) -> bool {
    use ColumnType::{CodedUtf8, Float32, Float64, Utf8};
    !matches!(column_type, Float32 | Float64 | Utf8 | CodedUtf8)
}

macro_rules! unpack {
    ($packed:ident, $values:ident, $($variant:ident: $integer:ty, $sign:expr;)*) => {
        match $packed.column_type {
            $(ColumnType::$variant => {
                let integers = $values.map(|word| word as $integer ^ $sign);
                Column::$variant(integers.collect::<Vec<$integer>>().into())
            })*
            other => unreachable!("{other:?} is not an integer"),
        }
    };
}

impl Packed {
    fn unpack<W: Copy>(&self, words: &[W], low: &impl Fn(W, u32) -> u64) -> Column {
        let values = words.iter().map(|&word| low(word, self.shift) ^ self.mask);
        unpack! { self, values,
            Bool: u8, 0; UInt8: u8, 0; UInt16: u16, 0; UInt32: u32, 0; UInt64: u64, 0;
            Int8: i8, i8::MIN; Int16: i16, i16::MIN; Int32: i32, i32::MIN; Int64: i64, i64::MIN;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::columnar::{IntoKey, batch_of, records};

    type Row = (i16, u32, bool, i64);

    proptest! {
        #[test]
        fn rows_are_made_from_their_keys(rows in prop::collection::vec(any::<Row>(), 1..50)) {
            let key = |at: [usize; 2]| IntoKey::<Row, _>::into_key(at);
            let by = SortKey::default()
                .then(key([3, 0]), Order::Descending)
                .then(key([2, 1]), Order::Ascending);
            let batch = batch_of(rows.clone());
            let whole = by.whole_row(&batch).unwrap();
            let Keys::Wide(words) = by.keys(&batch).unwrap() else { panic!("15 bytes") };
            let back = whole.rows(&words, |word, shift| (word >> shift) as u64);
            prop_assert_eq!(records::<Row>(&back).unwrap(), rows);
        }
    }

    #[test]
    fn other_keys_do_not_make_rows() {
        let key = |at: [usize; 2]| IntoKey::<Row, _>::into_key(at);
        let some = SortKey::default().then(key([0, 1]), Order::Ascending);
        let twice = some.clone().then(key([1, 2]), Order::Ascending);
        let batch = batch_of([(1i16, 2u32, true, 3i64)]);
        assert!(some.whole_row(&batch).is_none() && twice.whole_row(&batch).is_none());
        let floats = SortKey::default().then(IntoKey::<f64, _>::into_key(0), Order::Ascending);
        assert!(floats.whole_row(&batch_of([1.0])).is_none());
    }
}
