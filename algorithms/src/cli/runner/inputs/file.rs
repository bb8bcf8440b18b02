//! Edges from a file.

use std::sync::Arc;

use quince_datasets::{Delimiter, EdgeList, Format, Header, IdType as FileIds};

use super::{Input, Opened, id_type};
use crate::cli::error::Result;
use crate::cli::runner::edges::IdForm;
use crate::cli::runner::ids::IdType;
use crate::cli::runner::parameters::{Parameter, Parameters, bad};

pub(super) const CSV: Input = Input {
    name: "CSV",
    about: "the first two fields of each line of a file, plain or compressed",
    parameters: &[FILENAME, COMMENT, LINE, FIELD],
    open,
};

const FILENAME: Parameter = Parameter::required("input_filename", "FILE", "the file");
const COMMENT: Parameter =
    Parameter::default("comment_prefix", "MARK", "#", "what a comment line begins with");
const LINE: Parameter = Parameter::default(
    "input_line_delimiter",
    "TEXT",
    "\\n",
    "what ends a line: \\n, also after \\r",
);
const FIELD: Parameter =
    Parameter::default("input_field_delimiter", "CHAR", ",", "what stands between fields");

fn open(parameters: &Parameters) -> Result<Opened> {
    let path: String = parameters.get(CSV.name, &FILENAME, "give the path of a file")?;
    let line: String = parameters.get(CSV.name, &LINE, "")?;
    if !matches!(line.as_str(), "\\n" | "\n" | "\\r\\n" | "\r\n") {
        return Err(bad(LINE.name, &line, "lines end with \\n or \\r\\n").into());
    }
    let expected = "give one character, such as , or ; or \\t";
    let field: Delimiter = parameters.get(CSV.name, &FIELD, expected)?;
    let ids = id_type(parameters)?;
    let (file_ids, form) = match ids {
        IdType::Integer => (FileIds::Integer, IdForm::Checked32),
        IdType::Long | IdType::NativeLong => (FileIds::Integer, IdForm::Same),
        IdType::String => (FileIds::String, IdForm::Same),
        other => {
            let expected = "files have ids of type integer, long or string";
            return Err(bad("type", other.name(), expected).into());
        }
    };
    let edges = EdgeList::open(&path)?
        .format(Format::Csv)
        .delimiter(field)
        .header(Header::No)
        .comment(parameters.text(&COMMENT)?)
        .columns([1, 2])
        .ids(file_ids);
    Ok(Opened { edges: Arc::new(edges), vertices: None, form })
}
