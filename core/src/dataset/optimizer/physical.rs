//! The plan as it will run, node by node.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Estimate, Properties};
use crate::dataset::facts::{Choices, Facts, NodeId};
use crate::memory::format_bytes;
use crate::plan::{PlanNode, Rewrite};

/// A plan as it will run; inputs come before what reads them.
#[derive(Debug)]
pub struct PhysicalPlan {
    pub(super) nodes: Vec<PhysicalNode>,
    places: HashMap<NodeId, usize>,
}

/// A node, what is known of it, and what was chosen.
#[derive(Debug)]
pub(super) struct PhysicalNode {
    pub(super) id: NodeId,
    plan: PlanNode,
    pub(super) facts: Facts,
    /// Places of the inputs in the plan.
    pub(super) inputs: Vec<usize>,
    /// How many nodes read it.
    pub(super) uses: usize,
    pub(super) is_stored: bool,
    pub(super) estimate: Estimate,
    pub(super) properties: Properties,
    pub(super) choices: Choices,
    pub(super) rewrites: Vec<Rewrite>,
    actual: Arc<Actual>,
}

/// What a node really made, over all supersteps if it is in an iteration.
#[derive(Debug, Default)]
pub struct Actual {
    rows: AtomicU64,
    opened: AtomicU64,
}

impl Actual {
    /// Notes that the node was opened.
    pub fn open(&self) {
        self.opened.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes rows.
    pub fn add(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }
}

/// A node as the optimizer gets to know it.
#[derive(Clone, Debug)]
pub struct Description {
    /// Which node.
    pub id: NodeId,
    /// What it does, for people.
    pub plan: PlanNode,
    /// What it tells about itself.
    pub facts: Facts,
    /// What it reads; described before it.
    pub inputs: Vec<NodeId>,
    /// Whether its rows are there already.
    pub is_stored: bool,
    /// The node that does the work, where this one only knows more of it.
    pub inner: Option<NodeId>,
}

impl PhysicalPlan {
    /// The plan of the described nodes as it was written; `roots` are read from outside.
    pub(super) fn new(nodes: impl IntoIterator<Item = Description>, roots: &[NodeId]) -> Self {
        let mut plan = Self { nodes: Vec::new(), places: HashMap::new() };
        nodes.into_iter().for_each(|node| plan.add(node));
        for root in roots {
            let at = plan.places[root];
            plan.nodes[at].uses += 1;
        }
        plan
    }

    fn add(&mut self, node: Description) {
        let inputs: Vec<usize> = node.inputs.iter().map(|input| self.places[input]).collect();
        inputs.iter().for_each(|&at| self.nodes[at].uses += 1);
        let estimates: Vec<_> = inputs.iter().map(|&at| self.nodes[at].estimate).collect();
        let first = inputs.first().map(|&at| &self.nodes[at].properties);
        for id in [node.id].into_iter().chain(node.inner) {
            self.places.insert(id, self.nodes.len());
        }
        self.nodes.push(PhysicalNode {
            id: node.id,
            plan: node.plan,
            estimate: Estimate::of(&node.facts, &estimates),
            properties: Properties::of(&node.facts, first),
            facts: node.facts,
            inputs,
            uses: 0,
            is_stored: node.is_stored,
            choices: Choices::default(),
            rewrites: Vec::new(),
            actual: Arc::default(),
        });
    }

    /// How many nodes, and readers from outside, read a node.
    pub fn uses(&self, node: NodeId) -> usize {
        self.places.get(&node).map_or(0, |&at| self.nodes[at].uses)
    }

    /// What was chosen for a node.
    pub fn choices(&self, node: NodeId) -> Choices {
        self.places.get(&node).map_or_else(Choices::default, |&at| self.nodes[at].choices)
    }

    /// Where what a node really makes is counted.
    pub fn actual(&self, node: NodeId) -> Option<Arc<Actual>> {
        self.places.get(&node).map(|&at| self.nodes[at].actual.clone())
    }

    /// The tree below `root`, with estimates, choices and reasons; after a run, also with what
    /// each node really made. A node that several read is shown once; after that, its number.
    ///
    /// # Panics
    /// If the plan has no such node.
    pub fn explain(&self, root: NodeId) -> PlanNode {
        self.tree(self.places[&root], &mut vec![false; self.nodes.len()])
    }

    fn tree(&self, at: usize, shown: &mut [bool]) -> PlanNode {
        let node = &self.nodes[at];
        if std::mem::replace(&mut shown[at], true) {
            return PlanNode::new(format!("{} (#{at}, above)", node.plan.operator));
        }
        let mut plan = node.plan.clone();
        if node.uses > 1 {
            plan = plan.property("node", format!("#{at}"));
        }
        if let Some(rows) = node.estimate.rows {
            plan = plan.property("estimated rows", rows);
        }
        if let Some(bytes) = node.estimate.bytes {
            plan = plan.property("estimated bytes", format_bytes(bytes));
        }
        if node.actual.opened.load(Ordering::Relaxed) > 0 {
            plan = plan.property("actual rows", node.actual.rows.load(Ordering::Relaxed));
        }
        plan.rewrites.extend(node.rewrites.iter().cloned());
        node.inputs.iter().fold(plan, |plan, &input| plan.input(self.tree(input, shown)))
    }
}
