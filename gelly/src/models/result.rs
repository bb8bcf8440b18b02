//! What an iteration leaves.

use std::sync::Arc;

use quince_core::index::{Dictionary, Key};
use quince_core::iteration::{IterationReport, MessageResult};
use quince_core::memory::{PaidVec, Reservation};

/// A value for every vertex, and how it came about.
#[derive(Debug)]
#[must_use]
pub struct ModelResult<VV> {
    dictionary: Arc<Dictionary>,
    values: PaidVec<VV>,
    /// What values own outside of themselves.
    _owned: Option<Reservation>,
    report: IterationReport,
}

impl<VV> ModelResult<VV> {
    pub(super) fn new(dictionary: Arc<Dictionary>, result: MessageResult<VV>) -> Self {
        let MessageResult { states, owned, report } = result;
        Self { dictionary, values: states, _owned: owned, report }
    }

    /// The value of a vertex.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let count = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    /// #     match vertex.superstep_number() {
    /// #         1 => vertex.send_message_to_all_neighbors(1),
    /// #         _ => vertex.set_new_vertex_value(messages.iter().sum()),
    /// #     }
    /// # };
    /// let result = VertexCentric::new(count, 2).run(&graph, |_| 0)?;
    /// assert_eq!((result.value(3), result.value(4)), (Some(&2), None));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn value<'k>(&self, id: impl Into<Key<'k>>) -> Option<&VV> {
        self.dictionary.get(id).map(|vertex| &self.values[vertex as usize])
    }

    /// Ids and values, ascending by id.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let count = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    /// #     match vertex.superstep_number() {
    /// #         1 => vertex.send_message_to_all_neighbors(1),
    /// #         _ => vertex.set_new_vertex_value(messages.iter().sum()),
    /// #     }
    /// # };
    /// let result = VertexCentric::new(count, 2).run(&graph, |_| 0)?;
    /// let in_degrees: Vec<u64> = result.iter().map(|(_, degree)| *degree).collect();
    /// assert_eq!(in_degrees, [0, 1, 2]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (Key<'_>, &VV)> {
        (0..self.dictionary.num_ordinals() as u32)
            .filter_map(|ordinal| self.dictionary.dense_of_ordinal(ordinal))
            .map(|vertex| (self.dictionary.key(vertex), &self.values[vertex as usize]))
    }

    /// The values by dense number.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let count = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    /// #     match vertex.superstep_number() {
    /// #         1 => vertex.send_message_to_all_neighbors(1),
    /// #         _ => vertex.set_new_vertex_value(messages.iter().sum()),
    /// #     }
    /// # };
    /// let result = VertexCentric::new(count, 2).run(&graph, |_| 0)?;
    /// assert_eq!(result.by_dense().iter().sum::<u64>(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn by_dense(&self) -> &[VV] {
        &self.values
    }

    pub(super) fn into_report(self) -> IterationReport {
        self.report
    }

    /// The supersteps and why they ended.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let count = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    /// #     match vertex.superstep_number() {
    /// #         1 => vertex.send_message_to_all_neighbors(1),
    /// #         _ => vertex.set_new_vertex_value(messages.iter().sum()),
    /// #     }
    /// # };
    /// let result = VertexCentric::new(count, 2).run(&graph, |_| 0)?;
    /// assert_eq!(result.report().num_supersteps(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }
}
