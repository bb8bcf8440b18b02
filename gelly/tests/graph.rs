//! The methods of a graph against models of plain vectors, at 1, 2 and 8 threads.
#![allow(clippy::unwrap_used, reason = "only tests call these")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use quince_core::accumulators::{Accumulator, LongCounter};
use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use quince_core::environment::Environment;
use quince_core::index::StaticIndex;

use quince_gelly::asm::{self, directed, undirected};
use quince_gelly::{
    DenseValues, Edge, EdgeDirection, Error, Graph, GraphBuilder, Id, IndexedGraph, Neighborhood,
    Vertex, VertexKey, edges, weighted_edges,
};

type Edges = Vec<(u8, u8, i32)>;
type Vertices = BTreeMap<u8, i64>;
type Model = (Vertices, Edges);
type TestGraph = Graph<u8, i64, i32>;

/// Vertices with values, and edges between them: loops, several of the same, vertices without.
fn model() -> impl Strategy<Value = Model> {
    prop::collection::btree_map(0u8..12, -9i64..9, 1..10).prop_flat_map(|vertices| {
        let ids: Vec<u8> = vertices.keys().copied().collect();
        let id = prop::sample::select(ids);
        let edges = prop::collection::vec((id.clone(), id, 0i32..3), 0..25);
        edges.prop_map(move |edges| (vertices.clone(), edges))
    })
}

fn environments() -> impl Iterator<Item = Environment> {
    [1, 2, 8].into_iter().map(|threads| Environment::builder().threads(threads).build().unwrap())
}

fn graph(env: &Environment, (vertices, edges): &Model) -> TestGraph {
    let vertices = vertices.iter().map(|(&id, &value)| Vertex { id, value });
    Graph::from_collection(env, vertices, edges.iter().copied().map(Edge::from))
}

/// The rows, which must be the same in the same order at any number of threads; sorted.
fn rows<T: Record + Ord + std::fmt::Debug>(program: impl Fn(&Environment) -> DataSet<T>) -> Vec<T> {
    let mut all = environments().map(|env| program(&env).collect().unwrap());
    let mut first = all.next().unwrap();
    assert!(all.all(|other| other == first));
    first.sort();
    first
}

/// The vertices and edges of what `program` makes of the graph of `model`, sorted.
fn made(model: &Model, program: impl Fn(&TestGraph) -> TestGraph) -> Model {
    let made = |env: &Environment| program(&graph(env, model));
    let vertices = rows(|env| made(env).vertices_as_tuples());
    let len = vertices.len();
    let vertices: Vertices = vertices.into_iter().collect();
    assert_eq!(vertices.len(), len, "each id once");
    (vertices, rows(|env| made(env).edges_as_tuples()))
}

fn sorted<T: Ord>(rows: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut rows: Vec<T> = rows.into_iter().collect();
    rows.sort();
    rows
}

fn expected(vertices: Vertices, edges: impl IntoIterator<Item = (u8, u8, i32)>) -> Model {
    (vertices, sorted(edges))
}

/// The (vertex, edge, neighbour) that `neighborhood` looks at.
fn looked_at(edges: &Edges, neighborhood: Neighborhood) -> Vec<(u8, (u8, u8, i32), u8)> {
    let mut found = Vec::new();
    for &edge in edges {
        if neighborhood != Neighborhood::In {
            found.push((edge.0, edge, edge.1));
        }
        if neighborhood != Neighborhood::Out {
            found.push((edge.1, edge, edge.0));
        }
    }
    found
}

