//! Graphs from CSV files, with the options of Gelly's `GraphCsvReader`.
//!
//! It lives here, and not with the graph, since graphs know nothing of files and readers nothing of
//! graphs.

use std::path::{Path, PathBuf};

use quince_core::Environment;
use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use quince_datasets::{CsvFile, Header};
use quince_gelly::{Edge, Graph, Id, Vertex, VertexKey};

use crate::error::Result;

/// Which columns of a file are read.
///
/// `true` or `1` is read, `false` or `0` is not; of a number the lowest bit is the first column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncludedFields(Vec<usize>);

impl<const N: usize> From<[bool; N]> for IncludedFields {
    fn from(include: [bool; N]) -> Self {
        Self::from_flags(include)
    }
}

impl From<&str> for IncludedFields {
    fn from(mask: &str) -> Self {
        Self::from_flags(mask.chars().map(|flag| matches!(flag, '1' | 'T' | 't')))
    }
}

impl From<u64> for IncludedFields {
    fn from(mask: u64) -> Self {
        Self::from_flags((0..u64::BITS).map(|bit| mask >> bit & 1 == 1))
    }
}

impl IncludedFields {
    fn from_flags(include: impl IntoIterator<Item = bool>) -> Self {
        let included = (1..).zip(include).filter(|(_, include)| *include);
        Self(included.map(|(position, _)| position).collect())
    }
}

/// How one of the two files is read.
#[derive(Clone, Debug, Default)]
struct Side {
    path: PathBuf,
    line_delimiter: Option<String>,
    field_delimiter: Option<String>,
    quote: Option<u8>,
    comments: Option<String>,
    fields: Option<IncludedFields>,
    ignore_first_line: bool,
    ignore_invalid_lines: bool,
}

impl Side {
    fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), ..Self::default() }
    }

    fn read<T: Record>(&self, env: &Environment) -> Result<DataSet<T>> {
        let mut file = CsvFile::<T>::open(&self.path)?
            .header(Header::No)
            .quote(self.quote)
            .comment(self.comments.as_deref())
            .skip_lines(self.ignore_first_line.into())
            .ignore_invalid_lines(self.ignore_invalid_lines);
        if let Some(delimiter) = &self.line_delimiter {
            file = file.line_delimiter(delimiter);
        }
        if let Some(delimiter) = &self.field_delimiter {
            file = file.delimiter(delimiter);
        }
        if let Some(IncludedFields(positions)) = &self.fields {
            file = file.columns(positions.clone());
        }
        Ok(file.read(env))
    }
}

/// A graph in a file of edges and perhaps one of vertices, to be described step by step. Ids are of
/// the type that is asked for at the end; [`Id`] takes integers and texts as they are found.
///
/// ```
/// use quince::GraphCsvReader;
/// use quince::prelude::*;
///
/// # let folder = tempfile::tempdir()?;
/// # let [vertices, edges] = ["vertices.csv", "edges.csv"].map(|name| folder.path().join(name));
/// std::fs::write(&vertices, "1,one\n2,two\n3,three\n")?;
/// std::fs::write(&edges, "% from to km\n1\t2\t0.5\n3\t1\t2.5\n")?;
/// let env = Environment::builder().threads(2).build()?;
/// let graph = GraphCsvReader::new(&env, &edges)
///     .vertices(&vertices)
///     .field_delimiter_edges("\t")
///     .ignore_comments_edges("%")
///     .types::<u64, String, f64>()?;
/// assert_eq!(graph.vertices().collect()?[1], Vertex::new(2, "two".to_owned()));
/// assert_eq!(graph.edges().collect()?[1], Edge::new(3, 1, 2.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a reader does nothing until it is told the types"]
pub struct GraphCsvReader {
    env: Environment,
    vertices: Option<Side>,
    edges: Side,
}

