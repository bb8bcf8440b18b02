//! Known answers, and whether results agree with them. Used by `conformance` and by `golden`.

use quince::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Known ranks were computed until they moved by less than 1e-14.
const RANK_TOLERANCE: f64 = 1e-9;

/// Stop when ranks move by less than this in all: far below what they are compared to.
pub(crate) const TOLERANCE: &str = "1e-13";

/// Components and ranks of a graph, ascending by id.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) components: Vec<(String, String)>,
    pub(crate) ranks: Vec<(String, f64)>,
}

impl Outcome {
    /// By the library.
    pub(crate) fn of<E: quince::gelly::EdgeValue>(graph: &IndexedGraph<E>) -> Self {
        let components = graph.run(ConnectedComponents::default()).unwrap();
        let tolerance = TOLERANCE.parse().unwrap();
        let ranks = graph.run(PageRank::default().tolerance(tolerance)).unwrap();
        Self {
            components: components.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect(),
            ranks: ranks.iter().map(|(id, rank)| (id.to_string(), rank)).collect(),
        }
    }

    /// Fails unless the other, found with vertices in another order inside, says the same.
    /// Components are the same; ranks are sums along rows in that order, so their last digits may
    /// differ.
    pub(crate) fn check_other_order(&self, other: &Self, name: &str) {
        assert!(self.components == other.components, "{name}: components depend on the order");
        assert_eq!(self.ranks.len(), other.ranks.len(), "{name}");
        for ((id, rank), (other_id, other_rank)) in self.ranks.iter().zip(&other.ranks) {
            assert_eq!(id, other_id, "{name}");
            assert!((rank - other_rank).abs() <= 1e-12, "{name}: {id} {rank} {other_rank}");
        }
    }
}

/// What is known about a graph.
#[derive(Debug)]
pub(crate) struct Answers {
    pub(crate) name: String,
    pub(crate) known: Value,
}

impl Answers {
    /// A count, by JSON pointer.
    pub(crate) fn count(&self, pointer: &str) -> u64 {
        let found = self.known.pointer(pointer).and_then(Value::as_u64);
        found.unwrap_or_else(|| panic!("{}: no known count at {pointer}", self.name))
    }

    /// Whether edges go one way.
    pub(crate) fn is_directed(&self) -> bool {
        self.known["directed"].as_bool().expect("known to be directed or not")
    }

    /// Fails unless both parts of `outcome` agree.
    pub(crate) fn check(&self, outcome: &Outcome) {
        self.check_components(&outcome.components);
        self.check_ranks(&outcome.ranks);
    }

    fn check_components(&self, rows: &[(String, String)]) {
        let count = rows.iter().filter(|(id, component)| id == component).count();
        assert_eq!(count as u64, self.count("/wcc/count"), "{}: components", self.name);
        let mut digest = Sha256::new();
        rows.iter().for_each(|(id, component)| digest.update(format!("{id} {component}\n")));
        let digest: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let known = self.known["wcc"]["sha256_min_member"].as_str();
        assert_eq!(Some(digest.as_str()), known, "{}: who is in which component", self.name);
    }

    fn check_ranks(&self, rows: &[(String, f64)]) {
        let name = &self.name;
        let close = |a: f64, b: f64| (a - b).abs() <= RANK_TOLERANCE;
        let sum: f64 = rows.iter().map(|(_, rank)| rank).sum();
        assert!(close(sum, 1.0), "{name}: ranks sum to {sum}");
        let known = &self.known["pagerank"];
        let least = rows.iter().map(|(_, rank)| *rank).fold(f64::INFINITY, f64::min);
        assert!(close(least, known["min"].as_f64().unwrap()), "{name}: least rank {least}");
        let mut falling: Vec<f64> = rows.iter().map(|(_, rank)| *rank).collect();
        falling.sort_by(|a, b| b.total_cmp(a));
        let top = known["top10"].as_array().unwrap();
        assert!(top.len() == 10.min(rows.len()), "{name}: {} known top ranks", top.len());
        for (at, entry) in top.iter().enumerate() {
            let (id, expected) = (text(&entry[0]), entry[1].as_f64().unwrap());
            let rank = rows.iter().find(|(other, _)| *other == id).map(|(_, rank)| *rank);
            let rank = rank.unwrap_or_else(|| panic!("{name}: no rank of {id}"));
            assert!(close(rank, expected), "{name}: rank of {id} is {rank}, not {expected}");
            assert!(close(falling[at], expected), "{name}: place {at} has {}", falling[at]);
        }
    }
}

/// An id as it is printed.
pub(crate) fn text(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