const NEIGHBORHOODS: [Neighborhood; 3] = [Neighborhood::In, Neighborhood::Out, Neighborhood::All];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn transformations_agree_with_vectors(model in model()) {
        let (vertices, edges) = model.clone();
        let flat = |graph: &TestGraph| {
            graph.map_vertices(|vertex| vertex.value + i64::from(vertex.id))
                .map_edges(|edge| edge.value * 10 + i32::from(edge.target))
        };
        let mapped = vertices.iter().map(|(&id, value)| (id, value + i64::from(id))).collect();
        let values = edges.iter().map(|&(a, b, value)| (a, b, value * 10 + i32::from(b)));
        prop_assert_eq!(made(&model, flat), expected(mapped, values));

        let subgraph = |graph: &TestGraph| graph.subgraph(|v| v.value > 0, |e| e.value != 1);
        let kept: Vertices = vertices.clone().into_iter().filter(|v| v.1 > 0).collect();
        let between = edges.iter().copied()
            .filter(|e| kept.contains_key(&e.0) && kept.contains_key(&e.1));
        prop_assert_eq!(
            made(&model, subgraph),
            expected(kept.clone(), between.clone().filter(|e| e.2 != 1))
        );
        prop_assert_eq!(
            made(&model, |graph| graph.filter_on_vertices(|v| v.value > 0)),
            expected(kept.clone(), between)
        );
        let both = edges.iter().flat_map(|&(a, b, value)| [(a, b, value), (b, a, value)]);
        prop_assert_eq!(made(&model, Graph::undirected), expected(vertices.clone(), both));
        let translated = |graph: &TestGraph| graph.translate_graph_ids(|id| 255 - id).reverse();
        let turned = edges.iter().map(|&(a, b, value)| (255 - b, 255 - a, value));
        let renamed = vertices.iter().map(|(id, &value)| (255 - id, value)).collect();
        prop_assert_eq!(made(&model, translated), expected(renamed, turned));
    }

    #[test]
    fn joins_take_the_first_match(
        model in model(),
        data in prop::collection::vec((0u8..12, 0i64..100), 0..20),
        pairs in prop::collection::vec((0u8..6, 0u8..6, 0i32..100), 0..20),
    ) {
        let (vertices, edges) = model.clone();
        let first = |id: u8| data.iter().find(|row| row.0 == id).map(|row| row.1);
        let join = |graph: &TestGraph| {
            let data = DataSet::from_collection(graph.environment(), data.clone());
            graph.join_with_vertices(&data, |value, found| value * 1000 + found)
        };
        let joined = vertices.iter()
            .map(|(&id, &value)| (id, first(id).map_or(value, |found| value * 1000 + found)));
        prop_assert_eq!(made(&model, join), expected(joined.collect(), edges.clone()));

        let of_pair = |e: (u8, u8, i32)| {
            let found = pairs.iter().find(|row| (row.0, row.1) == (e.0, e.1));
            (e.0, e.1, found.map_or(e.2, |found| e.2 * 1000 + found.2))
        };
        let join = |graph: &TestGraph| {
            let data = DataSet::from_collection(graph.environment(), pairs.clone());
            graph.join_with_edges(&data, |value, found| value * 1000 + found)
        };
        let joined = edges.iter().copied().map(of_pair);
        prop_assert_eq!(made(&model, join), expected(vertices.clone(), joined));

        let of_end = |end: u8, value| first(end).map_or(value, |f| value * 1000 + f as i32);
        let join = |graph: &TestGraph| {
            let data = DataSet::from_collection(graph.environment(), data.clone());
            graph.join_with_edges_on_source(&data, |value, found| value * 1000 + found as i32)
        };
        let joined = edges.iter().map(|&(a, b, value)| (a, b, of_end(a, value)));
        prop_assert_eq!(made(&model, join), expected(vertices.clone(), joined));
        let join = |graph: &TestGraph| {
            let data = DataSet::from_collection(graph.environment(), data.clone());
            graph.join_with_edges_on_target(&data, |value, found| value * 1000 + found as i32)
        };
        let joined = edges.iter().map(|&(a, b, value)| (a, b, of_end(b, value)));
        prop_assert_eq!(made(&model, join), expected(vertices, joined));
    }

    #[test]
    fn sets_agree_with_vectors(model in model(), other in model()) {
        let ((vertices, edges), (others, more)) = (model.clone(), other.clone());
        let mut all = others.clone();
        all.extend(&vertices);
        prop_assert_eq!(
            made(&model, |ours| ours.union(&graph(ours.environment(), &other))),
            expected(all, edges.iter().chain(&more).copied())
        );

        let left: Vertices =
            vertices.iter().filter(|v| !others.contains_key(v.0)).map(|(&k, &v)| (k, v)).collect();
        let between = edges.iter().copied()
            .filter(|e| left.contains_key(&e.0) && left.contains_key(&e.1));
        prop_assert_eq!(
            made(&model, |ours| ours.difference(&graph(ours.environment(), &other))),
            expected(left.clone(), between)
        );

        let count = |edges: &Edges, edge| edges.iter().filter(|&&other| other == edge).count();
        let distinct: BTreeSet<_> = edges.iter().copied().filter(|e| more.contains(e)).collect();
        let pairs = distinct.iter()
            .flat_map(|&e| vec![e; 2 * count(&edges, e).min(count(&more, e))]);
        for (is_distinct, edges) in [(true, sorted(distinct.clone())), (false, sorted(pairs))] {
            let intersection = |env: &Environment| {
                graph(env, &model).intersect(&graph(env, &other), is_distinct)
            };
            prop_assert_eq!(rows(|env| intersection(env).edges_as_tuples()), edges.clone());
            let ends: BTreeSet<u8> = edges.iter().flat_map(|e| [e.0, e.1]).collect();
            prop_assert_eq!(rows(|env| intersection(env).vertex_ids()), sorted(ends));
        }
    }

    #[test]
    fn mutations_agree_with_vectors(
        model in model(),
        new in prop::collection::vec((0u8..15, 50i64..60), 0..8),
        pairs in prop::collection::vec((0u8..15, 0u8..15, 7i32..9), 0..12),
    ) {
        let (vertices, edges) = model.clone();
        let mut more = vertices.clone();
        new.iter().for_each(|&(id, value)| { more.entry(id).or_insert(value); });
        let add = |graph: &TestGraph| graph.add_vertices(new.iter().copied().map(Vertex::from));
        prop_assert_eq!(made(&model, add), expected(more, edges.clone()));

        let known = pairs.iter().copied()
            .filter(|e| vertices.contains_key(&e.0) && vertices.contains_key(&e.1));
        let add = |graph: &TestGraph| graph.add_edges(pairs.iter().copied().map(Edge::from));
        let all = edges.iter().copied().chain(known);
        prop_assert_eq!(made(&model, add), expected(vertices.clone(), all));

        let gone: BTreeSet<u8> = new.iter().map(|v| v.0).collect();
        let remove = |graph: &TestGraph| graph.remove_vertices(gone.iter().copied());
        let left: Vertices = vertices.clone().into_iter().filter(|v| !gone.contains(&v.0)).collect();
        let between = edges.iter().copied().filter(|e| !gone.contains(&e.0) && !gone.contains(&e.1));
        prop_assert_eq!(made(&model, remove), expected(left, between));

        let remove = |graph: &TestGraph| graph.remove_edges(pairs.iter().map(|e| (e.0, e.1)));
        let left = edges.iter().copied()
            .filter(|e| !pairs.iter().any(|gone| (gone.0, gone.1) == (e.0, e.1)));
        prop_assert_eq!(made(&model, remove), expected(vertices.clone(), left));

        let [ends, value] = [[3u8, 13], [70, 71]];
        let add = |graph: &TestGraph| {
            let [a, b] = [0, 1].map(|at| Vertex::new(ends[at], i64::from(value[at])));
            graph.add_edge(a, b, 5)
        };
        let mut more = vertices.clone();
        for at in 0..2 {
            more.entry(ends[at]).or_insert(i64::from(value[at]));
        }
        let all = edges.iter().copied().chain([(3, 13, 5)]);
        prop_assert_eq!(made(&model, add), expected(more, all));
    }

    #[test]
    fn neighborhoods_agree_with_vectors(model in model()) {
        let (vertices, edges) = model.clone();
        for neighborhood in NEIGHBORHOODS {
            let seen = looked_at(&edges, neighborhood);
            let mut sums = BTreeMap::<u8, (i32, i64, u64)>::new();
            for &(vertex, edge, neighbor) in &seen {
                let sum = sums.entry(vertex).or_default();
                *sum = (sum.0 + edge.2, sum.1 + vertices[&neighbor], sum.2 + 1);
            }
            let of = |program: fn(&TestGraph, Neighborhood) -> DataSet<(u8, i64)>| {
                rows(|env| program(&graph(env, &model), neighborhood))
            };
            let on_edges = of(|graph, neighborhood| {
                let sums = graph.reduce_on_edges(neighborhood, |a, b| a + b);
                sums.map(|(id, sum)| (id, i64::from(sum)))
            });
            prop_assert_eq!(on_edges, sorted(sums.iter().map(|(&id, s)| (id, i64::from(s.0)))));
            let on_neighbors = of(|graph, n| graph.reduce_on_neighbors(n, |a, b| a + b));
            prop_assert_eq!(&on_neighbors, &sorted(sums.iter().map(|(&id, s)| (id, s.1))));

            let groups = of(|graph, neighborhood| {
                graph.group_reduce_on_edges(neighborhood, |edges| {
                    edges.map(|(id, edge)| (id, i64::from(edge.value))).reduce(|a, b| (a.0, a.1 + b.1))
                })
            });
            prop_assert_eq!(groups, sorted(sums.iter().map(|(&id, s)| (id, i64::from(s.0)))));
            let groups = of(|graph, neighborhood| {
                graph.group_reduce_on_neighbors(neighborhood, |rows| {
                    rows.map(|(id, _, other)| (id, other.value)).reduce(|a, b| (a.0, a.1 + b.1))
                })
            });
            prop_assert_eq!(groups, on_neighbors);

            let all = |part: fn((i32, i64, u64)) -> i64| {
                let sum = |id| part(sums.get(id).copied().unwrap_or_default());
                sorted(vertices.iter().map(|(id, value)| (*id, value * 1000 + sum(id))))
            };
            let with_value = of(|graph, neighborhood| {
                graph.group_reduce_on_edges_with_value(neighborhood, |vertex, edges| {
                    let sum: i64 = edges.map(|edge| i64::from(edge.value)).sum();
                    [(vertex.id, vertex.value * 1000 + sum)]
                })
            });
            prop_assert_eq!(with_value, all(|sum| i64::from(sum.0)));
            let with_value = of(|graph, neighborhood| {
                graph.group_reduce_on_neighbors_with_value(neighborhood, |vertex, others| {
                    let sum: i64 = others.map(|(_, other)| other.value).sum();
                    [(vertex.id, vertex.value * 1000 + sum)]
                })
            });
            prop_assert_eq!(with_value, all(|sum| sum.1));

            let counted = of(|graph, neighborhood| {
                let degrees = match neighborhood {
                    Neighborhood::In => graph.in_degrees(),
                    Neighborhood::Out => graph.out_degrees(),
                    Neighborhood::All => graph.degrees(),
                };
                degrees.map(|(id, degree)| (id, degree as i64))
            });
            let count = |id| sums.get(id).map_or(0, |sum| sum.2 as i64);
            prop_assert_eq!(counted, sorted(vertices.keys().map(|id| (*id, count(id)))));
        }
        let triplets = rows(|env| graph(env, &model).triplets());
        let triplets: Vec<_> = triplets.into_iter()
            .map(|t| (t.source.id, t.source.value, t.target.id, t.target.value, t.value))
            .collect();
        let all = edges.iter().map(|&(a, b, v)| (a, vertices[&a], b, vertices[&b], v));
        prop_assert_eq!(triplets, sorted(all));
    }

    #[test]
    fn annotations_and_simple_graphs_agree_with_vectors(model in model(), maximum in 0u64..5) {
        let (vertices, edges) = model.clone();
        let ends = |way: fn(&(u8, u8, i32)) -> (u8, u8), id: u8| -> BTreeSet<u8> {
            edges.iter().map(way).filter(|pair| pair.0 == id).map(|pair| pair.1).collect()
        };
        let degrees = |id: u8| {
            let (out, into) = (ends(|e| (e.0, e.1), id), ends(|e| (e.1, e.0), id));
            (out.union(&into).count() as u64, out.len() as u64, into.len() as u64)
        };
        let found = rows(|env| {
            let all = directed::VertexDegrees::default().include_zero_degree_vertices(true);
            let degrees = graph(env, &model).run(all).unwrap();
            degrees.map(|v| (v.id, v.value.degree, v.value.out_degree, v.value.in_degree))
        });
        let all = vertices.keys().map(|&id| { let d = degrees(id); (id, d.0, d.1, d.2) });
        prop_assert_eq!(found, sorted(all));
        let pairs = rows(|env| {
            let pairs = graph(env, &model).run(directed::EdgeDegreesPair).unwrap();
            pairs.map(|e| (e.source, e.target, e.value.0, e.value.1.degree, e.value.2.in_degree))
        });
        let all = edges.iter().map(|&(a, b, value)| (a, b, value, degrees(a).0, degrees(b).2));
        prop_assert_eq!(pairs, sorted(all));

        let mut seen = BTreeSet::new();
        let simple = edges.iter().copied().filter(|e| e.0 != e.1 && seen.insert((e.0, e.1)));
        prop_assert_eq!(
            made(&model, |graph| graph.run(directed::Simplify).unwrap()),
            expected(vertices.clone(), simple.collect::<Vec<_>>())
        );
        for clip in [false, true] {
            let mut seen = BTreeSet::new();
            let half: Vec<_> = edges.iter().copied()
                .filter(|e| e.0 > e.1 || !clip && e.0 < e.1)
                .filter(|e| seen.insert((e.0.max(e.1), e.0.min(e.1))))
                .collect();
            let both = half.iter().flat_map(|&(a, b, value)| [(a, b, value), (b, a, value)]);
            let simplify = |graph: &TestGraph| graph.run(undirected::Simplify::new(clip)).unwrap();
            prop_assert_eq!(made(&model, simplify), expected(vertices.clone(), both));
            let env = Environment::builder().threads(2).build().unwrap();
            let index = simplify(&graph(&env, &model)).topology().unwrap();
            prop_assert!(!index.is_directed());
            prop_assert_eq!(index.num_edges(), half.len() as u64);
        }

        let both: Edges = edges.iter().flat_map(|&(a, b, v)| [(a, b, v), (b, a, v)]).collect();
        let degree = |id: u8| both.iter().filter(|e| e.0 == id).count() as u64;
        for on_target in [false, true] {
            let found = rows(|env| {
                let all = undirected::VertexDegree::default().include_zero_degree_vertices(true);
                let graph = graph(env, &model).undirected();
                graph.run(all.reduce_on_target_id(on_target)).unwrap()
            });
            let all = vertices.keys().map(|&id| Vertex::new(id, degree(id)));
            prop_assert_eq!(found, sorted(all));
            let low = |graph: &TestGraph| {
                let filter = undirected::MaximumDegree::new(maximum).reduce_on_target_id(on_target);
                let filter = filter.broadcast_high_degree_vertices(on_target);
                graph.undirected().run(filter).unwrap()
            };
            let kept: Vertices =
                vertices.clone().into_iter().filter(|v| degree(v.0) <= maximum).collect();
            let between = both.iter().copied()
                .filter(|e| kept.contains_key(&e.0) && kept.contains_key(&e.1));
            prop_assert_eq!(made(&model, low), expected(kept.clone(), between));
        }
    }

    /// The index of a graph has its vertices and edges, whatever they went through.
    #[test]
    fn indexes_agree_with_data_sets(model in model()) {
        type Step = fn(&TestGraph) -> TestGraph;
        let steps: [Step; 8] = [
            Clone::clone,
            Graph::undirected,
            Graph::reverse,
            |graph| graph.undirected().filter_on_vertices(|v| v.id != 3),
            |graph| graph.undirected().map_edges(|edge| edge.value + 1),
            |graph| graph.undirected().reverse(),
            |graph| graph.undirected().remove_vertices([1, 2]),
            |graph| graph.add_vertex(Vertex::new(200, 0)).persist().unwrap(),
        ];
        for step in steps {
            let env = Environment::builder().threads(2).build().unwrap();
            let graph = step(&graph(&env, &model));
            let index = graph.indexed().unwrap();
            let (out, dictionary) = (index.index(EdgeDirection::Out).unwrap(), index.dictionary());
            let mut entries = Vec::new();
            for dense in 0..dictionary.len() as u32 {
                let source = VertexKey::from_key(dictionary.key(dense)).unwrap();
                out.for_each(dense, |target, weight| {
                    let target = VertexKey::from_key(dictionary.key(target)).unwrap();
                    entries.push((source, target, weight as i32));
                });
            }
            let mut edges = graph.edges_as_tuples().collect().unwrap();
            if !index.is_directed() {
                // A loop has one entry in a symmetric index, and is there both ways as an edge.
                let mut loops = edges.clone();
                loops.retain(|edge: &(u8, u8, i32)| edge.0 == edge.1);
                loops.sort();
                edges.retain(|edge| edge.0 != edge.1);
                edges.extend(loops.into_iter().step_by(2));
            }
            prop_assert_eq!(sorted(entries), sorted(edges));
            prop_assert_eq!(index.num_vertices(), graph.vertices().count().unwrap());
        }
    }

    /// What was loaded comes back as data sets.
    #[test]
    fn loaded_graphs_list_what_they_hold(
        pairs in prop::collection::vec((-5i64..5, -5i64..5, 0i8..4), 0..30),
        directed: bool,
    ) {
        let weighted = pairs.iter().map(|&(a, b, weight)| (a, b, f64::from(weight)));
        for env in environments() {
            let builder = || -> GraphBuilder<'_, _> { Graph::builder(&env).directed(directed) };
            let graph = builder().build_weighted(&weighted_edges(weighted.clone())).unwrap();
            let listed = graph.edges_as_tuples().collect().unwrap();
            let listed = listed.into_iter().map(|(a, b, weight)| (a, b, weight as i8));
            let turned = pairs.iter().filter(|e| !directed && e.0 != e.1).map(|e| (e.1, e.0, e.2));
            let all = pairs.iter().copied().chain(turned);
            let all = all.map(|(a, b, weight)| (Id::Integer(a), Id::Integer(b), weight));
            prop_assert_eq!(sorted(listed), sorted(all));
            let ids: BTreeSet<i64> = pairs.iter().flat_map(|e| [e.0, e.1]).collect();
            prop_assert_eq!(
                graph.vertex_ids().collect().unwrap(),
                ids.into_iter().map(Id::Integer).collect::<Vec<_>>()
            );
            let plain = builder().build(&edges(pairs.iter().map(|e| (e.0, e.1)))).unwrap();
            // An index of what was loaded, made again without weights, is the same.
            let (again, first) = (graph.topology().unwrap(), plain.indexed().unwrap());
            prop_assert_eq!(again.num_edges(), first.num_edges());
            let degrees = |graph: &IndexedGraph| graph.out_degrees().unwrap().to_vec();
            prop_assert_eq!(degrees(&again), degrees(&first));
        }
    }
}

