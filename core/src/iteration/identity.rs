//! What an indexed iteration is made of: its parameters, and the fingerprint of its index.

use std::any::type_name;
use std::fmt::Display;

use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3;

use crate::error::Result;
use crate::index::{EntryValue, StaticIndex};
use crate::snapshot::Fingerprint;

/// The parameters of a program, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn add(&mut self, name: &str, value: impl Display) {
        self.0.push((name.to_owned(), value.to_string()));
    }

    /// The identity of a program of type `P` over states of type `S`, with these parameters.
    pub(super) fn of<P, S>(&self) -> Vec<(String, String)> {
        let state = format!("{}, {} bytes", type_name::<S>(), size_of::<S>());
        let types = [("program", type_name::<P>().to_owned()), ("state", state)];
        let types = types.into_iter().map(|(name, value)| (name.to_owned(), value));
        types.chain(self.0.iter().cloned()).collect()
    }

    /// The parameters alone.
    pub(super) fn iter(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().cloned()
    }
}

/// The fingerprint of all rows of an index, however it is laid out. One pass, in parallel.
pub(super) fn fingerprint<I: StaticIndex>(index: &I) -> Result<Fingerprint> {
    let chunks: Vec<u64> = index.par_chunks().map(|rows| of_rows(index, rows.clone())).collect();
    Ok(Fingerprint::default()
        .numbers([index.num_keys() as u64, index.num_entries()])
        .number(u64::from(index.is_symmetric()))
        .numbers(chunks))
}

/// Words that are gathered before they are hashed.
const HASH_AT_ONCE: usize = 1 << 12;

fn of_rows<I: StaticIndex>(index: &I, rows: std::ops::Range<u32>) -> u64 {
    let mut hash = Xxh3::new();
    let mut columns: Vec<u32> = Vec::with_capacity(HASH_AT_ONCE);
    let mut values = Vec::new();
    let mut values_hash = Xxh3::new();
    for row in rows {
        columns.push(index.degree(row) as u32);
        index.for_each(row, |column, value| {
            columns.push(column);
            if I::Value::STORED {
                values.push(value.to_word());
            }
            if columns.len() >= HASH_AT_ONCE {
                hash.update(bytemuck::cast_slice(&columns));
                values_hash.update(bytemuck::cast_slice(&values));
                columns.clear();
                values.clear();
            }
        });
    }
    hash.update(bytemuck::cast_slice(&columns));
    values_hash.update(bytemuck::cast_slice(&values));
    hash.update(&values_hash.digest().to_le_bytes());
    hash.digest()
}
