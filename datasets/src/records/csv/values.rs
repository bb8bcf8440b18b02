//! Fields as values of columns.

use std::str::FromStr;

use quince_core::columnar::{Column, ColumnType, Strings};

/// The values of a column, one field at a time.
#[derive(Clone, Debug)]
pub(super) enum Values {
    Bool(Vec<u8>),
    UInt8(Vec<u8>),
    UInt16(Vec<u16>),
    UInt32(Vec<u32>),
    UInt64(Vec<u64>),
    Int8(Vec<i8>),
    Int16(Vec<i16>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Float32(Vec<f32>),
    Float64(Vec<f64>),
    Text { offsets: Vec<i32>, bytes: Vec<u8> },
}

/// A field that is no value of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoValue;

/// Calls `$each` for every kind of number.
macro_rules! numbers {
    ($values:expr, $numbers:ident => $each:expr, $($rest:tt)*) => {
        match $values {
            Values::UInt8($numbers) => $each,
            Values::UInt16($numbers) => $each,
            Values::UInt32($numbers) => $each,
            Values::UInt64($numbers) => $each,
            Values::Int8($numbers) => $each,
            Values::Int16($numbers) => $each,
            Values::Int32($numbers) => $each,
            Values::Int64($numbers) => $each,
            Values::Float32($numbers) => $each,
            Values::Float64($numbers) => $each,
            $($rest)*
        }
    };
}

impl Values {
    pub(super) fn new(column_type: ColumnType) -> Self {
        match column_type {
            ColumnType::Bool => Self::Bool(Vec::new()),
            ColumnType::UInt8 => Self::UInt8(Vec::new()),
            ColumnType::UInt16 => Self::UInt16(Vec::new()),
            ColumnType::UInt32 => Self::UInt32(Vec::new()),
            ColumnType::UInt64 => Self::UInt64(Vec::new()),
            ColumnType::Int8 => Self::Int8(Vec::new()),
            ColumnType::Int16 => Self::Int16(Vec::new()),
            ColumnType::Int32 => Self::Int32(Vec::new()),
            ColumnType::Int64 => Self::Int64(Vec::new()),
            ColumnType::Float32 => Self::Float32(Vec::new()),
            ColumnType::Float64 => Self::Float64(Vec::new()),
            ColumnType::Utf8 | ColumnType::CodedUtf8 => {
                Self::Text { offsets: vec![0], bytes: Vec::new() }
            }
            other => unreachable!("no record has a column of type {other:?}"),
        }
    }

    /// Adds the value that `text` says. Spaces around it count in texts only.
    #[inline]
    pub(super) fn push(&mut self, text: &[u8]) -> Result<(), NoValue> {
        numbers!(self,
            numbers => numbers.push(parse(text)?),
            Self::Bool(values) => values.push(parse_bool(text)?.into()),
            Self::Text { offsets, bytes } => {
                str::from_utf8(text).map_err(|_| NoValue)?;
                bytes.extend_from_slice(text);
                offsets.push(end_of(bytes));
            }
        );
        Ok(())
    }

    /// Adds what stands for a value that is missing.
    pub(super) fn push_default(&mut self) {
        numbers!(self,
            numbers => numbers.push(Default::default()),
            Self::Bool(values) => values.push(0),
            Self::Text { offsets, bytes } => offsets.push(end_of(bytes)),
        );
    }

