//! Records of one column: numbers, `bool`, `String`; and `Option`, which adds one.

use super::record::{BuildRecord, Leaf, ReadRecord, Record};
use super::{Column, ColumnType, Strings};

/// Takes the first column off.
fn take_first<'a>(columns: &mut &'a [Column]) -> Option<&'a Column> {
    let (first, rest) = columns.split_first()?;
    *columns = rest;
    Some(first)
}

macro_rules! native_records {
    ($($native:ty: $variant:ident;)*) => {$(
        impl Record for $native {
            type Reader<'a> = &'a [$native];
            type Builder = Vec<$native>;

            fn leaves(name: &str, leaves: &mut Vec<Leaf>) {
                leaves.push(Leaf::new(name, ColumnType::$variant));
            }

            fn reader<'a>(columns: &mut &'a [Column]) -> Option<&'a [$native]> {
                match take_first(columns)? {
                    Column::$variant(values) => Some(values),
                    _ => None,
                }
            }
        }

        impl ReadRecord<$native> for &[$native] {
            #[inline(always)]
            fn get(&self, row: usize) -> $native {
                self[row]
            }
        }

        impl BuildRecord<$native> for Vec<$native> {
            fn with_capacity(rows: usize) -> Self {
                Vec::with_capacity(rows)
            }

            #[inline(always)]
            fn push(&mut self, record: $native) {
                Vec::push(self, record);
            }

            fn finish(&mut self, columns: &mut Vec<Column>) {
                let next = Vec::with_capacity(self.len());
                columns.push(Column::$variant(std::mem::replace(self, next).into()));
            }
        }
    )*};
}

native_records! {
    u8: UInt8;
    u16: UInt16;
    u32: UInt32;
    u64: UInt64;
    i8: Int8;
    i16: Int16;
    i32: Int32;
    i64: Int64;
    f32: Float32;
    f64: Float64;
}

impl Record for bool {
    type Reader<'a> = BoolReader<'a>;
    type Builder = BoolBuilder;

    fn leaves(name: &str, leaves: &mut Vec<Leaf>) {
        leaves.push(Leaf::new(name, ColumnType::Bool));
    }

    fn reader<'a>(columns: &mut &'a [Column]) -> Option<BoolReader<'a>> {
        match take_first(columns)? {
            Column::Bool(values) => Some(BoolReader(values)),
            _ => None,
        }
    }
}

/// Reads a column of `bool`.
#[derive(Debug)]
pub struct BoolReader<'a>(&'a [u8]);

impl ReadRecord<bool> for BoolReader<'_> {
    #[inline(always)]
    fn get(&self, row: usize) -> bool {
        self.0[row] != 0
    }
}

/// Collects a column of `bool`.
#[derive(Debug)]
pub struct BoolBuilder(Vec<u8>);

impl BuildRecord<bool> for BoolBuilder {
    fn with_capacity(rows: usize) -> Self {
        Self(Vec::with_capacity(rows))
    }

    #[inline(always)]
    fn push(&mut self, record: bool) {
        self.0.push(record.into());
    }

    fn finish(&mut self, columns: &mut Vec<Column>) {
        columns.push(Column::Bool(std::mem::take(&mut self.0).into()));
    }
}

impl Record for String {
    type Reader<'a> = TextReader<'a>;
    type Builder = TextBuilder;

    fn leaves(name: &str, leaves: &mut Vec<Leaf>) {
        leaves.push(Leaf::new(name, ColumnType::Utf8));
    }

    fn reader<'a>(columns: &mut &'a [Column]) -> Option<TextReader<'a>> {
        match take_first(columns)? {
            Column::Utf8(texts) => Some(TextReader { codes: None, texts }),
            Column::CodedUtf8 { codes, values } => {
                Some(TextReader { codes: Some(codes), texts: values })
            }
            _ => None,
        }
    }

    fn heap_bytes(&self) -> usize {
        self.capacity()
    }
}

/// Reads a column of text, coded or not.
#[derive(Debug)]
pub struct TextReader<'a> {
    codes: Option<&'a [u32]>,
    texts: &'a Strings,
}

impl ReadRecord<String> for TextReader<'_> {
    #[inline]
    fn get(&self, row: usize) -> String {
        let row = self.codes.map_or(row, |codes| codes[row] as usize);
        self.texts.get(row).to_owned()
    }
}

/// Collects a column of text.
#[derive(Debug)]
pub struct TextBuilder {
    offsets: Vec<i32>,
    bytes: String,
}

impl BuildRecord<String> for TextBuilder {
    fn with_capacity(rows: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self { offsets, bytes: String::new() }
    }

    #[inline]
    fn push(&mut self, record: String) {
        self.bytes.push_str(&record);
        let end = i32::try_from(self.bytes.len()).expect("a batch holds less than 2 GiB of text");
        self.offsets.push(end);
    }

    fn finish(&mut self, columns: &mut Vec<Column>) {
        let offsets = std::mem::replace(&mut self.offsets, vec![0]);
        let bytes = std::mem::take(&mut self.bytes).into_bytes();
        columns.push(Column::Utf8(Strings::of_valid(offsets.into(), bytes.into())));
    }
}

impl<T: Record + Default> Record for Option<T> {
    type Reader<'a> = OptionReader<'a, T>;
    type Builder = OptionBuilder<T>;

    fn leaves(name: &str, leaves: &mut Vec<Leaf>) {
        leaves.push(Leaf::presence(name));
        T::leaves(name, leaves);
    }

    fn reader<'a>(columns: &mut &'a [Column]) -> Option<OptionReader<'a, T>> {
        Some(OptionReader { some: bool::reader(columns)?, values: T::reader(columns)? })
    }

    fn heap_bytes(&self) -> usize {
        self.as_ref().map_or(0, Record::heap_bytes)
    }
}

/// Reads a column of values that may be missing.
pub struct OptionReader<'a, T: Record> {
    some: BoolReader<'a>,
    values: T::Reader<'a>,
}

impl<T: Record> std::fmt::Debug for OptionReader<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OptionReader").field("some", &self.some).finish_non_exhaustive()
    }
}

impl<T: Record> ReadRecord<Option<T>> for OptionReader<'_, T> {
    #[inline]
    fn get(&self, row: usize) -> Option<T> {
        self.some.get(row).then(|| self.values.get(row))
    }
}

/// Collects a column of values that may be missing; a default stands in for those that are.
pub struct OptionBuilder<T: Record> {
    some: BoolBuilder,
    values: T::Builder,
}

impl<T: Record> std::fmt::Debug for OptionBuilder<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OptionBuilder").field("some", &self.some).finish_non_exhaustive()
    }
}

impl<T: Record + Default> BuildRecord<Option<T>> for OptionBuilder<T> {
    fn with_capacity(rows: usize) -> Self {
        Self { some: BoolBuilder::with_capacity(rows), values: T::Builder::with_capacity(rows) }
    }

    #[inline]
    fn push(&mut self, record: Option<T>) {
        self.some.push(record.is_some());
        self.values.push(record.unwrap_or_default());
    }

    fn finish(&mut self, columns: &mut Vec<Column>) {
        self.some.finish(columns);
        self.values.finish(columns);
    }
}
