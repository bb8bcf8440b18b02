//! What a general iteration is made of: its plan, its parameters, and the rows that it reads.

use super::step::Frame;
use crate::columnar::Batch;
use crate::dataset::{NodeRef, Run, explain};
use crate::environment::Environment;
use crate::error::Result;
use crate::executor;
use crate::pipeline::{Breaker, Operator, Source};
use crate::snapshot::{Fingerprint, Identity, RowsFingerprint};

/// The identity of the iteration of `frame` whose body ends in `roots`, that begins with the rows
/// of `initial`. `run` is that of the body: what it reads besides and is the same in every
/// superstep belongs to the input.
pub(super) fn identity(
    run: &Run<'_>,
    frame: &Frame,
    roots: &[&NodeRef],
    initial: &[&dyn Source],
) -> Result<Identity> {
    let mut input = Fingerprint::default();
    for source in initial {
        input = input.numbers(of_rows(run.env(), *source, &[])?);
    }
    for constant in run.constants(roots) {
        let pipeline = run.open(&constant)?;
        input = input.numbers(of_rows(run.env(), pipeline.source(), &pipeline.chain())?);
    }
    let body = roots.iter().enumerate();
    let body = body.map(|(at, root)| (format!("plan {at} of the body"), explain(root).to_string()));
    let program = frame.parameters.iter().chain(body).collect();
    Ok(Identity { program, input: input.digest() })
}

/// The fingerprint of the rows of each morsel.
fn of_rows(env: &Environment, source: &dyn Source, chain: &[&dyn Operator]) -> Result<Vec<u64>> {
    let morsels = executor::execute(env, source, chain, &Rows)?;
    Ok(morsels.iter().map(RowsFingerprint::digest).collect())
}

struct Rows;

impl Breaker for Rows {
    type Part = RowsFingerprint;

    fn part(&self) -> RowsFingerprint {
        RowsFingerprint::default()
    }

    fn take(&self, part: &mut RowsFingerprint, batch: Batch) -> Result<()> {
        part.add(&batch);
        Ok(())
    }
}
