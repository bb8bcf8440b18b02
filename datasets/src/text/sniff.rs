//! Settles the layout of a file from its sample and what the user said.

use std::path::Path;

use super::columns::ColumnChoice;
use super::guess::{ENOUGH_ROWS, Guess, data_rows};
use super::kind::Kind;
use super::layout::{Dialect, Layout};
use super::number::parse_i64;
use super::row::{Split, is_empty, split_tag};
use super::sample::{Line, Sample};
use super::{Comment, Delimiter, Format, Header, Settings};
use crate::error::DatasetError;

/// A layout, or the news that the sample is too short for one.
#[derive(Debug)]
pub(super) enum Settled {
    Layout(Box<Layout>),
    /// The sample holds too few data rows, and the file goes on.
    NeedMore,
}

/// Fields of a row that are looked at to find the delimiter.
const MAX_VOTE_FIELDS: usize = 64;

/// Settles the layout of `path`, which begins with `sample`.
pub(super) fn settle(
    path: &Path,
    sample: &Sample,
    settings: &Settings,
    kind: Kind,
) -> Result<Settled, DatasetError> {
    if let Some(columns) = &settings.columns {
        columns.check(kind.roles().len())?;
    }
    let lines: Vec<Line<'_>> = sample.lines().skip(skipped(settings)).collect();
    let format = format_of(path, settings, &lines);
    refuse_other_formats(path, format, &lines)?;
    let (top, rest) = lines.split_at(top_comments(&lines, settings, format));
    let dialect = settle_dialect(path, format, settings, rest);
    let rows = data_rows(rest, &dialect);
    if rows.len() < ENOUGH_ROWS && !sample.whole {
        return Ok(Settled::NeedMore);
    }
    let all_lines = sample.lines().last().map_or(0, |line| line.number);
    let no_data = || DatasetError::NoData { path: path.to_owned(), lines: all_lines };
    let Some(first) = rows.first() else { return Err(no_data()) };

    let guess = Guess { path, settings, kind, dialect: &dialect, top, rows: &rows };
    let (columns, named_in_first) = guess.columns(guess.is_weighted(format))?;
    let mut layout = Layout::new(dialect.clone(), columns, guess.is_weighted(format));
    let body = if rows.len() > 1 { &rows[1..] } else { &rows[..] };
    layout.integers = guess.are_integers(body, &layout);
    let header = match settings.header {
        Header::Yes => !dialect.dimacs,
        Header::No => false,
        Header::Auto => named_in_first || (!dialect.dimacs && guess.is_header(&layout)),
    };
    let data = if header { &rows[1..] } else { &rows[..] };
    layout.integers = guess.are_integers(data, &layout);
    match data.first() {
        None if sample.whole => return Err(no_data()),
        None => return Ok(Settled::NeedMore),
        Some(row) => {
            layout.data_offset = row.line.start;
            layout.lines_before = row.line.number - 1;
        }
    }
    layout.header_line = header.then_some(first.line.number);
    let bytes: usize = data.iter().map(|row| row.line.end - row.line.start).sum();
    layout.row_bytes = (bytes / data.len()).max(2);
    Ok(Settled::Layout(Box::new(layout)))
}

fn skipped(settings: &Settings) -> usize {
    usize::try_from(settings.skip_lines).unwrap_or(usize::MAX)
}

