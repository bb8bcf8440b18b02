//! Typed columns.

use std::ops::Range;

use serde::Serialize;

use super::Buffer;

/// Calls `$natives!` with every column whose rows are plain values: variant, type, words.
macro_rules! for_natives {
    ($natives:ident) => {
        $natives! {
            Bool: u8, "True (1) or false (0), a byte each.";
            UInt8: u8, "Unsigned, 8 bits.";
            UInt16: u16, "Unsigned, 16 bits.";
            UInt32: u32, "Unsigned, 32 bits.";
            UInt64: u64, "Unsigned, 64 bits.";
            Int8: i8, "Signed, 8 bits.";
            Int16: i16, "Signed, 16 bits.";
            Int32: i32, "Signed, 32 bits.";
            Int64: i64, "Signed, 64 bits.";
            Float32: f32, "IEEE 754, 32 bits.";
            Float64: f64, "IEEE 754, 64 bits.";
        }
    };
}

/// `match` over a column with one arm for all columns of plain values: `$values` is their buffer,
/// `$make` turns another buffer into a column of the same type.
macro_rules! match_column {
    ($column:expr, Native($values:ident, $make:ident) => $native:expr, $($rest:tt)*) => {
        match $column {
            $crate::columnar::Column::Bool($values) => { let $make = $crate::columnar::Column::Bool; $native }
            $crate::columnar::Column::UInt8($values) => { let $make = $crate::columnar::Column::UInt8; $native }
            $crate::columnar::Column::UInt16($values) => { let $make = $crate::columnar::Column::UInt16; $native }
            $crate::columnar::Column::UInt32($values) => { let $make = $crate::columnar::Column::UInt32; $native }
            $crate::columnar::Column::UInt64($values) => { let $make = $crate::columnar::Column::UInt64; $native }
            $crate::columnar::Column::Int8($values) => { let $make = $crate::columnar::Column::Int8; $native }
            $crate::columnar::Column::Int16($values) => { let $make = $crate::columnar::Column::Int16; $native }
            $crate::columnar::Column::Int32($values) => { let $make = $crate::columnar::Column::Int32; $native }
            $crate::columnar::Column::Int64($values) => { let $make = $crate::columnar::Column::Int64; $native }
            $crate::columnar::Column::Float32($values) => { let $make = $crate::columnar::Column::Float32; $native }
            $crate::columnar::Column::Float64($values) => { let $make = $crate::columnar::Column::Float64; $native }
            $($rest)*
        }
    };
}
pub(crate) use match_column;

macro_rules! define_columns {
    ($($variant:ident: $native:ty, $doc:literal;)*) => {
        /// The type of a column.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum ColumnType {
            $(#[doc = $doc] $variant,)*
            /// UTF-8 text.
            Utf8,
            /// UTF-8 text as codes into a list of distinct values.
            CodedUtf8,
        }

        /// One column of a batch.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum Column {
            $(#[doc = $doc] $variant(Buffer<$native>),)*
            /// UTF-8 text.
            Utf8(Strings),
            /// UTF-8 text as codes into `values`; the values are distinct and every code is below
            /// their number.
            CodedUtf8 {
                /// For each row, the position of its text in `values`.
                codes: Buffer<u32>,
                /// The distinct texts.
                values: Strings,
            },
        }

        impl Column {
            /// The type.
            pub fn column_type(&self) -> ColumnType {
                match self {
                    $(Self::$variant(_) => ColumnType::$variant,)*
                    Self::Utf8(_) => ColumnType::Utf8,
                    Self::CodedUtf8 { .. } => ColumnType::CodedUtf8,
                }
            }
        }

        impl ColumnType {
            /// Bytes of one row, or `None` where rows differ (text).
            pub fn width(self) -> Option<usize> {
                match self {
                    $(Self::$variant => Some(size_of::<$native>()),)*
                    Self::Utf8 | Self::CodedUtf8 => None,
                }
            }
        }
    };
}

for_natives!(define_columns);

impl ColumnType {
    /// Bytes of a row, for estimates; a guess for text.
    pub fn guessed_width(self) -> usize {
        const TEXT: usize = 16;
        self.width().unwrap_or(TEXT)
    }
}

impl Column {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match_column!(self,
            Native(values, _same) => values.len(),
            Self::Utf8(values) => values.len(),
            Self::CodedUtf8 { codes, .. } => codes.len(),
        )
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory behind the rows; the list of a coded column belongs to many and is left
    /// out.
    pub fn num_bytes(&self) -> usize {
        match_column!(self,
            Native(values, _same) => size_of_val(&values[..]),
            Self::Utf8(texts) => 4 * texts.len() + texts.span(0..texts.len()).len(),
            Self::CodedUtf8 { codes, .. } => size_of_val(&codes[..]),
        )
    }

    /// The rows in `range`, sharing the memory; panics out of bounds.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        match_column!(self,
            Native(values, same) => same(values.slice(range)),
            Self::Utf8(values) => Self::Utf8(values.slice(range)),
            Self::CodedUtf8 { codes, values } => {
                Self::CodedUtf8 { codes: codes.slice(range), values: values.clone() }
            }
        )
    }
}

