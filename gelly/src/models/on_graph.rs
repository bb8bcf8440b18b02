//! The three models on a [`Graph`]: its vertex values are where they begin, and a graph with new
//! ones is what they end with.

use quince_core::columnar::{ReadRecord, Record};
use quince_core::iteration::{Combine, IterationReport};

use super::along::AlongEdges;
use super::gather_sum_apply::{self, ApplyFunction, GatherSumApply, Reading};
use super::result::ModelResult;
use super::scatter_gather::{self, ScatterFunction, ScatterGather};
use super::vertex_centric::{ComputeFunction, VertexCentric};
use crate::error::Result;
use crate::graph::{DenseValues, EdgeWeight, Graph};
use crate::vertex_key::VertexKey;

/// The graph that an iteration ended with, and how it went.
#[derive(Clone, Debug)]
#[must_use]
pub struct IterationResult<K, VV, EV> {
    /// The graph with the new vertex values.
    pub graph: Graph<K, VV, EV>,
    /// The supersteps and why they ended.
    pub report: IterationReport,
}

impl<K: VertexKey, VV: Record, EV: EdgeWeight> Graph<K, VV, EV> {
    /// Runs a vertex-centric iteration (Pregel); see [`vertex_centric`](super::vertex_centric).
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_core::iteration::Combiner;
    /// use quince_gelly::models::vertex_centric::{ComputeContext, VertexCentric};
    /// use quince_gelly::{Edge, Graph};
    ///
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = [(1u64, 2u64), (2, 3), (3, 1), (4, 4)].map(Edge::from);
    /// let graph = Graph::from_edges_with(&env, edges, |&id| id);
    /// let largest = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    ///     let largest = messages.iter().copied().fold(*vertex.value(), u64::max);
    ///     if vertex.superstep_number() == 1 || largest > *vertex.value() {
    ///         vertex.set_new_vertex_value(largest);
    ///         vertex.send_message_to_all_neighbors(largest);
    ///     }
    /// };
    /// let iteration = VertexCentric::new(largest, 10).combiner(Combiner::max());
    /// let result = graph.run_vertex_centric_iteration(iteration)?;
    /// let mut values = result.graph.vertices_as_tuples().collect()?;
    /// values.sort();
    /// assert_eq!(values, [(1, 3), (2, 3), (3, 3), (4, 4)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails, the budget does not suffice, a function panics, or the environment is
    /// cancelled.
    pub fn run_vertex_centric_iteration<F, C, A, M>(
        &self,
        iteration: VertexCentric<F, C, A>,
    ) -> Result<IterationResult<K, VV, EV>>
    where
        M: Clone + Send + Sync,
        F: ComputeFunction<VV, EV::Entry, M>,
        C: Combine<M>,
        A: AlongEdges<M, EV::Entry>,
    {
        let (index, values) = (self.indexed()?, self.dense_values()?);
        let reader = values.reader();
        let result = iteration.run_from(&index, |vertex| reader.get(vertex as usize))?;
        self.with_result(result)
    }

    /// Runs a scatter-gather iteration (Spargel); see [`scatter_gather`](super::scatter_gather).
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::models::scatter_gather::{GatherContext, ScatterContext, ScatterGather};
    /// use quince_gelly::{Edge, Graph};
    ///
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = [(1u64, 2u64), (2, 3)].map(Edge::from);
    /// let graph = Graph::from_edges_with(&env, edges, |id| id.to_string());
    /// let scatter = |vertex: &mut ScatterContext<'_, '_, String, (), String>| {
    ///     vertex.send_message_to_all_neighbors(vertex.value().clone());
    /// };
    /// let gather = |vertex: &mut GatherContext<'_, '_, String, ()>, messages: &[String]| {
    ///     vertex.set_new_vertex_value(format!("{} from {}", vertex.value(), messages[0]));
    /// };
    /// let result = graph.run_scatter_gather_iteration(ScatterGather::new(scatter, gather, 10))?;
    /// let mut values = result.graph.vertices_as_tuples().collect()?;
    /// values.sort();
    /// assert_eq!(values[2].1, "3 from 2 from 2 from 1");
    /// assert_eq!(result.report.num_supersteps(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails, the budget does not suffice, a function panics, or the environment is
    /// cancelled.
    pub fn run_scatter_gather_iteration<S, G, C, A, M>(
        &self,
        iteration: ScatterGather<S, G, C, A>,
    ) -> Result<IterationResult<K, VV, EV>>
    where
        M: Clone + Send + Sync,
        S: ScatterFunction<VV, EV::Entry, M>,
        G: scatter_gather::GatherFunction<VV, EV::Entry, M>,
        C: Combine<M>,
        A: AlongEdges<M, EV::Entry>,
    {
        let (index, values) = (self.indexed()?, self.dense_values()?);
        let reader = values.reader();
        let result = iteration.run_from(&index, |vertex| reader.get(vertex as usize))?;
        self.with_result(result)
    }

    /// Runs a gather-sum-apply iteration (GSA); see [`gather_sum_apply`](super::gather_sum_apply).
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_core::iteration::Combiner;
    /// use quince_gelly::models::gather_sum_apply::{ApplyContext, GatherSumApply, Neighbor};
    /// use quince_gelly::{Edge, Graph};
    ///
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = [(1u64, 3u64, 0.5), (2, 3, 4.0)].map(Edge::from);
    /// let graph = Graph::from_edges_with(&env, edges, |&id| id as f64);
    /// let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() * neighbor.edge_value();
    /// let apply = |sum: f64, vertex: &mut ApplyContext<'_, '_, f64>| vertex.set_result(sum);
    /// let iteration = GatherSumApply::new(gather, Combiner::sum(), apply, 1);
    /// let result = graph.run_gather_sum_apply_iteration(iteration)?;
    /// let mut values = result.graph.vertices_as_tuples().collect()?;
    /// values.sort_by_key(|vertex| vertex.0);
    /// assert_eq!(values, [(1, 1.0), (2, 2.0), (3, 8.5)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails, the budget does not suffice, a function panics, or the environment is
    /// cancelled.
    pub fn run_gather_sum_apply_iteration<G, S, A, R, M>(
        &self,
        iteration: GatherSumApply<G, S, A, R>,
    ) -> Result<IterationResult<K, VV, EV>>
    where
        M: Clone + Send + Sync + 'static,
        R: Reading<VV>,
        G: gather_sum_apply::GatherFunction<R::Read, EV::Entry, M>,
        S: Combine<M>,
        A: ApplyFunction<VV, M>,
    {
        let (index, values) = (self.indexed()?, self.dense_values()?);
        let reader = values.reader();
        let result = iteration.run_from(&index, |vertex| reader.get(vertex as usize))?;
        self.with_result(result)
    }

    fn with_result(&self, result: ModelResult<VV>) -> Result<IterationResult<K, VV, EV>> {
        let by_dense = result.by_dense();
        let value = |vertex: u32| by_dense[vertex as usize].clone();
        let values = DenseValues::from_fn(self.environment(), by_dense.len(), value)?;
        let graph = self.with_dense_values(values)?;
        Ok(IterationResult { graph, report: result.into_report() })
    }
}
