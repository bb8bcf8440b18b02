use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;
use quince_core::Error;
use quince_core::events::{Event, Listener};
use quince_core::executor::collect;

use super::*;
use crate::generators::test_support::{edges, same_at_any_number_of_threads};

/// The hash of an id in Flink's driver tests.
fn hash_id(id: u64) -> i32 {
    (id ^ (id >> 32)) as i32
}

/// Java's hash of a pair.
fn hash_pair((first, second): (u64, u64)) -> i32 {
    hash_id(first).wrapping_mul(31).wrapping_add(hash_id(second))
}

fn hash_text(text: &str) -> i32 {
    text.chars().fold(0, |hash: i32, c| hash.wrapping_mul(31).wrapping_add(c as i32))
}

/// Number of records and sum of their hashes, for `--output hash` and `--output print`.
fn checksums(records: impl IntoIterator<Item = (u64, u64)>) -> (usize, u64, u64) {
    records.into_iter().fold((0, 0, 0), |(count, hash, print), pair| {
        let line = format!("({},{})", pair.0, pair.1);
        let add = |sum: u64, hash: i32| sum + u64::from(hash as u32);
        (count + 1, add(hash, hash_pair(pair)), add(print, hash_text(&line)))
    })
}

/// Without self-loops and parallel edges.
fn simplify(edges: &[(u64, u64)], undirected: bool) -> BTreeSet<(u64, u64)> {
    let distinct = edges.iter().copied().filter(|(source, target)| source != target);
    if undirected {
        distinct.flat_map(|(s, t)| [(s, t), (t, s)]).collect()
    } else {
        distinct.collect()
    }
}

fn num_touched(edges: &[(u64, u64)]) -> usize {
    edges.iter().flat_map(|&(s, t)| [s, t]).collect::<BTreeSet<_>>().len()
}

#[test]
fn raw_edges_have_the_checksums_of_gelly() {
    // Rows R1, R2, R3 of gelly.tsv (EdgeListITCase).
    let raw = edges(&RMatGraph::new(7));
    assert_eq!(checksums(raw.iter().copied()), (2048, 0x1e_e529, 0x2f7_3793_9f05));
    assert_eq!(checksums(simplify(&raw, false)), (1168, 0x15_79bd, 0x20e_35b0_f35d));
    assert_eq!(checksums(simplify(&raw, true)), (1854, 0x24_2920, 0x36f_e580_2162));
}

#[test]
fn larger_graphs_have_the_counts_of_gelly() {
    // Rows R21, L1, R9.
    assert_eq!(num_touched(&edges(&RMatGraph::new(8))), 233);
    let s10 = edges(&RMatGraph::new(10));
    assert_eq!((num_touched(&s10), simplify(&s10, false).len()), (902, 12_009));
    assert_eq!(simplify(&s10, true).len(), 2 * 10_442);
    assert_eq!(num_touched(&edges(&RMatGraph::new(12))), 3349);
}

#[test]
fn noisy_edges_have_the_components_of_gelly() {
    // Row R4: the pairs (vertex, least vertex of its component).
    let noisy = edges(&RMatGraph::new(7).edge_factor(1).constants(0.25, 0.25, 0.25).noise(1.0));
    let mut least: BTreeMap<u64, u64> = noisy.iter().flat_map(|&(s, t)| [(s, s), (t, t)]).collect();
    for _ in 0..least.len() {
        for (s, t) in &noisy {
            let label = least[s].min(least[t]);
            least.insert(*s, label);
            least.insert(*t, label);
        }
    }
    assert_eq!(checksums(least), (106, 0x3_3e88, 0x24_edd0_568d));
}

#[test]
fn many_blocks_are_the_same_at_any_number_of_threads() {
    let graph = RMatGraph::new(16);
    assert_eq!(graph.num_blocks(), 16);
    let edges = same_at_any_number_of_threads(&graph);
    // Not from Flink, which pins no graph of several blocks: it must not change, that is all.
    assert_eq!(checksums(edges), (1 << 20, 0x7a_e318_8227, 0x8_1875_3499_6e76));
    let noisy = RMatGraph::new(14).edge_factor(8).noise(RMatGraph::DEFAULT_NOISE);
    assert_eq!(noisy.num_blocks(), 9);
    assert_eq!(same_at_any_number_of_threads(&noisy).len(), 8 << 14);
}

#[test]
fn blocks_share_the_edges_and_the_last_get_the_rest() {
    use super::super::blocks::EdgeBlock;
    let graph = RMatGraph::new(16).edge_count(1_000_003);
    let sizes: Vec<u64> = graph.blocks().map(|block| block.num_edges()).collect();
    assert_eq!(sizes.len(), 16);
    assert_eq!(sizes.iter().sum::<u64>(), 1_000_003);
    assert_eq!((sizes[12], sizes[13], sizes[15]), (62_500, 62_501, 62_501));
}

#[test]
fn one_vertex_has_only_self_loops() {
    let graph = RMatGraph::default().vertex_count(1).edge_count(3);
    assert_eq!(edges(&graph), [(0, 0); 3]);
    assert_eq!(edges(&RMatGraph::new(5).edge_factor(0)), []);
}

