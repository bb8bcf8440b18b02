//! Nodes, the steps of a plan; and runs, its executions.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::facts::{Choices, Facts, Kind, NodeId};
use super::optimizer::{self, Description, PhysicalPlan};
use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::{BlockSource, BlockStore, Keep};
use crate::executor;
use crate::pipeline::{Pipeline, Source};
use crate::plan::PlanNode;
use crate::report::{IterationReport, RunReport};

/// A step of a plan, shared by all that read its rows.
pub type NodeRef = Arc<dyn Node>;

/// A step of a plan: where rows come from, or what happens to the rows of other nodes.
///
/// A node is a description. All running state is made when it is opened, so a plan can run twice,
/// and a node inside an iteration is opened once a superstep.
pub trait Node: Send + Sync {
    /// What it does, for people; without its inputs.
    fn plan(&self) -> PlanNode;

    /// What it reads.
    fn inputs(&self) -> Vec<NodeRef>;

    /// The pipeline that its rows come out of. A breaker opens the pipeline of its input with
    /// `run`, executes it, and returns a pipeline over what it gathered.
    fn open(&self, run: &Run<'_>) -> Result<Pipeline>;

    /// What the optimizer may know of it.
    fn facts(&self) -> Facts {
        Facts::default()
    }

    /// The node that does the work, where this one only knows more of it.
    fn inner(&self) -> Option<&NodeRef> {
        None
    }

    /// Whether opening it again repeats no work: its rows are there already.
    fn is_stored(&self) -> bool {
        false
    }
}

/// The plan of `node` and all that it reads, as it was written.
pub(crate) fn explain(node: &NodeRef) -> PlanNode {
    node.inputs().iter().fold(node.plan(), |plan, input| plan.input(explain(input)))
}

/// The plan of all that `roots` need, as it will run.
fn optimize(roots: &[&NodeRef]) -> PhysicalPlan {
    let (mut nodes, mut seen) = (Vec::new(), HashSet::new());
    roots.iter().for_each(|root| describe(root, &mut seen, &mut nodes));
    let roots: Vec<NodeId> = roots.iter().map(|root| id(root)).collect();
    optimizer::optimize(nodes, &roots)
}

/// Adds the descriptions of what `node` reads, and then its own.
fn describe(node: &NodeRef, seen: &mut HashSet<NodeId>, nodes: &mut Vec<Description>) {
    if !seen.insert(id(node)) {
        return;
    }
    let inputs = node.inputs();
    inputs.iter().for_each(|input| describe(input, seen, nodes));
    nodes.push(Description {
        id: id(node),
        plan: node.plan(),
        facts: node.facts(),
        inputs: inputs.iter().map(id).collect(),
        is_stored: node.is_stored(),
        inner: node.inner().map(id),
    });
}

/// One execution of a plan, or of the body of an iteration.
///
/// A run remembers what is used more than once: the rows of a node that several others read, and
/// the structures (a hash table, an index) that an operator built from them. The run of an
/// iteration's body is a child of the run around it: what does not depend on the iteration (the
/// **constant path**) belongs to the outer run, and is computed once for all supersteps.
pub struct Run<'a> {
    env: &'a Environment,
    outer: Option<&'a Run<'a>>,
    /// What was chosen for the nodes; a body shares the plan of the run around it.
    plan: Arc<PhysicalPlan>,
    /// How many nodes of this run's plans read each node.
    uses: HashMap<NodeId, usize>,
    /// The rows that stand for nodes in this run; all that reads them depends on the iteration.
    bound: HashMap<NodeId, Arc<dyn Source>>,
    /// Nodes that read a bound node, directly or not.
    dependent: HashSet<NodeId>,
    kept: Mutex<HashMap<NodeId, Arc<dyn Source>>>,
    built: Mutex<HashMap<(NodeId, &'static str), Built>>,
    report: Mutex<RunReport>,
}

/// What an operator built, of whatever type.
type Built = Arc<dyn Any + Send + Sync>;

pub(super) fn id(node: &NodeRef) -> NodeId {
    Arc::as_ptr(node).cast::<()>() as usize
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("plan", &self.plan)
            .field("bound", &self.bound.len())
            .finish_non_exhaustive()
    }
}

