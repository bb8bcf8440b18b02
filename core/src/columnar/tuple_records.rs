//! Tuples of records are records; `()` is a record without columns.

use super::Column;
use super::record::{BuildRecord, Field, Leaf, ReadRecord, Record};

/// The name of a field inside a value that is called `outer` where it stands; `outer` is empty
/// where the value stands alone.
pub fn field_name(outer: &str, field: &str) -> String {
    if outer.is_empty() { field.to_owned() } else { format!("{outer}.{field}") }
}

/// The field called `name` of type `T`.
pub fn field_of<T: Record>(name: &str) -> Field {
    let mut leaves = Vec::new();
    T::leaves(name, &mut leaves);
    Field { name: name.to_owned(), num_columns: leaves.len() }
}

impl Record for () {
    type Reader<'a> = ();
    type Builder = ();

    fn leaves(_name: &str, _leaves: &mut Vec<Leaf>) {}

    fn reader(_columns: &mut &[Column]) -> Option<()> {
        Some(())
    }

    fn fields() -> Vec<Field> {
        Vec::new()
    }
}

impl ReadRecord<()> for () {
    #[inline(always)]
    fn get(&self, _row: usize) {}
}

impl BuildRecord<()> for () {
    fn with_capacity(_rows: usize) -> Self {}

    #[inline(always)]
    fn push(&mut self, _record: ()) {}

    fn finish(&mut self, _columns: &mut Vec<Column>) {}
}

macro_rules! tuple_records {
    ($($name:ident $reader:ident $at:tt $label:literal),+) => {
        impl<$($name: Record),+> Record for ($($name,)+) {
            type Reader<'a> = ($($name::Reader<'a>,)+);
            type Builder = ($($name::Builder,)+);

            fn leaves(name: &str, leaves: &mut Vec<Leaf>) {
                $($name::leaves(&field_name(name, $label), leaves);)+
            }

            fn reader<'a>(columns: &mut &'a [Column]) -> Option<Self::Reader<'a>> {
                Some(($($name::reader(columns)?,)+))
            }

            fn fields() -> Vec<Field> {
                vec![$(field_of::<$name>($label)),+]
            }

            fn heap_bytes(&self) -> usize {
                0 $(+ self.$at.heap_bytes())+
            }
        }

        impl<$($name, $reader: ReadRecord<$name>),+> ReadRecord<($($name,)+)> for ($($reader,)+) {
            #[inline(always)]
            fn get(&self, row: usize) -> ($($name,)+) {
                ($(self.$at.get(row),)+)
            }
        }

        impl<$($name, $reader: BuildRecord<$name>),+> BuildRecord<($($name,)+)> for ($($reader,)+) {
            fn with_capacity(rows: usize) -> Self {
                ($($reader::with_capacity(rows),)+)
            }

            #[inline(always)]
            fn push(&mut self, record: ($($name,)+)) {
                $(self.$at.push(record.$at);)+
            }

            fn finish(&mut self, columns: &mut Vec<Column>) {
                $(self.$at.finish(columns);)+
            }
        }
    };
}

tuple_records!(A RA 0 "f0");
tuple_records!(A RA 0 "f0", B RB 1 "f1");
tuple_records!(A RA 0 "f0", B RB 1 "f1", C RC 2 "f2");
tuple_records!(A RA 0 "f0", B RB 1 "f1", C RC 2 "f2", D RD 3 "f3");
tuple_records!(A RA 0 "f0", B RB 1 "f1", C RC 2 "f2", D RD 3 "f3", E RE 4 "f4");
tuple_records!(A RA 0 "f0", B RB 1 "f1", C RC 2 "f2", D RD 3 "f3", E RE 4 "f4", F RF 5 "f5");
tuple_records!(
    A RA 0 "f0", B RB 1 "f1", C RC 2 "f2", D RD 3 "f3", E RE 4 "f4", F RF 5 "f5", G RG 6 "f6"
);
tuple_records!(
    A RA 0 "f0", B RB 1 "f1", C RC 2 "f2", D RD 3 "f3", E RE 4 "f4", F RF 5 "f5", G RG 6 "f6",
    H RH 7 "f7"
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::columnar::{batch_of, records, schema_of};

    type Nested = (u8, (i64, Option<String>), bool, Option<(f32, u16)>);

    #[test]
    fn leaves_are_named_by_their_way_in() {
        let names = ["f0", "f1.f0", "f1.f1?", "f1.f1", "f2", "f3?", "f3.f0", "f3.f1"];
        assert_eq!(schema_of::<Nested>().names(), names);
        assert_eq!(schema_of::<u32>().names(), ["value"]);
        assert!(schema_of::<()>().names().is_empty());
        assert_eq!(schema_of::<Option<(u8,)>>().names(), ["value?", "f0"]);
    }

    #[test]
    fn a_batch_without_columns_counts_its_rows() {
        let batch = batch_of([(), (), ()]);
        assert_eq!(batch.num_rows(), 3);
        assert_eq!(records::<()>(&batch).unwrap().len(), 3);
    }

    #[test]
    fn other_columns_are_refused() {
        let error = records::<(u64, u32)>(&batch_of([(1u64, 2u64)])).unwrap_err().to_string();
        assert!(
            error.contains("[UInt64, UInt32]") && error.contains("[UInt64, UInt64]"),
            "{error}"
        );
        assert!(records::<u64>(&batch_of([(1u64, 2u64)])).is_err(), "a column too many");
    }

    proptest! {
        #[test]
        fn records_come_back_as_they_went_in(
            rows in prop::collection::vec(any::<(u8, (i64, Option<String>), bool, Option<(i32, u16)>)>(), 0..50)
        ) {
            let batch = batch_of(rows.clone());
            prop_assert_eq!(records::<(u8, (i64, Option<String>), bool, Option<(i32, u16)>)>(&batch).unwrap(), rows);
        }
    }
}
