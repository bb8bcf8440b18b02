//! Local clustering coefficient: how many of the edges that could be among a vertex's neighbours
//! are there.
//!
//! Neighbours are vertices with an edge between them, whichever way it goes; d(v) is their number.
//!
//! ```text
//! undirected:  t(v) = edges among the neighbours            C(v) = t(v) / (d(v) (d(v) - 1) / 2)
//! directed:    t(v) = directed edges among the neighbours   C(v) = t(v) / (d(v) (d(v) - 1))
//! ```
//!
//! In a directed graph two neighbours with edges both ways count twice. With fewer than two
//! neighbours C(v) is 0/0: NaN as in Gelly, or 0 if that is asked for, as in LDBC Graphalytics LCC.
//! Self-loops and parallel edges make no difference (Gelly wants a simple graph here). Vertices
//! without neighbours have a row unless they are left out.
//!
//! - **Iteration**: none. Every triangle is looked at once and tells all three of its vertices.
//! - **Cost**: O(edges^1.5) time at worst; 4 bytes an edge (5 if directed), 20 to 28 bytes a vertex,
//!   and 12 bytes for 64 vertices for each thread; 12 bytes a vertex alone if the graph is
//!   undirected and its rows are short.
//! - **Deterministic**: integers; one division each.
//! - **Source**: Watts, Strogatz: *Collective Dynamics of 'Small-World' Networks*, 1998. Follows
//!   Gelly's `library.clustering.undirected.LocalClusteringCoefficient` and the directed one.

use std::io::{self, Write};

use quince_core::Environment;
use quince_core::columnar::Column;
use quince_core::index::{
    Csr, EntryValue, Oriented, RowSet, StaticIndex, for_each_triple_in_place,
};
use quince_core::memory::{Segment, SharedSlice};
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexId, VertexTable,
    VertexValues,
};

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::neighborhood::{
    add, directions, is_in_place, oriented, oriented_bytes, triangle_in_place_plan,
};
use crate::outcome::Outcome;

/// The local clustering coefficient and its settings.
///
/// ```
/// use quince_algorithms::LocalClusteringCoefficient;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(0, 1), (0, 2), (2, 1), (2, 3), (3, 1), (3, 4), (5, 3)]);
/// let graph = IndexedGraph::builder(&env).directed(false).build(&source)?;
/// let clustering = graph.run(LocalClusteringCoefficient::default())?;
/// assert_eq!((clustering.degree(3), clustering.triangles(3)), (Some(4), Some(1)));
/// assert_eq!(clustering.score(3), Some(1.0 / 6.0));
/// assert!(clustering.score(5).unwrap().is_nan());
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct LocalClusteringCoefficient {
    /// Give 0 to a vertex with fewer than two neighbours, instead of NaN
    #[cfg_attr(feature = "cli", arg(long))]
    undefined_as_zero: bool,
    /// Leave out vertices without neighbours
    #[cfg_attr(feature = "cli", arg(long))]
    exclude_zero_degree_vertices: bool,
}

impl LocalClusteringCoefficient {
    /// Whether a vertex with fewer than two neighbours has the score 0; by default it is NaN.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let clustering = graph.run(LocalClusteringCoefficient::default().undefined_as_zero(true))?;
    /// assert_eq!(clustering.score(4), Some(0.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn undefined_as_zero(mut self, zero: bool) -> Self {
        self.undefined_as_zero = zero;
        self
    }

    /// Whether vertices without neighbours have a row in the table; by default they do.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let alone = edges([(9, 9)]);
    /// # let builder = IndexedGraph::builder(&env).self_loops(SelfLoops::Drop).vertices(&alone);
    /// # let graph = builder.directed(false).build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let algorithm = LocalClusteringCoefficient::default().include_zero_degree_vertices(false);
    /// assert_eq!(graph.run(algorithm)?.iter().count(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn include_zero_degree_vertices(mut self, include: bool) -> Self {
        self.exclude_zero_degree_vertices = !include;
        self
    }
}

