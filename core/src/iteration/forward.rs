//! Delta iterations that forward values unchanged, and the rewrite that they allow.

use super::component_fold::{ForwardProgram, component_fold};
use super::criterion::Criterion;
use super::delta::{DeltaIteration, DeltaProgram, DeltaResult};
use super::values::Value;
use crate::algebra::Monoid;
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{EntryValue, StaticIndex};
use crate::plan::Rewrite;

/// The name of the rewrite in plans.
pub const COMPONENT_FOLD: &str = "component fold";

/// Whether rewrites are allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rewrites {
    /// Those that pay are taken.
    #[default]
    On,
    /// The plain execution.
    Off,
}

/// A forward program as the delta program that it is.
struct Forward<'a, P>(&'a P);

impl<P: ForwardProgram, W: EntryValue> DeltaProgram<W> for Forward<'_, P> {
    type Lattice = P::Lattice;

    fn initial(&self, key: u32) -> Value<P::Lattice> {
        self.0.initial(key)
    }

    #[inline(always)]
    fn message(&self, value: Value<P::Lattice>, _entry: W) -> Value<P::Lattice> {
        value
    }
}

impl<I: StaticIndex, P: ForwardProgram> DeltaIteration<'_, I, P> {
    /// Whether [`forward`](Self::forward) will fold components, and why.
    ///
    /// An idempotent, commutative, associative merge of unchanged values along edges that go both
    /// ways has the fold of the initial values over each component as its only fixpoint. It is
    /// reached by any number of supersteps that suffices, so a limit on them forbids the rewrite.
    pub fn forward_rewrite(&self, rewrites: Rewrites) -> Rewrite {
        let (taken, reason) = if rewrites == Rewrites::Off {
            (false, "switched off".to_owned())
        } else if self.criterion != Criterion::EmptyWorkset {
            (false, format!("ends by {}, not by the fixpoint alone", self.criterion))
        } else {
            let combiner = <P::Lattice as Monoid>::NAME;
            (
                true,
                format!(
                    "{combiner} is a semilattice and messages are unchanged values: the fixpoint is \
                 the fold of each component"
                ),
            )
        };
        Rewrite { name: COMPONENT_FOLD.to_owned(), taken, reason }
    }

    /// Runs it, by the rewrite if that is allowed.
    ///
    /// An index that is not symmetric is read as if each entry went both ways; only the rewrite
    /// can do that.
    pub fn forward(
        self,
        env: &Environment,
        rewrites: Rewrites,
    ) -> Result<DeltaResult<Value<P::Lattice>>> {
        if self.forward_rewrite(rewrites).taken {
            return component_fold(env, self.name, self.index, self.program);
        }
        let program = Forward(self.program);
        let plain = DeltaIteration {
            name: self.name,
            index: self.index,
            senders: self.senders,
            program: &program,
            criterion: self.criterion,
            parameters: self.parameters,
            is_nested: self.is_nested,
        };
        plain.run(env)
    }
}
