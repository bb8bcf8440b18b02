//! Derived records: their columns, the way there and back, and the order of their keys.

use std::cmp::Ordering;

use proptest::prelude::*;
use quince_core::columnar::{Field, Keys, Record, batch_of, records, schema_of};

#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Record)]
struct Place {
    name: Option<String>,
    position: (i32, i16),
}

#[derive(Clone, Debug, PartialEq, PartialOrd, Record)]
struct Person {
    id: u64,
    r#type: String,
    born: Place,
    lives: Option<Place>,
    scores: [Option<u8>; 2],
    married: bool,
}

#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Record)]
struct Pair<A, B: Default = bool>(A, Option<B>)
where
    A: Default;

#[derive(Clone, Debug, PartialEq, PartialOrd, Record)]
struct Fixed<T, const N: usize> {
    value: [T; N],
}

#[derive(Clone, Debug, PartialEq, PartialOrd, Record)]
struct Unit;

/// The front door re-exports the engine: the derived code finds it there.
mod quince {
    pub(crate) use quince_core as core;
}

#[derive(Clone, Debug, PartialEq, Record)]
#[record(crate = "crate::quince::core")]
struct AtTheFrontDoor {
    weight: f64,
}

/// Names of the prelude and of the derived code itself that a user has for something else.
mod shadowed {
    #![allow(dead_code)]
    use quince_core::columnar::Record;

    struct Option;
    struct Some;
    struct Vec;
    struct Reader;
    struct Column;

    #[derive(Clone, Record)]
    pub(crate) struct Shadow {
        pub(crate) name: u8,
        pub(crate) leaves: u16,
        pub(crate) columns: u32,
        pub(crate) row: u64,
        pub(crate) f0: i8,
    }
}

fn place() -> impl Strategy<Value = Place> {
    any::<(Option<String>, (i32, i16))>().prop_map(|(name, position)| Place { name, position })
}

fn person() -> impl Strategy<Value = Person> {
    let rest = any::<(u64, String, [Option<u8>; 2], bool)>();
    (rest, place(), prop::option::of(place())).prop_map(
        |((id, r#type, scores, married), born, lives)| Person {
            id: id % 3,
            r#type,
            born,
            lives,
            scores,
            married,
        },
    )
}

fn order<T: Record>(a: &T, b: &T) -> Ordering {
    let batch = batch_of([a.clone(), b.clone()]);
    let keys = Keys::of(batch.columns(), batch.num_rows());
    keys.compare(0, &keys, 1)
}

proptest! {
    #[test]
    fn structs_come_back_as_they_went_in(rows in prop::collection::vec(person(), 0..40)) {
        let batch = batch_of(rows.clone());
        prop_assert_eq!(records::<Person>(&batch).unwrap(), rows);
    }

    #[test]
    fn generic_structs_come_back_as_they_went_in(
        rows in any::<Vec<(String, Option<i8>, [u32; 3])>>(),
    ) {
        let rows: Vec<(Pair<String, i8>, Fixed<u32, 3>, Unit)> =
            rows.into_iter().map(|(a, b, value)| (Pair(a, b), Fixed { value }, Unit)).collect();
        let batch = batch_of(rows.clone());
        prop_assert_eq!(records::<(Pair<String, i8>, Fixed<u32, 3>, Unit)>(&batch).unwrap(), rows);
    }

    #[test]
    fn keys_order_as_derived(a in person(), b in person(), x: (i32, Option<i8>), y: (i32, Option<i8>)) {
        prop_assert_eq!(Some(order(&a, &b)), a.partial_cmp(&b));
        prop_assert_eq!(Some(order(&a.born, &b.born)), a.born.partial_cmp(&b.born));
        let (x, y) = (Pair(x.0, x.1), Pair(y.0, y.1));
        prop_assert_eq!(Some(order(&x, &y)), x.partial_cmp(&y));
    }
}

#[test]
fn columns_are_named_by_their_way_in() {
    let names = [
        "id",
        "type",
        "born.name?",
        "born.name",
        "born.position.f0",
        "born.position.f1",
        "lives?",
        "lives.name?",
        "lives.name",
        "lives.position.f0",
        "lives.position.f1",
        "scores.f0?",
        "scores.f0",
        "scores.f1?",
        "scores.f1",
        "married",
    ];
    assert_eq!(schema_of::<Person>().names(), names);
    assert_eq!(schema_of::<Pair<u8>>().names(), ["f0", "f1?", "f1"]);
    assert_eq!(schema_of::<Fixed<u8, 2>>().names(), ["value.f0", "value.f1"]);
    assert_eq!(schema_of::<AtTheFrontDoor>().names(), ["weight"]);
    assert_eq!(schema_of::<shadowed::Shadow>().names(), ["name", "leaves", "columns", "row", "f0"]);
    assert!(schema_of::<Unit>().names().is_empty());
}

#[test]
fn fields_tell_how_many_columns_they_take() {
    let field = |name: &str, num_columns| Field { name: name.to_owned(), num_columns };
    assert_eq!(Place::fields(), [field("name", 2), field("position", 2)]);
    assert_eq!(Person::fields()[3], field("lives", 5));
    assert_eq!(Pair::<String>::fields(), [field("f0", 1), field("f1", 2)]);
    assert!(Unit::fields().is_empty());
}

#[test]
fn the_heap_of_every_field_counts() {
    let name = String::with_capacity(10);
    let held = name.capacity();
    let place = Place { name: Some(name), position: (0, 0) };
    assert_eq!(place.heap_bytes(), held);
    assert_eq!(Pair(String::from("four"), Some(place)).heap_bytes(), 4 + held);
    assert_eq!(Unit.heap_bytes(), 0);
}

#[test]
fn a_struct_without_fields_counts_its_rows() {
    let batch = batch_of([Unit, Unit]);
    assert_eq!((batch.columns().len(), batch.num_rows()), (0, 2));
    assert_eq!(records::<Unit>(&batch).unwrap(), [Unit, Unit]);
}

#[test]
fn other_columns_are_refused_by_name_of_the_struct() {
    let error = records::<Place>(&batch_of([1u64])).unwrap_err().to_string();
    assert!(error.contains("Place") && error.contains("[Bool, Utf8, Int32, Int16]"), "{error}");
}