/// The format that was asked for, or the one that the suffix or the first lines tell.
fn format_of(path: &Path, settings: &Settings, lines: &[Line<'_>]) -> Format {
    if settings.format != Format::Auto {
        return settings.format;
    }
    match suffix(path).as_str() {
        "el" => Format::El,
        "wel" => Format::Wel,
        _ if looks_like_dimacs(lines) => Format::Dimacs,
        _ => Format::Auto,
    }
}

/// Formats whose lines look like an edge list's, but mean something else.
fn refuse_other_formats(
    path: &Path,
    format: Format,
    lines: &[Line<'_>],
) -> Result<(), DatasetError> {
    let found = match suffix(path).as_str() {
        _ if format != Format::Auto => return Ok(()),
        _ if lines.first().is_some_and(|line| line.text.starts_with(b"%%MatrixMarket")) => {
            "MatrixMarket"
        }
        "mtx" => "MatrixMarket",
        "graph" | "metis" => "METIS",
        "gml" => "GML",
        "graphml" => "GraphML",
        _ => return Ok(()),
    };
    Err(DatasetError::UnsupportedFormat { path: path.to_owned(), found })
}

/// The suffix of `path` in lower case, before that of a compression.
fn suffix(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase());
    let name = name.unwrap_or_default();
    let name = [".gz", ".zst", ".gzip", ".zstd"]
        .iter()
        .find_map(|packed| name.strip_suffix(packed))
        .unwrap_or(&name);
    name.rsplit_once('.').map(|(_, suffix)| suffix.to_owned()).unwrap_or_default()
}

/// Every line has a DIMACS tag, and one of them is an arc.
fn looks_like_dimacs(lines: &[Line<'_>]) -> bool {
    let mut arcs = 0;
    for line in lines.iter().filter(|line| !is_empty(line.text)) {
        match split_tag(line.text) {
            (b"c" | b"p", _) => {}
            (b"a", rest) if leading_integer(rest) => arcs += 1,
            _ => return false,
        }
    }
    arcs > 0
}

/// Whether the first token of `line` is an integer.
fn leading_integer(line: &[u8]) -> bool {
    let separates = |byte: &u8| matches!(byte, b' ' | b'\t' | b',' | b';' | b'|');
    let token = line.split(separates).find(|token| !token.is_empty());
    token.is_some_and(|token| parse_i64(token).is_ok())
}

/// How many lines at the top are comments or blank.
///
/// A `%` counts as a mark only here, and only when it cannot be data: percent-encoded titles begin
/// with it too.
fn top_comments(lines: &[Line<'_>], settings: &Settings, format: Format) -> usize {
    let marks: &[&[u8]] = match &settings.comment {
        Comment::Never => &[],
        Comment::Mark(mark) => &[mark.as_bytes()],
        Comment::ByFormat if format == Format::Dimacs => &[],
        Comment::ByFormat => &[b"#"],
    };
    let is_marked = |text: &[u8]| marks.iter().any(|mark| text.starts_with(mark));
    let percent = settings.comment == Comment::ByFormat && format != Format::Dimacs;
    let first_plain = lines
        .iter()
        .find(|line| !is_empty(line.text) && !is_marked(line.text) && !line.text.starts_with(b"%"));
    let integers_follow = first_plain.is_some_and(|line| leading_integer(line.text));
    let is_percent = |text: &[u8]| {
        percent
            && match text {
                [b'%'] | [b'%', b'%' | b' ' | b'\t', ..] => true,
                [b'%', ..] => integers_follow,
                _ => false,
            }
    };
    lines
        .iter()
        .take_while(|line| is_empty(line.text) || is_marked(line.text) || is_percent(line.text))
        .count()
}

fn settle_dialect(path: &Path, format: Format, settings: &Settings, rest: &[Line<'_>]) -> Dialect {
    let delimiter =
        settings.delimiter.or_else(|| (format == Format::Auto).then(|| vote(path, rest, settings)));
    let mut dialect = Dialect::of(format, delimiter);
    match &settings.comment {
        Comment::ByFormat => {}
        Comment::Never => dialect.comment = None,
        Comment::Mark(mark) => dialect.comment = Some(mark.clone().into_bytes()),
    }
    dialect
}

/// The delimiter that most lines have (a damaged one should not change it); one between integers
/// wins over one between anything else.
fn vote(path: &Path, lines: &[Line<'_>], settings: &Settings) -> Delimiter {
    let rows: Vec<&[u8]> = lines
        .iter()
        .map(|line| line.text)
        .filter(|text| !is_empty(text) && !text.starts_with(b"#"))
        .collect();
    // The first may be a header.
    let rows = if rows.len() > 1 { &rows[1..] } else { &rows[..] };
    let mut candidates = [
        Delimiter::TAB,
        Delimiter::PIPE,
        Delimiter::COMMA,
        Delimiter::SEMICOLON,
        Delimiter::WHITESPACE,
    ];
    if suffix(path) == "csv" {
        candidates[..4].rotate_left(2);
    }
    let mut best = (0, Delimiter::WHITESPACE);
    for delimiter in candidates {
        let score = score(delimiter, rows, settings);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

/// 2 for a delimiter between integers in most rows, 1 for one in at least half of the rows.
fn score(delimiter: Delimiter, rows: &[&[u8]], settings: &Settings) -> usize {
    let position = |at: usize| match settings.columns.as_ref().and_then(|c| c.choices().get(at)) {
        Some(ColumnChoice::Position(position)) => *position,
        _ => at + 1,
    };
    let needed = [position(0), position(1)];
    let quotes = matches!(delimiter, Delimiter::COMMA | Delimiter::SEMICOLON);
    let (mut split, mut integers) = (0, 0);
    for row in rows {
        let (mut fields, mut found) = (0, 0);
        for field in Split::new(row, delimiter, quotes).flatten().take(MAX_VOTE_FIELDS) {
            fields += 1;
            found += usize::from(needed.contains(&fields) && parse_i64(field.text).is_ok());
        }
        split += usize::from(fields > 1);
        integers += usize::from(found == 2);
    }
    if 2 * split < rows.len() {
        return 0;
    }
    1 + usize::from(2 * integers > rows.len())
}
