//! From edges to a graph.

use std::marker::PhantomData;

use quince_core::columnar::{Batch, Column, Schema};
use quince_core::environment::Environment;
use quince_core::executor;
use quince_core::index::{Dictionary, Duplicates, Encoded, EntryValue, KeyOrder, SelfPairs};
use quince_core::pipeline::{BatchSource, Operator, Source};

use crate::error::Result;
use crate::indexed_graph::{GraphOptions, IndexedGraph};

/// Describes how a graph is made of edges: a [`Graph`](crate::Graph), or the
/// [`IndexedGraph`] alone.
///
/// ```
/// use quince_core::Environment;
/// use quince_gelly::{Duplicates, IndexedGraph, SelfLoops, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let graph = IndexedGraph::builder(&env)
///     .directed(false)
///     .self_loops(SelfLoops::Drop)
///     .duplicates(Duplicates::Drop)
///     .build(&edges([(1, 2), (2, 1), (2, 2), (2, 3)]))?;
/// assert_eq!((graph.num_vertices(), graph.num_edges()), (3, 2));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct GraphBuilder<'a, Form = AsIndex> {
    env: Environment,
    vertices: Option<&'a dyn Source>,
    operators: Vec<&'a dyn Operator>,
    options: GraphOptions,
    form: PhantomData<Form>,
}

/// Marks builders of an [`IndexedGraph`].
#[derive(Debug)]
pub struct AsIndex;

impl<Form> std::fmt::Debug for GraphBuilder<'_, Form> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GraphBuilder")
            .field("vertices", &self.vertices.map(Source::name))
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl IndexedGraph {
    /// The directed graph of the edges of `source`, without values; every option at its default.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (2, 3)]))?;
    /// assert_eq!((graph.num_vertices(), graph.num_edges()), (3, 2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the source fails, the budget does not suffice, or the environment is cancelled.
    pub fn from_source(env: &Environment, source: &dyn Source) -> Result<Self> {
        Self::builder(env).build(source)
    }

    /// A graph to be described step by step.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = IndexedGraph::builder(&env).directed(false).build(&edges([(1, 2)]))?;
    /// assert!(!graph.is_directed());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn builder<'a>(env: &Environment) -> GraphBuilder<'a> {
        GraphBuilder::new(env)
    }
}

impl<'a, Form> GraphBuilder<'a, Form> {
    pub(crate) fn new(env: &Environment) -> Self {
        let (env, options) = (env.clone(), GraphOptions::default());
        Self { env, vertices: None, operators: Vec::new(), options, form: PhantomData }
    }

    /// Whether an edge goes one way (the default) or both.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = IndexedGraph::builder(&env).directed(false).build(&edges([(1, 2)]))?;
    /// assert_eq!(graph.out_degrees()?[..], [1, 1]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn directed(mut self, directed: bool) -> Self {
        self.options.directed = directed;
        self
    }

    /// What to do with edges from a vertex to itself; by default they stay.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let builder = IndexedGraph::builder(&env).self_loops(SelfLoops::Drop);
    /// assert_eq!(builder.build(&edges([(1, 1), (1, 2)]))?.num_edges(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn self_loops(mut self, self_loops: SelfPairs) -> Self {
        self.options.self_loops = self_loops;
        self
    }

    /// What to do with edges of the same source and target; by default they stay.
    ///
    /// In an undirected graph (a, b) and (b, a) are the same.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let builder = IndexedGraph::builder(&env).duplicates(Duplicates::Drop);
    /// assert_eq!(builder.build(&edges([(1, 2), (1, 2)]))?.num_edges(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn duplicates(mut self, duplicates: Duplicates) -> Self {
        self.options.duplicates = duplicates;
        self
    }

    /// The order in which vertices are numbered inside; by default chosen by statistics. It
    /// decides speed; of results, only the last bits of sums of floats.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let builder = IndexedGraph::builder(&env).order(VertexOrder::HubFirst);
    /// let graph = builder.build(&edges([(1, 9), (2, 9)]))?;
    /// assert_eq!(graph.find(&Id::from(9))?, 0);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn order(mut self, order: KeyOrder) -> Self {
        self.options.order = order;
        self
    }

    /// Vertices that need not have edges: a source of one column of ids.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let alone = edges([(7, 7)]);
    /// let graph = IndexedGraph::builder(&env).vertices(&alone).build(&edges([(1, 2)]))?;
    /// assert_eq!((graph.num_vertices(), graph.num_edges()), (3, 1));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn vertices(mut self, vertices: &'a dyn Source) -> Self {
        self.vertices = Some(vertices);
        self
    }

    /// A record-wise operator that edges pass on their way in.
    ///
    /// ```
    /// # use quince_core::{Environment, columnar::Column, operators::Filter};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let ascending = Filter::new("ascending", |edges, keep| {
    ///     let [Column::Int64(source), Column::Int64(target)] = edges.columns() else { return };
    ///     let ids = source.iter().zip(&target[..]);
    ///     keep.iter_mut().zip(ids).for_each(|(keep, (source, target))| *keep = source < target);
    /// });
    /// let builder = IndexedGraph::builder(&env).operator(&ascending);
    /// assert_eq!(builder.build(&edges([(1, 2), (2, 1), (3, 3)]))?.num_edges(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn operator(mut self, operator: &'a dyn Operator) -> Self {
        self.operators.push(operator);
        self
    }

    pub(crate) fn build_valued<E: EntryValue>(
        self,
        source: &dyn Source,
    ) -> Result<IndexedGraph<E>> {
        let Self { env, vertices, operators, options, .. } = self;
        let batches = executor::collect(&env, source, &operators)?;
        let declared = match vertices {
            Some(vertices) => executor::collect(&env, vertices, &[])?,
            None => Vec::new(),
        };
        let Encoded { dictionary, pairs } =
            Dictionary::encode(&env, batches, declared, options.order)?;
        let mut steps = vec![source.name()];
        steps.extend(operators.iter().map(|operator| operator.name()));
        IndexedGraph::new(env, dictionary, pairs, options, steps)
    }
}

