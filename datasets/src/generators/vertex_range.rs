//! The vertices of a generated graph.

use quince_core::columnar::{Batch, Schema};
use quince_core::pipeline::{Morsels, Numbered, Source};
use quince_core::{Environment, Result};

use super::blocks::{BATCH_ROWS, VertexId, has_wide_ids};

/// The vertices `0..len` as a source of one column, `vertex`, of the type that the ids of edges
/// have.
///
/// ```
/// use quince_core::Environment;
/// use quince_core::executor::count;
/// use quince_datasets::generators::VertexRange;
/// let env = Environment::builder().threads(2).memory("64 MiB").build()?;
/// assert_eq!(count(&env, &VertexRange::new(100_000), &[])?, 100_000);
/// # Ok::<(), quince_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct VertexRange {
    len: u64,
}

impl VertexRange {
    /// The vertices `0..len`.
    pub fn new(len: u64) -> Self {
        Self { len }
    }
}

impl Source for VertexRange {
    fn name(&self) -> String {
        format!("vertices 0..{}", self.len)
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Morsels>> {
        let len = self.len;
        // One morsel at least, so that the column is known.
        let morsels = len.div_ceil(BATCH_ROWS as u64).max(1) as usize;
        let source = Numbered::new(self.name(), morsels, move |at, env, output| {
            let start = at as u64 * BATCH_ROWS as u64;
            let end = len.min(start + BATCH_ROWS as u64);
            output.emit(if has_wide_ids(len) {
                batch::<i64>(env, start, end)?
            } else {
                batch::<u32>(env, start, end)?
            })
        });
        source.open(env)
    }
}

fn batch<V: VertexId>(env: &Environment, start: u64, end: u64) -> Result<Batch> {
    env.check_cancelled()?;
    let mut ids = env.memory().allocate::<V>("generated vertices", (end - start) as usize)?;
    (start..end).zip(ids.iter_mut()).for_each(|(id, slot)| *slot = V::from_u64(id));
    Ok(Batch::new(Schema::new(["vertex"]), vec![V::column(ids)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::batches;
    use quince_core::columnar::{Column, ColumnType};

    #[test]
    fn vertices_ascend_and_have_the_type_of_edges() {
        let mut next = 0;
        for batch in batches(&VertexRange::new(200_000), 2) {
            let Column::UInt32(ids) = &batch.columns()[0] else { panic!("wrong type") };
            assert!(ids.iter().copied().eq(next..next + ids.len() as u32));
            next += ids.len() as u32;
        }
        assert_eq!(next, 200_000);
        let none = batches(&VertexRange::new(0), 1);
        assert_eq!((none.len(), none[0].num_rows()), (1, 0));
        assert_eq!(none[0].columns()[0].column_type(), ColumnType::UInt32);
    }
}
