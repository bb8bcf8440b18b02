//! A label for every vertex: what label propagations and community detections give.

use std::io::{self, Write};

use quince_core::columnar::Column;
use quince_core::iteration::IterationReport;
use quince_core::memory::{MemoryManager, Segment};
use quince_gelly::{EdgeValue, Error, IndexedGraph, Result, VertexId, VertexTable, VertexValues};
use serde_json::json;

use crate::outcome::print_values;

/// A label for every vertex: the id of a vertex, or a number.
#[derive(Clone, Debug)]
#[must_use]
pub struct VertexLabels {
    labels: Labels,
    memory: MemoryManager,
}

#[derive(Clone, Debug)]
enum Labels {
    /// Ordinals of ids.
    Ids(VertexValues<u32>),
    /// Numbers of the user's.
    Numbers(VertexValues<i64>),
    /// Numbers from 0.
    Counted(VertexValues<u32>),
}

impl VertexLabels {
    /// Labels that are ids, by their ordinals.
    pub(crate) fn ids<E: EdgeValue>(graph: &IndexedGraph<E>, ordinals: Segment<u32>) -> Self {
        let values = VertexValues::new(graph.dictionary().clone(), ordinals);
        Self { labels: Labels::Ids(values), memory: graph.environment().memory().clone() }
    }

    /// Labels that are numbers from 0.
    pub(crate) fn counted<E: EdgeValue>(graph: &IndexedGraph<E>, numbers: Segment<u32>) -> Self {
        let values = VertexValues::new(graph.dictionary().clone(), numbers);
        Self { labels: Labels::Counted(values), memory: graph.environment().memory().clone() }
    }

    /// The label of a vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// let found = graph.run(Louvain::default())?;
    /// assert_eq!(found.labels().get(1), found.labels().get(2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn get<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<VertexId<'_>> {
        match &self.labels {
            Labels::Ids(values) => Some(values.dictionary().key_of_ordinal(values.get(id)?)),
            Labels::Numbers(values) => values.get(id).map(VertexId::Integer),
            Labels::Counted(values) => values.get(id).map(|n| VertexId::Integer(n.into())),
        }
    }

    /// Ids and labels, ascending by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert_eq!(graph.run(Louvain::default())?.labels().iter().count(), 6);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> Box<dyn Iterator<Item = (VertexId<'_>, VertexId<'_>)> + '_> {
        match &self.labels {
            Labels::Ids(values) => {
                let dictionary = values.dictionary();
                Box::new(values.iter().map(|(id, label)| (id, dictionary.key_of_ordinal(label))))
            }
            Labels::Numbers(values) => {
                Box::new(values.iter().map(|(id, label)| (id, VertexId::Integer(label))))
            }
            Labels::Counted(values) => {
                Box::new(values.iter().map(|(id, label)| (id, VertexId::Integer(label.into()))))
            }
        }
    }

    /// The number of distinct labels.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert_eq!(graph.run(Louvain::default())?.labels().num_labels()?, 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget has no 8 bytes per vertex.
    pub fn num_labels(&self) -> Result<u64> {
        Ok(self.sorted()?.chunk_by(|a, b| a == b).count() as u64)
    }

    /// The `count` labels that most vertices have, with their numbers of vertices, falling; equal
    /// ones ascend by label.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert_eq!(graph.run(Louvain::default())?.labels().largest(1)?[0].1, 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget has no 8 bytes per vertex.
    pub fn largest(&self, count: usize) -> Result<Vec<(VertexId<'_>, u64)>> {
        let sorted = self.sorted()?;
        let order = |&(label, size): &(i64, u64)| (std::cmp::Reverse(size), label);
        // Bounded by the count: what is kept is cut back to it whenever it has doubled.
        let limit = count.saturating_mul(2).max(2);
        let mut largest: Vec<(i64, u64)> = Vec::new();
        for run in sorted.chunk_by(|a, b| a == b) {
            if largest.len() >= limit {
                largest.sort_unstable_by_key(order);
                largest.truncate(count);
            }
            largest.push((run[0], run.len() as u64));
        }
        largest.sort_unstable_by_key(order);
        largest.truncate(count);
        Ok(largest.into_iter().map(|(label, size)| (self.key(label), size)).collect())
    }

    /// The label of each vertex as a number, sorted.
    fn sorted(&self) -> Result<Segment<i64>> {
        let mut numbers = self.memory.allocate::<i64>("labels", self.len())?;
        numbers.iter_mut().enumerate().for_each(|(vertex, number)| *number = self.raw(vertex));
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The label of each vertex as a number below the number of labels, which is given too.
    ///
    /// # Errors
    /// If the budget does not suffice, or the labels are those of a graph of another size.
    pub(crate) fn numbers<E: EdgeValue>(
        &self,
        graph: &IndexedGraph<E>,
    ) -> Result<(Segment<u32>, usize)> {
        let len = graph.dictionary().len();
        if self.len() != len {
            return Err(Error::Parameter {
                algorithm: "Modularity",
                parameter: "the partition",
                value: format!("one of {} vertices", self.len()),
                expected: "one of the vertices of this graph",
            });
        }
        let mut distinct = self.sorted()?;
        let kept = dedup_sorted(&mut distinct);
        let distinct = &distinct[..kept];
        let mut numbers = self.memory.allocate::<u32>("communities", len)?;
        for (vertex, number) in numbers.iter_mut().enumerate() {
            let label = self.raw(vertex);
            *number = distinct.partition_point(|&other| other < label) as u32;
        }
        Ok((numbers, kept))
    }

    fn len(&self) -> usize {
        match &self.labels {
            Labels::Ids(values) | Labels::Counted(values) => values.len(),
            Labels::Numbers(values) => values.len(),
        }
    }

    /// The label of a vertex by its dense number, as a number.
    fn raw(&self, vertex: usize) -> i64 {
        match &self.labels {
            Labels::Ids(values) | Labels::Counted(values) => values.by_dense()[vertex].into(),
            Labels::Numbers(values) => values.by_dense()[vertex],
        }
    }

    /// The label that [`sorted`](Self::sorted) has as a number.
    fn key(&self, label: i64) -> VertexId<'_> {
        match &self.labels {
            Labels::Ids(values) => values.dictionary().key_of_ordinal(label as u32),
            Labels::Numbers(_) | Labels::Counted(_) => VertexId::Integer(label),
        }
    }

    /// The table of `vertex` and a column of this name.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// let table = graph.run(Louvain::default())?.labels().table("community");
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 6);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self, name: &str) -> VertexTable {
        match &self.labels {
            Labels::Ids(values) => VertexTable::new(values.dictionary().clone()).ids(name, values),
            Labels::Numbers(values) => {
                VertexTable::new(values.dictionary().clone()).values(name, values, Column::Int64)
            }
            Labels::Counted(values) => {
                VertexTable::new(values.dictionary().clone()).values(name, values, Column::UInt32)
            }
        }
    }

    /// What a report says of labels that an iteration made.
    pub(crate) fn summary(&self, report: &IterationReport) -> Result<serde_json::Value> {
        Ok(json!({
            "communities": self.num_labels()?,
            "largest": self.largest(1)?.first().map_or(0, |&(_, size)| size),
            "iterations": report.num_supersteps(),
            "stopped": report.stopped,
        }))
    }

    /// Prints the labels that most vertices have, one `label<TAB>size` line each.
    pub(crate) fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        if top == 0 {
            return Ok(());
        }
        print_values(self.largest(top).map_err(io::Error::other)?, out)
    }
}