#[cfg(feature = "cli")]
impl Command for LocalClusteringCoefficient {
    type Result = LocalClusteringCoefficientResult;

    const NAME: &'static str = "local-clustering-coefficient";

    const ABOUT: &'static str = "\
Find how many of the possible edges among the neighbours of each vertex are there

In a directed graph neighbours are those either way, and directed edges among them are counted. \
With fewer than two neighbours the coefficient is NaN. Self-loops and parallel edges make no \
difference.

Prints the vertices in most triangles, one `vertex<TAB>degree<TAB>triangles<TAB>coefficient` line \
each; --output writes all vertices.";

    const EXAMPLES: &'static str = "\
  quince local-clustering-coefficient datasets/graphs/karate.tsv --undirected

  As LDBC Graphalytics defines it, for every vertex:
    quince local-clustering-coefficient datasets/graphs/p2p-31.e.gz --undefined-as-zero \\
      --output clustering.csv";
}

impl<E: EntryValue> GraphAlgorithm<E> for LocalClusteringCoefficient {
    type Output = LocalClusteringCoefficientResult;

    fn name(&self) -> &'static str {
        "LocalClusteringCoefficient"
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        directions(graph)
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        Ok(triangle_in_place_plan("local clustering coefficient", graph))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        let relation = if is_in_place(size) { 4 * size.num_vertices } else { oriented_bytes(size) };
        relation + 8 * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<LocalClusteringCoefficientResult> {
        let env = graph.environment();
        let (degrees, triangles) = if is_in_place(&graph.size()) {
            let index = graph.index(EdgeDirection::Any)?;
            (index.neighbor_counts(env)?, triangles_in_place(env, &index)?)
        } else {
            let oriented = oriented(graph)?;
            let triangles = triangles_of_each(env, &oriented)?;
            (oriented.into_degrees(), triangles)
        };
        let dictionary = graph.dictionary();
        Ok(LocalClusteringCoefficientResult {
            settings: *self,
            directed: graph.is_directed(),
            degrees: VertexValues::new(dictionary.clone(), degrees),
            triangles: VertexValues::new(dictionary.clone(), triangles),
        })
    }
}

/// How many edges there are among the neighbours of each vertex, in rows as they are.
fn triangles_in_place<E: EntryValue>(env: &Environment, index: &Csr<E>) -> Result<Segment<u64>> {
    let mut triangles = env.memory().allocate::<u64>("triangles", index.num_keys())?;
    let sums = SharedSlice::new(&mut triangles);
    for_each_triple_in_place(env, index, |first, second, third| {
        [first, second, third].into_iter().for_each(|vertex| add(sums, vertex as usize, 1));
    })?;
    Ok(triangles)
}

/// The edges among the neighbours of each vertex, directed ones where edges are.
fn triangles_of_each(env: &Environment, oriented: &Oriented) -> Result<Segment<u64>> {
    let mut triangles = env.memory().allocate::<u64>("triangles", oriented.num_keys())?;
    let sums = SharedSlice::new(&mut triangles);
    let scratch = || Ok((oriented.row_set(env.memory())?, Vec::new()));
    oriented.map_chunks(env, "clustering", scratch, |(set, found), rows| {
        rows.for_each(|row| triangles_of_row(oriented, set, found, row, sums));
        Ok(())
    })?;
    Ok(triangles)
}

/// Tells the triangles of a row to their vertices. What the neighbours get is added up beside the
/// row first, so that shared sums are written once for each entry, not for each triangle.
fn triangles_of_row(
    oriented: &Oriented,
    set: &mut RowSet,
    found: &mut Vec<u64>,
    row: u32,
    sums: SharedSlice<'_, u64>,
) {
    let entries = oriented.row(row);
    found.clear();
    found.resize(entries.len(), 0);
    let mut own = 0;
    oriented.for_each_triple(set, row, |triple| {
        own += oriented.sides(triple.second, triple.first_at_second).count();
        found[triple.second_at] += oriented.sides(row, triple.first_at).count();
        found[triple.first_at] += oriented.sides(row, triple.second_at).count();
    });
    if own == 0 {
        return;
    }
    // One entry of a pair that goes both ways counts once where the graph has no directions.
    let scale = if oriented.has_sides() { 1 } else { 2 };
    add(sums, oriented.key(row) as usize, own / scale);
    for (&entry, &found) in entries.iter().zip(&*found).filter(|(_, found)| **found > 0) {
        add(sums, oriented.key(entry) as usize, found / scale);
    }
}

