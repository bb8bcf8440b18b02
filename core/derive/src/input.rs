//! The struct a record is derived for, and what is refused.

use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Data, DeriveInput, Error, Field, Fields, Generics, Ident, Index, LitStr, Member,
    Path, Result, Type, TypeReference, parse_quote,
};

/// A struct whose fields are records.
pub(crate) struct RecordStruct {
    /// Its name.
    pub(crate) name: Ident,
    /// Its parameters, each bound to be a record.
    pub(crate) generics: Generics,
    /// Its fields, in order.
    pub(crate) fields: Vec<RecordField>,
    /// The module that has the trait.
    pub(crate) columnar: Path,
}

/// A field of such a struct.
pub(crate) struct RecordField {
    /// How the struct's own code names it.
    pub(crate) member: Member,
    /// What its columns are called.
    pub(crate) label: String,
    /// Its type.
    pub(crate) field_type: Type,
}

impl RecordStruct {
    /// Reads a struct; anything else, or one that borrows, is an error at the place at fault.
    pub(crate) fn read(item: DeriveInput) -> Result<Self> {
        let fields = fields_of(item.data)?;
        let faults = borrows(&item.generics, &fields)
            .chain(fields.iter().filter_map(|field| misplaced(&field.attrs)));
        if let Some(fault) = faults.reduce(joined) {
            return Err(fault);
        }
        let root = crate_of(&item.attrs)?;
        let columnar: Path = parse_quote!(#root::columnar);
        Ok(Self {
            name: item.ident,
            generics: bound(item.generics, &columnar),
            fields: fields.into_iter().enumerate().map(record_field).collect(),
            columnar,
        })
    }
}

fn joined(mut all: Error, more: Error) -> Error {
    all.combine(more);
    all
}

fn fields_of(data: Data) -> Result<Fields> {
    match data {
        Data::Struct(data) => Ok(data.fields),
        Data::Enum(data) => Err(Error::new(
            data.enum_token.span,
            "an enum is not a record, as its variants would have different columns; \
             derive `Record` for a struct that holds the variant as a number and its values as \
             `Option`s",
        )),
        Data::Union(data) => Err(Error::new(
            data.union_token.span,
            "a union is not a record, as nothing says which of its fields is there; \
             derive `Record` for a struct with `Option`s",
        )),
    }
}

fn record_field((at, field): (usize, Field)) -> RecordField {
    let (member, label) = match field.ident {
        Some(name) => (Member::Named(name.clone()), name.unraw().to_string()),
        None => (Member::Unnamed(Index::from(at)), format!("f{at}")),
    };
    RecordField { member, label, field_type: field.ty }
}

/// An error for each lifetime and each reference: rows are put together when they are read, and
/// there is nothing that they could borrow from.
fn borrows(generics: &Generics, fields: &Fields) -> impl Iterator<Item = Error> + use<> {
    let mut found = Borrows(Vec::new());
    fields.iter().for_each(|field| found.visit_type(&field.ty));
    // A reference says it better than the lifetime it uses.
    if let (true, Some(lifetime)) = (found.0.is_empty(), generics.lifetimes().next()) {
        found.0.push(Error::new_spanned(
            lifetime,
            "a record owns its values and has no lifetime; hold `String` in place of borrowed text",
        ));
    }
    found.0.into_iter()
}

struct Borrows(Vec<Error>);

impl<'a> Visit<'a> for Borrows {
    fn visit_type_reference(&mut self, reference: &'a TypeReference) {
        self.0.push(Error::new_spanned(
            reference,
            "a record owns its values; hold `String` in place of `&str`, and the value itself in \
             place of another reference",
        ));
        visit::visit_type_reference(self, reference);
    }
}

fn misplaced(attributes: &[Attribute]) -> Option<Error> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("record"))?;
    Some(Error::new_spanned(attribute, "`record` stands before the struct, not before a field"))
}

/// The path of the engine: what `#[record(crate = "...")]` says, or `::quince_core`.
fn crate_of(attributes: &[Attribute]) -> Result<Path> {
    let mut root = parse_quote!(::quince_core);
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("record")) {
        attribute.parse_nested_meta(|option| {
            if !option.path.is_ident("crate") {
                return Err(option.error("unknown option; expected `crate = \"path::to::core\"`"));
            }
            root = option.value()?.parse::<LitStr>()?.parse_with(Path::parse_mod_style)?;
            Ok(())
        })?;
    }
    Ok(root)
}

fn bound(mut generics: Generics, columnar: &Path) -> Generics {
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#columnar::Record));
    }
    generics
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    fn faults(item: DeriveInput) -> Vec<String> {
        RecordStruct::read(item).err().map_or_else(Vec::new, |error| {
            error.into_iter().map(|fault| fault.to_string()).collect()
        })
    }

    #[test]
    fn what_has_no_columns_is_refused_with_a_way_out() {
        let shape = faults(parse_quote!(
            enum Shape {
                Circle(f32),
                Square(f32),
            }
        ));
        assert!(shape[0].contains("an enum") && shape[0].contains("`Option`s"), "{shape:?}");
        let bits = faults(parse_quote!(union Bits { whole: u64, halves: [u32; 2] }));
        assert!(bits[0].contains("a union") && bits[0].contains("`Option`s"), "{bits:?}");
    }

    #[test]
    fn every_borrow_is_one_fault() {
        let names = faults(parse_quote!(
            struct Names<'a> {
                id: u64,
                first: &'a str,
                others: Option<(u8, &'static str)>,
            }
        ));
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(names[0].contains("`String` in place of `&str`"), "{names:?}");
        let lifetime = faults(parse_quote!(
            struct Name<'a>(Cow<'a, str>);
        ));
        assert!(lifetime[0].contains("has no lifetime"), "{lifetime:?}");
    }

    #[test]
    fn an_attribute_is_understood_or_refused() {
        let option = faults(parse_quote!(
            #[record(rename = "x")]
            struct A(u8);
        ));
        assert!(option[0].contains("expected `crate = "), "{option:?}");
        let field = faults(parse_quote!(
            struct A {
                #[record(crate = "quince::core")]
                x: u8,
            }
        ));
        assert!(field[0].contains("before the struct"), "{field:?}");
        let path = |item| {
            let columnar =
                RecordStruct::read(item).unwrap_or_else(|error| panic!("{error}")).columnar;
            columnar.to_token_stream().to_string()
        };
        assert_eq!(
            path(parse_quote!(
                struct A;
            )),
            ":: quince_core :: columnar"
        );
        let named = path(parse_quote!(
            #[record(crate = "quince::core")]
            struct A;
        ));
        assert_eq!(named, "quince :: core :: columnar");
    }

    #[test]
    fn columns_are_called_like_fields() {
        let labels = |item| -> Vec<String> {
            let item = RecordStruct::read(item).unwrap_or_else(|error| panic!("{error}"));
            item.fields.into_iter().map(|field| field.label).collect()
        };
        assert_eq!(
            labels(parse_quote!(
                struct A {
                    id: u8,
                    r#type: u8,
                }
            )),
            ["id", "type"]
        );
        assert_eq!(
            labels(parse_quote!(
                struct A(u8, u8);
            )),
            ["f0", "f1"]
        );
    }
}
