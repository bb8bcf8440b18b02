//! Triadic census: how many threes of vertices there are of each kind.
//!
//! An undirected triad has 0, 1, 2 or 3 edges: `03`, `12`, `21`, `30`. A directed one is one of 16
//! kinds, named by its mutual, asymmetric and null pairs and a letter where that is not enough
//! (down, up, cyclic, transitive):
//!
//! ```text
//! 003          no edges               111U  A <-> B -> C         120U  A -> B <- C, A <-> C
//! 012          A -> B                 111D  A <-> B <- C         120C  A -> B -> C, A <-> C
//! 102          A <-> B                030T  A -> B <- C, A -> C  210   A -> B <-> C, A <-> C
//! 021D  A <- B -> C                   030C  A <- B <- C, A -> C  300   all mutual
//! 021U  A -> B <- C                   201   A <-> B <-> C
//! 021C  A -> B -> C                   120D  A <- B -> C, A <-> C
//! ```
//!
//! Vertices without neighbours take no part. Self-loops and parallel edges make no difference
//! (Gelly wants a simple graph here).
//!
//! - **Iteration**: none. Triangles are looked at; triads of two pairs follow from what pairs each
//!   vertex stands in, less those that are triangles; the rest from counts.
//! - **Cost**: O(edges^1.5) time at worst; 4 bytes an edge (5 if directed), 12 to 20 bytes a vertex,
//!   and 12 bytes for 64 vertices for each thread.
//! - **Deterministic**: counts, in 128 bits.
//! - **Source**: Holland, Leinhardt: *A Method for Detecting Structure in Sociometric Data*, 1970.
//!   Follows Gelly's `library.clustering.undirected.TriadicCensus` and the directed one.

use std::io::{self, Write};
use std::ops::{Add, AddAssign};

use quince_core::Environment;
use quince_core::index::{DistinctRows, EntryValue, Oriented, Sides};
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result};

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::neighborhood::{
    directions, distinct_neighbors, oriented_bytes, pairs_of, triangle_plan,
};
use crate::outcome::Outcome;

/// The triadic census.
///
/// ```
/// use quince_algorithms::TriadicCensus;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// // 1 -> 2 -> 3 -> 1 is a cycle; 4 points at 1, and 1 back.
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 2), (2, 3), (3, 1), (4, 1), (1, 4)]);
/// let census = IndexedGraph::from_source(&env, &source)?.run(TriadicCensus::default())?;
/// let counted: Vec<_> = census.iter().filter(|(_, count)| *count > 0).collect();
/// assert_eq!(counted, [("012", 1), ("111D", 1), ("111U", 1), ("030C", 1)]);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct TriadicCensus {}

/// The names of undirected triads.
const UNDIRECTED: [&str; 4] = ["03", "12", "21", "30"];

/// The names of directed triads.
const DIRECTED: [&str; 16] = [
    "003", "012", "102", "021D", "021U", "021C", "111D", "111U", "030T", "030C", "201", "120D",
    "120U", "120C", "210", "300",
];

/// How many triads there are of each kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct TriadicCensusResult {
    names: &'static [&'static str],
    counts: Vec<u128>,
}

impl TriadicCensusResult {
    /// Kinds and counts, from no edges to all.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(TriadicCensus::default())?.iter().map(|(_, count)| count).sum::<u128>(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u128)> {
        self.names.iter().copied().zip(self.counts.iter().copied())
    }

    /// The count of a kind, by its name.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(TriadicCensus::default())?.count("3-cycle"), None);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn count(&self, name: &str) -> Option<u128> {
        self.iter().find(|(other, _)| *other == name).map(|(_, count)| count)
    }

    /// The counts in the order of [`iter`](Self::iter).
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(TriadicCensus::default())?.counts(), [0, 1, 2, 1]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn counts(&self) -> &[u128] {
        &self.counts
    }
}

#[cfg(feature = "cli")]
impl Command for TriadicCensus {
    type Result = TriadicCensusResult;

    const NAME: &'static str = "triadic-census";

    const ABOUT: &'static str = "\
Count threes of vertices by the edges among them

4 kinds in an undirected graph, 16 in a directed one. Vertices without neighbours take no part; \
self-loops and parallel edges make no difference.

Prints one `kind<TAB>count` line each.";