#[test]
fn keys_of_every_kind_are_indexed() {
    fn check<K: VertexKey>(keys: [K; 3]) {
        let env = Environment::builder().threads(2).build().unwrap();
        let [a, b, c] = keys.clone();
        let edges = [(a.clone(), b.clone()), (b, c.clone()), (c, a)].map(Edge::from);
        let graph = Graph::from_edges(&env, edges);
        let index = graph.indexed().unwrap();
        for key in &keys {
            let dense = graph.find(key).unwrap();
            assert_eq!(K::from_key(index.dictionary().key(dense)).as_ref(), Some(key));
        }
        let mut sorted = keys;
        sorted.sort();
        let dictionary = index.dictionary();
        let by_ordinal = (0..dictionary.num_ordinals() as u32)
            .filter(|&ordinal| dictionary.dense_of_ordinal(ordinal).is_some())
            .map(|ordinal| K::from_key(dictionary.key_of_ordinal(ordinal)).unwrap());
        assert_eq!(by_ordinal.collect::<Vec<_>>(), sorted, "ordinals rise with the keys");
        let listed = Graph::<K>::from_index(index).vertex_ids().collect().unwrap();
        assert_eq!(listed, sorted);
    }
    check([i8::MIN, 0, i8::MAX]);
    check([u32::MAX, 0, 7]);
    check([i64::MIN, -1, i64::MAX]);
    check([3u64, 1, 2]);
    check([u64::MAX, 9, 10]);
    check(["b", "", "a"].map(str::to_owned));
    check([(2u8, "b".to_owned()), (2, "a".to_owned()), (1, "z".to_owned())]);
    check([(0i16, 0u64, -1i8), (0, 0, 1), (-1, u64::MAX, 0)]);
    check([[0xffu8; 16], [0; 16], [7; 16]]);
    check([Id::from("x"), Id::from(10), Id::from(9)].map(|id| id.to_string()));
    check([Id::from(10), Id::from(9), Id::from(-1)]);
}

