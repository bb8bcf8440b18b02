//! Every kernel on one thread, as anybody would write it: what its answer must be, and the COST of
//! running it in parallel (McSherry, Isard and Murray: *Scalability! But at what COST?*, 2015).
//!
//! All read the index that Quince reads and number vertices as it does, so that neither order nor
//! layout makes the difference.

mod betweenness;
mod breadth_first_search;
mod components;
mod dijkstra;
mod directed_clustering;
mod label_propagation;
mod page_rank;
mod triangles;

pub use betweenness::betweenness;
pub use breadth_first_search::{UNREACHED, breadth_first_search};
pub use components::components;
pub use dijkstra::dijkstra;
pub use directed_clustering::directed_clustering;
pub use label_propagation::label_propagation;
pub use page_rank::{page_rank, page_rank_change};
pub use triangles::Oriented;

#[cfg(test)]
mod tests {
    use quince_core::Environment;
    use quince_gelly::{EdgeDirection, IndexedGraph, VertexOrder, edges, weighted_edges};

    use super::*;

    /// A triangle 0, 1, 2 with a tail 2 - 3, and a pair 4 - 5 beside it.
    const EDGES: [(i64, i64); 5] = [(0, 1), (0, 2), (1, 2), (2, 3), (4, 5)];

    fn graph(directed: bool) -> IndexedGraph {
        let env = Environment::builder().threads(1).build().unwrap();
        let builder = IndexedGraph::builder(&env).directed(directed);
        builder.order(VertexOrder::Ascending).build(&edges(EDGES)).unwrap()
    }

    #[test]
    fn references_know_a_small_graph() {
        let graph = graph(false);
        let index = graph.index(EdgeDirection::Any).unwrap();
        let far = UNREACHED;
        assert_eq!(breadth_first_search(&index, 3), [2, 2, 1, 0, far, far]);
        assert_eq!(components(&index, |vertex| vertex), [0, 0, 0, 0, 4, 4]);
        assert_eq!(betweenness(&index, 3), [0.0, 0.0, 2.0, 0.0, 0.0, 0.0]);
        let oriented = Oriented::new(&graph).unwrap();
        assert_eq!(oriented.count(), 1);
        assert_eq!(oriented.coefficients(), [1.0, 1.0, 1.0 / 3.0, 0.0, 0.0, 0.0]);
        assert_eq!(label_propagation(&index, None, |vertex| vertex, 1), [1, 0, 0, 2, 5, 4]);
        let degrees = graph.out_degrees().unwrap();
        let ranks = page_rank(&index, &degrees, 100);
        let ranks: Vec<f64> = ranks.into_iter().map(f64::from).collect();
        assert!((ranks.iter().sum::<f64>() - 1.0).abs() < 1e-5);
        assert!(page_rank_change(&index, &degrees, &ranks) < 1e-5);
        assert!(page_rank_change(&index, &degrees, &[1.0 / 6.0; 6]) > 0.1);
    }

    /// A chain of squares, each with twice as many paths at its end: too many for floats.
    #[test]
    fn betweenness_goes_on_where_floats_end() {
        let square =
            |at: i64| [(0, 1), (0, 2), (1, 3), (2, 3)].map(|(u, v)| (3 * at + u, 3 * at + v));
        let env = Environment::builder().threads(1).build().unwrap();
        let builder = IndexedGraph::builder(&env).order(VertexOrder::Ascending);
        let graph = builder.build(&edges((0..1_100).flat_map(square))).unwrap();
        let scores = betweenness(&graph.index(EdgeDirection::Out).unwrap(), 0);
        // Half of all that follows goes through each corner, all of it through where squares meet.
        assert!((scores[1] - 3298.0 / 2.0).abs() < 1e-6 && scores[1] == scores[2]);
        assert!((scores[3] - 3297.0).abs() < 1e-6);
    }

    #[test]
    fn references_know_directions_and_weights() {
        let graph = graph(true);
        let (out, into) =
            (graph.index(EdgeDirection::Out).unwrap(), graph.index(EdgeDirection::In).unwrap());
        // One of the two possible edges between the neighbours of each corner.
        let expected = [0.5, 0.5, 1.0 / 6.0, 0.0, 0.0, 0.0];
        assert_eq!(directed_clustering(&out, &into), expected);
        let env = Environment::builder().threads(1).build().unwrap();
        let edges = weighted_edges([(0, 1, 5.0), (0, 2, 1.0), (2, 1, 2.5)]);
        let graph = IndexedGraph::builder(&env).order(VertexOrder::Ascending);
        let graph = graph.build_weighted(&edges).unwrap();
        let out = graph.index(EdgeDirection::Out).unwrap();
        assert_eq!(dijkstra(&out, 0), [0.0, 3.5, 1.0]);
        assert_eq!(dijkstra(&out, 1), [f64::INFINITY, 0.0, f64::INFINITY]);
    }
}