    const EXAMPLES: &'static str = "\
  quince triadic-census datasets/graphs/p2p-31.e.gz

  Threes by their number of edges, whichever way these go:
    quince triadic-census datasets/graphs/karate.tsv --undirected";
}

impl<E: EntryValue> GraphAlgorithm<E> for TriadicCensus {
    type Output = TriadicCensusResult;

    fn name(&self) -> &'static str {
        "TriadicCensus"
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        directions(graph)
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        Ok(triangle_plan("triadic census", graph))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        oriented_bytes(size)
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<TriadicCensusResult> {
        let env = graph.environment();
        let rows = distinct_neighbors(graph)?;
        let oriented = Oriented::new(env, &rows)?;
        let num_vertices = oriented.degrees().iter().filter(|&&degree| degree > 0).count() as u128;
        if graph.is_directed() {
            let counts = directed(env, &rows, &oriented, num_vertices)?;
            return Ok(TriadicCensusResult { names: &DIRECTED, counts });
        }
        let triangles = u128::from(oriented.count_triples(env)?);
        let triplets: u128 = oriented.degrees().iter().map(|&degree| pairs_of(degree.into())).sum();
        let (paths, edges) = (triplets - 3 * triangles, u128::from(oriented.num_pairs()));
        // An edge with each other vertex is a triad; one of two edges was met twice, one of three
        // three times.
        let single = edges * num_vertices.saturating_sub(2) - 2 * paths - 3 * triangles;
        let empty = triads_of(num_vertices) - single - paths - triangles;
        Ok(TriadicCensusResult {
            names: &UNDIRECTED,
            counts: vec![empty, single, paths, triangles],
        })
    }
}

/// The threes among `count` things.
fn triads_of(count: u128) -> u128 {
    if count < 3 { 0 } else { count * (count - 1) / 2 * (count - 2) / 3 }
}

fn directed<E: EntryValue>(
    env: &Environment,
    rows: &DistinctRows<E>,
    oriented: &Oriented,
    num_vertices: u128,
) -> Result<Vec<u128>> {
    let closed = closed_triads(env, oriented)?;
    let (mut corners, dyads) = pairs_at_vertices(env, rows)?;
    let mut counts = vec![0u128; DIRECTED.len()];
    // What pairs, asymmetric and mutual, triads of two and three pairs hold.
    let mut held = Dyads::default();
    for (mask, &count) in closed.iter().enumerate().filter(|(_, count)| **count > 0) {
        let triad = Triad::of(mask);
        counts[triad.kind()] += u128::from(count);
        held += triad.dyads().times(count.into());
        triad.corners().into_iter().for_each(|corner| corners[corner] -= u128::from(count));
    }
    for (corner, &count) in corners.iter().enumerate() {
        counts[OPEN[corner].0] += count;
        held += OPEN[corner].1.times(count);
    }
    let others = num_vertices.saturating_sub(2);
    counts[1] = dyads.asymmetric * others - held.asymmetric;
    counts[2] = dyads.mutual * others - held.mutual;
    counts[0] = triads_of(num_vertices) - counts[1..].iter().sum::<u128>();
    Ok(counts)
}

/// Pairs of vertices with edges one way and both ways.
#[derive(Clone, Copy, Debug, Default)]
struct Dyads {
    asymmetric: u128,
    mutual: u128,
}

impl Dyads {
    const fn new(asymmetric: u128, mutual: u128) -> Self {
        Self { asymmetric, mutual }
    }

    fn times(self, count: u128) -> Self {
        Self::new(self.asymmetric * count, self.mutual * count)
    }
}

impl Add for Dyads {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.asymmetric + other.asymmetric, self.mutual + other.mutual)
    }
}

