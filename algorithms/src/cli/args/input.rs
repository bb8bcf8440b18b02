//! What is read, and how.

use std::path::{Path, PathBuf};

use clap::Args;
use quince_datasets::{Columns, Delimiter, EdgeList, Format, Header, IdType, VertexList};

use super::parse::setting;
use crate::cli::error::Result;

// Plain comments, here and in the other groups: clap would show a doc comment as the help of the
// command that the group is part of.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct InputArgs {
    /// The edge list: text with an edge per line, plain or compressed with gzip or zstd
    ///
    /// Delimiter, header line, columns and the type of the ids are found out from the suffix and
    /// the first lines; the options under "Input" say what cannot be guessed.
    #[arg(help_heading = None::<&str>)]
    pub(in crate::cli) input: PathBuf,

    #[arg(long, value_name = "FORMAT", default_value = "auto", hide_possible_values = true,
          value_parser = setting::<Format>(Format::NAMES))]
    #[arg(help = format!("The format of the edge list: {}", Format::NAMES.join(", ")))]
    format: Format,

    /// Source, target and perhaps weight, by name or by position counted from 1
    ///
    /// For example --columns 2,3 or --columns from,to,km. By default the first two columns, and
    /// the third if weights are read. Other columns are ignored.
    #[arg(long, value_name = "LIST", value_parser = str::parse::<Columns>)]
    columns: Option<Columns>,

    /// Whether the first line that is no comment is a header
    #[arg(long, value_name = "WHEN", default_value = "auto",
          value_parser = setting::<Header>(Header::NAMES))]
    header: Header,

    /// What a comment line begins with, or none [default: by format]
    ///
    /// By default # (in CSV only at the top, in DIMACS c), and % in a block at the very top.
    #[arg(long, value_name = "MARK|none", allow_hyphen_values = true)]
    comment: Option<String>,

    /// Lines at the top to pass over unseen
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip_lines: u64,

    /// What stands between fields: tab, comma, semicolon, pipe, space, or one character
    #[arg(long, value_name = "CHAR")]
    delimiter: Option<Delimiter>,

    /// The type of vertex ids
    #[arg(long, value_name = "TYPE", default_value = "auto",
          value_parser = setting::<IdType>(IdType::NAMES))]
    ids: IdType,

    /// A list of vertices, for those that have no edge: ids in the first column
    ///
    /// Its format is found out by itself; --delimiter and --comment count for it too.
    #[arg(long, value_name = "FILE")]
    vertices: Option<PathBuf>,
}

// The mark that stands for no comments at all.
const NO_COMMENTS: &str = "none";

impl InputArgs {
    /// The edge list as it is described; weights are read if `weighted`, or if it has them by its
    /// format or by its columns.
    pub(in crate::cli) fn edge_list(&self, weighted: bool) -> Result<EdgeList> {
        let mut edges = EdgeList::open(&self.input)?
            .format(self.format)
            .header(self.header)
            .skip_lines(self.skip_lines)
            .ids(self.ids);
        if let Some(columns) = &self.columns {
            edges = edges.columns(columns.clone());
        }
        if let Some(delimiter) = self.delimiter {
            edges = edges.delimiter(delimiter);
        }
        if let Some(mark) = &self.comment {
            edges = edges.comment(comment(mark));
        }
        Ok(if weighted { edges.weighted(true) } else { edges })
    }

    /// The vertex list, if there is one, with ids of the type that those of edges have.
    pub(in crate::cli) fn vertex_list(&self, ids: IdType) -> Result<Option<VertexList>> {
        let Some(path) = &self.vertices else { return Ok(None) };
        let mut vertices = VertexList::open(path)?.ids(ids);
        if let Some(delimiter) = self.delimiter {
            vertices = vertices.delimiter(delimiter);
        }
        if let Some(mark) = &self.comment {
            vertices = vertices.comment(comment(mark));
        }
        Ok(Some(vertices))
    }

    /// The path of the edge list as it was given.
    pub(in crate::cli) fn path(&self) -> &Path {
        &self.input
    }
}

fn comment(mark: &str) -> Option<&str> {
    (mark != NO_COMMENTS).then_some(mark)
}
