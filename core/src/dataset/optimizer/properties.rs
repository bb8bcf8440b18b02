//! Physical properties of the rows that a node makes.

use crate::dataset::facts::{Facts, Kind};

/// What is known of the rows of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// Rows that share these columns are in one partition by their hash.
    pub partitioned_by: Option<Vec<usize>>,
    /// No two rows share these columns.
    pub unique: Option<Vec<usize>>,
}

impl Properties {
    /// The properties of a node with `facts`, from those of its first input.
    pub(super) fn of(facts: &Facts, input: Option<&Self>) -> Self {
        if let Kind::Keyed { key, combines } = &facts.kind {
            let columns = key.fields().map(<[usize]>::to_vec);
            // A fold is taken at its word that it keeps the key; an exchange looks, and moves
            // what is elsewhere.
            return Self { unique: columns.clone().filter(|_| *combines), partitioned_by: columns };
        }
        let forward = |columns: &Option<Vec<usize>>| {
            columns.as_ref()?.iter().map(|&column| facts.forwards.of(column)).collect()
        };
        input.map_or_else(Self::default, |input| Self {
            partitioned_by: forward(&input.partitioned_by),
            unique: forward(&input.unique),
        })
    }
}
