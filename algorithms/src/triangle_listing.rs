//! Triangle listing: every three vertices that are all neighbours of each other.
//!
//! A triangle is (a, b, c): a is the vertex of the lowest degree, c that of the highest (of equal
//! degrees, whichever the index has first), or they ascend by id if that is asked for. In a
//! directed graph each comes with a bitmask of what edges there are:
//!
//! ```text
//! bitmask = edge(a, b) << 4 | edge(a, c) << 2 | edge(b, c)
//! edge(x, y) = 2 if only x -> y, 1 if only y -> x, 3 if both
//! ```
//!
//! Self-loops and parallel edges make no difference (Gelly wants a simple graph here and does not
//! check it). Permuted results hold each triangle six times, once in each order.
//!
//! - **Iteration**: none. Each edge is turned from the vertex of lower degree to that of higher;
//!   for each vertex, the rows of its neighbours are intersected with its own.
//! - **Cost**: O(edges^1.5) time at worst, once to count and once for each time that the triangles
//!   are read: they are found when they are asked for and never held. 4 bytes an edge (5 if
//!   directed) and 12 to 20 bytes a vertex, as long as the result lives.
//! - **Deterministic**: rows come in the order of the index.
//! - **Source**: Schank: *Algorithmic Aspects of Triangle-Based Network Analysis*, 2007. Follows
//!   Gelly's `library.clustering.undirected.TriangleListing` and `directed.TriangleListing`.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use quince_core::Environment;
use quince_core::columnar::{Batch, Column, Schema};
use quince_core::index::{Dictionary, EntryValue, Oriented, RowSet, Sides, Triple};
use quince_core::pipeline::{Numbered, Output, Source};
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexId, id_column,
};

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::neighborhood::{directions, oriented, oriented_bytes, triangle_plan};
use crate::outcome::Outcome;

/// Triangle listing and its settings.
///
/// ```
/// use quince_algorithms::TriangleListing;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, VertexId, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(0, 1), (0, 2), (2, 1), (2, 3), (3, 1), (3, 4), (5, 3)]);
/// let graph = IndexedGraph::from_source(&env, &source)?;
/// let triangles = graph.run(TriangleListing::default().sort_triangle_vertices(true))?;
/// let listed: Vec<_> = triangles.first(10)?.iter().map(|t| (t.vertices.map(id), t.bitmask)).collect();
/// assert_eq!(listed, [([0, 1, 2], 41), ([1, 2, 3], 22)]);
/// # fn id(id: VertexId<'_>) -> i64 { if let VertexId::Integer(id) = id { id } else { -1 } }
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct TriangleListing {
    /// Let the vertices of a triangle ascend by id
    #[cfg_attr(feature = "cli", arg(long))]
    sort_triangle_vertices: bool,
    /// List each triangle six times, in every order of its vertices
    #[cfg_attr(feature = "cli", arg(long))]
    permute_results: bool,
    #[cfg_attr(feature = "cli", arg(skip))]
    without_bitmask: bool,
}

impl TriangleListing {
    /// Whether the vertices of a triangle ascend by id; by default by degree.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let triangles = graph.run(TriangleListing::default().sort_triangle_vertices(true))?;
    /// assert_eq!(triangles.first(1)?[0].vertices, [1.into(), 2.into(), 3.into()]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn sort_triangle_vertices(mut self, sort: bool) -> Self {
        self.sort_triangle_vertices = sort;
        self
    }

    /// Whether each triangle is listed six times, in every order of its vertices.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(TriangleListing::default().permute_results(true))?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 6);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn permute_results(mut self, permute: bool) -> Self {
        self.permute_results = permute;
        self
    }

    /// Whatever way edges go, the table has no bitmask.
    pub(crate) fn without_bitmask(mut self) -> Self {
        self.without_bitmask = true;
        self
    }
}

#[cfg(feature = "cli")]
impl Command for TriangleListing {
    type Result = TriangleListingResult;

    const NAME: &'static str = "triangle-listing";

