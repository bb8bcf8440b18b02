//! What the first rows tell: which columns there are, the type of ids, and whether the first row is
//! a header.

use std::collections::BTreeMap;
use std::path::Path;

use super::columns::ColumnChoice;
use super::kind::Kind;
use super::layout::{Dialect, Layout};
use super::number::{BadInteger, parse_i64, parse_weight};
use super::row::{Split, is_empty, split_tag};
use super::sample::Line;
use super::suggest::suggest;
use super::{Columns, Comment, Format, Header, IdType, Settings};
use crate::error::{ColumnRef, DatasetError, Role};

/// Fewer rows than this are not enough to go by when there are more.
pub(super) const ENOUGH_ROWS: usize = 3;

/// A data row of the sample, or a header that looks like one.
pub(super) struct SampleRow<'t> {
    pub(super) line: Line<'t>,
    fields: Vec<&'t [u8]>,
}

pub(super) fn data_rows<'t>(lines: &[Line<'t>], dialect: &Dialect) -> Vec<SampleRow<'t>> {
    let is_comment =
        |text: &[u8]| dialect.comment.as_ref().is_some_and(|mark| text.starts_with(mark));
    let row = |line: &Line<'t>| {
        if is_empty(line.text) || is_comment(line.text) {
            return None;
        }
        let text = match split_tag(line.text) {
            (b"c" | b"p", _) if dialect.dimacs => return None,
            (b"a", rest) if dialect.dimacs => rest,
            _ => line.text,
        };
        // A quote that is not closed is found, and reported, when the row is read.
        Some(SampleRow { line: *line, fields: split(text, dialect) })
    };
    lines.iter().filter_map(row).collect()
}

fn split<'t>(text: &'t [u8], dialect: &Dialect) -> Vec<&'t [u8]> {
    Split::new(text, dialect.delimiter, dialect.quotes).flatten().map(|field| field.text).collect()
}

/// What the first rows tell.
pub(super) struct Guess<'a> {
    pub(super) path: &'a Path,
    pub(super) settings: &'a Settings,
    pub(super) kind: Kind,
    pub(super) dialect: &'a Dialect,
    /// The comments at the top.
    pub(super) top: &'a [Line<'a>],
    /// The rows; the first may be a header.
    pub(super) rows: &'a [SampleRow<'a>],
}

