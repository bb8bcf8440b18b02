//! Columns as the bytes that files hold of them: spill files and snapshots alike.

use super::{Column, Strings, match_column};

/// The bytes of a column.
#[derive(Debug)]
pub(crate) enum ColumnParts<'a> {
    /// The values as they stand in memory.
    Values(&'a [u8]),
    /// One offset more than there are rows, the first 0; and the bytes that they cut.
    Texts {
        /// The offsets.
        offsets: Vec<i32>,
        /// The bytes of all rows.
        bytes: &'a [u8],
    },
}

impl Column {
    /// A column of the same type without rows. Not a slice, which would keep the memory.
    pub(crate) fn emptied(&self) -> Self {
        match_column!(self,
            Native(_values, same) => same(Vec::new().into()),
            Self::Utf8(_) | Self::CodedUtf8 { .. } => {
                Self::Utf8(Strings::from_iter(std::iter::empty::<&str>()))
            }
        )
    }

    /// The bytes of a [plain](Self::to_plain) column.
    pub(crate) fn parts(&self) -> ColumnParts<'_> {
        match_column!(self,
            Native(values, _same) => ColumnParts::Values(bytemuck::cast_slice(values)),
            Self::Utf8(texts) => {
                let all = texts.span(0..texts.len());
                let offsets = texts.offsets().iter().map(|offset| offset - all.start as i32);
                ColumnParts::Texts { offsets: offsets.collect(), bytes: &texts.bytes()[all] }
            },
            Self::CodedUtf8 { .. } => unreachable!("coded texts were written out"),
        )
    }
}