    const ABOUT: &'static str = "\
List the triangles: threes of vertices that are all neighbours

In a directed graph each comes with a bitmask of its edges: edge(a, b) << 4 | edge(a, c) << 2 | \
edge(b, c), where an edge is 2 one way, 1 the other way and 3 both ways. Self-loops and parallel \
edges make no difference.

Prints the first triangles, one `a<TAB>b<TAB>c[<TAB>bitmask]` line each; --output writes all.";

    const EXAMPLES: &'static str = "\
  All triangles of an undirected graph, their vertices ascending:
    quince triangle-listing karate.tsv --undirected --sort-triangle-vertices --output triangles.csv

  Each triangle of a directed graph in every order of its vertices:
    quince triangle-listing datasets/graphs/p2p-31.e.gz --permute-results --output triangles.parquet";
}

impl<E: EntryValue> GraphAlgorithm<E> for TriangleListing {
    type Output = TriangleListingResult;

    fn name(&self) -> &'static str {
        "TriangleListing"
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        directions(graph)
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        Ok(triangle_plan("triangle listing", graph)
            .property("rows", "found while they are read, never held"))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        oriented_bytes(size)
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<TriangleListingResult> {
        let oriented = oriented(graph)?;
        let env = graph.environment().clone();
        let num_triangles = oriented.count_triples(&env)?;
        let listing = Listing {
            settings: *self,
            oriented,
            dictionary: graph.dictionary().clone(),
            has_bitmask: graph.is_directed() && !self.without_bitmask,
            row_sets: Mutex::default(),
        };
        Ok(TriangleListingResult { env, listing: Arc::new(listing), num_triangles })
    }
}

/// The triangles of a graph, to be found when they are read.
#[derive(Clone, Debug)]
#[must_use]
pub struct TriangleListingResult {
    env: Environment,
    listing: Arc<Listing>,
    num_triangles: u64,
}

/// A triangle by its ids.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Triangle<'a> {
    /// Its vertices.
    pub vertices: [VertexId<'a>; 3],
    /// What edges there are: see the head of this file. 63, all, in an undirected graph.
    pub bitmask: u8,
}

impl TriangleListingResult {
    /// The number of triangles; each counts once, permuted or not.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(TriangleListing::default())?.num_triangles(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_triangles(&self) -> u64 {
        self.num_triangles
    }

    /// The first `count` rows.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(TriangleListing::default())?.first(9)?.len(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget does not suffice or the environment is cancelled.
    pub fn first(&self, count: usize) -> Result<Vec<Triangle<'_>>> {
        let listing = &*self.listing;
        // Bounded by the count.
        let mut triangles = Vec::new();
        for rows in listing.oriented.chunks() {
            if triangles.len() >= count {
                break;
            }
            self.env.check_cancelled()?;
            listing.for_each(&self.env, rows.clone(), |triangle| {
                if triangles.len() < count {
                    triangles.push(triangle);
                }
                Ok(())
            })?;
        }
        let named = |triangle: ByOrdinal| Triangle {
            vertices: triangle.vertices.map(|ordinal| listing.dictionary.key_of_ordinal(ordinal)),
            bitmask: triangle.bitmask(),
        };
        Ok(triangles.into_iter().map(named).collect())
    }

    /// The table of `vertex_0`, `vertex_1`, `vertex_2` and, in a directed graph, `bitmask`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(TriangleListing::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> impl Source + use<> {
        let listing = self.listing.clone();
        let num_chunks = listing.oriented.chunks().len();
        Numbered::new("triangles", num_chunks, move |chunk, env, output| {
            listing.read(chunk, env, output)
        })
    }
}

/// How triangles are found and shown.
#[derive(Debug)]
struct Listing {
    settings: TriangleListing,
    oriented: Oriented,
    dictionary: Arc<Dictionary>,
    has_bitmask: bool,
    /// Those of workers between two chunks.
    row_sets: Mutex<Vec<RowSet>>,
}

/// A triangle by the ordinals of its vertices.
#[derive(Clone, Copy, Debug)]
struct ByOrdinal {
    vertices: [u32; 3],
    /// Of the first and second, the first and third, the second and third vertex.
    sides: [Sides; 3],
}

/// Each order of three things.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

impl ByOrdinal {
    fn bitmask(&self) -> u8 {
        self.sides.iter().fold(0, |mask, sides| mask << 2 | sides.bits())
    }