impl Guess<'_> {
    pub(super) fn is_weighted(&self, format: Format) -> bool {
        self.kind.is_weighted(self.settings, format)
    }

    /// The columns that are read, and whether their names stand in the first row.
    pub(super) fn columns(&self, weighted: bool) -> Result<(Vec<ColumnRef>, bool), DatasetError> {
        let mut roles = self.kind.roles().to_vec();
        if weighted {
            roles.push(Role::Weight);
        }
        let Some(columns) = &self.settings.columns else {
            let column = |(at, role)| ColumnRef { position: at + 1, role, name: None };
            return Ok((roles.into_iter().enumerate().map(column).collect(), false));
        };
        if columns.choices().len() < roles.len() {
            let example = format!(
                "{columns},{}",
                if columns.first_name().is_some() { "weight" } else { "3" }
            );
            return Err(DatasetError::NoWeightColumn { path: self.path.to_owned(), example });
        }
        let header = self.header_names(columns)?;
        let mut found = Vec::new();
        for (role, choice) in roles.into_iter().zip(columns.choices()) {
            found.push(self.column(role, choice, header.as_ref())?);
        }
        Ok((found, header.is_some_and(|header| header.in_first_row)))
    }

    fn column(
        &self,
        role: Role,
        choice: &ColumnChoice,
        header: Option<&Names>,
    ) -> Result<ColumnRef, DatasetError> {
        let name = match choice {
            ColumnChoice::Position(position) => {
                return Ok(ColumnRef { position: *position, role, name: None });
            }
            ColumnChoice::Name(name) => name,
        };
        let names = header.map_or(&[][..], |header| &header.names);
        match names.iter().position(|other| other == name) {
            Some(at) => Ok(ColumnRef { position: at + 1, role, name: Some(name.clone()) }),
            None => Err(DatasetError::UnknownColumn {
                path: self.path.to_owned(),
                line: header.map_or(1, |header| header.line),
                name: name.clone(),
                existing: names.to_vec(),
                suggestion: suggest(name, names),
            }),
        }
    }

    /// The header to look names up in, if any is chosen by name: the comment line right before the
    /// data that has them all, else the first row.
    fn header_names(&self, columns: &Columns) -> Result<Option<Names>, DatasetError> {
        let Some(first_name) = columns.first_name() else { return Ok(None) };
        let first = self.rows.first().map(|row| row.line);
        let has_all = |names: &Names| {
            columns.choices().iter().all(|choice| match choice {
                ColumnChoice::Name(name) => names.names.contains(name),
                ColumnChoice::Position(_) => true,
            })
        };
        if let Some(names) = self.top.iter().rev().map(|line| self.marked_names(line)).find(has_all)
        {
            return Ok(Some(names));
        }
        let Some(line) = first else { return Ok(None) };
        let names = Names::of(line, self.names_in(line.text), true);
        let is_header = match self.settings.header {
            Header::Yes => true,
            Header::No => false,
            Header::Auto => has_all(&names) || !names.names.iter().any(|name| is_number(name)),
        };
        if is_header && !self.dialect.dimacs {
            return Ok(Some(names));
        }
        let name = first_name.to_owned();
        Err(DatasetError::NoHeader { path: self.path.to_owned(), line: line.number, name })
    }

    fn marked_names(&self, line: &Line<'_>) -> Names {
        let unmarked = match &self.settings.comment {
            Comment::Mark(mark) => line.text.strip_prefix(mark.as_bytes()).unwrap_or(line.text),
            _ => line.text,
        };
        let text = unmarked.trim_ascii_start();
        let text = &text[text.iter().take_while(|byte| matches!(byte, b'#' | b'%')).count()..];
        Names::of(*line, self.names_in(text.trim_ascii_start()), false)
    }

    fn names_in(&self, text: &[u8]) -> Vec<String> {
        let name = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
        split(text, self.dialect).into_iter().map(name).collect()
    }

    /// Whether ids are integers: as was said, or if most ids of `rows` are. Those that are not get
    /// an error when they are read; to take them all for text would hide a damaged row.
    pub(super) fn are_integers(&self, rows: &[SampleRow<'_>], layout: &Layout) -> bool {
        match self.settings.ids {
            IdType::Integer => return true,
            IdType::String => return false,
            IdType::Auto => {}
        }
        let (mut integers, mut others) = (0, 0);
        for row in rows {
            for &position in &layout.positions()[..layout.num_ids()] {
                match row.fields.get(position) {
                    Some(field) if looks_integer(field) => integers += 1,
                    Some(_) => others += 1,
                    None => {}
                }
            }
        }
        integers > others
    }

    /// Whether the first row does not read as the others do.
    pub(super) fn is_header(&self, layout: &Layout) -> bool {
        let Some((first, others)) = self.rows.split_first() else { return false };
        let ids = &layout.positions()[..layout.num_ids()];
        let unreadable_weight = || {
            layout.weight.is_some_and(|at| {
                let field = first.fields.get(layout.positions()[at]);
                field.is_some_and(|field| parse_weight(field).is_err())
            })
        };
        let is_integer = |position: &usize| {
            first.fields.get(*position).is_some_and(|field| looks_integer(field))
        };
        if others.is_empty() {
            return !layout.integers && self.has_usual_names(ids, first);
        }
        let (num_columns, agree) = usual_length(others);
        let regular = 4 * agree > 3 * others.len();
        let complete = num_columns >= layout.num_fields();
        if regular && complete && first.fields.len() != num_columns {
            let too_short = first.fields.len() < layout.num_fields();
            return too_short || others.len() + 1 >= ENOUGH_ROWS;
        }
        if layout.integers {
            return !ids.iter().any(is_integer);
        }
        unreadable_weight() || self.has_usual_names(ids, first)
    }

    /// Whether the ids of `row` are what people call such columns.
    fn has_usual_names(&self, ids: &[usize], row: &SampleRow<'_>) -> bool {
        const SOURCES: &[&str] =
            &["source", "src", "from", "fromnodeid", "source_id", "from_id", "u", "node1"];
        const TARGETS: &[&str] = &[
            "target",
            "dst",
            "dest",
            "destination",
            "to",
            "tonodeid",
            "target_id",
            "to_id",
            "v",
            "node2",
        ];
        const VERTICES: &[&str] = &["vertex", "node", "id", "vertex_id", "node_id", "nodeid"];
        let usual = |role: Role| match role {
            Role::Source => SOURCES,
            Role::Target => TARGETS,
            _ => VERTICES,
        };
        ids.iter().zip(self.kind.roles()).all(|(&position, &role)| {
            row.fields.get(position).is_some_and(|field| {
                usual(role).iter().any(|name| field.eq_ignore_ascii_case(name.as_bytes()))
            })
        })
    }
}

/// How many fields most rows have, and how many rows have that many.
fn usual_length(rows: &[SampleRow<'_>]) -> (usize, usize) {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.fields.len()).or_insert(0) += 1;
    }
    counts.into_iter().max_by_key(|&(_, rows)| rows).unwrap_or_default()
}

/// The names in a header.
struct Names {
    line: u64,
    names: Vec<String>,
    in_first_row: bool,
}

impl Names {
    fn of(line: Line<'_>, names: Vec<String>, in_first_row: bool) -> Self {
        Self { line: line.number, names, in_first_row }
    }
}

/// Whether an id was meant as an integer; it may be empty or too large for one.
fn looks_integer(field: &[u8]) -> bool {
    parse_i64(field) != Err(BadInteger::NotInteger)
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}