/// `Graph::from_csv_reader`: the name that Gelly's users know.
///
/// ```
/// use quince::prelude::*;
///
/// # let folder = tempfile::tempdir()?;
/// # let edges = folder.path().join("edges.csv");
/// std::fs::write(&edges, "a,b\nb,7\n")?;
/// let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_csv_reader(&env, &edges).key_type::<Id>()?;
/// assert_eq!(graph.edges().collect()?[1], Edge::from((Id::from("b"), Id::from(7))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait FromCsvReader {
    /// A reader of a file of edges.
    fn from_csv_reader(env: &Environment, edges: impl AsRef<Path>) -> GraphCsvReader {
        GraphCsvReader::new(env, edges)
    }
}

impl FromCsvReader for Graph<Id> {}

/// Options that there are for both files: what they do, their names, how they are set, and a file
/// that is read with them to the edges (1, 2) and (2, 3), or to vertices of those ids and values.
macro_rules! side_options {
    ($($(#[$doc:meta])* $vertices:ident, $edges:ident($value:ident: $type:ty) |$side:ident| $set:expr,
        $given:literal reads $text:literal;)*) => {
        /// Options of the two files. Those of vertices do nothing where there is no such file.
        impl GraphCsvReader {$(
            $(#[$doc])*
            ///
            /// ```
            /// use quince::prelude::*;
            ///
            /// # let folder = tempfile::tempdir()?;
            /// # let [vertices, edges] = ["v.csv", "e.csv"].map(|name| folder.path().join(name));
            #[doc = concat!("std::fs::write(&vertices, ", $text, ")?;")]
            /// std::fs::write(&edges, "1,2\n")?;
            /// let env = Environment::builder().threads(1).build()?;
            /// let reader = Graph::from_csv_reader(&env, &edges).vertices(&vertices);
            #[doc = concat!("let reader = reader.", stringify!($vertices), "(", $given, ");")]
            /// let graph = reader.vertex_types::<u64, u64>()?;
            /// assert_eq!(graph.vertices_as_tuples().collect()?, [(1, 2), (2, 3)]);
            /// # Ok::<(), Box<dyn std::error::Error>>(())
            /// ```
            pub fn $vertices(mut self, $value: $type) -> Self {
                if let Some($side) = &mut self.vertices {
                    $set;
                }
                self
            }

            /// The same, for the file of edges.
            ///
            /// ```
            /// use quince::prelude::*;
            ///
            /// # let folder = tempfile::tempdir()?;
            /// # let edges = folder.path().join("e.csv");
            #[doc = concat!("std::fs::write(&edges, ", $text, ")?;")]
            /// let env = Environment::builder().threads(1).build()?;
            /// let reader = Graph::from_csv_reader(&env, &edges);
            #[doc = concat!("let reader = reader.", stringify!($edges), "(", $given, ");")]
            /// assert_eq!(reader.key_type::<u64>()?.edge_ids().collect()?, [(1, 2), (2, 3)]);
            /// # Ok::<(), Box<dyn std::error::Error>>(())
            /// ```
            pub fn $edges(mut self, $value: $type) -> Self {
                let $side = &mut self.edges;
                $set;
                self
            }
        )*}
    };
}

side_options! {
    /// What ends a line of the file of vertices, one character or several; by default a line feed,
    /// with or without a carriage return before it.
    line_delimiter_vertices, line_delimiter_edges(delimiter: &str)
        |side| side.line_delimiter = Some(delimiter.to_owned()),
        r##"";""## reads r##""1,2;2,3;""##;

    /// What stands between fields of the file of vertices; a comma by default.
    field_delimiter_vertices, field_delimiter_edges(delimiter: &str)
        |side| side.field_delimiter = Some(delimiter.to_owned()),
        r##""|""## reads r##""1|2\n2|3\n""##;

    /// The ASCII character that quotes text in the file of vertices; by default none does.
    parse_quoted_strings_vertices, parse_quoted_strings_edges(quote: u8)
        |side| side.quote = Some(quote),
        r##"b'\''"## reads r##""'1',2\n'2',3\n""##;

    /// What a line of the file of vertices begins with that is a comment; by default none is.
    ignore_comments_vertices, ignore_comments_edges(prefix: &str)
        |side| side.comments = Some(prefix.to_owned()),
        r##""%""## reads r##""% two lines\n1,2\n2,3\n""##;

    /// Which columns of the file of vertices are read; by default the first, as many as needed.
    include_fields_vertices, include_fields_edges(fields: impl Into<IncludedFields>)
        |side| side.fields = Some(fields.into()),
        r##""101""## reads r##""1,a,2\n2,b,3\n""##;

    /// Whether the first line of the file of vertices is passed over; by default it is not.
    ignore_first_line_vertices, ignore_first_line_edges(ignore: bool)
        |side| side.ignore_first_line = ignore,
        r##"true"## reads r##""from,to\n1,2\n2,3\n""##;

    /// Whether invalid lines of the file of vertices are left out; by default they are an error.
    ignore_invalid_lines_vertices, ignore_invalid_lines_edges(ignore: bool)
        |side| side.ignore_invalid_lines = ignore,
        r##"true"## reads r##""1,2\nno numbers\n2,3\n""##;
}

impl GraphCsvReader {
    /// A reader of a file of edges.
    ///
    /// ```
    /// use quince::GraphCsvReader;
    /// use quince::prelude::*;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let [vertices, edges] = ["v.csv", "e.csv"].map(|name| folder.path().join(name));
    /// std::fs::write(&edges, "1,2\n")?;
    /// let env = Environment::builder().threads(1).build()?;
    /// let graph = GraphCsvReader::new(&env, &edges).key_type::<u8>()?;
    /// assert_eq!(graph.edge_ids().collect()?, [(1, 2)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(env: &Environment, edges: impl AsRef<Path>) -> Self {
        Self { env: env.clone(), vertices: None, edges: Side::of(edges.as_ref()) }
    }

    /// Reads the vertices from a file of their own; without it they are the ends of the edges. Its
    /// options come after it.
    ///
    /// ```
    /// use quince::GraphCsvReader;
    /// use quince::prelude::*;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let [vertices, edges] = ["v.csv", "e.csv"].map(|name| folder.path().join(name));
    /// std::fs::write(&vertices, "1;'one; or so'\n2;two\n")?;
    /// std::fs::write(&edges, "1,2\n")?;
    /// let env = Environment::builder().threads(1).build()?;
    /// let reader = GraphCsvReader::new(&env, &edges).vertices(&vertices);
    /// let reader = reader.field_delimiter_vertices(";").parse_quoted_strings_vertices(b'\'');
    /// let graph = reader.vertex_types::<u8, String>()?;
    /// assert_eq!(graph.vertices().collect()?[0].value, "one; or so");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn vertices(mut self, vertices: impl AsRef<Path>) -> Self {
        self.vertices = Some(Side::of(vertices.as_ref()));
        self
    }

    /// The graph, with values of vertices and edges.
    ///
    /// ```
    /// use quince::GraphCsvReader;
    /// use quince::prelude::*;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let [vertices, edges] = ["v.csv", "e.csv"].map(|name| folder.path().join(name));
    /// std::fs::write(&vertices, "1,0.5\n2,1.5\n")?;
    /// std::fs::write(&edges, "1,2,true\n")?;
    /// let env = Environment::builder().threads(1).build()?;
    /// let reader = GraphCsvReader::new(&env, &edges);
    /// assert!(reader.clone().types::<u8, f64, bool>().is_err(), "no file of vertices");
    /// let graph = reader.vertices(&vertices).types::<u8, f64, bool>()?;
    /// assert_eq!(graph.triplets().collect()?[0].target.value, 1.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a file cannot be opened, or there is none of vertices. What is wrong with a line is said
    /// when it is read.
    pub fn types<K: VertexKey, VV: Record, EV: Record>(self) -> Result<Graph<K, VV, EV>> {
        let edges = self.edges.read::<Edge<K, EV>>(&self.env)?;
        Ok(Graph::from_data_set(&self.read_vertices()?, &edges))
    }

    /// The graph with values of edges, and none of vertices.
    ///
    /// ```
    /// use quince::prelude::*;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("edges.csv");
    /// std::fs::write(&path, "from,to,by,km\n1,2,car,9\n1,?,foot,1\n")?;
    /// let env = Environment::builder().threads(1).build()?;
    /// let reader = Graph::from_csv_reader(&env, &path);
    /// let reader = reader.ignore_first_line_edges(true).ignore_invalid_lines_edges(true);
    /// let graph = reader.include_fields_edges("1101").edge_types::<u32, f32>()?;
    /// assert_eq!(graph.edges().collect()?, [Edge::new(1, 2, 9.0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a file cannot be opened.
    pub fn edge_types<K: VertexKey, EV: Record>(self) -> Result<Graph<K, (), EV>> {
        let edges = self.edges.read::<Edge<K, EV>>(&self.env)?;
        match &self.vertices {
            None => Ok(Graph::from_edge_data_set(&edges)),
            Some(_) => Ok(Graph::from_data_set(&self.read_vertices()?, &edges)),
        }
    }

    /// The graph with values of edges, and those of vertices that `value` makes of their ids.
    ///
    /// ```
    /// use quince::prelude::*;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("edges.csv");
    /// std::fs::write(&path, "1,2,9\n")?;
    /// let env = Environment::builder().threads(1).build()?;
    /// let reader = Graph::from_csv_reader(&env, &path);
    /// let graph: Graph<u32, u32, u32> = reader.edge_types_with(|id| id * 10)?;
    /// assert_eq!(graph.triplets().map(|t| t.source.value + t.value).collect()?, [19]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn edge_types_with<K: VertexKey, VV: Record, EV: Record>(
        self,
        value: impl Fn(&K) -> VV + Send + Sync + 'static,
    ) -> Result<Graph<K, VV, EV>> {
        let edges = self.edges.read::<Edge<K, EV>>(&self.env)?;
        Ok(Graph::from_edge_data_set_with(&edges, value))
    }

    /// The graph with values of vertices, and none of edges.
    ///
    /// ```
    /// use quince::GraphCsvReader;
    /// use quince::prelude::*;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let [vertices, edges] = ["v.csv", "e.csv"].map(|name| folder.path().join(name));
    /// std::fs::write(&vertices, "a,7\nb,8\n")?;
    /// std::fs::write(&edges, "a,b\n")?;
    /// let env = Environment::builder().threads(1).build()?;
    /// let reader = GraphCsvReader::new(&env, &edges).vertices(&vertices);
    /// let graph = reader.vertex_types::<String, u8>()?;
    /// assert_eq!(graph.vertices().map(|vertex| vertex.value).collect()?, [7, 8]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a file cannot be opened, or there is none of vertices.
    pub fn vertex_types<K: VertexKey, VV: Record>(self) -> Result<Graph<K, VV>> {
        self.types()
    }

    /// The graph with values of vertices that `value` makes of their ids, and none of edges.
    ///
    /// ```
    /// use quince::prelude::*;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("edges.csv");
    /// std::fs::write(&path, "a;b\n")?;
    /// let env = Environment::builder().threads(1).build()?;
    /// let reader = Graph::from_csv_reader(&env, &path).field_delimiter_edges(";");
    /// let graph = reader.vertex_types_with(|id: &String| id.len() as u64)?;
    /// assert_eq!(graph.vertices().map(|vertex| vertex.value).collect()?, [1, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn vertex_types_with<K: VertexKey, VV: Record>(
        self,
        value: impl Fn(&K) -> VV + Send + Sync + 'static,
    ) -> Result<Graph<K, VV>> {
        self.edge_types_with(value)
    }

    /// The graph without values.
    ///
    /// ```
    /// use quince::GraphCsvReader;
    /// use quince::prelude::*;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let [vertices, edges] = ["v.csv", "e.csv"].map(|name| folder.path().join(name));
    /// std::fs::write(&edges, "x,7\n")?;
    /// let env = Environment::builder().threads(1).build()?;
    /// let graph = GraphCsvReader::new(&env, &edges).key_type::<Id>()?;
    /// assert_eq!(graph.edge_ids().collect()?, [(Id::from("x"), Id::from(7))]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a file cannot be opened.
    pub fn key_type<K: VertexKey>(self) -> Result<Graph<K>> {
        self.edge_types()
    }

    fn read_vertices<K: VertexKey, VV: Record>(&self) -> Result<DataSet<Vertex<K, VV>>> {
        let side = self.vertices.as_ref().ok_or(crate::Error::NoVertexFile)?;
        side.read(&self.env)
    }
}
