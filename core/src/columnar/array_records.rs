//! Arrays of a fixed length are records like tuples: fields `f0`, `f1` and so on.

use std::array;

use super::Column;
use super::record::{BuildRecord, Field, Leaf, ReadRecord, Record};
use super::tuple_records::{field_name, field_of};

/// The names of the first `count` fields of a record without names.
fn labels(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|at| format!("f{at}"))
}

impl<T: Record, const N: usize> Record for [T; N] {
    type Reader<'a> = [T::Reader<'a>; N];
    type Builder = [T::Builder; N];

    fn leaves(name: &str, leaves: &mut Vec<Leaf>) {
        labels(N).for_each(|label| T::leaves(&field_name(name, &label), leaves));
    }

    fn reader<'a>(columns: &mut &'a [Column]) -> Option<Self::Reader<'a>> {
        let readers: Option<Vec<_>> = (0..N).map(|_| T::reader(columns)).collect();
        readers?.try_into().ok()
    }

    fn fields() -> Vec<Field> {
        labels(N).map(|label| field_of::<T>(&label)).collect()
    }

    fn heap_bytes(&self) -> usize {
        self.iter().map(Record::heap_bytes).sum()
    }
}

impl<T, R: ReadRecord<T>, const N: usize> ReadRecord<[T; N]> for [R; N] {
    #[inline(always)]
    fn get(&self, row: usize) -> [T; N] {
        array::from_fn(|at| self[at].get(row))
    }
}

impl<T, B: BuildRecord<T>, const N: usize> BuildRecord<[T; N]> for [B; N] {
    fn with_capacity(rows: usize) -> Self {
        array::from_fn(|_| B::with_capacity(rows))
    }

    #[inline(always)]
    fn push(&mut self, record: [T; N]) {
        self.iter_mut().zip(record).for_each(|(builder, value)| builder.push(value));
    }

    fn finish(&mut self, columns: &mut Vec<Column>) {
        self.iter_mut().for_each(|builder| builder.finish(columns));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::columnar::{batch_of, records, schema_of};

    #[test]
    fn an_array_is_named_like_a_tuple() {
        let names = ["f0", "f1.f0?", "f1.f0", "f1.f1?", "f1.f1"];
        assert_eq!(schema_of::<(u8, [Option<u16>; 2])>().names(), names);
        assert_eq!(<[(u8, u8); 3]>::fields()[2], Field { name: "f2".to_owned(), num_columns: 2 });
        assert_eq!(["ab".to_owned(), String::new()].heap_bytes(), 2);
        assert!(records::<[u8; 2]>(&batch_of([(1u8, 2u16)])).is_err());
    }

    proptest! {
        #[test]
        fn arrays_come_back_as_they_went_in(
            rows in prop::collection::vec(any::<[(i32, Option<String>); 3]>(), 0..20)
        ) {
            let batch = batch_of(rows.clone());
            prop_assert_eq!(records::<[(i32, Option<String>); 3]>(&batch).unwrap(), rows);
        }
    }
}
