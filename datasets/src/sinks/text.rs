//! Rows as lines of text.

use quince_core::columnar::{Batch, Column, OuterColumn};

use super::number::{push_float, push_signed, push_unsigned};

/// How rows become lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextFormat {
    delimiter: u8,
    quotes: bool,
    header: bool,
}

impl TextFormat {
    /// Commas, quotes as RFC 4180 has them, a header line; lines end with a line feed.
    pub const CSV: Self = Self { delimiter: b',', quotes: true, header: true };
    /// Tabs, the same quotes, a header line.
    pub const TSV: Self = Self { delimiter: b'\t', quotes: true, header: true };
    /// One space, no quotes and no header line: the `.el` and `.wel` of the GAP Benchmark Suite.
    pub const EDGE_LIST: Self = Self { delimiter: b' ', quotes: false, header: false };

    /// Whether the first line holds the names of the columns.
    #[must_use]
    pub const fn header(mut self, header: bool) -> Self {
        self.header = header;
        self
    }

    /// The name in plans.
    pub(super) fn name(self) -> &'static str {
        match self.delimiter {
            b',' => "csv",
            b'\t' => "tsv",
            _ => "edge list",
        }
    }

    /// The first line, if there is one.
    pub(super) fn push_header(
        self,
        out: &mut Vec<u8>,
        columns: &[OuterColumn],
    ) -> Result<(), NeedsQuotes> {
        if !self.header {
            return Ok(());
        }
        for (at, column) in columns.iter().enumerate() {
            self.push_text(out, &column.name, at)?;
            out.push(self.delimiter);
        }
        end_line(out);
        Ok(())
    }

    /// A line for each row; a value that is missing is an empty field.
    pub(super) fn push_rows(self, out: &mut Vec<u8>, batch: &Batch) -> Result<(), NeedsQuotes> {
        if batch.columns().is_empty() {
            return Ok(());
        }
        let columns = batch.outer_columns();
        let presence = |column: &OuterColumn| match &batch.columns()[column.presence?] {
            Column::Bool(present) => Some(present),
            _ => None,
        };
        let columns: Vec<_> = columns
            .iter()
            .map(|column| (&batch.columns()[column.values], presence(column)))
            .collect();
        for row in 0..batch.num_rows() {
            for (at, (column, presence)) in columns.iter().enumerate() {
                match presence {
                    Some(present) if present[row] == 0 => self.check_missing()?,
                    _ => self.push_value(out, column, row, at)?,
                }
                out.push(self.delimiter);
            }
            end_line(out);
        }
        Ok(())
    }

    /// Between spaces an empty field is none.
    fn check_missing(self) -> Result<(), NeedsQuotes> {
        if self.quotes { Ok(()) } else { Err(NeedsQuotes(String::new())) }
    }

    fn push_value(
        self,
        out: &mut Vec<u8>,
        column: &Column,
        row: usize,
        at: usize,
    ) -> Result<(), NeedsQuotes> {
        match column {
            Column::Bool(values) => {
                out.extend_from_slice(if values[row] == 0 { b"false" } else { b"true" });
            }
            Column::UInt8(values) => push_unsigned(out, values[row].into()),
            Column::UInt16(values) => push_unsigned(out, values[row].into()),
            Column::UInt32(values) => push_unsigned(out, values[row].into()),
            Column::UInt64(values) => push_unsigned(out, values[row]),
            Column::Int8(values) => push_signed(out, values[row].into()),
            Column::Int16(values) => push_signed(out, values[row].into()),
            Column::Int32(values) => push_signed(out, values[row].into()),
            Column::Int64(values) => push_signed(out, values[row]),
            Column::Float32(values) => push_float(out, values[row]),
            Column::Float64(values) => push_float(out, values[row]),
            Column::Utf8(values) => self.push_text(out, values.get(row), at)?,
            Column::CodedUtf8 { codes, values } => {
                self.push_text(out, values.get(codes[row] as usize), at)?;
            }
            other => unreachable!("no text for a column of type {:?}", other.column_type()),
        }
        Ok(())
    }

    /// Appends the text of column `at`, in quotes where a reader would misunderstand it.
    fn push_text(self, out: &mut Vec<u8>, text: &str, at: usize) -> Result<(), NeedsQuotes> {
        if !self.must_quote(text, at) {
            out.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        if !self.quotes {
            return Err(NeedsQuotes(text.to_owned()));
        }
        out.push(b'"');
        for &byte in text.as_bytes() {
            if byte == b'"' {
                out.push(b'"');
            }
            out.push(byte);
        }
        out.push(b'"');
        Ok(())
    }

    fn must_quote(self, text: &str, at: usize) -> bool {
        // An empty line or one that begins with a comment mark would be skipped.
        let lost = text.is_empty() || (at == 0 && text.starts_with('#'));
        lost || text
            .bytes()
            .any(|byte| byte == self.delimiter || matches!(byte, b'"' | b'\r' | b'\n'))
    }
}

