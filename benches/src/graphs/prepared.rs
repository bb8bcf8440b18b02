//! A graph on disk.

use std::path::{Path, PathBuf};

use quince_core::columnar::{Batch, Column, Schema};
use quince_core::index::{Csr, StaticIndex};
use quince_core::pipeline::BatchSource;
use quince_core::{Environment, executor};
use quince_datasets::sinks::edge_list_sink;
use quince_gelly::{Duplicates, EdgeDirection, IndexedGraph, SelfLoops, VertexOrder};
use tempfile::TempDir;

use super::{Lengths, Recipe, SEED, mix};
use crate::error::{Error, Result};

/// A simple graph as edge lists in a folder of its own, so that all programs read the same edges.
///
/// Self-loops, parallel edges and vertices without edges are left out, and vertices are numbered
/// 0..n in the order of the ids that they had: no two programs can count differently. Each edge
/// stands once, ascending by source and target. The folder goes when the graph does.
#[derive(Debug)]
pub struct PreparedGraph {
    name: String,
    description: String,
    directed: bool,
    vertices: u64,
    edges: u64,
    sources: Vec<u32>,
    folder: TempDir,
    weighted: bool,
}

impl PreparedGraph {
    /// Makes the graph, and writes it: `weighted` too if asked for. `num_sources` vertices with an
    /// edge out of them are drawn as sources.
    ///
    /// # Errors
    /// If it does not fit into the budget or on the disk.
    pub fn new(
        env: &Environment,
        recipe: Recipe,
        num_sources: usize,
        weighted: bool,
    ) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("quince-bench-").tempdir();
        let folder = folder.map_err(Error::file("made", std::env::temp_dir()))?;
        let Recipe { directed, lengths, .. } = recipe;
        let (name, description) = (recipe.name.clone(), recipe.description.clone());
        let graph = IndexedGraph::builder(env)
            .directed(directed)
            .self_loops(SelfLoops::Drop)
            .duplicates(Duplicates::Drop)
            // Dense ids are then the new ones.
            .order(VertexOrder::Ascending)
            .build(&*recipe.source(env)?)?;
        let index = graph.index(EdgeDirection::Out)?;
        let prepared = Self {
            name,
            description,
            directed,
            vertices: graph.num_vertices(),
            edges: graph.num_edges(),
            sources: draw(&index, num_sources),
            folder,
            weighted,
        };
        write(env, &index, directed, None, &prepared.path(false))?;
        if weighted {
            write(env, &index, directed, Some(lengths), &prepared.path(true))?;
        }
        Ok(prepared)
    }

    /// Its name and size.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it was made.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Whether edges go one way.
    pub fn is_directed(&self) -> bool {
        self.directed
    }

    /// The number of vertices; they are 0..n.
    pub fn num_vertices(&self) -> u64 {
        self.vertices
    }

    /// The number of edges; each counts once.
    pub fn num_edges(&self) -> u64 {
        self.edges
    }

    /// The vertices that searches begin at, one for each trial.
    pub fn sources(&self) -> &[u32] {
        &self.sources
    }

    /// The file: `.el`, or `.wel` with weights.
    pub fn path(&self, weighted: bool) -> PathBuf {
        self.folder.path().join(if weighted { "graph.wel" } else { "graph.el" })
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// If it is gone.
    pub fn file_bytes(&self, weighted: bool) -> Result<u64> {
        let path = self.path(weighted);
        Ok(std::fs::metadata(&path).map_err(Error::file("read", path))?.len())
    }

    /// Whether there is a file with weights.
    pub fn has_weights(&self) -> bool {
        self.weighted
    }
}

/// Vertices with an edge out of them, by the seed.
fn draw(index: &Csr<()>, count: usize) -> Vec<u32> {
    let vertices = index.num_keys() as u64;
    if index.num_entries() == 0 {
        return Vec::new();
    }
    let drawn = (0u64..).map(|at| (mix(SEED ^ at << 8) % vertices) as u32);
    drawn.filter(|&vertex| index.degree(vertex) > 0).take(count).collect()
}

fn write(
    env: &Environment,
    index: &Csr<()>,
    directed: bool,
    lengths: Option<Lengths>,
    path: &Path,
) -> Result<()> {
    let batches = index.chunks().iter().map(|rows| {
        let edges = rows.clone().flat_map(|row| {
            let targets = index.row(row).iter().map(move |&target| (row, target));
            targets.filter(|&(source, target)| directed || source < target)
        });
        let (from, to): (Vec<u32>, Vec<u32>) = edges.unzip();
        let weigh = |lengths: Lengths| {
            let ends = from.iter().zip(&to);
            let weights = ends.map(|(&a, &b)| lengths.weight(a.into(), b.into()));
            Column::Int64(weights.collect::<Vec<_>>().into())
        };
        let weights = lengths.map(weigh);
        let names = ["source", "target", "weight"];
        let mut columns = vec![Column::UInt32(from.into()), Column::UInt32(to.into())];
        columns.extend(weights);
        Batch::new(Schema::new(names.into_iter().take(columns.len())), columns)
    });
    let source = BatchSource::new("edges", batches.collect());
    Ok(executor::write(env, &source, &[], edge_list_sink(path)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphs::NamedGraph;

    #[test]
    fn every_graph_is_simple_dense_and_the_same_each_time() {
        let env = Environment::builder().threads(2).build().unwrap();
        for &name in NamedGraph::ALL {
            let make = |threads| {
                let env = env.with_threads(threads).unwrap();
                let graph = PreparedGraph::new(&env, name.recipe(8), 5, true).unwrap();
                let text = [false, true].map(|w| std::fs::read_to_string(graph.path(w)).unwrap());
                (graph, text)
            };
            let (graph, text) = make(2);
            assert_eq!(make(1).1, text, "{name:?}");
            let edges: Vec<(u64, u64)> = text[0].lines().map(edge).collect();
            assert_eq!(edges.len() as u64, graph.num_edges());
            assert!(edges.is_sorted() && edges.len() == text[1].lines().count(), "{name:?}");
            assert!(edges.windows(2).all(|two| two[0] != two[1]), "{name:?}");
            let one_way = |&(a, b): &(u64, u64)| graph.is_directed() && a != b || a < b;
            assert!(edges.iter().all(one_way), "{name:?}");
            let ids: std::collections::BTreeSet<u64> =
                edges.iter().flat_map(|&(a, b)| [a, b]).collect();
            assert!(ids.into_iter().eq(0..graph.num_vertices()), "{name:?}");
            assert_eq!(graph.sources().len(), 5);
        }
    }

    fn edge(line: &str) -> (u64, u64) {
        let (source, target) = line.split_once(' ').unwrap();
        (source.parse().unwrap(), target.parse().unwrap())
    }
}
