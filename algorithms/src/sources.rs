//! The vertices that traversals begin at: named, drawn by a seed, or all.

use std::collections::BinaryHeap;

use quince_core::index::{Dictionary, EntryValue};
use quince_core::memory::Segment;
use quince_gelly::{Error, GraphSize, Id, IndexedGraph, Result};

/// From which vertices paths begin: by default all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
// What the struct says would be the help of every command that it is part of.
#[cfg_attr(feature = "cli", command(about = None, long_about = None))]
pub struct Sources {
    /// A vertex to begin at; may be given several times [default: all]
    #[cfg_attr(feature = "cli", arg(id = "sources", long = "source", value_name = "ID"))]
    ids: Vec<Id>,

    /// Begin at this many vertices, drawn by the seed
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "N", conflicts_with = "sources", value_parser = clap::value_parser!(u64).range(1..))
    )]
    samples: Option<u64>,

    /// What decides which vertices are drawn
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "S", default_value_t = Self::DEFAULT_SEED, requires = "samples")
    )]
    seed: u64,
}

impl Sources {
    /// The seed unless another is set.
    pub const DEFAULT_SEED: u64 = 0;

    /// All vertices.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(Closeness::default().sources(Sources::all()))?.num_sources(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn all() -> Self {
        Self::default()
    }

    /// The vertices of these ids; one that is named twice counts once.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let two = Sources::these([Id::from(1), Id::from(2), Id::from(1)]);
    /// assert_eq!(graph.run(Closeness::default().sources(two))?.num_sources(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn these(ids: impl IntoIterator<Item = Id>) -> Self {
        Self { ids: ids.into_iter().collect(), ..Self::default() }
    }

    /// This many vertices, or all if there are no more: which ones depends on the seed and on the
    /// ids of the graph alone.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let three = Sources::sampled(3, 42);
    /// assert_eq!(graph.run(Closeness::default().sources(three))?.num_sources(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn sampled(samples: u64, seed: u64) -> Self {
        Self { ids: Vec::new(), samples: Some(samples), seed }
    }

    /// The sources by dense id, in the order of their ids.
    pub(crate) fn of<E: EntryValue>(
        &self,
        graph: &IndexedGraph<E>,
        algorithm: &'static str,
    ) -> Result<Segment<u32>> {
        let dictionary = graph.dictionary();
        let mut ordinals = match self.samples {
            _ if !self.ids.is_empty() => {
                let sources = find(graph, algorithm, &self.ids)?;
                sources.into_iter().map(|source| dictionary.ordinal(source)).collect()
            }
            Some(samples) if samples < graph.num_vertices() => self.draw(dictionary, samples),
            _ => return all(graph),
        };
        ordinals.sort_unstable();
        let mut sources = graph.environment().memory().allocate("sources", ordinals.len())?;
        let dense = ordinals.iter().filter_map(|&ordinal| dictionary.dense_of_ordinal(ordinal));
        sources.iter_mut().zip(dense).for_each(|(slot, source)| *slot = source);
        Ok(sources)
    }

    /// The vertices with the smallest hashes.
    fn draw(&self, dictionary: &Dictionary, samples: u64) -> Vec<u32> {
        let mut drawn = BinaryHeap::new();
        let present = |&ordinal: &u32| dictionary.dense_of_ordinal(ordinal).is_some();
        for ordinal in (0..dictionary.num_ordinals() as u32).filter(present) {
            let hash = mix(mix(self.seed) ^ u64::from(ordinal));
            if (drawn.len() as u64) < samples {
                drawn.push((hash, ordinal));
            } else if let Some(mut last) = drawn.peek_mut()
                && (hash, ordinal) < *last
            {
                *last = (hash, ordinal);
            }
        }
        drawn.into_iter().map(|(_, ordinal)| ordinal).collect()
    }

    /// For plans.
    pub(crate) fn describe<E: EntryValue>(
        &self,
        graph: &IndexedGraph<E>,
        algorithm: &'static str,
    ) -> Result<String> {
        Ok(match self.samples {
            _ if !self.ids.is_empty() => find(graph, algorithm, &self.ids)?.len().to_string(),
            Some(samples) if samples < graph.num_vertices() => {
                format!("{samples}, drawn by the seed {}", self.seed)
            }
            _ => format!("all {}", graph.num_vertices()),
        })
    }

    /// The bytes that a list of them takes.
    pub(crate) fn estimate(&self, size: &GraphSize) -> u64 {
        let named = (!self.ids.is_empty()).then_some(self.ids.len() as u64);
        4 * named.or(self.samples).unwrap_or(u64::MAX).min(size.num_vertices)
    }
}

fn all<E: EntryValue>(graph: &IndexedGraph<E>) -> Result<Segment<u32>> {
    let (dictionary, memory) = (graph.dictionary(), graph.environment().memory());
    let mut sources = memory.allocate("sources", dictionary.len())?;
    let ordinals = 0..dictionary.num_ordinals() as u32;
    let dense = ordinals.filter_map(|ordinal| dictionary.dense_of_ordinal(ordinal));
    sources.iter_mut().zip(dense).for_each(|(slot, source)| *slot = source);
    Ok(sources)
}

/// A hash of a number, by the finalizer of SplitMix64.
fn mix(number: u64) -> u64 {
    let mut hash = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}

/// The vertices of these ids, by dense id, in their order; one that is named twice counts once.
///
/// # Errors
/// If there is none, or the graph does not have one.
pub(crate) fn find<E: EntryValue>(
    graph: &IndexedGraph<E>,
    algorithm: &'static str,
    ids: &[Id],
) -> Result<Vec<u32>> {
    if ids.is_empty() {
        let (value, expected) = ("not given".to_owned(), "the id of a vertex");
        return Err(Error::Parameter { algorithm, parameter: "source", value, expected });
    }
    let mut sources = Vec::with_capacity(ids.len());
    for id in ids {
        let source = graph.find(id)?;
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    Ok(sources)
}
