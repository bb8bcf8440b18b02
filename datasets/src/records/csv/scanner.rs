//! The records of a text, field by field.

use std::borrow::Cow;

use super::dialect::{Dialect, closing_quote};

/// A field as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field<'t> {
    pub(super) text: Cow<'t, [u8]>,
    /// Whether it stood in quotes: the empty text, and not a missing value.
    pub(super) quoted: bool,
    /// Whether it is the last one of its record.
    pub(super) last: bool,
}

/// Why a field in quotes is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadQuote {
    Open,
    TextBehind,
}

impl BadQuote {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Open => "the quote is never closed",
            Self::TextBehind => "text follows the closing quote",
        }
    }
}

/// Reads a text that begins with a record.
#[derive(Clone, Debug)]
pub(super) struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
    dialect: &'t Dialect,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8], at: usize, dialect: &'t Dialect) -> Self {
        Self { text, at, dialect }
    }

    /// Where it is in the text.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes on to the next record, which is where it begins; all fields of the one before must
    /// have been read.
    #[inline]
    pub(super) fn next_record(&mut self) -> Option<usize> {
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            if self.dialect.is_comment(rest) {
                self.skip_line(self.at);
                continue;
            }
            match self.line_end(rest) {
                Some(len) if !self.dialect.blank_lines => self.at += len,
                _ => return Some(self.at),
            }
        }
        None
    }

    /// Goes on behind the line that `begin` is on.
    pub(super) fn skip_line(&mut self, begin: usize) {
        let len = self.dialect.line_len(&self.text[begin..]);
        self.at = len.map_or(self.text.len(), |len| begin + len);
    }

    /// The next field of the record.
    #[inline]
    pub(super) fn next_field(&mut self) -> Result<Field<'t>, BadQuote> {
        let rest = &self.text[self.at..];
        match self.dialect.quote {
            Some(quote) if rest.first() == Some(&quote) => self.quoted_field(&rest[1..], quote),
            _ => Ok(self.plain_field(rest)),
        }
    }

    fn plain_field(&mut self, rest: &'t [u8]) -> Field<'t> {
        let (delimiter, line_end) = (&self.dialect.delimiter, &self.dialect.line_end);
        let mut from = 0;
        loop {
            let Some(found) = memchr::memchr2(delimiter[0], line_end[0], &rest[from..]) else {
                self.at = self.text.len();
                return field(rest, true);
            };
            let end = from + found;
            if rest[end..].starts_with(delimiter) {
                self.at += end + delimiter.len();
                return field(&rest[..end], false);
            }
            if rest[end..].starts_with(line_end) {
                self.at += end + line_end.len();
                let text = &rest[..end];
                let text = if line_end == b"\n" { without_return(text) } else { text };
                return field(text, true);
            }
            from = end + 1;
        }
    }

    /// `rest` is behind the opening quote.
    fn quoted_field(&mut self, rest: &'t [u8], quote: u8) -> Result<Field<'t>, BadQuote> {
        let (end, doubled) = closing_quote(rest, quote).ok_or(BadQuote::Open)?;
        let text = match doubled {
            true => Cow::Owned(single_quotes(&rest[..end], quote)),
            false => Cow::Borrowed(&rest[..end]),
        };
        let behind = &rest[end + 1..];
        // The quotes themselves are two bytes.
        let len = end + 2;
        let last = if behind.is_empty() {
            self.at += len;
            true
        } else if behind.starts_with(&self.dialect.delimiter) {
            self.at += len + self.dialect.delimiter.len();
            false
        } else {
            self.at += len + self.line_end(behind).ok_or(BadQuote::TextBehind)?;
            true
        };
        Ok(Field { text, quoted: true, last })
    }

    /// The length of the line end that `text` begins with.
    #[inline]
    fn line_end(&self, text: &[u8]) -> Option<usize> {
        let line_end = &self.dialect.line_end;
        if text.starts_with(line_end) {
            return Some(line_end.len());
        }
        (line_end == b"\n" && text.starts_with(b"\r\n")).then_some(2)
    }
}

fn field(text: &[u8], last: bool) -> Field<'_> {
    Field { text: Cow::Borrowed(text), quoted: false, last }
}

fn without_return(text: &[u8]) -> &[u8] {
    text.strip_suffix(b"\r").unwrap_or(text)
}

/// `text` with one quote for two.
fn single_quotes(text: &[u8], quote: u8) -> Vec<u8> {
    let mut single = Vec::with_capacity(text.len());
    let mut second = false;
    for &byte in text {
        second = byte == quote && !second;
        if byte != quote || second {
            single.push(byte);
        }
    }
    single
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Records = Vec<Vec<String>>;

    fn scan(text: &str, dialect: &Dialect) -> Result<Records, BadQuote> {
        let mut scanner = Scanner::new(text.as_bytes(), 0, dialect);
        let mut records = Vec::new();
        while scanner.next_record().is_some() {
            let mut record = Vec::new();
            loop {
                let field = scanner.next_field()?;
                record.push(String::from_utf8(field.text.into_owned()).unwrap());
                if field.last {
                    break;
                }
            }
            records.push(record);
        }
        Ok(records)
    }

    #[test]
    fn quotes_comments_and_blank_lines() {
        let dialect = Dialect { comment: Some(b"//".to_vec()), ..Dialect::default() };
        let text = "a, b ,\r\n\r\n// \"no\n\n\"c,\"\"\n\",\"\"\r\nlast";
        let expected = vec![vec!["a", " b ", ""], vec!["c,\"\n", ""], vec!["last"]];
        assert_eq!(scan(text, &dialect).unwrap(), expected);
        assert_eq!(scan("\"a", &dialect), Err(BadQuote::Open));
        assert_eq!(scan("\"a\" ,b", &dialect), Err(BadQuote::TextBehind));
    }

    #[test]
    fn delimiters_may_be_long() {
        let dialect = Dialect {
            delimiter: b"||".to_vec(),
            line_end: b"|;".to_vec(),
            quote: Some(b'\''),
            ..Dialect::default()
        };
        let expected = vec![vec!["a|b", "c\r"], vec!["d||e", ""]];
        assert_eq!(scan("a|b||c\r|;'d||e'|||;", &dialect).unwrap(), expected);
    }

    proptest! {
        /// What the `csv` crate reads, this reads alike.
        #[test]
        fn reads_as_the_csv_crate_does(
            rows in prop::collection::vec(prop::collection::vec("[ab\",\r\n ü#]{0,5}", 1..4), 0..6),
            quotes in prop::sample::select(vec![csv::QuoteStyle::Necessary, csv::QuoteStyle::Always]),
            terminator in prop::sample::select(vec![csv::Terminator::CRLF, csv::Terminator::Any(b'\n')]),
        ) {
            let mut writer = csv::WriterBuilder::new()
                .flexible(true).quote_style(quotes).terminator(terminator).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false).flexible(true).from_reader(text.as_bytes());
            let expected: Records = reader
                .records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect())
                .collect();
            prop_assert_eq!(&expected, &rows);
            prop_assert_eq!(scan(&text, &Dialect::default()).unwrap(), expected);
        }
    }
}
