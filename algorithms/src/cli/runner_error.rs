//! What can be wrong with the arguments of `quince run`.

/// Why `quince run` does not understand its arguments.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunnerError {
    /// A word stands where a parameter should.
    #[error(
        "'{found}' is no parameter; parameters begin with two dashes, as in --algorithm PageRank"
    )]
    NoParameter {
        /// The word.
        found: String,
    },
    /// A name is not known.
    #[error("there is no {what} '{found}'{}", hint(suggestion.as_deref(), known))]
    UnknownName {
        /// What it should be the name of.
        what: &'static str,
        /// The name.
        found: String,
        /// The nearest known name, if one is near.
        suggestion: Option<String>,
        /// All known names.
        known: String,
    },
    /// A parameter that nothing asked for.
    #[error("nothing asks for --{found}: {asked_by} do not have it{}", did_you_mean(suggestion.as_deref()))]
    Unrequested {
        /// The parameter.
        found: String,
        /// Who could have asked for it.
        asked_by: String,
        /// The nearest parameter that is asked for, if one is near.
        suggestion: Option<String>,
    },
    /// A parameter is given twice.
    #[error("--{name} is given twice")]
    Twice {
        /// The parameter.
        name: String,
    },
    /// A parameter that must be given is not.
    #[error("{who} needs --{name} {value}: {help}")]
    Missing {
        /// Who asks for it.
        who: String,
        /// The parameter.
        name: &'static str,
        /// The form of its value.
        value: &'static str,
        /// What it is.
        help: &'static str,
    },
    /// A parameter without its value.
    #[error("--{name} needs a value: --{name} {value}")]
    NoValue {
        /// The parameter.
        name: String,
        /// The form of its value.
        value: &'static str,
    },
    /// A flag with a value.
    #[error("--{name} takes no value, but has '{found}'")]
    ValueOfFlag {
        /// The flag.
        name: String,
        /// Its value.
        found: String,
    },
    /// A value cannot be read or is out of range.
    #[error("--{name} is '{found}'; {expected}")]
    BadValue {
        /// The parameter.
        name: String,
        /// Its value.
        found: String,
        /// What is allowed.
        expected: String,
    },
    /// Figures for an output of rows.
    #[error("{who} gives figures and no rows for --output {output}; use --output print")]
    NoRows {
        /// The algorithm.
        who: &'static str,
        /// The output.
        output: &'static str,
    },
    /// More vertices than a type of ids can tell apart.
    #[error("{vertices} vertices; ids of type {name} tell at most {limit} apart, use --type long")]
    TooManyVertices {
        /// The type.
        name: &'static str,
        /// The vertices.
        vertices: u64,
        /// The most that it can tell apart.
        limit: u64,
    },
    /// An id in a file that the type cannot hold.
    #[error("the id {id} is not of type {name}; use --type long")]
    IdOutOfRange {
        /// The type.
        name: &'static str,
        /// The id.
        id: i64,
    },
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean --{name}?"))
}

fn hint(suggestion: Option<&str>, known: &str) -> String {
    match suggestion {
        Some(name) => format!("; did you mean {name}?"),
        None => format!("; known are {known}"),
    }
}
