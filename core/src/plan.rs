//! Plans: what will run, in which form, and why.

use std::fmt;

use serde::Serialize;

/// A node of a plan: an operator, its physical properties, the rewrites that were considered, and
/// its inputs.
///
/// ```
/// use quince_core::plan::PlanNode;
/// let plan = PlanNode::new("bulk iteration")
///     .property("combiner", "sum")
///     .input(PlanNode::new("index").property("layout", "CSR by target"));
/// assert_eq!(plan.to_string(), "bulk iteration [combiner: sum]\n└─ index [layout: CSR by target]\n");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[must_use]
pub struct PlanNode {
    /// The operator with its settings.
    pub operator: String,
    /// Physical properties, in the order in which they were decided.
    pub properties: Vec<Property>,
    /// Rewrites, taken or not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rewrites: Vec<Rewrite>,
    /// What it reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<PlanNode>,
}

/// A physical property: how the operator runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Property {
    /// Which property.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A rewrite that the optimizer considered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rewrite {
    /// Its name.
    pub name: String,
    /// Whether it was taken.
    pub taken: bool,
    /// Why, or why not.
    pub reason: String,
}

impl PlanNode {
    /// A node without properties or inputs.
    pub fn new(operator: impl Into<String>) -> Self {
        Self {
            operator: operator.into(),
            properties: Vec::new(),
            rewrites: Vec::new(),
            inputs: Vec::new(),
        }
    }

    /// Adds a physical property.
    pub fn property(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.properties.push(Property { name: name.into(), value: value.to_string() });
        self
    }

    /// Adds a rewrite.
    pub fn rewrite(mut self, rewrite: Rewrite) -> Self {
        self.rewrites.push(rewrite);
        self
    }

    /// Adds an input.
    pub fn input(mut self, input: PlanNode) -> Self {
        self.inputs.push(input);
        self
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, lead: &str, branch: &str) -> fmt::Result {
        write!(f, "{branch}{}", self.operator)?;
        if !self.properties.is_empty() {
            let list: Vec<_> =
                self.properties.iter().map(|p| format!("{}: {}", p.name, p.value)).collect();
            write!(f, " [{}]", list.join(", "))?;
        }
        writeln!(f)?;
        for rewrite in &self.rewrites {
            let taken = if rewrite.taken { "rewrite" } else { "no rewrite" };
            writeln!(f, "{lead}   {taken} {}: {}", rewrite.name, rewrite.reason)?;
        }
        for (at, input) in self.inputs.iter().enumerate() {
            let last = at + 1 == self.inputs.len();
            let (branch, next) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            input.write(f, &format!("{lead}{next}"), &format!("{lead}{branch}"))?;
        }
        Ok(())
    }
}

impl fmt::Display for PlanNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "", "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_a_tree_and_as_json() {
        let rewrite = Rewrite { name: "fold".into(), taken: false, reason: "switched off".into() };
        let plan = PlanNode::new("a")
            .rewrite(rewrite)
            .input(PlanNode::new("b").input(PlanNode::new("c")))
            .input(PlanNode::new("d").property("p", 7));
        let text = "a\n   no rewrite fold: switched off\n├─ b\n│  └─ c\n└─ d [p: 7]\n";
        assert_eq!(plan.to_string(), text);
        let json = serde_json::to_value(&plan).unwrap();
        assert_eq!(json["inputs"][1]["properties"][0]["value"], "7");
        assert_eq!(json["rewrites"][0]["taken"], false);
    }
}
