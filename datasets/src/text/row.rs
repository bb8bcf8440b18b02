//! One line at a time: everything that the kernel leaves.

use super::Delimiter;
use super::fault::{Flaw, shorten};
use super::layout::Layout;
use super::number::{BadInteger, BadWeight, parse_i64, parse_weight};

/// A field of a line, without the spaces around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Field<'t> {
    /// Its text; without the quotes if there were any.
    pub(super) text: &'t [u8],
    /// Whether the text holds doubled quotes that stand for one.
    pub(super) doubled_quotes: bool,
}

impl Field<'_> {
    /// Calls `work` with the text as it is meant.
    pub(super) fn with_text<R>(self, work: impl FnOnce(&[u8]) -> R) -> R {
        if !self.doubled_quotes {
            return work(self.text);
        }
        let mut before = 0;
        let single = |&byte: &u8| {
            // The second quote of a pair is dropped, the first of the next pair is not.
            let second = byte == b'"' && before == b'"';
            before = if second { 0 } else { byte };
            !second
        };
        let text: Vec<u8> = self.text.iter().copied().filter(single).collect();
        work(&text)
    }
}

/// A quote that does not end before a delimiter or the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnclosedQuote;

/// The fields of a line.
#[derive(Clone, Debug)]
pub(super) struct Split<'t> {
    rest: Option<&'t [u8]>,
    delimiter: Option<u8>,
    quotes: bool,
}

impl<'t> Split<'t> {
    pub(super) fn new(line: &'t [u8], delimiter: Delimiter, quotes: bool) -> Self {
        Self { rest: Some(line), delimiter: delimiter.byte(), quotes }
    }

    fn next_in_whitespace(&mut self) -> Option<Field<'t>> {
        let rest = self.rest?;
        let start = rest.iter().position(|&byte| !is_blank(byte))?;
        let rest = &rest[start..];
        let end = rest.iter().position(|&byte| is_blank(byte)).unwrap_or(rest.len());
        self.rest = Some(&rest[end..]);
        Some(Field { text: &rest[..end], doubled_quotes: false })
    }

    fn next_plain(&mut self, rest: &'t [u8], delimiter: u8) -> Field<'t> {
        let end = rest.iter().position(|&byte| byte == delimiter);
        self.rest = end.map(|end| &rest[end + 1..]);
        let text = trim(&rest[..end.unwrap_or(rest.len())]);
        Field { text, doubled_quotes: false }
    }

    /// `rest` begins behind the opening quote.
    fn next_quoted(&mut self, rest: &'t [u8], delimiter: u8) -> Result<Field<'t>, UnclosedQuote> {
        let mut doubled_quotes = false;
        let mut from = 0;
        let end = loop {
            let quote = from + memchr::memchr(b'"', &rest[from..]).ok_or(UnclosedQuote)?;
            if rest.get(quote + 1) != Some(&b'"') {
                break quote;
            }
            doubled_quotes = true;
            from = quote + 2;
        };
        let behind = trim_start(&rest[end + 1..]);
        self.rest = match behind.split_first() {
            None => None,
            Some((&byte, rest)) if byte == delimiter => Some(rest),
            Some(_) => return Err(UnclosedQuote),
        };
        Ok(Field { text: &rest[..end], doubled_quotes })
    }
}

impl<'t> Iterator for Split<'t> {
    type Item = Result<Field<'t>, UnclosedQuote>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let Some(delimiter) = self.delimiter else { return self.next_in_whitespace().map(Ok) };
        // Taken, so that nothing follows an error.
        let rest = self.rest.take()?;
        if self.quotes
            && let Some((b'"', rest)) = trim_start(rest).split_first()
        {
            return Some(self.next_quoted(rest, delimiter));
        }
        Some(Ok(self.next_plain(rest, delimiter)))
    }
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Without the spaces at the start; a tab may be a delimiter.
fn trim_start(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|&&byte| byte == b' ').count()..]
}

fn trim(text: &[u8]) -> &[u8] {
    let text = trim_start(text);
    &text[..text.len() - text.iter().rev().take_while(|&&byte| byte == b' ').count()]
}

/// Whether a line holds nothing but spaces and tabs.
pub(super) fn is_empty(line: &[u8]) -> bool {
    line.iter().all(|&byte| is_blank(byte))
}

/// A line without its line end.
pub(super) fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The tag of a DIMACS line, and what follows it.
pub(super) fn split_tag(line: &[u8]) -> (&[u8], &[u8]) {
    let start = line.iter().position(|&byte| !is_blank(byte)).unwrap_or(line.len());
    let line = &line[start..];
    let end = line.iter().position(|&byte| is_blank(byte)).unwrap_or(line.len());
    line.split_at(end)
}

