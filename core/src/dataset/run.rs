//! Nodes, the steps of a plan; and runs, its executions.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::{BlockSource, BlockStore, Keep};
use crate::executor;
use crate::pipeline::{Pipeline, Source};
use crate::plan::PlanNode;

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

    /// Whether opening it again repeats no work: its rows are there already.
    fn is_stored(&self) -> bool {
        false
    }
}

/// The plan of `node` and all that it reads.
pub(super) fn explain(node: &NodeRef) -> PlanNode {
    node.inputs().iter().fold(node.plan(), |plan, input| plan.input(explain(input)))
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
    /// How many nodes of the plan read each node.
    uses: HashMap<NodeId, usize>,
    /// The rows that stand for nodes in this run; all that reads them depends on the iteration.
    bound: HashMap<NodeId, Arc<dyn Source>>,
    /// Nodes that read a bound node, directly or not.
    dependent: HashSet<NodeId>,
    kept: Mutex<HashMap<NodeId, Arc<dyn Source>>>,
    built: Mutex<HashMap<(NodeId, &'static str), Built>>,
}

/// The identity of a node; plans hold their nodes for as long as they run.
type NodeId = usize;

/// What an operator built, of whatever type.
type Built = Arc<dyn Any + Send + Sync>;

fn id(node: &NodeRef) -> NodeId {
    Arc::as_ptr(node).cast::<()>() as usize
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("nodes", &self.uses.len())
            .field("bound", &self.bound.len())
            .finish_non_exhaustive()
    }
}

impl<'a> Run<'a> {
    /// A run of the plans that end in `roots`.
    pub fn new<'n>(env: &'a Environment, roots: impl IntoIterator<Item = &'n NodeRef>) -> Self {
        let mut uses = HashMap::new();
        for root in roots {
            *uses.entry(id(root)).or_default() += 1;
            count_uses(root, &mut uses);
        }
        Self {
            env,
            outer: None,
            uses,
            bound: HashMap::new(),
            dependent: HashSet::new(),
            kept: Mutex::default(),
            built: Mutex::default(),
        }
    }

    /// A run of the body of an iteration, whose plans end in `roots`, with rows that stand for
    /// some of its nodes.
    pub fn body<'n>(
        &'a self,
        roots: &[&'n NodeRef],
        bound: impl IntoIterator<Item = (&'n NodeRef, Arc<dyn Source>)>,
    ) -> Run<'a> {
        let mut body = Run::new(self.env, roots.iter().copied());
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
            return node.open(home);
        }
        Ok(Pipeline::from_shared(home.keep(node)?))
    }

    /// What `make` builds from the rows of `node`: built once in the run that the node belongs to.
    pub fn built<V: Any + Send + Sync>(
        &self,
        node: &NodeRef,
        what: &'static str,
        make: impl FnOnce() -> Result<V>,
    ) -> Result<Arc<V>> {
        let home = self.home(node);
        let place = (id(node), what);
        if let Some(found) = lock(&home.built).get(&place) {
            return Ok(found.clone().downcast().expect("one type for each name"));
        }
        let made = Arc::new(make()?);
        lock(&home.built).insert(place, made.clone());
        Ok(made)
    }

    /// Whether the rows of `node` are the same in every superstep of the iteration around.
    pub fn is_constant(&self, node: &NodeRef) -> bool {
        !std::ptr::eq(self.home(node), self)
    }

    /// The outermost run in which the rows of `node` are what they are here.
    fn home(&self, node: &NodeRef) -> &Self {
        match self.outer {
            Some(outer) if !self.dependent.contains(&id(node)) => outer.home(node),
            _ => self,
        }
    }

    fn keep(&self, node: &NodeRef) -> Result<Arc<dyn Source>> {
        if let Some(kept) = lock(&self.kept).get(&id(node)) {
            return Ok(kept.clone());
        }
        let kept: Arc<dyn Source> = Arc::new(keep(self.env, &node.open(self)?)?);
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
