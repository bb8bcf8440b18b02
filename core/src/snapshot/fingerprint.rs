//! Fingerprints of what an iteration reads.

use bytemuck::Pod;
use rayon::prelude::*;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::columnar::{Batch, Column, match_column};

/// Bytes that a worker hashes at a time.
const HASH_AT_ONCE: usize = 1 << 20;

/// A fingerprint of several things, in an order.
///
/// ```
/// use quince_core::snapshot::Fingerprint;
/// let of = |numbers: &[u32]| Fingerprint::default().number(3).column(numbers).digest();
/// assert_eq!(of(&[1, 2]), of(&[1, 2]));
/// assert_ne!(of(&[1, 2]), of(&[2, 1]));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a fingerprint is told by its digest"]
pub struct Fingerprint(Vec<u64>);

impl Fingerprint {
    /// Adds a number.
    pub fn number(mut self, number: u64) -> Self {
        self.0.push(number);
        self
    }

    /// Adds numbers, in order.
    pub fn numbers(mut self, numbers: impl IntoIterator<Item = u64>) -> Self {
        self.0.extend(numbers);
        self
    }

    /// Adds a column; hashed in parallel, the same at any number of threads.
    pub fn column<T: Pod + Sync>(self, values: &[T]) -> Self {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        let pieces: Vec<u64> = bytes.par_chunks(HASH_AT_ONCE).map(xxh3_64).collect();
        self.number(bytes.len() as u64).numbers(pieces)
    }

    /// All of it as one number.
    pub fn digest(&self) -> u64 {
        let mut hash = Xxh3::new();
        self.0.iter().for_each(|number| hash.update(&number.to_le_bytes()));
        hash.digest()
    }
}

/// The fingerprint of rows that come in batches, however they are cut into batches.
#[derive(Clone, Default)]
pub struct RowsFingerprint {
    rows: u64,
    /// For each column, its type, its values (of texts: their lengths), and the bytes of its texts.
    columns: Vec<(u64, Xxh3, Xxh3)>,
}

impl std::fmt::Debug for RowsFingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowsFingerprint").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl RowsFingerprint {
    /// Adds the rows of a batch.
    pub fn add(&mut self, batch: &Batch) {
        self.rows += batch.num_rows() as u64;
        self.columns.resize_with(batch.columns().len(), Default::default);
        for (column, (width, values, texts)) in batch.columns().iter().zip(&mut self.columns) {
            *width = column.column_type().width().map_or(u64::MAX, |width| width as u64);
            add_column(column, values, texts);
        }
    }

    /// All rows as one number.
    pub fn digest(&self) -> u64 {
        let columns = self.columns.iter();
        let columns =
            columns.flat_map(|(width, values, texts)| [*width, values.digest(), texts.digest()]);
        Fingerprint::default().number(self.rows).numbers(columns).digest()
    }
}

fn add_column(column: &Column, values: &mut Xxh3, texts: &mut Xxh3) {
    let mut add = |text: &str| {
        values.update(&(text.len() as u64).to_le_bytes());
        texts.update(text.as_bytes());
    };
    match_column!(column,
        Native(own, _same) => values.update(bytemuck::cast_slice(own)),
        Column::Utf8(strings) => strings.iter().for_each(add),
        Column::CodedUtf8 { codes, values } => {
            codes.iter().for_each(|&code| add(values.get(code as usize)));
        }
    );
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;
    use crate::columnar::batch_of;

    fn of(batches: &[Batch]) -> u64 {
        let mut rows = RowsFingerprint::default();
        batches.iter().for_each(|batch| rows.add(batch));
        rows.digest()
    }

    #[test]
    fn rows_count_and_batches_do_not() {
        let rows = |texts: &[&str]| {
            let rows = (0u32..).zip(texts).map(|(at, text)| (at, (*text).to_owned()));
            batch_of(rows.collect::<Vec<_>>())
        };
        let all = rows(&["a", "bc", "", "d"]);
        assert_eq!(of(from_ref(&all)), of(&[all.slice(0..1), all.slice(1..4)]));
        assert_ne!(of(from_ref(&all)), of(&[rows(&["ab", "c", "", "d"])]));
        assert_ne!(of(from_ref(&all)), of(&[all.slice(0..3)]));
        assert_ne!(of(&[batch_of(vec![1u64])]), of(&[batch_of(vec![1u32, 0])]));
    }
}
