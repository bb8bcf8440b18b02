use petgraph::Direction;
use petgraph::algo::{dijkstra, kosaraju_scc, tarjan_scc};
use petgraph::graph::NodeIndex;
use petgraph::visit::{
    Bfs, Dfs, EdgeCount, IntoEdgeReferences, IntoEdgesDirected, IntoNodeIdentifiers, Reversed,
};
use proptest::prelude::*;
use quince_core::environment::Environment;

use super::*;
use crate::{Graph, weighted_edges};

fn environment() -> Environment {
    Environment::builder().threads(2).build().unwrap()
}

fn sorted<T: Ord>(rows: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut rows: Vec<T> = rows.into_iter().collect();
    rows.sort();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn algorithms_agree_with_those_on_a_copy(
        edges in prop::collection::vec((0i64..9, 0i64..9, 1i64..6), 1..30)
    ) {
        let env = environment();
        let source = weighted_edges(edges.iter().map(|&(a, b, w)| (a, b, w as f64)));
        let graph = Graph::builder(&env).build_weighted(&source).unwrap();
        let (indexed, copy) = (graph.indexed().unwrap(), graph.to_petgraph().unwrap());
        let index = indexed.petgraph().unwrap();
        let view = index.view();
        // Ids in a copy ascend, and so do ordinals.
        let node = |dense: u32| {
            let id = crate::Id::from(indexed.dictionary().key(dense));
            copy.node_indices().find(|&node| copy[node].id == id).unwrap()
        };
        for start in view.node_identifiers() {
            let ours = dijkstra(view, start, None, |edge| *edge.weight());
            let ours = ours.into_iter().map(|(dense, d)| (node(dense), d as u64));
            let theirs = dijkstra(&copy, node(start), None, |edge| *edge.weight());
            prop_assert_eq!(sorted(ours), sorted(theirs.into_iter().map(|(n, d)| (n, d as u64))));

            let (mut ours, mut theirs) = (Bfs::new(view, start), Bfs::new(&copy, node(start)));
            let ours = std::iter::from_fn(|| ours.next(view)).map(node);
            prop_assert_eq!(sorted(ours), sorted(std::iter::from_fn(|| theirs.next(&copy))));
            let reversed = Reversed(view);
            let mut ours = Dfs::new(reversed, start);
            let mut theirs = Dfs::new(Reversed(&copy), node(start));
            let ours = std::iter::from_fn(|| ours.next(reversed)).map(node);
            let theirs = std::iter::from_fn(|| theirs.next(Reversed(&copy)));
            prop_assert_eq!(sorted(ours), sorted(theirs));
        }
        let parts = |parts: Vec<Vec<NodeIndex>>| sorted(parts.into_iter().map(sorted));
        let of_ours = |parts: Vec<Vec<u32>>| -> Vec<Vec<NodeIndex>> {
            parts.into_iter().map(|part| part.into_iter().map(node).collect()).collect()
        };
        prop_assert_eq!(parts(of_ours(tarjan_scc(view))), parts(tarjan_scc(&copy)));
        prop_assert_eq!(parts(of_ours(kosaraju_scc(view))), parts(kosaraju_scc(&copy)));

        // An edge has one name, from wherever it is looked at.
        let listed: Vec<_> = view.edge_references().collect();
        prop_assert_eq!(listed.len(), view.edge_count());
        for node in view.node_identifiers() {
            for direction in [Direction::Outgoing, Direction::Incoming] {
                for edge in view.edges_directed(node, direction) {
                    prop_assert_eq!(edge, listed[edge.id()]);
                }
            }
        }
    }

    #[test]
    fn undirected_edges_have_one_name(
        edges in prop::collection::vec((0i64..6, 0i64..6, 1i64..6), 1..30)
    ) {
        let env = environment();
        let source = weighted_edges(edges.iter().map(|&(a, b, w)| (a, b, w as f64)));
        let graph = Graph::builder(&env).directed(false).build_weighted(&source).unwrap();
        let indexed = graph.indexed().unwrap();
        let index = indexed.petgraph().unwrap();
        let view = index.undirected_view().unwrap();
        prop_assert_eq!(view.edge_count(), edges.len());
        let listed: std::collections::BTreeMap<usize, _> =
            view.edge_references().map(|edge| (edge.id(), edge)).collect();
        prop_assert_eq!(listed.len(), edges.len());
        for node in view.node_identifiers() {
            for edge in view.edges(node) {
                let named = listed[&edge.id()];
                prop_assert_eq!(edge.source, node);
                prop_assert_eq!(
                    (edge.source.min(edge.target), edge.source.max(edge.target), edge.weight),
                    (named.source, named.target, named.weight)
                );
            }
        }
        let copy = graph.to_undirected_petgraph().unwrap();
        prop_assert_eq!(copy.edge_count(), edges.len());
        let back = Graph::from_petgraph(&env, &copy);
        prop_assert!(!back.is_directed());
        prop_assert_eq!(back.topology().unwrap().num_edges(), edges.len() as u64);
        prop_assert_eq!(
            petgraph::algo::connected_components(view),
            petgraph::algo::connected_components(&copy)
        );
    }
}