impl Column {
    /// The column without codes: coded text is written out, any other column stays as it is.
    ///
    /// # Errors
    /// If the texts written out take 2 GiB or more.
    pub fn to_plain(&self) -> Result<Self, InvalidStrings> {
        let Self::CodedUtf8 { codes, values } = self else { return Ok(self.clone()) };
        let mut offsets = Vec::with_capacity(codes.len() + 1);
        let mut bytes = Vec::new();
        offsets.push(0);
        for &code in codes.iter() {
            bytes.extend_from_slice(&values.bytes()[values.range(code as usize)]);
            let end = i32::try_from(bytes.len())
                .map_err(|_| InvalidStrings { reason: "a batch holds less than 2 GiB of text" })?;
            offsets.push(end);
        }
        Ok(Self::Utf8(Strings::of_valid(offsets.into(), bytes.into())))
    }
}

/// A column of UTF-8 text: the bytes of all rows in one buffer, and where each row ends.
///
/// `offsets` has one entry more than there are rows; row `i` is `bytes[offsets[i]..offsets[i+1]]`.
#[derive(Clone, Debug)]
pub struct Strings {
    offsets: Buffer<i32>,
    bytes: Buffer<u8>,
}

/// Why bytes and offsets are not a column of text.
#[derive(Debug, thiserror::Error)]
#[error("not a column of UTF-8 text: {reason}")]
pub struct InvalidStrings {
    reason: &'static str,
}

impl Strings {
    /// A column over `bytes` cut at `offsets`. Checks that the offsets rise, stay inside the
    /// bytes, and cut valid UTF-8 at character boundaries.
    pub fn new(offsets: Buffer<i32>, bytes: Buffer<u8>) -> Result<Self, InvalidStrings> {
        let fail = |reason| Err(InvalidStrings { reason });
        let Ok(text) = std::str::from_utf8(&bytes) else { return fail("invalid UTF-8") };
        let mut before = 0;
        for (at, &offset) in offsets.iter().enumerate() {
            if offset < before || offset as usize > text.len() {
                return fail("offsets do not rise inside the bytes");
            }
            if !text.is_char_boundary(offset as usize) {
                return fail("an offset cuts a character");
            }
            if at == 0 && offset < 0 {
                return fail("a negative offset");
            }
            before = offset;
        }
        if offsets.is_empty() {
            return fail("no offsets");
        }
        Ok(Self { offsets, bytes })
    }

    /// As [`new`](Self::new) for offsets and bytes that come from texts; a broken invariant shows
    /// when a row is read.
    pub(crate) fn of_valid(offsets: Buffer<i32>, bytes: Buffer<u8>) -> Self {
        debug_assert!(Self::new(offsets.clone(), bytes.clone()).is_ok());
        Self { offsets, bytes }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of row `at`; panics out of bounds.
    pub fn get(&self, at: usize) -> &str {
        let bytes = &self.bytes[self.range(at)];
        // Checked once, in `new`; reading it back is a scan of a short text.
        std::str::from_utf8(bytes).expect("the column was checked to be UTF-8 when it was made")
    }

    /// Where the bytes of row `at` are; panics out of bounds.
    pub fn range(&self, at: usize) -> Range<usize> {
        self.offsets[at] as usize..self.offsets[at + 1] as usize
    }

    /// Where the bytes of the rows in `rows` are; panics out of bounds.
    pub fn span(&self, rows: Range<usize>) -> Range<usize> {
        self.offsets[rows.start] as usize..self.offsets[rows.end] as usize
    }

    /// The texts, row by row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// Where each row ends; one entry more than there are rows.
    pub fn offsets(&self) -> &Buffer<i32> {
        &self.offsets
    }

    /// The bytes of all rows.
    pub fn bytes(&self) -> &Buffer<u8> {
        &self.bytes
    }

    /// The rows in `range`, sharing the memory; panics out of bounds.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        Self { offsets: self.offsets.slice(range.start..range.end + 1), bytes: self.bytes.clone() }
    }
}

/// A column of few texts, for tests and constants; not paid for.
impl<S: AsRef<str>> FromIterator<S> for Strings {
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        let mut offsets = vec![0];
        let mut bytes = Vec::new();
        for text in texts {
            bytes.extend_from_slice(text.as_ref().as_bytes());
            offsets.push(i32::try_from(bytes.len()).expect("few short texts"));
        }
        Self { offsets: offsets.into(), bytes: bytes.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_cut_at_offsets() {
        let strings = Strings::from_iter(["Zürich", "", "Bern"]);
        assert_eq!(strings.iter().collect::<Vec<_>>(), ["Zürich", "", "Bern"]);
        assert_eq!(strings.slice(1..3).iter().collect::<Vec<_>>(), ["", "Bern"]);
    }

    #[test]
    fn bad_strings_are_refused() {
        let make = |offsets: &[i32], bytes: &[u8]| {
            Strings::new(offsets.to_vec().into(), bytes.to_vec().into()).map(|_| ()).is_err()
        };
        assert!(make(&[0, 1], &[0xff]), "not UTF-8");
        assert!(make(&[0, 1, 2], "ü".as_bytes()), "inside a character");
        assert!(make(&[0, 2, 1], b"ab"), "falling");
        assert!(make(&[0, 3], b"ab"), "beyond the end");
        assert!(make(&[-1, 1], b"ab"), "negative");
        assert!(make(&[], b""), "no offsets");
        assert!(!make(&[0, 1, 2], b"ab"));
    }
}
