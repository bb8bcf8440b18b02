//! `Count`, `Collect` and `ChecksumHashCode`: results of data sets and graphs, lazily.

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;

use super::hash_code::JavaHash;
use crate::error::Result;
use crate::graph::{Graph, GraphAnalytic, Pending};
use crate::java_hash::Checksum;
use crate::vertex_key::VertexKey;

/// The number of records of a data set, when it [runs](Pending::execute).
///
/// ```
/// # use quince_core::{Environment, dataset::DataSet};
/// use quince_gelly::asm::count;
/// # let env = Environment::builder().threads(1).build()?;
/// assert_eq!(count(&DataSet::sequence(&env, 0..7)).execute()?, 7);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
pub fn count<T: Record>(data: &DataSet<T>) -> Pending<u64> {
    let sums = data.map(|_| 1u64).reduce(|a, b| a + b);
    Pending::of(&sums).map(|sums| sums.into_iter().sum())
}

/// The records of a data set, when it [runs](Pending::execute).
///
/// ```
/// # use quince_core::{Environment, dataset::DataSet};
/// use quince_gelly::asm::{collect, count};
/// # let env = Environment::builder().threads(1).build()?;
/// let odd = DataSet::sequence(&env, 0..6).filter(|x| x % 2 == 1);
/// assert_eq!(collect(&odd).and(count(&odd)).execute()?, (vec![1, 3, 5], 3));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
pub fn collect<T: Record>(data: &DataSet<T>) -> Pending<Vec<T>> {
    Pending::of(data)
}

/// The [`Checksum`] of a data set, when it [runs](Pending::execute).
///
/// ```
/// # use quince_core::{Environment, dataset::DataSet};
/// use quince_gelly::asm::checksum_hash_code;
/// # let env = Environment::builder().threads(1).build()?;
/// let edges = DataSet::from_collection(&env, [(0i64, 1i64), (1, 0)]);
/// let checksum = checksum_hash_code(&edges).execute()?;
/// assert_eq!((checksum.count, checksum.sum), (2, 32));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
pub fn checksum_hash_code<T: Record + JavaHash>(data: &DataSet<T>) -> Pending<Checksum> {
    let hashes = data.map(|record| (1u64, u64::from(record.java_hash() as u32)));
    let sums = hashes.reduce(|a, b| (a.0 + b.0, a.1.wrapping_add(b.1)));
    Pending::of(&sums)
        .map(|sums| sums.into_iter().map(|(count, sum)| Checksum { count, sum }).sum())
}

/// The [`Checksum`] of the vertices and edges of a graph together.
///
/// Follows Gelly's `library.metric.ChecksumHashCode`.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::ChecksumHashCode};
/// # let env = Environment::builder().threads(1).build()?;
/// let edges = [(1i64, 2i64, 12i64), (2, 1, 21)].map(Edge::from);
/// let graph = Graph::from_edges_with(&env, edges, |id| *id);
/// let checksum = graph.analyze(&ChecksumHashCode)?.execute()?;
/// assert_eq!((checksum.count, checksum.sum), (4, 32 * 1 + 32 * 2 + 1035 + 1974));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ChecksumHashCode;

impl<K, VV, EV> GraphAnalytic<K, VV, EV> for ChecksumHashCode
where
    K: VertexKey + JavaHash,
    VV: Record + JavaHash,
    EV: Record + JavaHash,
{
    type Output = Checksum;

    fn analyze(&self, graph: &Graph<K, VV, EV>) -> Result<Pending<Checksum>> {
        let vertices = checksum_hash_code(graph.vertices());
        let edges = checksum_hash_code(graph.edges());
        Ok(vertices.and(edges).map(|(vertices, edges)| vertices + edges))
    }
}