/// A text that a format without quotes cannot hold.
#[derive(Debug)]
pub(super) struct NeedsQuotes(pub(super) String);

/// Ends the line in place of the delimiter after its last value.
fn end_line(out: &mut [u8]) {
    if let Some(last) = out.last_mut() {
        *last = b'\n';
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use quince_core::columnar::{Schema, Strings, batch_of};

    fn lines(format: TextFormat, batch: &Batch) -> String {
        let mut out = Vec::new();
        format.push_header(&mut out, &batch.outer_columns()).unwrap();
        format.push_rows(&mut out, batch).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn texts<S: AsRef<str>>(columns: [&[S]; 2]) -> Batch {
        let columns = columns.map(|texts| Column::Utf8(Strings::from_iter(texts)));
        Batch::new(Schema::new(["vertex", "other"]), columns.into())
    }

    #[test]
    fn every_type_has_a_text() {
        let values = Strings::from_iter(["a", "b"]);
        let columns = vec![
            Column::CodedUtf8 { codes: vec![1, 0].into(), values },
            Column::UInt32(vec![0, u32::MAX].into()),
            Column::UInt64(vec![7, u64::MAX].into()),
            Column::Int64(vec![-7, i64::MIN].into()),
            Column::Float32(vec![0.1, f32::INFINITY].into()),
            Column::Float64(vec![1.0, f64::NAN].into()),
        ];
        let batch = Batch::new(Schema::new(["s", "u", "w", "i", "f", "d"]), columns);
        let expected = "s,u,w,i,f,d\nb,0,7,-7,0.1,1.0\n\
            a,4294967295,18446744073709551615,-9223372036854775808,Infinity,NaN\n";
        assert_eq!(lines(TextFormat::CSV, &batch), expected);
        assert_eq!(lines(TextFormat::TSV, &batch), expected.replace(',', "\t"));
        let plain = lines(TextFormat::EDGE_LIST, &batch);
        assert_eq!(plain, expected.replace(',', " ").split_once('\n').unwrap().1);
    }

    #[test]
    fn small_types_and_missing_values_have_a_text() {
        let batch = batch_of([
            (true, -1i8, Some(1u8), Some(Some(-2i16))),
            (false, i8::MIN, None, Some(None)),
            (false, 0, Some(255), None),
        ]);
        let expected =
            "f0,f1,f2,f3?,f3\ntrue,-1,1,true,-2\nfalse,-128,,true,\nfalse,0,255,false,\n";
        assert_eq!(lines(TextFormat::CSV, &batch), expected);
        assert!(TextFormat::EDGE_LIST.push_rows(&mut Vec::new(), &batch).is_err());
        let texts = batch_of([Some(String::new()), None]);
        assert_eq!(lines(TextFormat::CSV, &texts), "value\n\"\"\n\n");
    }

    #[test]
    fn quotes_only_where_they_are_needed() {
        let batch = texts([&["a,b", "say \"x\"", "#1", ""], &["a\tb", "two\r\nlines", "#1", " c"]]);
        let csv = "vertex,other\n\"a,b\",a\tb\n\"say \"\"x\"\"\",\"two\r\nlines\"\n\
            \"#1\",#1\n\"\", c\n";
        assert_eq!(lines(TextFormat::CSV, &batch), csv);
        let tsv = "vertex\tother\na,b\t\"a\tb\"\n\"say \"\"x\"\"\"\t\"two\r\nlines\"\n\
            \"#1\"\t#1\n\"\"\t c\n";
        assert_eq!(lines(TextFormat::TSV, &batch), tsv);
        assert!(TextFormat::EDGE_LIST.push_rows(&mut Vec::new(), &batch).is_err());
    }

    /// What RFC 4180 says of `text`, with `delimiter` in place of the comma.
    fn parse(text: &str, delimiter: char) -> Vec<Vec<String>> {
        let mut rows = vec![vec![String::new()]];
        let mut quoted = false;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let row = rows.last_mut().unwrap();
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    row.last_mut().unwrap().push('"');
                }
                '"' => quoted = !quoted,
                c if c == delimiter && !quoted => row.push(String::new()),
                '\n' if !quoted => rows.push(vec![String::new()]),
                c => row.last_mut().unwrap().push(c),
            }
        }
        assert_eq!(rows.pop().unwrap(), [""], "the last line has an end");
        rows
    }

    proptest! {
        #[test]
        fn quoted_texts_read_back(rows in prop::collection::vec(["[a\"#,\t\r\n ü]{0,6}", ".{0,4}"], 0..8)) {
            let column = |at: usize| rows.iter().map(|row| row[at].clone()).collect::<Vec<_>>();
            let batch = texts([&column(0), &column(1)]);
            for (format, delimiter) in [(TextFormat::CSV, ','), (TextFormat::TSV, '\t')] {
                let back = parse(&lines(format.header(false), &batch), delimiter);
                prop_assert!(back.iter().eq(rows.iter()), "{back:?}");
            }
        }
    }
}