impl AddAssign for Dyads {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Two pairs at a vertex, by what they are as seen from it: a place in [`OPEN`].
fn corner(first: Sides, second: Sides) -> usize {
    // Out, in and mutual pairs are 0, 1 and 2.
    let place = |sides: Sides| match sides {
        Sides::FORWARD => 0,
        Sides::BACKWARD => 1,
        _ => 2,
    };
    let (low, high) = (place(first).min(place(second)), place(first).max(place(second)));
    // 00 01 02 11 12 22
    low * (5 - low) / 2 + high
}

/// The kind of triad that each corner is if its ends are no neighbours, and the pairs in it.
const OPEN: [(usize, Dyads); 6] = [
    (3, Dyads::new(2, 0)),
    (5, Dyads::new(2, 0)),
    (7, Dyads::new(1, 1)),
    (4, Dyads::new(2, 0)),
    (6, Dyads::new(1, 1)),
    (10, Dyads::new(0, 2)),
];

/// Corners of all vertices, and the pairs that there are.
fn pairs_at_vertices<E: EntryValue>(
    env: &Environment,
    rows: &DistinctRows<E>,
) -> Result<([u128; 6], Dyads)> {
    let parts = rows.map_chunks(env, "triads", |chunk| {
        let (mut corners, mut dyads) = ([0u128; 6], Dyads::default());
        for row in chunk {
            let [mut out, mut into, mut mutual] = [0u128; 3];
            rows.for_each(row, |_, sides| match sides {
                Sides::FORWARD => out += 1,
                Sides::BACKWARD => into += 1,
                _ => mutual += 1,
            });
            let pairs = |count: u128| count * count.saturating_sub(1) / 2;
            let here =
                [pairs(out), out * into, out * mutual, pairs(into), into * mutual, pairs(mutual)];
            corners.iter_mut().zip(here).for_each(|(sum, here)| *sum += here);
            // An asymmetric pair is an out pair of one of its ends.
            dyads += Dyads::new(out, mutual);
        }
        Ok((corners, dyads))
    })?;
    let (mut corners, mut dyads) = ([0u128; 6], Dyads::default());
    for (of_chunk, more) in parts {
        corners.iter_mut().zip(of_chunk).for_each(|(sum, here)| *sum += here);
        dyads += more;
    }
    Ok((corners, Dyads::new(dyads.asymmetric, dyads.mutual / 2)))
}

/// Triangles by the sides of their pairs: those of (a, b), (a, c) and (b, c), two bits each.
fn closed_triads(env: &Environment, oriented: &Oriented) -> Result<[u64; 64]> {
    let scratch = || oriented.row_set(env.memory());
    let parts = oriented.map_chunks(env, "triads", scratch, |set, rows| {
        let mut counts = [0u64; 64];
        for row in rows {
            oriented.for_each_triple(set, row, |triple| {
                let ab = oriented.sides(row, triple.second_at).bits();
                let ac = oriented.sides(row, triple.first_at).bits();
                let bc = oriented.sides(triple.second, triple.first_at_second).bits();
                counts[usize::from(ab << 4 | ac << 2 | bc)] += 1;
            });
        }
        Ok(counts)
    })?;
    let mut sums = [0; 64];
    for counts in parts {
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    Ok(sums)
}

/// A triad of three pairs.
struct Triad {
    ab: Sides,
    ac: Sides,
    bc: Sides,
}

impl Triad {
    fn of(mask: usize) -> Self {
        let sides = |shift: usize| match mask >> shift & 3 {
            2 => Sides::FORWARD,
            1 => Sides::BACKWARD,
            _ => Sides::BOTH,
        };
        Self { ab: sides(4), ac: sides(2), bc: sides(0) }
    }

    /// The pairs at each vertex, as seen from it.
    fn ends(&self) -> [(Sides, Sides); 3] {
        let Self { ab, ac, bc } = *self;
        [(ab, ac), (ab.flipped(), bc), (ac.flipped(), bc.flipped())]
    }

    fn corners(&self) -> [usize; 3] {
        self.ends().map(|(first, second)| corner(first, second))
    }

    fn dyads(&self) -> Dyads {
        let mutual = [self.ab, self.ac, self.bc].iter().filter(|&&s| s == Sides::BOTH).count();
        Dyads::new(3 - mutual as u128, mutual as u128)
    }

    /// Its place in [`DIRECTED`].
    fn kind(&self) -> usize {
        let is_corner = |wanted| self.ends().contains(&(wanted, wanted));
        let (down, up) = (is_corner(Sides::FORWARD), is_corner(Sides::BACKWARD));
        match self.dyads().mutual {
            3 => 15,
            2 => 14,
            1 if down => 11,
            1 if up => 12,
            1 => 13,
            _ if down => 8,
            _ => 9,
        }
    }
}

impl Outcome for TriadicCensusResult {
    fn table(&self) -> Option<Box<dyn Source>> {
        None
    }

    fn summary(&self) -> Result<serde_json::Value> {
        // What no 64 bits hold is told as text.
        let number = |count: u128| match u64::try_from(count) {
            Ok(count) => count.into(),
            Err(_) => serde_json::Value::String(count.to_string()),
        };
        Ok(self.iter().map(|(name, count)| (name.to_owned(), number(count))).collect())
    }

    fn print(&self, _top: usize, out: &mut dyn Write) -> io::Result<()> {
        self.iter().try_for_each(|(name, count)| writeln!(out, "{name}\t{count}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neighborhood::testing::{Sketch, complete, empty, sketches, threes};
    use crate::test_support::random_graphs;
    use proptest::prelude::*;

    /// The kind of three vertices by the names of the pairs and a look at their out-degrees.
    fn kind(matrix: &[Vec<bool>], vertices: [usize; 3]) -> &'static str {
        let out = |v: usize| vertices.iter().filter(|&&u| matrix[v][u]).count();
        let into = |v: usize| vertices.iter().filter(|&&u| matrix[u][v]).count();
        let [a, b, c] = vertices;
        let pairs = [(a, b), (a, c), (b, c)].map(|(u, v)| (matrix[u][v], matrix[v][u]));
        let mutual = pairs.iter().filter(|&&pair| pair == (true, true)).count();
        let null = pairs.iter().filter(|&&pair| pair == (false, false)).count();
        let any = |degrees: (usize, usize)| vertices.iter().any(|&v| (out(v), into(v)) == degrees);
        match (mutual, 3 - mutual - null, null) {
            (0, 0, 3) => "003",
            (0, 1, 2) => "012",
            (1, 0, 2) => "102",
            (0, 2, 1) if any((2, 0)) => "021D",
            (0, 2, 1) if any((0, 2)) => "021U",
            (0, 2, 1) => "021C",
            // The vertex in the middle is pointed at once more, or points once more.
            (1, 1, 1) if any((1, 2)) => "111D",
            (1, 1, 1) => "111U",
            (0, 3, 0) if any((1, 1)) && any((2, 0)) => "030T",
            (0, 3, 0) => "030C",
            (2, 0, 1) => "201",
            (1, 2, 0) if any((2, 0)) => "120D",
            (1, 2, 0) if any((0, 2)) => "120U",
            (1, 2, 0) => "120C",
            (2, 1, 0) => "210",
            _ => "300",
        }
    }

    fn reference(sketch: &Sketch) -> Vec<(&'static str, u128)> {
        let (matrix, degrees) = (sketch.matrix(), sketch.degrees());
        let names: &[&str] = if sketch.directed { &DIRECTED } else { &UNDIRECTED };
        let mut counts: Vec<_> = names.iter().map(|&name| (name, 0)).collect();
        for vertices in threes(sketch.n).filter(|triad| triad.iter().all(|&v| degrees[v] > 0)) {
            let [a, b, c] = vertices;
            let edges = [(a, b), (a, c), (b, c)].iter().filter(|&&(u, v)| matrix[u][v]).count();
            let name = if sketch.directed { kind(&matrix, vertices) } else { UNDIRECTED[edges] };
            counts.iter_mut().find(|(other, _)| *other == name).unwrap().1 += 1;
        }
        counts
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn kinds_are_those_of_every_three_looked_at(sketch in sketches()) {
            let census = sketch.everywhere(|graph| graph.run(TriadicCensus::default()).unwrap());
            prop_assert_eq!(census.iter().collect::<Vec<_>>(), reference(&sketch));
        }
    }

    #[test]
    fn known_graphs() {
        let census = |sketch: Sketch| {
            sketch
                .everywhere(|graph| graph.run(TriadicCensus::default()).unwrap())
                .counts()
                .to_vec()
        };
        assert_eq!(census(complete(47, false)), [0, 0, 0, 16215]);
        assert_eq!(census(complete(47, true))[15], 16215);
        assert_eq!(census(empty(9, false)), [0; 4]);
        assert_eq!(census(empty(0, true)), [0; 16]);
    }
}