impl GraphBuilder<'_> {
    /// The graph of the edges of `source`: batches of two columns of ids; others are not read.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = IndexedGraph::builder(&env).build(&edges([(1, 2)]))?;
    /// assert!(graph.contains(2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the source fails, the budget does not suffice, or the environment is cancelled.
    pub fn build(self, source: &dyn Source) -> Result<IndexedGraph> {
        self.build_valued(source)
    }

    /// As [`build`](Self::build), with the third column as edge values: weights in 64-bit floats.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = IndexedGraph::builder(&env).build_weighted(&weighted_edges([(1, 2, 0.5)]))?;
    /// let mut weights = Vec::new();
    /// graph.index(EdgeDirection::Out)?.entries_of(0).for_each(|(_, weight)| weights.push(weight));
    /// assert_eq!(weights, [0.5]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn build_weighted(self, source: &dyn Source) -> Result<IndexedGraph<f64>> {
        self.build_valued(source)
    }
}

/// A source of the given edges between integer ids, for tests and small graphs.
///
/// ```
/// # use quince_core::Environment;
/// # use quince_gelly::*;
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (-7, 1)]))?;
/// assert!(graph.contains(-7));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
pub fn edges(edges: impl IntoIterator<Item = (i64, i64)>) -> BatchSource {
    let (sources, targets): (Vec<i64>, Vec<i64>) = edges.into_iter().unzip();
    let columns = vec![Column::Int64(sources.into()), Column::Int64(targets.into())];
    let batch = Batch::new(Schema::new(["source", "target"]), columns);
    BatchSource::new("collection of edges", vec![batch])
}

/// A source of the given weighted edges between integer ids, for tests and small graphs.
///
/// ```
/// # use quince_core::Environment;
/// # use quince_gelly::*;
/// # let env = Environment::builder().threads(1).build()?;
/// let roads = weighted_edges([(1, 2, 0.5), (2, 3, 4.0)]);
/// assert_eq!(IndexedGraph::builder(&env).build_weighted(&roads)?.num_edges(), 2);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
pub fn weighted_edges(edges: impl IntoIterator<Item = (i64, i64, f64)>) -> BatchSource {
    let (mut sources, mut targets, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for (source, target, weight) in edges {
        sources.push(source);
        targets.push(target);
        weights.push(weight);
    }
    let columns = vec![
        Column::Int64(sources.into()),
        Column::Int64(targets.into()),
        Column::Float64(weights.into()),
    ];
    let batch = Batch::new(Schema::new(["source", "target", "weight"]), columns);
    BatchSource::new("collection of weighted edges", vec![batch])
}