impl<'a> Run<'a> {
    /// A run of the plans that end in `roots`, optimized.
    pub fn new(env: &'a Environment, roots: &[&NodeRef]) -> Self {
        let plan = Arc::new(optimize(roots));
        Self::over(env, plan, roots)
    }

    fn over(env: &'a Environment, plan: Arc<PhysicalPlan>, roots: &[&NodeRef]) -> Self {
        let mut uses = HashMap::new();
        for root in roots {
            *uses.entry(id(root)).or_default() += 1;
            count_uses(root, &mut uses);
        }
        Self {
            env,
            outer: None,
            plan,
            uses,
            bound: HashMap::new(),
            dependent: HashSet::new(),
            kept: Mutex::default(),
            built: Mutex::default(),
            report: Mutex::default(),
        }
    }

    /// A run of the body of an iteration, whose plans end in `roots`, with rows that stand for
    /// some of its nodes.
    pub fn body<'n>(
        &'a self,
        roots: &[&'n NodeRef],
        bound: impl IntoIterator<Item = (&'n NodeRef, Arc<dyn Source>)>,
    ) -> Run<'a> {
        let mut body = Run::over(self.env, self.plan.clone(), roots);
        body.outer = Some(self);
        body.bound = bound.into_iter().map(|(node, rows)| (id(node), rows)).collect();
        let mut visited = HashSet::new();
        for root in roots {
            mark_dependent(root, &body.bound, &mut body.dependent, &mut visited);
        }
        body
    }

    /// The environment.
    pub fn env(&self) -> &'a Environment {
        self.env
    }

    /// The pipeline that the rows of `node` come out of.
    pub fn open(&self, node: &NodeRef) -> Result<Pipeline> {
        if let Some(rows) = self.bound.get(&id(node)) {
            return Ok(Pipeline::from_shared(rows.clone()));
        }
        let home = self.home(node);
        let is_constant = !std::ptr::eq(home, self);
        let is_shared = self.uses.get(&id(node)).is_some_and(|&uses| uses > 1);
        if node.is_stored() || !(is_constant || is_shared) {
            return home.open_here(node);
        }
        Ok(Pipeline::from_shared(home.keep(node)?))
    }

    /// Opens `node` in this run, and counts the rows that come out.
    fn open_here(&self, node: &NodeRef) -> Result<Pipeline> {
        let pipeline = node.open(self)?;
        Ok(match self.plan.actual(id(node)) {
            None => pipeline,
            Some(actual) => {
                actual.open();
                pipeline.counted(Arc::new(move |rows| actual.add(rows)))
            }
        })
    }

    /// What the optimizer chose for the node `node`.
    pub fn choices(&self, node: &dyn Node) -> Choices {
        self.plan.choices(std::ptr::from_ref(node).cast::<()>() as NodeId)
    }

    /// What `make` builds from the rows of `node`: built once in the run that the node belongs to,
    /// which `make` gets to open the node in.
    pub fn built<V: Any + Send + Sync>(
        &self,
        node: &NodeRef,
        what: &'static str,
        make: impl FnOnce(&Self) -> Result<V>,
    ) -> Result<Arc<V>> {
        let home = self.home(node);
        let place = (id(node), what);
        if let Some(found) = lock(&home.built).get(&place) {
            return Ok(found.clone().downcast().expect("one type for each name"));
        }
        let made = Arc::new(make(home)?);
        lock(&home.built).insert(place, made.clone());
        Ok(made)
    }

    /// Hands `value` to all that ask this run for what was [`built`](Self::built) from `node`.
    pub fn put<V: Any + Send + Sync>(&self, node: &NodeRef, what: &'static str, value: Arc<V>) {
        lock(&self.built).insert((id(node), what), value);
    }

    /// Whether it is that of the body of an iteration.
    pub fn is_body(&self) -> bool {
        self.outer.is_some()
    }

    /// The nodes that the plans in `roots` read and that are the same in every superstep: the ends
    /// of the constant path, each once.
    pub fn constants(&self, roots: &[&NodeRef]) -> Vec<NodeRef> {
        let (mut constants, mut visited) = (Vec::new(), HashSet::new());
        let mut inner = HashMap::new();
        let mut open: Vec<NodeRef> = roots.iter().rev().map(|&root| root.clone()).collect();
        while let Some(node) = open.pop() {
            if !visited.insert(id(&node)) || self.bound.contains_key(&id(&node)) {
                continue;
            }
            // What reads the stand-in of an iteration inside of this one has no rows here.
            if self.dependent.contains(&id(&node)) || reads_stand_in(&node, &mut inner) {
                open.extend(node.inputs().into_iter().rev());
            } else {
                constants.push(node);
            }
        }
        constants
    }

    /// Adds an iteration to the report of the whole run.
    pub fn report_iteration(&self, report: IterationReport) {
        match self.outer {
            Some(outer) => outer.report_iteration(report),
            None => lock(&self.report).iterations.push(report),
        }
    }

    /// The report so far, with the plan of `root` and what its nodes really made.
    pub fn report(&self, root: &NodeRef) -> RunReport {
        let iterations = lock(&self.report).iterations.clone();
        RunReport { plan: Some(self.explain(root)), iterations }
    }

    /// The plan of `root` as it runs.
    pub fn explain(&self, root: &NodeRef) -> PlanNode {
        self.plan.explain(id(root))
    }

    /// Whether the rows of `node` are the same in every superstep of the iteration around.
    pub fn is_constant(&self, node: &NodeRef) -> bool {
        !std::ptr::eq(self.home(node), self)
    }

    /// The outermost run in which the rows of `node` are what they are here.
    pub(crate) fn home(&self, node: &NodeRef) -> &Self {
        match self.outer {
            Some(outer) if !self.dependent.contains(&id(node)) => outer.home(node),
            _ => self,
        }
    }

    fn keep(&self, node: &NodeRef) -> Result<Arc<dyn Source>> {
        if let Some(kept) = lock(&self.kept).get(&id(node)) {
            return Ok(kept.clone());
        }
        let kept: Arc<dyn Source> = Arc::new(keep(self.env, &self.open_here(node)?)?);
        lock(&self.kept).insert(id(node), kept.clone());
        Ok(kept)
    }
}

