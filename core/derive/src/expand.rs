//! The code of a derived record.
//!
//! For `struct Edge { source: u64, label: String }` it is, paths left out:
//!
//! ```text
//! const _: () = {
//!     impl Record for Edge { type Reader<'a> = Reader<'a>; type Builder = Builder; ... }
//!
//!     pub struct Reader<'a> { f0: <u64 as Record>::Reader<'a>, f1: <String as Record>::Reader<'a> }
//!     impl<'a> ReadRecord<Edge> for Reader<'a> { ... }
//!
//!     pub struct Builder { f0: <u64 as Record>::Builder, f1: <String as Record>::Builder }
//!     impl BuildRecord<Edge> for Builder { ... }
//! };
//! ```

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Generics, Member, Type, parse_quote};

use crate::input::RecordStruct;

/// The parts of a record that all of its code is made of.
struct Parts<'a> {
    record: &'a RecordStruct,
    /// The slot of each field in the reader and the builder.
    slots: Vec<Ident>,
    members: Vec<&'a Member>,
    labels: Vec<&'a str>,
    types: Vec<&'a Type>,
    /// The parameters of the reader: those of the struct, and how long the columns live.
    reading: Generics,
}

/// The impl of `Record`, with the reader and the builder it names.
pub(crate) fn expand(record: &RecordStruct) -> TokenStream {
    let mut reading = record.generics.clone();
    reading.params.insert(0, parse_quote!('__columns));
    let fields = &record.fields;
    let parts = Parts {
        record,
        slots: (0..fields.len()).map(|at| format_ident!("f{at}")).collect(),
        members: fields.iter().map(|field| &field.member).collect(),
        labels: fields.iter().map(|field| field.label.as_str()).collect(),
        types: fields.iter().map(|field| &field.field_type).collect(),
        reading,
    };
    let (record, reader, builder) = (parts.record(), parts.reader(), parts.builder());
    // The reader and the builder are `pub` since a public trait names them, and are not to be
    // found: the lints that ask for more of public items are off.
    quote! {
        #[doc(hidden)]
        #[allow(
            missing_debug_implementations,
            missing_docs,
            unreachable_pub,
            unused_variables,
            clippy::all,
            clippy::pedantic
        )]
        const _: () = {
            #record
            #reader
            #builder
        };
    }
}

impl Parts<'_> {
    fn record(&self) -> TokenStream {
        let Self { record: RecordStruct { name, generics, columnar, .. }, .. } = self;
        let Self { slots, members, labels, types, reading, .. } = self;
        let (parameters, arguments, bounds) = generics.split_for_impl();
        let (_, reading, _) = reading.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #parameters #columnar::Record for #name #arguments #bounds {
                type Reader<'__columns> = __Reader #reading;
                type Builder = __Builder #arguments;

                fn leaves(name: &str, leaves: &mut ::std::vec::Vec<#columnar::Leaf>) {
                    #(<#types as #columnar::Record>::leaves(
                        &#columnar::field_name(name, #labels),
                        leaves,
                    );)*
                }

                fn reader<'__columns>(
                    columns: &mut &'__columns [#columnar::Column],
                ) -> ::std::option::Option<Self::Reader<'__columns>> {
                    ::std::option::Option::Some(__Reader {
                        #(#slots: <#types as #columnar::Record>::reader(columns)?,)*
                        __record: ::std::marker::PhantomData,
                    })
                }

                fn fields() -> ::std::vec::Vec<#columnar::Field> {
                    ::std::vec![#(#columnar::field_of::<#types>(#labels)),*]
                }

                fn heap_bytes(&self) -> usize {
                    0 #(+ <#types as #columnar::Record>::heap_bytes(&self.#members))*
                }
            }
        }
    }

    fn reader(&self) -> TokenStream {
        let Self { record: RecordStruct { name, generics, columnar, .. }, .. } = self;
        let Self { slots, members, types, reading, .. } = self;
        let (_, record, _) = generics.split_for_impl();
        let (parameters, arguments, bounds) = reading.split_for_impl();
        quote! {
            pub struct __Reader #parameters #bounds {
                #(#slots: <#types as #columnar::Record>::Reader<'__columns>,)*
                // A struct without fields names neither its parameters nor the columns.
                __record: ::std::marker::PhantomData<fn() -> (&'__columns (), #name #record)>,
            }

            #[automatically_derived]
            impl #parameters #columnar::ReadRecord<#name #record> for __Reader #arguments #bounds {
                #[inline(always)]
                fn get(&self, row: usize) -> #name #record {
                    #name { #(#members: #columnar::ReadRecord::get(&self.#slots, row),)* }
                }
            }
        }
    }

    fn builder(&self) -> TokenStream {
        let Self { record: RecordStruct { name, generics, columnar, .. }, .. } = self;
        let Self { slots, members, types, .. } = self;
        let (parameters, arguments, bounds) = generics.split_for_impl();
        quote! {
            pub struct __Builder #parameters #bounds {
                #(#slots: <#types as #columnar::Record>::Builder,)*
                __record: ::std::marker::PhantomData<fn() -> #name #arguments>,
            }

            #[automatically_derived]
            impl #parameters #columnar::BuildRecord<#name #arguments> for __Builder #arguments
            #bounds
            {
                fn with_capacity(rows: usize) -> Self {
                    Self {
                        #(#slots: #columnar::BuildRecord::<#types>::with_capacity(rows),)*
                        __record: ::std::marker::PhantomData,
                    }
                }

                #[inline(always)]
                fn push(&mut self, record: #name #arguments) {
                    #(#columnar::BuildRecord::<#types>::push(&mut self.#slots, record.#members);)*
                }

                fn finish(&mut self, columns: &mut ::std::vec::Vec<#columnar::Column>) {
                    #(#columnar::BuildRecord::<#types>::finish(&mut self.#slots, columns);)*
                }
            }
        }
    }
}