    /// The same with its vertices in another order.
    fn in_order(&self, order: [usize; 3]) -> Self {
        let sides = |from: usize, to: usize| {
            let sides = self.sides[from + to - 1];
            if from < to { sides } else { sides.flipped() }
        };
        let [a, b, c] = order;
        let vertices = order.map(|at| self.vertices[at]);
        Self { vertices, sides: [sides(a, b), sides(a, c), sides(b, c)] }
    }

    fn sorted(&self) -> Self {
        let mut order = [0, 1, 2];
        order.sort_unstable_by_key(|&at| self.vertices[at]);
        self.in_order(order)
    }
}

/// Rows in a batch.
const BATCH_ROWS: usize = 1 << 13;

impl Listing {
    /// Calls `visit` for all rows of the table that come from these rows of the index; once it has
    /// failed, no more.
    fn for_each(
        &self,
        env: &Environment,
        rows: Range<u32>,
        mut visit: impl FnMut(ByOrdinal) -> quince_core::Result<()>,
    ) -> quince_core::Result<()> {
        let free = self.row_sets.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut set = free.map_or_else(|| self.oriented.row_set(env.memory()), Ok)?;
        let mut status = Ok(());
        for row in rows {
            self.oriented.for_each_triple(&mut set, row, |triple| {
                if status.is_ok() {
                    status = self.orders(self.triangle(triple), &mut visit);
                }
            });
            if status.is_err() {
                break;
            }
        }
        self.row_sets.lock().unwrap_or_else(PoisonError::into_inner).push(set);
        status
    }

    /// The triangle from the vertex of the lowest degree to that of the highest.
    fn triangle(&self, triple: Triple) -> ByOrdinal {
        let Triple { row, second, second_at, first, first_at, first_at_second } = triple;
        let oriented = &self.oriented;
        let ordinal = |position| self.dictionary.ordinal(oriented.key(position));
        let sides = [
            oriented.sides(row, second_at),
            oriented.sides(row, first_at),
            oriented.sides(second, first_at_second),
        ];
        ByOrdinal { vertices: [row, second, first].map(ordinal), sides }
    }

    fn orders(
        &self,
        triangle: ByOrdinal,
        visit: &mut impl FnMut(ByOrdinal) -> quince_core::Result<()>,
    ) -> quince_core::Result<()> {
        let triangle =
            if self.settings.sort_triangle_vertices { triangle.sorted() } else { triangle };
        if !self.settings.permute_results {
            return visit(triangle);
        }
        ORDERS.into_iter().try_for_each(|order| visit(triangle.in_order(order)))
    }

    fn read(
        &self,
        chunk: usize,
        env: &Environment,
        output: &mut dyn Output,
    ) -> quince_core::Result<()> {
        let mut triangles = Vec::new();
        self.for_each(env, self.oriented.chunks()[chunk].clone(), |triangle| {
            triangles.push(triangle);
            if triangles.len() < BATCH_ROWS {
                return Ok(());
            }
            env.check_cancelled()?;
            let batch = self.batch(env, &triangles)?;
            triangles.clear();
            output.emit(batch)
        })?;
        if triangles.is_empty() { Ok(()) } else { output.emit(self.batch(env, &triangles)?) }
    }

    fn batch(&self, env: &Environment, triangles: &[ByOrdinal]) -> quince_core::Result<Batch> {
        let memory = env.memory();
        let mut names = vec!["vertex_0", "vertex_1", "vertex_2"];
        let mut columns = Vec::with_capacity(4);
        for at in 0..3 {
            let ordinals = triangles.iter().map(|triangle| triangle.vertices[at]);
            columns.push(id_column(memory, &self.dictionary, ordinals)?);
        }
        if self.has_bitmask {
            let mut masks = memory.allocate::<u8>("result", triangles.len())?;
            masks.iter_mut().zip(triangles).for_each(|(mask, triangle)| *mask = triangle.bitmask());
            names.push("bitmask");
            columns.push(Column::UInt8(masks.into()));
        }
        Ok(Batch::new(Schema::new(names), columns))
    }
}

