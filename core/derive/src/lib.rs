//! `#[derive(Record)]`: a struct as columns and back.
//!
//! Use it through `quince_core::columnar::Record`, which is the trait and this macro under one
//! name.
#![forbid(unsafe_code)]

mod expand;
mod input;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a record: one column for each leaf of its fields.
///
/// A column is called by its way in: `name`, `position.x`, `friends?`; the fields of a tuple
/// struct are `f0`, `f1` and so on, as in a tuple. Records compare by their columns in the order
/// of the fields, as a derived `PartialOrd` does.
///
/// ```
/// use quince_core::columnar::{Record, batch_of, records, schema_of};
///
/// #[derive(Clone, Debug, PartialEq, Record)]
/// struct Position {
///     x: f32,
///     y: f32,
/// }
///
/// #[derive(Clone, Debug, PartialEq, Record)]
/// struct City {
///     name: String,
///     position: Position,
///     river: Option<String>,
///     range: (u16, u16),
/// }
///
/// let names = ["name", "position.x", "position.y", "river?", "river", "range.f0", "range.f1"];
/// assert_eq!(schema_of::<City>().names(), names);
///
/// let bern = City {
///     name: "Bern".to_owned(),
///     position: Position { x: 7.45, y: 46.95 },
///     river: Some("Aare".to_owned()),
///     range: (481, 947),
/// };
/// let batch = batch_of([bern.clone()]);
/// assert_eq!(batch.num_rows(), 1);
/// assert_eq!(records::<City>(&batch)?, [bern]);
/// # Ok::<(), quince_core::columnar::RecordMismatch>(())
/// ```
///
/// The parameters of a generic struct are records too:
///
/// ```
/// use quince_core::columnar::{Record, schema_of};
///
/// #[derive(Clone, Record)]
/// struct Vertex<V> {
///     id: u64,
///     value: V,
/// }
///
/// assert_eq!(schema_of::<Vertex<(f64, bool)>>().names(), ["id", "value.f0", "value.f1"]);
/// ```
///
/// `#[record(crate = "quince::core")]` says where the engine is, for a program that has it under
/// another name than `quince_core`.
///
/// # What has no columns
/// Enums and unions, whose variants would differ in columns, and borrowed data:
///
/// ```compile_fail
/// use quince_core::columnar::Record;
///
/// #[derive(Clone, Record)]
/// enum Shape {
///     Circle(f32),
///     Square(f32),
/// }
/// ```
///
/// ```compile_fail
/// use quince_core::columnar::Record;
///
/// #[derive(Clone, Record)]
/// struct Name {
///     name: &'static str,
/// }
/// ```
#[proc_macro_derive(Record, attributes(record))]
pub fn derive_record(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    input::RecordStruct::read(item)
        .map_or_else(syn::Error::into_compile_error, |item| expand::expand(&item))
        .into()
}