#[test]
fn ids_that_are_texts_and_integers_are_texts_together() {
    let env = Environment::builder().threads(1).build().unwrap();
    let edges = [(Id::from(10), Id::from("x")), (Id::from(9), Id::from(10))].map(Edge::from);
    let graph = Graph::from_edges(&env, edges);
    assert!(graph.indexed().unwrap().dictionary().has_text_keys());
    assert_eq!(graph.find(&Id::from(10)).unwrap(), graph.find(&Id::from("10")).unwrap());
    assert_eq!(graph.num_vertices().unwrap(), 3);
}

#[test]
fn an_index_is_made_once_and_its_plan_runs_once() {
    let env = Environment::builder().threads(2).build().unwrap();
    let counter = env.accumulator::<LongCounter>("edges read").unwrap();
    let counted = counter.clone();
    let edges = DataSet::sequence(&env, 0..100).map(move |id| {
        counted.add(1);
        Edge::new(id, (id * 7) % 100, 0.5)
    });
    let graph = Graph::from_edge_data_set(&edges);
    let first = graph.index(EdgeDirection::Out).unwrap();
    let named = graph.map_vertices(|vertex| vertex.id.to_string());
    let data = DataSet::from_collection(&env, [(1u64, "one".to_owned())]);
    let others = [graph.map_vertices(|_| String::new()), named.join_with_vertices(&data, |_, x| x)];
    for other in others {
        assert!(Arc::ptr_eq(&first, &other.clone().index(EdgeDirection::Out).unwrap()));
    }
    assert_eq!(counter.value(), 100);
}

