//! What tests of triangles and neighbourhoods share: small graphs, and the same as a matrix.

use proptest::prelude::*;
use quince_core::Environment;
use quince_core::columnar::{Batch, Column};
use quince_core::executor;
use quince_core::pipeline::Source;
use quince_gelly::{IndexedGraph, VertexOrder, edges};

use crate::test_support::{environment, is_for_every_way};

/// The most vertices of a random graph.
pub(crate) const MOST: i64 = 24;

/// A graph to be built in several ways.
#[derive(Clone, Debug)]
pub(crate) struct Sketch {
    /// Vertices are 0..n.
    pub(crate) n: usize,
    pub(crate) directed: bool,
    pub(crate) edges: Vec<(i64, i64)>,
}

/// Random graphs: sparse to dense, with self-loops, multi-edges and isolated vertices.
pub(crate) fn sketches() -> impl Strategy<Value = Sketch> {
    let edges = prop::collection::vec((0..MOST, 0..MOST), 0..200);
    (1..=MOST, any::<bool>(), edges).prop_map(|(n, directed, raw)| {
        let edges = raw.into_iter().map(|(u, v)| (u % n, v % n)).collect();
        Sketch { n: n as usize, directed, edges }
    })
}

/// The graph of Gelly's tests.
pub(crate) fn fish(directed: bool) -> Sketch {
    let edges = vec![(0, 1), (0, 2), (2, 1), (2, 3), (3, 1), (3, 4), (5, 3)];
    Sketch { n: 6, directed, edges }
}

pub(crate) fn complete(n: usize, directed: bool) -> Sketch {
    let all = 0..n as i64;
    let pairs = all.clone().flat_map(|u| all.clone().map(move |v| (u, v)));
    let edges = pairs.filter(|(u, v)| if directed { u != v } else { u < v }).collect();
    Sketch { n, directed, edges }
}

pub(crate) fn star(n: usize) -> Sketch {
    Sketch { n, directed: false, edges: (1..n as i64).map(|v| (0, v)).collect() }
}

pub(crate) fn empty(n: usize, directed: bool) -> Sketch {
    Sketch { n, directed, edges: Vec::new() }
}

/// Threads and vertex orders that all must agree, bits and all within an order.
pub(crate) const ORDERS: [VertexOrder; 2] = [VertexOrder::Ascending, VertexOrder::HubFirst];
const THREADS: [usize; 3] = [1, 2, 8];

impl Sketch {
    pub(crate) fn build(&self, threads: usize, order: VertexOrder) -> IndexedGraph {
        let env = environment(threads);
        let vertices = edges((0..self.n as i64).map(|v| (v, v)));
        IndexedGraph::builder(&env)
            .directed(self.directed)
            .order(order)
            .vertices(&vertices)
            .build(&edges(self.edges.iter().copied()))
            .unwrap()
    }

    /// The numbers of threads to run with, 1 the first; for most random graphs that is all.
    pub(crate) fn threads(&self) -> &'static [usize] {
        if is_for_every_way(self.edges.iter().copied()) { &THREADS } else { &THREADS[..1] }
    }

    /// What `run` gives for every order and number of threads, of which one does for most random
    /// graphs; it must be the same.
    pub(crate) fn everywhere<R: PartialEq + std::fmt::Debug>(
        &self,
        run: impl Fn(&IndexedGraph) -> R,
    ) -> R {
        let threads = self.threads();
        let mut results = Vec::new();
        for order in ORDERS.into_iter().take(threads.len()) {
            results.extend(threads.iter().map(|&threads| run(&self.build(threads, order))));
        }
        let first = results.swap_remove(0);
        assert!(results.iter().all(|other| *other == first), "{first:?} or {results:?}");
        first
    }

    /// Whether there is an edge, by source and target; both ways if edges have no direction.
    pub(crate) fn matrix(&self) -> Vec<Vec<bool>> {
        let mut matrix = vec![vec![false; self.n]; self.n];
        for &(u, v) in self.edges.iter().filter(|(u, v)| u != v) {
            matrix[u as usize][v as usize] = true;
            if !self.directed {
                matrix[v as usize][u as usize] = true;
            }
        }
        matrix
    }

    /// Whether two vertices are neighbours.
    pub(crate) fn neighbors(&self) -> Vec<Vec<bool>> {
        let matrix = self.matrix();
        let paired = |u: usize, v: usize| matrix[u][v] || matrix[v][u];
        (0..self.n).map(|u| (0..self.n).map(|v| paired(u, v)).collect()).collect()
    }

    /// The number of neighbours of each vertex.
    pub(crate) fn degrees(&self) -> Vec<u64> {
        let of = |row: &Vec<bool>| row.iter().filter(|&&paired| paired).count() as u64;
        self.neighbors().iter().map(of).collect()
    }

    /// Every three vertices that are all neighbours, ascending.
    pub(crate) fn triangles(&self) -> Vec<[usize; 3]> {
        let paired = self.neighbors();
        let threes =
            threes(self.n).filter(|&[a, b, c]| paired[a][b] && paired[a][c] && paired[b][c]);
        threes.collect()
    }
}

/// Every three of 0..n, ascending.
pub(crate) fn threes(n: usize) -> impl Iterator<Item = [usize; 3]> {
    let pairs = (0..n).flat_map(move |a| (a + 1..n).map(move |b| [a, b]));
    pairs.flat_map(move |[a, b]| (b + 1..n).map(move |c| [a, b, c]))
}

/// A column as floats that hold its numbers exactly.
fn numbers(column: &Column) -> Vec<f64> {
    match column {
        Column::Int64(values) => values.iter().map(|&value| value as f64).collect(),
        Column::UInt64(values) => values.iter().map(|&value| value as f64).collect(),
        Column::UInt32(values) => values.iter().map(|&value| f64::from(value)).collect(),
        Column::UInt8(values) => values.iter().map(|&value| f64::from(value)).collect(),
        Column::Float32(values) => values.iter().map(|&value| f64::from(value)).collect(),
        Column::Float64(values) => values.to_vec(),
        other => panic!("a column of numbers, not {:?}", other.column_type()),
    }
}

/// The rows of a table of numbers, in its order.
pub(crate) fn rows(env: &Environment, table: &dyn Source) -> Vec<Vec<f64>> {
    let of = |batch: Batch| {
        let columns: Vec<_> = batch.columns().iter().map(numbers).collect();
        (0..batch.num_rows())
            .map(|row| columns.iter().map(|column| column[row]).collect())
            .collect()
    };
    executor::collect(env, table, &[])
        .unwrap()
        .into_iter()
        .flat_map(|batch| -> Vec<_> { of(batch) })
        .collect()
}

/// The same, sorted.
pub(crate) fn sorted_rows(env: &Environment, table: &dyn Source) -> Vec<Vec<f64>> {
    let mut rows = rows(env, table);
    rows.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    rows
}
