//! A value for every vertex.

use std::cmp::Ordering;
use std::sync::Arc;

use quince_core::columnar::Native;
use quince_core::index::{Dictionary, Key};
use quince_core::memory::Segment;

/// A value for every vertex of a graph, looked up and listed by the user's ids.
#[derive(Clone, Debug)]
pub struct VertexValues<T: Native> {
    dictionary: Arc<Dictionary>,
    values: Arc<Segment<T>>,
}

impl<T: Native> VertexValues<T> {
    /// Values by dense id.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// assert_eq!(degrees.get(1), Some(2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Panics
    /// If there is not one for each vertex.
    pub fn new(dictionary: Arc<Dictionary>, values: Segment<T>) -> Self {
        assert_eq!(dictionary.len(), values.len(), "a value for each vertex");
        Self { dictionary, values: Arc::new(values) }
    }

    /// The number of vertices.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// assert_eq!(degrees.len(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no vertex.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// assert!(!degrees.is_empty());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The dictionary of the ids.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// assert!(degrees.dictionary().get(3).is_some());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn dictionary(&self) -> &Arc<Dictionary> {
        &self.dictionary
    }

    /// The values by dense id.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// assert_eq!(degrees.by_dense().iter().sum::<u32>(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn by_dense(&self) -> &[T] {
        &self.values
    }

    /// The value of a vertex.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// assert_eq!((degrees.get(1), degrees.get(4)), (Some(2), None));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn get<'k>(&self, id: impl Into<Key<'k>>) -> Option<T> {
        self.dictionary.get(id).map(|vertex| self.values[vertex as usize])
    }

    /// Ids and values, ascending by id.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// let all: Vec<u32> = degrees.iter().map(|(_, degree)| degree).collect();
    /// assert_eq!(all, [2, 0, 1]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (Key<'_>, T)> {
        (0..self.dictionary.num_ordinals() as u32)
            .filter_map(|ordinal| self.dictionary.dense_of_ordinal(ordinal))
            .map(|vertex| (self.dictionary.key(vertex), self.values[vertex as usize]))
    }
}

impl<T: Native + PartialOrd> VertexValues<T> {
    /// The `count` vertices of the greatest values, falling; equal values ascend by id.
    /// O(n log count) time.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// assert_eq!(degrees.top(2), [(1.into(), 2), (3.into(), 1)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn top(&self, count: usize) -> Vec<(Key<'_>, T)> {
        self.top_where(count, |_| true)
    }

    /// As [`top`](Self::top), of the vertices whose value `is_wanted`.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// assert_eq!(degrees.top_where(1, |degree| degree < 2), [(3.into(), 1)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn top_where(&self, count: usize, is_wanted: impl Fn(T) -> bool) -> Vec<(Key<'_>, T)> {
        let order = |&a: &u32, &b: &u32| {
            let (left, right) = (self.values[a as usize], self.values[b as usize]);
            let falling = right.partial_cmp(&left).unwrap_or(Ordering::Equal);
            falling.then_with(|| self.dictionary.ordinal(a).cmp(&self.dictionary.ordinal(b)))
        };
        // Bounded by the count: what is kept is cut back to it whenever it has doubled.
        let limit = count.saturating_mul(2).max(2);
        let mut best: Vec<u32> = Vec::with_capacity(limit.min(self.len()));
        let wanted = |&vertex: &u32| is_wanted(self.values[vertex as usize]);
        for vertex in (0..self.len() as u32).filter(wanted) {
            if best.len() >= limit {
                best.select_nth_unstable_by(count.saturating_sub(1), order);
                best.truncate(count);
            }
            best.push(vertex);
        }
        best.sort_unstable_by(order);
        best.truncate(count);
        best.into_iter()
            .map(|vertex| (self.dictionary.key(vertex), self.values[vertex as usize]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IndexedGraph, edges};
    use quince_core::Environment;

    #[test]
    fn listed_by_id_and_by_value() {
        let env = Environment::builder().threads(1).build().unwrap();
        let graph = IndexedGraph::from_source(&env, &edges((0..100).map(|v| (7, v * 3)))).unwrap();
        let mut values = env.memory().allocate::<f64>("values", 101).unwrap();
        for (vertex, value) in values.iter_mut().enumerate() {
            let Key::Integer(id) = graph.dictionary().key(vertex as u32) else { panic!() };
            *value = (id % 10) as f64;
        }
        let values = VertexValues::new(graph.dictionary().clone(), values);
        assert_eq!(values.get(27), Some(7.0));
        assert_eq!(values.get(28), None);
        assert!(values.iter().map(|(id, _)| id).is_sorted());
        let expected: Vec<_> = [9i64, 39, 69, 99].map(|id| (Key::Integer(id), 9.0)).into();
        assert_eq!(values.top(4), expected);
        assert_eq!(values.top(0), []);
        assert_eq!(values.top(1000).len(), 101);
        assert_eq!(values.top(usize::MAX), values.top(101));
    }
}