#[test]
fn dense_values_follow_the_vertices() {
    for env in environments() {
        let vertices = DataSet::sequence(&env, 0..50_000)
            .map(|at| Vertex::new((at * 7919) % 50_000, (at.to_string(), at)));
        let edges = DataSet::sequence(&env, 0..50_000).map(|at| Edge::new(at, at / 3, ()));
        let graph = Graph::from_data_set(&vertices, &edges);
        let values = graph.dense_values().unwrap();
        let again = graph.map_vertices(|_| 0u8).with_dense_values(values).unwrap();
        let sorted = |graph: &Graph<u64, (String, u64)>| {
            let mut rows = graph.vertices().collect().unwrap();
            rows.sort();
            rows
        };
        assert_eq!(sorted(&again), sorted(&graph));
    }
}

#[test]
fn values_that_are_not_one_for_each_vertex_are_refused() {
    let env = Environment::builder().threads(1).build().unwrap();
    let vertices = |ids: &[u8]| ids.iter().map(|&id| Vertex::new(id, 1.0)).collect::<Vec<_>>();
    let edges = [Edge::from((1u8, 2u8))];
    for ids in [&[1u8][..], &[1, 2, 2], &[1, 1]] {
        let graph = Graph::from_collection(&env, vertices(ids), edges);
        let error = graph.dense_values().unwrap_err();
        assert!(matches!(error, Error::Vertices { expected: 2, .. }), "{error}");
    }
    let graph = Graph::from_collection(&env, vertices(&[1, 2]), edges);
    let values = DenseValues::from_fn(&env, 3, |_| ()).unwrap();
    assert!(graph.with_dense_values(values).is_err());
    let empty = Graph::<u8, String>::from_collection(&env, [], []);
    assert!(empty.dense_values().unwrap().is_empty());
    assert_eq!(empty.indexed().unwrap().num_vertices(), 0);
}