impl Outcome for TriangleListingResult {
    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(Self::table(self)))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        Ok(serde_json::json!({ "triangles": self.num_triangles }))
    }

    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        for Triangle { vertices: [a, b, c], bitmask } in
            self.first(top).map_err(io::Error::other)?
        {
            write!(out, "{a}\t{b}\t{c}")?;
            if self.listing.has_bitmask {
                write!(out, "\t{bitmask}")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neighborhood::testing::{Sketch, complete, fish, rows, sketches, sorted_rows};
    use crate::test_support::random_graphs;
    use proptest::prelude::*;
    use quince_gelly::VertexOrder;

    /// The bitmask of three vertices in this order.
    fn bitmask(sketch: &Sketch, [a, b, c]: [usize; 3]) -> u8 {
        let matrix = sketch.matrix();
        let bits =
            |from: usize, to: usize| u8::from(matrix[from][to]) << 1 | u8::from(matrix[to][from]);
        bits(a, b) << 4 | bits(a, c) << 2 | bits(b, c)
    }

    fn row(sketch: &Sketch, triangle: [usize; 3]) -> Vec<f64> {
        let mut row = triangle.map(|v| v as f64).to_vec();
        if sketch.directed {
            row.push(bitmask(sketch, triangle).into());
        }
        row
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn triangles_and_bitmasks_are_those_of_the_matrix(sketch in sketches()) {
            let sorted = sketch.everywhere(|graph| {
                let listing = TriangleListing::default().sort_triangle_vertices(true);
                let result = graph.run(listing).unwrap();
                (sorted_rows(graph.environment(), &result.table()), result.num_triangles())
            });
            let expected: Vec<_> = sketch.triangles().into_iter().map(|t| row(&sketch, t)).collect();
            prop_assert_eq!(sorted.1, expected.len() as u64);
            prop_assert_eq!(sorted.0, expected);
            let permuted = sketch.everywhere(|graph| {
                let result = graph.run(TriangleListing::default().permute_results(true)).unwrap();
                sorted_rows(graph.environment(), &result.table())
            });
            let orders = |t: [usize; 3]| ORDERS.map(|order| row(&sketch, order.map(|at| t[at])));
            let mut expected: Vec<_> = sketch.triangles().into_iter().flat_map(orders).collect();
            expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
            prop_assert_eq!(permuted, expected);
        }

        #[test]
        fn unsorted_rows_ascend_by_degree_and_come_in_the_same_order(sketch in sketches()) {
            let degrees = sketch.degrees();
            let run = |threads| {
                let graph = sketch.build(threads, VertexOrder::HubFirst);
                rows(graph.environment(), &graph.run(TriangleListing::default()).unwrap().table())
            };
            let listed = run(1);
            prop_assert_eq!(&run(2), &listed);
            prop_assert_eq!(&run(8), &listed);
            for row in &listed {
                let triangle: [usize; 3] = std::array::from_fn(|at| row[at] as usize);
                if sketch.directed {
                    prop_assert_eq!(row[3], f64::from(bitmask(&sketch, triangle)));
                }
                prop_assert!(triangle.iter().all(|&v| degrees[v] > 1));
            }
        }
    }

    #[test]
    fn the_fish_has_two_triangles() {
        let list = |sketch: Sketch| {
            sketch.everywhere(|graph| {
                let result =
                    graph.run(TriangleListing::default().sort_triangle_vertices(true)).unwrap();
                sorted_rows(graph.environment(), &result.table())
            })
        };
        assert_eq!(list(fish(false)), [[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]]);
        assert_eq!(list(fish(true)), [[0.0, 1.0, 2.0, 41.0], [1.0, 2.0, 3.0, 22.0]]);
    }

    #[test]
    fn all_edges_are_all_bits_and_batches_are_cut() {
        let graph = complete(47, true).build(2, VertexOrder::Auto);
        let result = graph.run(TriangleListing::default()).unwrap();
        let rows = rows(graph.environment(), &result.table());
        assert_eq!((rows.len(), result.num_triangles()), (16215, 16215));
        assert!(rows.iter().all(|row| row[3] == 63.0));
        assert_eq!(result.first(3).unwrap().len(), 3);
    }
}
