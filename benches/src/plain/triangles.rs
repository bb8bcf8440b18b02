//! Triangles by merging sorted rows.

use quince_core::index::StaticIndex;
use quince_gelly::{EdgeDirection, EdgeValue, IndexedGraph, Result};

/// The simple undirected graph with each edge from the end of lower degree to that of higher.
#[derive(Debug)]
pub struct Oriented {
    offsets: Vec<usize>,
    targets: Vec<u32>,
    degrees: Vec<u32>,
}

impl Oriented {
    /// Of any graph, directions disregarded. It must not have self-loops.
    ///
    /// # Errors
    /// If its indexes cannot be made.
    pub fn new<E: EdgeValue>(graph: &IndexedGraph<E>) -> Result<Self> {
        let out = graph.index(EdgeDirection::Out)?;
        let into = graph.is_directed().then(|| graph.index(EdgeDirection::In)).transpose()?;
        let neighbors = |vertex: u32| {
            let mut row = out.row(vertex).to_vec();
            row.extend(into.iter().flat_map(|into| into.row(vertex)));
            row.sort_unstable();
            row.dedup();
            row
        };
        let vertices = 0..out.num_keys() as u32;
        let degrees: Vec<u32> = vertices.clone().map(|v| neighbors(v).len() as u32).collect();
        let rank = |vertex: u32| (degrees[vertex as usize], vertex);
        let (mut offsets, mut targets) = (vec![0], Vec::new());
        for vertex in vertices {
            targets.extend(neighbors(vertex).into_iter().filter(|&v| rank(v) > rank(vertex)));
            offsets.push(targets.len());
        }
        Ok(Self { offsets, targets, degrees })
    }

    fn row(&self, vertex: u32) -> &[u32] {
        &self.targets[self.offsets[vertex as usize]..self.offsets[vertex as usize + 1]]
    }

    fn vertices(&self) -> std::ops::Range<u32> {
        0..self.degrees.len() as u32
    }

    /// How many entries [`count`](Self::count) may look at: an upper bound of its work.
    pub fn work(&self) -> u64 {
        let of = |vertex| {
            let row = self.row(vertex);
            row.iter().map(|&v| (row.len() + self.row(v).len()) as u64).sum::<u64>()
        };
        self.vertices().map(of).sum()
    }

    /// The number of triangles.
    pub fn count(&self) -> u64 {
        let mut triangles = 0;
        self.for_each(|_, _, _| triangles += 1);
        triangles
    }

    /// The local clustering coefficient of each vertex; 0 with fewer than two neighbours.
    pub fn coefficients(&self) -> Vec<f64> {
        let mut triangles = vec![0u64; self.degrees.len()];
        self.for_each(|a, b, c| [a, b, c].into_iter().for_each(|v| triangles[v as usize] += 1));
        let coefficient = |(&triangles, &degree): (&u64, &u32)| {
            let pairs = f64::from(degree) * (f64::from(degree) - 1.0) / 2.0;
            if degree < 2 { 0.0 } else { triangles as f64 / pairs }
        };
        triangles.iter().zip(&self.degrees).map(coefficient).collect()
    }

    fn for_each(&self, mut visit: impl FnMut(u32, u32, u32)) {
        for a in self.vertices() {
            for &b in self.row(a) {
                let (mut left, mut right) = (self.row(a), self.row(b));
                while let (&[x, ref after_x @ ..], &[y, ref after_y @ ..]) = (left, right) {
                    if x == y {
                        visit(a, b, x);
                    }
                    (left, right) =
                        (if x <= y { after_x } else { left }, if y <= x { after_y } else { right });
                }
            }
        }
    }
}