/// What every vertex's neighbours have among them.
#[derive(Clone, Debug)]
#[must_use]
pub struct LocalClusteringCoefficientResult {
    settings: LocalClusteringCoefficient,
    directed: bool,
    degrees: VertexValues<u32>,
    triangles: VertexValues<u64>,
}

impl LocalClusteringCoefficientResult {
    /// The number of neighbours of a vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(LocalClusteringCoefficient::default())?.degree(3), Some(3));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn degree<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<u64> {
        self.degrees.get(id).map(u64::from)
    }

    /// The number of (directed) edges among the neighbours of a vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(LocalClusteringCoefficient::default())?.triangles(3), Some(1));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn triangles<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<u64> {
        self.triangles.get(id)
    }

    /// The local clustering coefficient of a vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(LocalClusteringCoefficient::default())?.score(3), Some(1.0 / 3.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn score<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<f64> {
        self.degrees.dictionary().get(id).map(|vertex| self.score_of(vertex))
    }

    /// Ids, degrees and triangles, ascending by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let clustering = graph.run(LocalClusteringCoefficient::default())?;
    /// assert_eq!(clustering.iter().last(), Some((4.into(), 1, 0)));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (VertexId<'_>, u64, u64)> {
        let keep = |degree| degree > 0 || !self.settings.exclude_zero_degree_vertices;
        let both = self.degrees.iter().zip(self.triangles.iter());
        both.filter(move |((_, degree), _)| keep(*degree))
            .map(|((id, degree), (_, triangles))| (id, u64::from(degree), triangles))
    }

    /// The mean of the scores, where an undefined one counts as 0; NaN without vertices. Added up
    /// in the order in which vertices are numbered.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let average = graph.run(LocalClusteringCoefficient::default())?.average();
    /// assert!((average - 7.0 / 12.0).abs() < 1e-12);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn average(&self) -> f64 {
        let vertices = 0..self.degrees.len() as u32;
        let defined = vertices.map(|vertex| self.score_of(vertex)).filter(|score| !score.is_nan());
        defined.sum::<f64>() / self.degrees.len() as f64
    }

    /// Whether directed edges are counted.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert!(!graph.run(LocalClusteringCoefficient::default())?.is_directed());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn is_directed(&self) -> bool {
        self.directed
    }

    /// By dense id.
    fn score_of(&self, vertex: u32) -> f64 {
        let degree = self.degrees.by_dense()[vertex as usize];
        score(&self.settings, self.directed, degree, self.triangles.by_dense()[vertex as usize])
    }

    /// The table of `vertex`, `degree`, `triangles` and `clustering_coefficient`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(LocalClusteringCoefficient::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        let all = self.clone();
        let table = VertexTable::new(self.degrees.dictionary().clone())
            .values("degree", &self.degrees, Column::UInt32)
            .values("triangles", &self.triangles, Column::UInt64)
            .numbers("clustering_coefficient", move |vertex| all.score_of(vertex), Column::Float64);
        if !self.settings.exclude_zero_degree_vertices {
            return table;
        }
        let degrees = self.degrees.clone();
        table.only(move |vertex| degrees.by_dense()[vertex as usize] > 0)
    }
}

fn score(
    settings: &LocalClusteringCoefficient,
    directed: bool,
    degree: u32,
    triangles: u64,
) -> f64 {
    let possible = f64::from(degree) * (f64::from(degree) - 1.0);
    if degree < 2 {
        return if settings.undefined_as_zero { 0.0 } else { f64::NAN };
    }
    triangles as f64 / if directed { possible } else { possible / 2.0 }
}