    /// Forgets all values behind the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        numbers!(self,
            numbers => numbers.truncate(len),
            Self::Bool(values) => values.truncate(len),
            Self::Text { offsets, bytes } => {
                offsets.truncate(len + 1);
                bytes.truncate(offsets.last().map_or(0, |&end| end as usize));
            }
        );
    }

    /// The column of all values so far, which are then forgotten.
    pub(super) fn finish(&mut self) -> Column {
        use std::mem::take;
        match self {
            Self::Bool(values) => Column::Bool(take(values).into()),
            Self::UInt8(values) => Column::UInt8(take(values).into()),
            Self::UInt16(values) => Column::UInt16(take(values).into()),
            Self::UInt32(values) => Column::UInt32(take(values).into()),
            Self::UInt64(values) => Column::UInt64(take(values).into()),
            Self::Int8(values) => Column::Int8(take(values).into()),
            Self::Int16(values) => Column::Int16(take(values).into()),
            Self::Int32(values) => Column::Int32(take(values).into()),
            Self::Int64(values) => Column::Int64(take(values).into()),
            Self::Float32(values) => Column::Float32(take(values).into()),
            Self::Float64(values) => Column::Float64(take(values).into()),
            Self::Text { offsets, bytes } => {
                let offsets = std::mem::replace(offsets, vec![0]);
                let texts = Strings::new(offsets.into(), take(bytes).into());
                Column::Utf8(texts.expect("each text was checked when it came"))
            }
        }
    }
}

/// Less than 2 GiB: a batch of records, each of which is in one piece, is far below.
fn end_of(bytes: &[u8]) -> i32 {
    i32::try_from(bytes.len()).expect("a batch holds less than 2 GiB of text")
}

fn parse<N: FromStr>(text: &[u8]) -> Result<N, NoValue> {
    let text = str::from_utf8(text.trim_ascii()).map_err(|_| NoValue)?;
    text.parse().map_err(|_| NoValue)
}

fn parse_bool(text: &[u8]) -> Result<bool, NoValue> {
    let text = text.trim_ascii();
    let is = |names: [&str; 2]| names.iter().any(|name| text.eq_ignore_ascii_case(name.as_bytes()));
    if is(["true", "1"]) {
        Ok(true)
    } else if is(["false", "0"]) {
        Ok(false)
    } else {
        Err(NoValue)
    }
}

/// What a column takes, for messages.
pub(super) fn expected(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Bool => "true or false",
        ColumnType::UInt8 => "an integer from 0 to 255",
        ColumnType::UInt16 => "an integer from 0 to 65535",
        ColumnType::UInt32 => "an integer from 0 to 2^32 - 1",
        ColumnType::UInt64 => "an integer from 0 to 2^64 - 1",
        ColumnType::Int8 => "an integer from -128 to 127",
        ColumnType::Int16 => "an integer from -32768 to 32767",
        ColumnType::Int32 => "an integer from -2^31 to 2^31 - 1",
        ColumnType::Int64 => "an integer from -2^63 to 2^63 - 1",
        ColumnType::Float32 | ColumnType::Float64 => "a number",
        _ => "text in UTF-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(column_type: ColumnType, text: &str) -> bool {
        Values::new(column_type).push(text.as_bytes()).is_ok()
    }

    #[test]
    fn fields_are_values_within_their_range() {
        assert!(takes(ColumnType::Int8, " -128 ") && !takes(ColumnType::Int8, "128"));
        assert!(takes(ColumnType::UInt64, "18446744073709551615"));
        assert!(!takes(ColumnType::UInt64, "-1") && !takes(ColumnType::Int32, "1.0"));
        assert!(takes(ColumnType::Float32, "-Infinity") && takes(ColumnType::Float64, "NaN"));
        assert!(takes(ColumnType::Bool, "TRUE") && !takes(ColumnType::Bool, "yes"));
        assert!(!takes(ColumnType::Int64, "") && takes(ColumnType::Utf8, ""));
        assert!(Values::new(ColumnType::Utf8).push(b"\xff").is_err());
    }

    #[test]
    fn what_is_truncated_is_gone() {
        let mut values = Values::new(ColumnType::Utf8);
        values.push("ü".as_bytes()).unwrap();
        values.push(b"abc").unwrap();
        values.truncate(1);
        values.push_default();
        let Column::Utf8(texts) = values.finish() else { panic!("type changed") };
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["ü", ""]);
        assert_eq!(values.finish().len(), 0);
    }
}
