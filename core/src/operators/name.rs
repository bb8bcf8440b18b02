//! `name`: what the last operator is called in plans, errors and panics.

use std::mem;
use std::sync::Arc;

use crate::columnar::Record;
use crate::dataset::{DataSet, Node, NodeRef, Run};
use crate::environment::Environment;
use crate::error::Result;
use crate::pipeline::{Morsels, Operator, Pipeline, Source, Task};
use crate::plan::{PlanNode, Property};

impl<T: Record> DataSet<T> {
    /// The same rows, with the last operator called `name` in plans and errors.
    ///
    /// Name an operator where it is added: to the plan, the data set under its old name is another
    /// one, which is computed for itself.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let halves = DataSet::sequence(&env, 0..3).map(|x| 6 / x).name("shares");
    /// assert!(halves.explain().to_string().starts_with("shares [operator: map]\n"));
    /// let error = halves.collect().unwrap_err().to_string();
    /// assert_eq!(error, "shares panicked: attempt to divide by zero");
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn name(&self, name: impl Into<String>) -> Self {
        let named = Named { node: self.node().clone(), name: name.into() };
        DataSet::from_node(self.environment(), named)
    }
}

/// Stands in the place of the node that it names.
struct Named {
    node: NodeRef,
    name: String,
}

impl Named {
    /// A node that reads no other may stand for rows that the run has (those of an iteration): it
    /// stays in the plan, below this one.
    fn stays(&self) -> bool {
        self.node.inputs().is_empty()
    }
}

impl Node for Named {
    fn plan(&self) -> PlanNode {
        if self.stays() {
            return PlanNode::new(&self.name);
        }
        let mut plan = self.node.plan();
        let operator = mem::replace(&mut plan.operator, self.name.clone());
        let property = Property { name: "operator".to_owned(), value: operator };
        plan.properties.insert(0, property);
        plan
    }

    fn inputs(&self) -> Vec<NodeRef> {
        if self.stays() { vec![self.node.clone()] } else { self.node.inputs() }
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let pipeline = if self.stays() { run.open(&self.node)? } else { self.node.open(run)? };
        let name = self.name.clone();
        Ok(match pipeline.pop() {
            (rest, Some(last)) => rest.then(Arc::new(Renamed { what: last, name })),
            (rest, None) => {
                Pipeline::from_shared(Arc::new(Renamed { what: rest.into_source(), name }))
            }
        })
    }

    fn is_stored(&self) -> bool {
        self.node.is_stored()
    }
}

/// An operator or source under another name.
struct Renamed<P: ?Sized> {
    name: String,
    what: Arc<P>,
}

impl Operator for Renamed<dyn Operator> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Task>> {
        self.what.open(env)
    }
}

impl Source for Renamed<dyn Source> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Morsels>> {
        self.what.open(env)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::test_support::everywhere;

    #[test]
    fn sources_breakers_and_operators_are_renamed_and_compute_the_same() {
        let program = |env: &Environment, named: bool| {
            let name = |data: DataSet<u64>, name: &str| if named { data.name(name) } else { data };
            let rows = name(DataSet::sequence(env, 0..30_000), "vertices");
            let rows = name(rows.map(|x| x % 100), "parts");
            name(rows.distinct(), "parts once")
        };
        let named = everywhere(|env| program(env, true));
        assert_eq!(named, everywhere(|env| program(env, false)));
        let env = Environment::builder().threads(1).build().unwrap();
        let plan = program(&env, true).explain_written().to_string();
        let expected = "parts once [operator: distinct, key: value]\n\
            └─ parts [operator: map]\n   └─ vertices\n      └─ sequence [rows: 30000]\n";
        assert_eq!(plan.replace("all fields", "value"), expected);
    }

    #[test]
    fn a_panic_names_the_operator_by_its_new_name() {
        let env = Environment::builder().threads(1).build().unwrap();
        let rows = DataSet::sequence(&env, 0..9).filter(|_| panic!("no")).name("only good ones");
        let error = rows.map(|x| x).count().unwrap_err().to_string();
        assert_eq!(error, "only good ones panicked: no");
    }
}
