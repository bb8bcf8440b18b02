//! What the rows of a file are.

use super::{Format, Settings};
use crate::error::Role;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Edges,
    Vertices,
}

impl Kind {
    /// The ids of a row.
    pub(super) fn roles(self) -> &'static [Role] {
        match self {
            Self::Edges => &[Role::Source, Role::Target],
            Self::Vertices => &[Role::Vertex],
        }
    }

    /// Whether rows have a weight: as was said, or because the format or the columns have one.
    pub(super) fn is_weighted(self, settings: &Settings, format: Format) -> bool {
        let by_columns = || settings.columns.as_ref().map(|columns| columns.choices().len() > 2);
        self == Self::Edges
            && settings
                .weighted
                .or_else(by_columns)
                .unwrap_or(matches!(format, Format::Wel | Format::Dimacs))
    }
}
