//! How many rows and bytes a node will make.

use crate::dataset::facts::{Facts, Rows};

/// An estimate; `None` where nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Rows.
    pub rows: Option<u64>,
    /// Bytes of all rows.
    pub bytes: Option<u64>,
}

impl Estimate {
    /// The estimate of a node with `facts` over inputs with estimates.
    pub(super) fn of(facts: &Facts, inputs: &[Self]) -> Self {
        let input = |at: usize| inputs.get(at).and_then(|input| input.rows);
        let rows = match facts.rows {
            Rows::Unknown => None,
            Rows::Exactly(rows) => Some(rows),
            Rows::Like(at) => input(at),
            Rows::OneIn(share) => input(0).map(|rows| rows.div_ceil(share)),
            Rows::Sum => inputs.iter().map(|input| input.rows).sum(),
            Rows::Product => input(0).zip(input(1)).map(|(a, b)| a.saturating_mul(b)),
            Rows::Larger => input(0).zip(input(1)).map(|(a, b)| a.max(b)),
        };
        let row_bytes = facts.row_bytes.map(|bytes| bytes as u64);
        let bytes = rows.zip(row_bytes).map(|(rows, bytes)| rows.saturating_mul(bytes));
        Self { rows, bytes }
    }
}
