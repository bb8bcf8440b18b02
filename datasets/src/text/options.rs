//! What a user may say about a text file.

use std::fmt;
use std::str::FromStr;

use super::Columns;
use crate::error::DatasetError;

/// Makes an enum with names that can be printed, parsed and listed.
macro_rules! named {
    (
        $(#[$meta:meta])*
        $type:ident, $setting:literal, { $($(#[$doc:meta])* $variant:ident = $name:literal,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $type { $($(#[$doc])* $variant,)* }

        impl $type {
            /// The names that parse, in order.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The name, as in command line options.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $type {
            type Err = DatasetError;

            fn from_str(text: &str) -> Result<Self, DatasetError> {
                match text.to_ascii_lowercase().as_str() {
                    $($name => Ok(Self::$variant),)*
                    _ => Err(DatasetError::UnknownSetting {
                        setting: $setting,
                        found: text.to_owned(),
                        valid: Self::NAMES,
                    }),
                }
            }
        }
    };
}

named! {
    /// The format of a text file.
    ///
    /// ```
    /// use quince_datasets::Format;
    /// assert_eq!("csv".parse::<Format>()?, Format::Csv);
    /// let error = "excel".parse::<Format>().unwrap_err().to_string();
    /// assert!(error.contains("expected one of auto, snap, tsv, csv, el, wel, pipe, dimacs"));
    /// # Ok::<(), quince_datasets::DatasetError>(())
    /// ```
    Format, "format", {
        /// By the file's suffix and its first 64 KiB.
        #[default]
        Auto = "auto",
        /// SNAP text: runs of tabs and spaces, `#` comments.
        Snap = "snap",
        /// Tab separated, `#` comments; spaces inside a field belong to it.
        Tsv = "tsv",
        /// Comma separated with quotes; `#` comments at the top only.
        Csv = "csv",
        /// Space separated: source and target.
        El = "el",
        /// Space separated: source, target and weight.
        Wel = "wel",
        /// Separated by `|`, as LDBC writes it.
        Pipe = "pipe",
        /// DIMACS shortest path: `a source target weight` lines, `c` comments, a `p` line.
        Dimacs = "dimacs",
    }
}

named! {
    /// Whether the first line that is no comment is a header.
    Header, "header", {
        /// If it does not read as the rows behind it do.
        #[default]
        Auto = "auto",
        /// It is.
        Yes = "yes",
        /// It is not.
        No = "no",
    }
}

named! {
    /// The type of ids.
    IdType, "ids", {
        /// Integers if most ids of the first 64 KiB are, else text.
        #[default]
        Auto = "auto",
        /// 64-bit signed integers.
        Integer = "integer",
        /// Text in UTF-8.
        String = "string",
    }
}

/// What stands between the fields of a line.
///
/// ```
/// use quince_datasets::Delimiter;
/// assert_eq!("tab".parse::<Delimiter>()?, Delimiter::TAB);
/// assert_eq!(";".parse::<Delimiter>()?.to_string(), "semicolon");
/// # Ok::<(), quince_datasets::DatasetError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Delimiter(DelimiterKind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum DelimiterKind {
    Whitespace,
    Byte(u8),
}

impl Delimiter {
    /// Runs of spaces and tabs; those around the line do not count.
    pub const WHITESPACE: Self = Self(DelimiterKind::Whitespace);
    /// One tab.
    pub const TAB: Self = Self(DelimiterKind::Byte(b'\t'));
    /// One comma.
    pub const COMMA: Self = Self(DelimiterKind::Byte(b','));
    /// One semicolon.
    pub const SEMICOLON: Self = Self(DelimiterKind::Byte(b';'));
    /// One `|`.
    pub const PIPE: Self = Self(DelimiterKind::Byte(b'|'));

    const NAMED: [(&str, Self); 6] = [
        ("whitespace", Self::WHITESPACE),
        ("space", Self::WHITESPACE),
        ("tab", Self::TAB),
        ("comma", Self::COMMA),
        ("semicolon", Self::SEMICOLON),
        ("pipe", Self::PIPE),
    ];

    /// The byte, or `None` for whitespace.
    pub(crate) fn byte(self) -> Option<u8> {
        match self.0 {
            DelimiterKind::Whitespace => None,
            DelimiterKind::Byte(byte) => Some(byte),
        }
    }
}

impl FromStr for Delimiter {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        if let Some((_, named)) = Self::NAMED.iter().find(|(name, _)| *name == text) {
            return Ok(*named);
        }
        match text.as_bytes() {
            b" " => Ok(Self::WHITESPACE),
            b"\\t" => Ok(Self::TAB),
            [byte] if can_delimit(*byte) => Ok(Self(DelimiterKind::Byte(*byte))),
            _ => Err(DatasetError::BadDelimiter { found: text.to_owned() }),
        }
    }
}

fn can_delimit(byte: u8) -> bool {
    byte == b'\t' || (byte.is_ascii_punctuation() && !matches!(byte, b'-' | b'+' | b'.' | b'"'))
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (Self::NAMED.iter().find(|(_, named)| named == self), self.0) {
            (Some((name, _)), _) => f.pad(name),
            (None, DelimiterKind::Byte(byte)) => write!(f, "'{}'", char::from(byte)),
            (None, DelimiterKind::Whitespace) => f.pad("whitespace"),
        }
    }
}

/// Which lines are comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Comment {
    /// What the format says.
    #[default]
    ByFormat,
    /// None.
    Never,
    /// Those that begin with this mark, wherever they are.
    Mark(String),
}

/// Everything that a user may say about a text file.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) format: Format,
    pub(crate) delimiter: Option<Delimiter>,
    pub(crate) columns: Option<Columns>,
    pub(crate) weighted: Option<bool>,
    pub(crate) header: Header,
    pub(crate) comment: Comment,
    pub(crate) skip_lines: u64,
    pub(crate) ids: IdType,
    /// Bytes of text per morsel; tests make it small.
    pub(crate) morsel_bytes: usize,
    /// The longest line that is read, in bytes; tests make it small.
    pub(crate) max_line_bytes: usize,
}

impl Settings {
    /// Large enough to be worth a task, small enough to stay in a cache.
    pub(crate) const MORSEL_BYTES: usize = 4 << 20;
    /// Longer lines are not lines of text.
    pub(crate) const MAX_LINE_BYTES: usize = 64 << 20;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: Format::Auto,
            delimiter: None,
            columns: None,
            weighted: None,
            header: Header::Auto,
            comment: Comment::ByFormat,
            skip_lines: 0,
            ids: IdType::Auto,
            morsel_bytes: Self::MORSEL_BYTES,
            max_line_bytes: Self::MAX_LINE_BYTES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_and_print() {
        for name in Format::NAMES {
            assert_eq!(name.parse::<Format>().unwrap().to_string(), *name);
        }
        let error = "maybe".parse::<Header>().unwrap_err().to_string();
        assert_eq!(error, "unknown header \"maybe\"; expected one of auto, yes, no");
        assert_eq!("Integer".parse::<IdType>().unwrap(), IdType::Integer);
    }

    #[test]
    fn delimiters_parse_and_print() {
        for (text, name) in
            [("\t", "tab"), ("\\t", "tab"), (" ", "whitespace"), ("|", "pipe"), (":", "':'")]
        {
            assert_eq!(text.parse::<Delimiter>().unwrap().to_string(), name);
        }
        for text in ["", "a", "7", "-", "\"", "\n", "ü", ",,"] {
            assert!(text.parse::<Delimiter>().is_err(), "{text:?}");
        }
    }
}