impl Outcome for LocalClusteringCoefficientResult {
    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(Self::table(self)))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        let average = self.average();
        let average = if average.is_nan() { serde_json::Value::Null } else { average.into() };
        Ok(serde_json::json!({ "vertices": self.degrees.len(), "average": average }))
    }

    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        let dictionary = self.degrees.dictionary();
        for (id, triangles) in self.triangles.top(top) {
            let vertex = dictionary.get(id).expect("the id came from this dictionary");
            writeln!(
                out,
                "{id}\t{}\t{triangles}\t{}",
                self.degrees.by_dense()[vertex as usize],
                self.score_of(vertex)
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neighborhood::testing::{Sketch, complete, empty, fish, rows, sketches};
    use crate::test_support::random_graphs;
    use proptest::prelude::*;
    use quince_gelly::VertexOrder;

    /// (degree, triangles) of each vertex, by the definition.
    fn reference(sketch: &Sketch) -> Vec<(u64, u64)> {
        let (matrix, paired) = (sketch.matrix(), sketch.neighbors());
        let of = |v: usize| {
            let near: Vec<usize> = (0..sketch.n).filter(|&u| paired[v][u]).collect();
            let arcs = near.iter().flat_map(|&a| near.iter().map(move |&b| (a, b)));
            let arcs = arcs.filter(|&(a, b)| matrix[a][b]).count() as u64;
            (near.len() as u64, if sketch.directed { arcs } else { arcs / 2 })
        };
        (0..sketch.n).map(of).collect()
    }

    fn figures(sketch: &Sketch) -> Vec<(u64, u64)> {
        sketch.everywhere(|graph| {
            let result = graph.run(LocalClusteringCoefficient::default()).unwrap();
            result.iter().map(|(_, degree, triangles)| (degree, triangles)).collect()
        })
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn neighbors_and_what_is_among_them(sketch in sketches()) {
            let expected = reference(&sketch);
            prop_assert_eq!(figures(&sketch), &expected[..]);
            let table = sketch.everywhere(|graph| {
                let zero = LocalClusteringCoefficient::default().undefined_as_zero(true);
                rows(graph.environment(), &graph.run(zero).unwrap().table())
            });
            for (row, (v, &(d, t))) in table.iter().zip(expected.iter().enumerate()) {
                let possible = (d * d.saturating_sub(1)) as f64 / if sketch.directed { 1.0 } else { 2.0 };
                let score = if d < 2 { 0.0 } else { t as f64 / possible };
                prop_assert_eq!(&row[..], [v as f64, d as f64, t as f64, score]);
            }
            let present = sketch.everywhere(|graph| {
                let present = LocalClusteringCoefficient::default().include_zero_degree_vertices(false);
                rows(graph.environment(), &graph.run(present).unwrap().table()).len()
            });
            prop_assert_eq!(present, expected.iter().filter(|(degree, _)| *degree > 0).count());
        }
    }

    #[test]
    fn golden_rows_of_small_graphs() {
        let expected = [(2, 1), (3, 2), (3, 2), (4, 1), (1, 0), (1, 0)];
        assert_eq!(figures(&fish(false)), expected);
        assert_eq!(figures(&fish(true)), expected);
        assert!(figures(&complete(47, false)).iter().all(|&row| row == (46, 1035)));
        assert!(figures(&complete(47, true)).iter().all(|&row| row == (46, 2070)));
        assert_eq!(figures(&empty(3, true)), [(0, 0); 3]);
        assert_eq!(figures(&empty(0, true)), []);
        let average = |sketch: Sketch| {
            let graph = sketch.build(2, VertexOrder::Ascending);
            graph.run(LocalClusteringCoefficient::default()).unwrap().average()
        };
        assert_eq!(average(fish(false)), (1.0 + 2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 6.0) / 6.0);
        assert_eq!(average(fish(true)), (0.5 + 1.0 / 3.0 + 1.0 / 3.0 + 1.0 / 12.0) / 6.0);
        assert_eq!((average(complete(47, true)), average(empty(3, false))), (1.0, 0.0));
        assert!(average(empty(0, true)).is_nan());
    }
}
