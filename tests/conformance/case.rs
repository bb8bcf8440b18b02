//! A graph in a file: how it is read, in one form for the library and the command.

use std::ffi::OsString;
use std::path::Path;

use quince::algorithms::GraphStatisticsResult;
use quince::prelude::*;

use crate::answers::{Outcome, TOLERANCE};
use crate::{data, quince_prints};

/// How a file is read. What is not said here is found out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) file: &'static str,
    /// The vertex list.
    pub(crate) vertices: Option<&'static str>,
    /// Source, target, perhaps weight; by default the first two columns, and the third.
    pub(crate) columns: Option<&'static str>,
    pub(crate) weighted: bool,
    /// Options that say what is found out: they must make no difference.
    pub(crate) explicit: &'static [&'static str],
    /// For the plain reader: what stands between fields, if not whitespace.
    pub(crate) separator: Option<char>,
    /// For the plain reader: lines at the top that are no edges.
    pub(crate) skip_lines: usize,
}

/// What is made of the edges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) directed: bool,
    pub(crate) duplicates: bool,
    pub(crate) self_loops: bool,
}

impl Shape {
    /// Everything as it stands in the file.
    pub(crate) const RECORDS: Self = Self { directed: true, duplicates: true, self_loops: true };

    /// What known ranks are about.
    pub(crate) fn distinct(directed: bool) -> Self {
        Self { directed, duplicates: false, self_loops: true }
    }

    /// What known undirected degrees are about.
    pub(crate) const SIMPLE: Self = Self { directed: false, duplicates: false, self_loops: false };

    fn arguments(self) -> [&'static str; 5] {
        let keep_or_drop = |keep| if keep { "keep" } else { "drop" };
        [
            if self.directed { "--directed" } else { "--undirected" },
            "--duplicates",
            keep_or_drop(self.duplicates),
            "--self-loops",
            keep_or_drop(self.self_loops),
        ]
    }
}

/// With what it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) threads: usize,
    pub(crate) order: VertexOrder,
}

impl Run {
    fn arguments(self) -> [String; 4] {
        let order = match self.order {
            VertexOrder::Auto => "auto",
            VertexOrder::Ascending => "ascending",
            VertexOrder::HubFirst => "hub-first",
        };
        ["--threads".into(), self.threads.to_string(), "--order".into(), order.into()]
    }
}

impl Case {
    /// Everything found out, without weights.
    pub(crate) const PLAIN: Self = Self {
        file: "",
        vertices: None,
        columns: None,
        weighted: false,
        explicit: &[],
        separator: None,
        skip_lines: 0,
    };

    /// The arguments of a command that reads it.
    fn arguments(&self, command: &str, shape: Shape) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec![command.into(), data(self.file).into()];
        arguments.extend(shape.arguments().map(OsString::from));
        if self.weighted {
            arguments.push("--weighted".into());
        }
        if let Some(columns) = self.columns {
            arguments.extend(["--columns".into(), columns.into()]);
        }
        if let Some(vertices) = self.vertices {
            arguments.extend(["--vertices".into(), data(vertices).into()]);
        }
        arguments
    }

    /// What `quince stats --json` prints, with further options.
    pub(crate) fn command_facts(&self, shape: Shape, options: &[&str]) -> String {
        let mut arguments = self.arguments("stats", shape);
        arguments.extend(options.iter().map(OsString::from));
        arguments.push("--json".into());
        quince_prints(arguments)
    }

    /// The file that a command writes with `--output` and further options, as bytes.
    pub(crate) fn command_file(
        &self,
        command: &str,
        shape: Shape,
        run: Run,
        options: &[&str],
    ) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("result.csv");
        let mut arguments = self.arguments(command, shape);
        arguments.extend(run.arguments().map(OsString::from));
        arguments.extend(options.iter().map(OsString::from));
        arguments.extend(["--output".into(), output.clone().into()]);
        assert_eq!(quince_prints(arguments), "", "rows are in the file alone");
        std::fs::read(output).unwrap()
    }

    /// The files that `quince connected-components` and `quince page-rank` write.
    pub(crate) fn command_files(&self, shape: Shape, run: Run) -> [Vec<u8>; 2] {
        let tolerance = ["--tolerance", TOLERANCE];
        [
            self.command_file("connected-components", shape, run, &[]),
            self.command_file("page-rank", shape, run, &tolerance),
        ]
    }

    /// Facts, by the library.
    pub(crate) fn library_facts(&self, shape: Shape) -> GraphStatisticsResult {
        let run = Run { threads: 2, order: VertexOrder::Auto };
        self.with_graph(
            shape,
            run,
            |graph| graph.run(GraphStatistics),
            |graph| graph.run(GraphStatistics),
        )
        .unwrap()
    }

    /// Components and ranks, by the library.
    pub(crate) fn library_outcome(&self, shape: Shape, run: Run) -> Outcome {
        self.with_graph(shape, run, Outcome::of, Outcome::of)
    }

    /// Does with the graph what is to be done without or with weights.
    pub(crate) fn with_graph<R>(
        &self,
        shape: Shape,
        run: Run,
        plain: impl FnOnce(&IndexedGraph) -> R,
        weighted: impl FnOnce(&IndexedGraph<f64>) -> R,
    ) -> R {
        let env = Environment::builder().threads(run.threads).build().unwrap();
        let mut edges = EdgeList::open(data(self.file)).unwrap();
        if let Some(columns) = self.columns {
            edges = edges.columns(columns.parse::<quince::datasets::Columns>().unwrap());
        }
        if self.weighted {
            edges = edges.weighted(true);
        }
        let ids = edges.id_type().unwrap();
        let vertices = self.vertices.map(|list| VertexList::open(data(list)).unwrap().ids(ids));
        let mut builder = IndexedGraph::builder(&env)
            .directed(shape.directed)
            .duplicates(if shape.duplicates { Duplicates::Keep } else { Duplicates::Drop })
            .self_loops(if shape.self_loops { SelfLoops::Keep } else { SelfLoops::Drop })
            .order(run.order);
        if let Some(vertices) = &vertices {
            builder = builder.vertices(vertices);
        }
        if edges.is_weighted() {
            weighted(&builder.build_weighted(&edges).unwrap())
        } else {
            plain(&builder.build(&edges).unwrap())
        }
    }
}

/// Reads the files of [`Case::command_files`].
pub(crate) fn outcome_in([components, ranks]: &[Vec<u8>; 2]) -> Outcome {
    let ranks = rows(ranks, "vertex,rank").into_iter();
    Outcome {
        components: rows(components, "vertex,component"),
        ranks: ranks.map(|(id, rank)| (id, rank.parse().unwrap())).collect(),
    }
}

/// Both columns of a CSV file. No id of the test data has a comma or a quote in it.
pub(crate) fn rows(bytes: &[u8], header: &str) -> Vec<(String, String)> {
    let mut lines = std::str::from_utf8(bytes).unwrap().lines();
    assert_eq!(lines.next(), Some(header));
    let row = |line: &str| {
        assert!(!line.contains('"'), "{line}");
        let (id, value) = line.split_once(',').unwrap();
        assert!(!value.contains(','), "{line}");
        (id.to_owned(), value.to_owned())
    };
    lines.map(row).collect()
}

/// The name of a file without its folder, as messages have it.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