/// Moves distinct values to the front; says how many there are.
fn dedup_sorted(sorted: &mut [i64]) -> usize {
    let mut kept = 0;
    for at in 0..sorted.len() {
        if at == 0 || sorted[at] != sorted[kept - 1] {
            sorted[kept] = sorted[at];
            kept += 1;
        }
    }
    kept
}

/// The labels that vertices start with: their ids, or numbers that are given. Inside they are
/// small numbers in the order of the labels.
#[derive(Debug)]
pub(crate) struct StartLabels<'a> {
    given: Option<(&'a VertexValues<i64>, Segment<i64>)>,
}

impl<'a> StartLabels<'a> {
    /// # Errors
    /// If the budget has no 8 bytes per vertex for labels that are given.
    pub(crate) fn new(
        memory: &MemoryManager,
        given: Option<&'a VertexValues<i64>>,
    ) -> Result<Self> {
        let Some(given) = given else { return Ok(Self { given: None }) };
        let mut distinct = memory.allocate::<i64>("labels", given.len())?;
        distinct.copy_from_slice(given.by_dense());
        distinct.sort_unstable();
        let kept = dedup_sorted(&mut distinct);
        distinct.resize(kept)?;
        Ok(Self { given: Some((given, distinct)) })
    }

    /// The label of a vertex, as a small number.
    pub(crate) fn of<E: EdgeValue>(&self, graph: &IndexedGraph<E>, vertex: u32) -> u32 {
        match &self.given {
            None => graph.dictionary().ordinal(vertex),
            Some((given, distinct)) => {
                let label = given.by_dense()[vertex as usize];
                distinct.partition_point(|&other| other < label) as u32
            }
        }
    }

    /// The labels that the small numbers stand for.
    pub(crate) fn finish<E: EdgeValue>(
        self,
        graph: &IndexedGraph<E>,
        numbers: Segment<u32>,
    ) -> Result<VertexLabels> {
        let Some((_, distinct)) = self.given else { return Ok(VertexLabels::ids(graph, numbers)) };
        let memory = graph.environment().memory().clone();
        let mut labels = memory.allocate("labels", numbers.len())?;
        labels.iter_mut().zip(&numbers[..]).for_each(|(label, &n)| *label = distinct[n as usize]);
        let values = VertexValues::new(graph.dictionary().clone(), labels);
        Ok(VertexLabels { labels: Labels::Numbers(values), memory })
    }
}