/// The fields of a row that are read: the ids in order, then the weight.
pub(super) type Row<'t> = [Field<'t>; 3];

/// The fields of `line` (without its line end) that `layout` reads, or `None` if it is no data.
#[inline]
pub(super) fn read_row<'t>(line: &'t [u8], layout: &Layout) -> Result<Option<Row<'t>>, Flaw> {
    if is_empty(line) || layout.is_comment(line) {
        return Ok(None);
    }
    let line = if layout.dimacs {
        match split_tag(line) {
            (b"a", rest) => rest,
            (b"c" | b"p", _) => return Ok(None),
            _ => return Err(Flaw::UnknownRecord { found: shorten(line) }),
        }
    } else {
        line
    };
    pick(line, layout).map(Some)
}

fn pick<'t>(line: &'t [u8], layout: &Layout) -> Result<Row<'t>, Flaw> {
    let mut row = Row::default();
    let mut found = 0;
    for field in Split::new(line, layout.delimiter, layout.quotes).take(layout.num_fields()) {
        let field = field.map_err(|UnclosedQuote| Flaw::UnclosedQuote { field: found + 1 })?;
        for (slot, &position) in row.iter_mut().zip(layout.positions()) {
            if position == found {
                *slot = field;
            }
        }
        found += 1;
    }
    match layout.positions().iter().position(|&position| position >= found) {
        Some(column) => Err(Flaw::TooFewColumns { column, found }),
        None => Ok(row),
    }
}

/// The integer id in `field`, which is column `column` of the layout.
pub(super) fn integer_id(field: Field<'_>, column: usize) -> Result<i64, Flaw> {
    parse_i64(field.text).map_err(|bad| match bad {
        BadInteger::Empty => Flaw::EmptyId { column },
        BadInteger::NotInteger => Flaw::IdNotInteger { column, found: shorten(field.text) },
        BadInteger::Overflow => Flaw::IdOverflow { column, found: shorten(field.text) },
    })
}

/// The weight in `field`, which is column `column` of the layout.
pub(super) fn weight(field: Field<'_>, column: usize) -> Result<f64, Flaw> {
    parse_weight(field.text).map_err(|bad| match bad {
        BadWeight::NotNumber => Flaw::WeightNotNumber { column, found: shorten(field.text) },
        BadWeight::NotFinite => Flaw::WeightNotFinite { column, found: shorten(field.text) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str, delimiter: Delimiter, quotes: bool) -> Vec<String> {
        Split::new(line.as_bytes(), delimiter, quotes)
            .map(|field| field.unwrap().with_text(|text| String::from_utf8(text.to_vec()).unwrap()))
            .collect()
    }

    #[test]
    fn whitespace_runs_separate_and_pad() {
        assert_eq!(split("  1 \t 2  3 ", Delimiter::WHITESPACE, false), ["1", "2", "3"]);
        assert!(split(" \t", Delimiter::WHITESPACE, false).is_empty());
    }

    #[test]
    fn one_byte_separates_and_spaces_inside_stay() {
        let fields = split("New York\t  \tSão Paulo ", Delimiter::TAB, false);
        assert_eq!(fields, ["New York", "", "São Paulo"]);
        assert_eq!(split("\"a|b\"", Delimiter::PIPE, false), ["\"a", "b\""]);
        assert_eq!(split("a,", Delimiter::COMMA, true), ["a", ""]);
    }

    #[test]
    fn quotes_hold_delimiters_spaces_and_quotes() {
        let fields = split(r#" "a,b" ,"say ""hi""""", " c ",\N,5" "#, Delimiter::COMMA, true);
        assert_eq!(fields, ["a,b", r#"say "hi"""#, " c ", r"\N", "5\""]);
    }

    #[test]
    fn open_quotes_are_refused() {
        for line in ["\"a,b", "\"a\"b,c", "\"a\"\""] {
            let last = Split::new(line.as_bytes(), Delimiter::COMMA, true).last();
            assert_eq!(last, Some(Err(UnclosedQuote)), "{line}");
        }
    }

    #[test]
    fn tags_are_split_off() {
        assert_eq!(split_tag(b"a 1 2 3"), (&b"a"[..], &b" 1 2 3"[..]));
        assert_eq!(split_tag(b"c"), (&b"c"[..], &b""[..]));
    }
}