/// Executes `pipeline` and keeps its rows, in the same morsels: those of a partition stay together.
pub fn keep(env: &Environment, pipeline: &Pipeline) -> Result<BlockSource> {
    let name = pipeline.chain().last().map_or_else(|| pipeline.source().name(), |last| last.name());
    let store = BlockStore::new(env, &name);
    let parts = executor::execute(env, pipeline.source(), &pipeline.chain(), &Keep(&store))?;
    Ok(BlockSource::of_morsels(name, parts))
}

fn count_uses(node: &NodeRef, uses: &mut HashMap<NodeId, usize>) {
    for input in node.inputs() {
        let count = uses.entry(id(&input)).or_default();
        *count += 1;
        if *count == 1 {
            count_uses(&input, uses);
        }
    }
}

/// Whether `node` reads a bound node; notes all that do.
fn mark_dependent(
    node: &NodeRef,
    bound: &HashMap<NodeId, Arc<dyn Source>>,
    dependent: &mut HashSet<NodeId>,
    visited: &mut HashSet<NodeId>,
) -> bool {
    if !visited.insert(id(node)) {
        return dependent.contains(&id(node));
    }
    let mut found = bound.contains_key(&id(node));
    for input in node.inputs() {
        found |= mark_dependent(&input, bound, dependent, visited);
    }
    if found {
        dependent.insert(id(node));
    }
    found
}

/// Whether `node` reads a stand-in, directly or not; notes what is known.
fn reads_stand_in(node: &NodeRef, known: &mut HashMap<NodeId, bool>) -> bool {
    if let Some(&known) = known.get(&id(node)) {
        return known;
    }
    let reads = matches!(node.facts().kind, Kind::Placeholder)
        || node.inputs().iter().any(|input| reads_stand_in(input, known));
    known.insert(id(node), reads);
    reads
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
