//! What stands between values, and where a text may be cut.

use super::super::pieces::Cut;

/// What stands between the values of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: Vec<u8>,
    pub(super) line_end: Vec<u8>,
    pub(super) quote: Option<u8>,
    /// What a line that is a comment begins with.
    pub(super) comment: Option<Vec<u8>>,
    /// Whether a blank line is a record: one whose only value is missing.
    pub(super) blank_lines: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: b",".to_vec(),
            line_end: b"\n".to_vec(),
            quote: Some(b'"'),
            comment: None,
            blank_lines: false,
        }
    }
}

impl Dialect {
    /// Whether a line that begins with `text` is a comment.
    pub(super) fn is_comment(&self, text: &[u8]) -> bool {
        self.comment.as_ref().is_some_and(|mark| text.starts_with(mark))
    }

    /// Where the line that begins with `text` ends, its line end included.
    pub(super) fn line_len(&self, text: &[u8]) -> Option<usize> {
        memchr::memmem::find(text, &self.line_end).map(|at| at + self.line_end.len())
    }

    fn last_line_end(&self, text: &[u8]) -> Option<usize> {
        memchr::memmem::rfind(text, &self.line_end).map(|at| at + self.line_end.len())
    }
}

/// The quote that ends a field of which `text` is what follows its opening quote, and whether
/// doubled quotes come before it.
pub(super) fn closing_quote(text: &[u8], quote: u8) -> Option<(usize, bool)> {
    let (mut from, mut doubled) = (0, false);
    loop {
        let at = from + memchr::memchr(quote, &text[from..])?;
        if text.get(at + 1) != Some(&quote) {
            return Some((at, doubled));
        }
        doubled = true;
        from = at + 2;
    }
}

impl Cut for Dialect {
    /// Line ends in quotes end no record. A quote opens a field only at the beginning of one, and
    /// a comment has no fields.
    fn last_end(&self, text: &[u8]) -> Option<usize> {
        let Some(quote) = self.quote else { return self.last_line_end(text) };
        let (mut end, mut from) = (None, 0);
        loop {
            // From here on the text is outside of quotes, up to the next one.
            let next = memchr::memchr(quote, &text[from..]).map(|at| from + at);
            let outside = &text[from..next.unwrap_or(text.len())];
            end = self.last_line_end(outside).map(|at| from + at).or(end);
            let Some(at) = next else { return end };
            let record = end.unwrap_or(0);
            if self.is_comment(&text[record..]) {
                let Some(len) = self.line_len(&text[at..]) else { return end };
                from = at + len;
                end = Some(from);
            } else if at > record && !text[record..at].ends_with(&self.delimiter) {
                from = at + 1;
            } else {
                let Some((len, _)) = closing_quote(&text[at + 1..], quote) else { return end };
                from = at + 1 + len + 1;
            }
        }
    }

    fn line_end(&self) -> &[u8] {
        &self.line_end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last_end(text: &str) -> Option<&str> {
        let dialect = Dialect { comment: Some(b"#".to_vec()), ..Dialect::default() };
        dialect.last_end(text.as_bytes()).map(|end| &text[end..])
    }

    #[test]
    fn records_end_outside_of_quotes() {
        assert_eq!(last_end("a,b\nc"), Some("c"));
        assert_eq!(last_end("a,b"), None);
        assert_eq!(last_end("a\nb,\"c\nd\"\ne"), Some("e"));
        assert_eq!(last_end("a\nb,\"c\nd\" \"\"\n"), Some(""));
        assert_eq!(last_end("a\nb,\"c\nd\n"), Some("b,\"c\nd\n"), "the quote is open");
        assert_eq!(last_end("a\n\"x\"\"\n\",b"), Some("\"x\"\"\n\",b"));
        assert_eq!(last_end("5\",6\"\n7"), Some("7"), "a quote inside a field is plain");
        assert_eq!(last_end("a\n#,\"x\nb\nc"), Some("c"), "a comment has no fields");
        assert_eq!(last_end("a\n#,\"x"), Some("#,\"x"));
    }

    #[test]
    fn without_quotes_any_line_ends_a_record() {
        let dialect = Dialect { quote: None, line_end: b";;".to_vec(), ..Dialect::default() };
        assert_eq!(dialect.last_end(b"a,\"b;;c"), Some(6));
        assert_eq!(dialect.last_end(b"a;"), None);
    }
}