#[test]
fn ids_of_another_type_are_an_error_of_the_run() {
    let env = Environment::builder().threads(1).build().unwrap();
    let index = IndexedGraph::from_source(&env, &edges([(1, 300)])).unwrap();
    let error = Graph::<u8>::from_index(index).vertices().collect().unwrap_err().to_string();
    assert!(error.contains("expects ids of type u8; it got Integer(300)"), "{error}");
}

#[test]
fn annotations_of_one_graph_are_described_once() {
    let env = Environment::builder().threads(1).build().unwrap();
    let graph = Graph::from_edges(&env, [(1u64, 2u64), (2, 3)].map(Edge::from));
    let degrees = || graph.run(directed::VertexDegrees::default()).unwrap();
    assert_eq!(degrees().id(), degrees().id());
    let all = directed::VertexDegrees::default().include_zero_degree_vertices(true);
    assert_ne!(degrees().id(), graph.clone().run(all).unwrap().id());
    assert_eq!(graph.run(all).unwrap().id(), graph.run(all).unwrap().id());
    let by_target = undirected::VertexDegree::default().reduce_on_target_id(true);
    let by_source = undirected::VertexDegree::default();
    assert_eq!(graph.run(by_target).unwrap().id(), graph.run(by_source).unwrap().id());
    // Source and target degrees in one job: the degrees are computed once.
    let (sources, targets) =
        (graph.run(directed::EdgeSourceDegrees).unwrap(), graph.run(directed::EdgeTargetDegrees));
    let both = asm::count(&sources).and(asm::count(&targets.unwrap()));
    assert_eq!(both.execute().unwrap(), (2, 2));
}

#[test]
fn several_analytics_share_one_run() {
    let env = Environment::builder().threads(2).build().unwrap();
    let counter = env.accumulator::<LongCounter>("rows").unwrap();
    let counted = counter.clone();
    let rows = DataSet::sequence(&env, 0..1000).map(move |x| {
        counted.add(1);
        x
    });
    let even = rows.filter(|x| x % 2 == 0);
    let (counts, sums) = (asm::count(&rows), asm::collect(&even.reduce(|a, b| a + b)));
    assert_eq!(counts.and(sums).execute().unwrap(), (1000, vec![249_500]));
    assert_eq!(counter.value(), 1000);
}