/// The definition, bit by bit and attempt by attempt.
fn plain(graph: &RMatGraph) -> Vec<(u64, u64)> {
    let mut seeds = JavaRandom::new(graph.seed);
    let mut random = JavaRandom::new(seeds.next_long());
    let mut edges = Vec::new();
    while (edges.len() as u64) < graph.num_edges() {
        let (mut x, mut y) = (0, 0);
        let [mut a, mut b, mut c] = graph.constants;
        let mut d = ((1.0 - a) - b) - c;
        for _ in 0..graph.bits() {
            (x, y) = (x << 1, y << 1);
            let r = random.next_float();
            if r <= a {
            } else if r <= a + b {
                y |= 1;
            } else if r <= a + b + c {
                x |= 1;
            } else {
                (x, y) = (x | 1, y | 1);
            }
            if let Some(noise) = graph.noise {
                for p in [&mut a, &mut b, &mut c, &mut d] {
                    let low = 1.0 - f64::from(noise / 2.0);
                    *p = (f64::from(*p) * (low + f64::from(random.next_float() * noise))) as f32;
                }
                let norm = 1.0 / (a + b + c + d);
                (a, b, c) = (a * norm, b * norm, c * norm);
                d = ((1.0 - a) - b) - c;
            }
        }
        if x < graph.num_vertices() && y < graph.num_vertices() {
            edges.push((x, y));
        }
    }
    edges
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn lanes_give_what_the_definition_gives(
        vertices in 1u64..5000, num_edges in 0u64..3000, seed: u64,
        weights in [1u32..100, 0u32..100, 0u32..100, 0u32..100], noise in 0.0f32..1.0,
    ) {
        let sum = weights.iter().sum::<u32>() as f32;
        let [a, b, c, _] = weights.map(|weight| weight as f32 / sum);
        let graph =
            RMatGraph::default().vertex_count(vertices).edge_count(num_edges).constants(a, b, c).seed(seed);
        prop_assert_eq!(graph.num_blocks().max(1), 1);
        prop_assert_eq!(edges(&graph), plain(&graph));
        let noisy = graph.noise(noise);
        prop_assert_eq!(noisy.num_blocks().max(1), 1);
        prop_assert_eq!(edges(&noisy), plain(&noisy));
    }
}

#[test]
fn a_block_longer_than_a_batch_goes_on_where_it_stopped() {
    let graph = RMatGraph::default().vertex_count(5).edge_count(200_000);
    assert_eq!(graph.num_blocks(), 1);
    assert!(edges(&graph) == plain(&graph));
}

#[derive(Default)]
struct Edges(AtomicU64);

impl Listener for Edges {
    fn on_event(&self, event: Event<'_>) {
        if let Event::Progress { amount } = event {
            self.0.fetch_add(amount, Ordering::Relaxed);
        }
    }
}

#[test]
fn progress_adds_up_and_memory_is_paid_for() {
    let listener = Arc::new(Edges::default());
    let env = Environment::builder().threads(2).memory("64 MiB").listener(listener.clone());
    let env = env.build().unwrap();
    let batches = collect(&env, &RMatGraph::new(14), &[]).unwrap();
    assert_eq!(listener.0.load(Ordering::Relaxed), 16 << 14);
    assert_eq!(env.memory().counters().granted_bytes, 8 * (16 << 14));
    drop(batches);
    assert_eq!(env.memory().counters().granted_bytes, 0);
    let small = Environment::builder().threads(2).memory("64 KiB").build().unwrap();
    assert!(matches!(collect(&small, &RMatGraph::new(14), &[]), Err(Error::Memory(_))));
}

#[test]
fn bad_descriptions_say_what_is_allowed() {
    let text = |graph: RMatGraph| graph.validate().unwrap_err().to_string();
    assert!(text(RMatGraph::new(32)).contains("at most 31"));
    assert!(text(RMatGraph::new(200)).contains("at most 31"));
    assert!(text(RMatGraph::default().vertex_count(0)).contains("at least 1"));
    assert!(text(RMatGraph::default().vertex_count(1 << 32)).contains("at most 2147483648"));
    assert!(text(RMatGraph::default().constants(-0.1, 0.2, 0.2)).contains("a is -0.1"));
    assert!(text(RMatGraph::default().constants(0.5, f32::NAN, 0.2)).contains("b is NaN"));
    assert!(text(RMatGraph::default().constants(0.5, 0.3, 0.3)).contains("at most 1"));
    assert!(text(RMatGraph::default().noise(2.5)).contains("0 to 2"));
    assert!(
        text(RMatGraph::default().vertex_count(5).constants(0.0, 0.5, 0.5))
            .contains("power of two")
    );
    assert_eq!(RMatGraph::default().constants(0.7, 0.2, 0.1).validate(), Ok(()));
    let env = Environment::builder().threads(1).build().unwrap();
    assert!(matches!(collect(&env, &RMatGraph::new(32), &[]), Err(Error::Source(_))));
}
