//! Facts: what a node tells the optimizer about itself.

use crate::columnar::Key;

/// The identity of a node, for as long as its plan lives.
pub type NodeId = usize;

/// What a node tells the optimizer. What it does not know is left at its default.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What kind of node it is.
    pub kind: Kind,
    /// How many rows it makes.
    pub rows: Rows,
    /// Bytes of a row, roughly.
    pub row_bytes: Option<usize>,
    /// Which columns of its first input it hands on as they are.
    pub forwards: Forwards,
    /// What it does with its columns, where that is said and not hidden in a function.
    pub algebra: Option<Algebra>,
}

/// What a node does with columns, as the rewrites on algebra see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Algebra {
    /// The extreme value of a column for each value of another; no other columns.
    Extreme {
        /// Which extreme.
        extreme: Extreme,
        /// The column of the key.
        key: usize,
        /// The column of the values.
        value: usize,
    },
    /// An inner join on one column of each input that makes rows of columns of both.
    Join {
        /// The columns of the key in the first and in the second input.
        keys: [usize; 2],
        /// The input and the column of each column that comes out.
        columns: Vec<(usize, usize)>,
    },
    /// The rows of the first input whose value, in column 1, improves that of the same key, in
    /// column 0, in the solution set, the second input.
    Improve(Extreme),
    /// A delta iteration on a solution set of key, in column 0, and value, in column 1.
    Delta {
        /// What stands for the workset.
        workset: NodeId,
    },
}

/// An extreme: combining two values is idempotent, commutative and associative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// The smaller.
    Min,
    /// The larger.
    Max,
}

/// Kinds of nodes, as the rules tell them apart.
#[derive(Clone, Debug, Default)]
pub enum Kind {
    /// Rows from outside the plan.
    Source,
    /// A record-wise operator: it runs in the pipeline of its input.
    RecordWise,
    /// A breaker that needs all of its input.
    #[default]
    Breaker,
    /// A breaker that brings the rows of a key together.
    Keyed {
        /// The key.
        key: Key,
        /// Whether rows can be folded before they are sent.
        combines: bool,
    },
    /// A join of its first two inputs.
    Join {
        /// The strategy that the program asked for.
        hint: Option<JoinStrategy>,
        /// Whether the first and the second may be broadcast: what comes of a row of it does not
        /// depend on all rows of the other.
        may_broadcast: [bool; 2],
    },
    /// An iteration: inputs from `body` on are the plans of its body.
    Iteration {
        /// Where the plans of the body begin among the inputs.
        body: usize,
    },
    /// What stands for the rows of a superstep.
    Placeholder,
}

/// How many rows a node makes, told by those of its inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// Not known.
    #[default]
    Unknown,
    /// So many.
    Exactly(u64),
    /// As many as this input has.
    Like(usize),
    /// A guess: one row for so many of the first input.
    OneIn(u64),
    /// All rows of all inputs.
    Sum,
    /// A row for each pair of rows of the first two inputs.
    Product,
    /// As many as the larger of the first two inputs: what a join on a key usually gives.
    Larger,
}

/// Which columns of its first input a node hands on unchanged, at the same positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Forwards {
    /// None that is known.
    #[default]
    Nothing,
    /// All of them.
    Everything,
    /// Column `.0` of the input as column `.1`.
    Columns(Vec<(usize, usize)>),
}

impl Forwards {
    /// Where a column of the input is in the output.
    pub fn of(&self, column: usize) -> Option<usize> {
        match self {
            Self::Nothing => None,
            Self::Everything => Some(column),
            Self::Columns(pairs) => {
                pairs.iter().find(|(from, _)| *from == column).map(|(_, to)| *to)
            }
        }
    }
}

/// How a join runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinStrategy {
    /// The first input is gathered whole into one table; the second streams past it.
    BroadcastHashFirst,
    /// The second input is gathered whole into one table; the first streams past it.
    BroadcastHashSecond,
    /// Both are partitioned; tables are built on the first.
    RepartitionHashFirst,
    /// Both are partitioned; tables are built on the second.
    RepartitionHashSecond,
    /// Both are partitioned and sorted.
    RepartitionSortMerge,
}

/// What the optimizer chose for a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// How a join runs, where the program left it open.
    pub join: Option<JoinStrategy>,
    /// A delta iteration runs over a static index with a dense solution set, if its rows allow.
    pub dense: bool,
    /// Rows are not folded before the exchange, as they are where they belong already.
    pub skip_combine: bool,
}
