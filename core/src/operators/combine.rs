//! Combine: each morsel folds its groups before the exchange, as long as that pays.

use std::sync::Arc;

use super::group_states::{Groups, NewStates};
use crate::columnar::{Batch, Key};
use crate::environment::Environment;
use crate::error::Result;
use crate::pipeline::{Operator, Output, Task, TaskEvent};

/// Folds the rows of a morsel by `key` into states that go on as rows.
pub(super) struct Combine {
    pub(super) key: Key,
    pub(super) states: Arc<NewStates>,
}

impl Operator for Combine {
    fn name(&self) -> String {
        "combine".to_owned()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Task>> {
        Ok(Box::new(CombineTask {
            key: self.key.clone(),
            groups: Groups::bounded(&*self.states)?,
            num_rows: 0,
            limit: FIRST_GROUPS,
            gave_up: false,
        }))
    }
}

/// Groups that a morsel folds at a time: their table stays in a core's cache.
const COMBINED_GROUPS: usize = 1 << 13;

/// Groups after which a morsel first looks whether folding halves its rows.
const FIRST_GROUPS: usize = 1 << 10;

struct CombineTask {
    key: Key,
    groups: Groups,
    /// Rows that the groups were folded from.
    num_rows: usize,
    /// Groups after which it looks whether folding halves the rows.
    limit: usize,
    /// Folding did not halve the rows.
    gave_up: bool,
}

impl CombineTask {
    /// Folds the rows of a batch, and says how many it took before it gave up.
    fn take(&mut self, batch: &Batch, output: &mut dyn Output) -> Result<usize> {
        let keys = self.key.keys(batch)?;
        let hashes = keys.hashes();
        let mut at = 0;
        while at < batch.num_rows() && !self.gave_up {
            let end = self.groups.fold(&hashes, &keys, batch, at, self.limit)?;
            self.num_rows += end - at;
            at = end;
            if self.groups.len() == self.limit {
                self.gave_up = self.num_rows < 2 * self.limit;
                if self.gave_up || self.limit == COMBINED_GROUPS {
                    self.flush(output)?;
                }
                self.limit = COMBINED_GROUPS;
            }
        }
        Ok(at)
    }

    /// Emits the groups in the order in which they first came.
    fn flush(&mut self, output: &mut dyn Output) -> Result<()> {
        self.num_rows = 0;
        if self.groups.len() == 0 { Ok(()) } else { output.emit(self.groups.take_all()?) }
    }
}

impl Task for CombineTask {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        let TaskEvent::Batch(batch) = event else { return self.flush(output) };
        let taken = if self.gave_up { 0 } else { self.take(&batch, output)? };
        if taken < batch.num_rows() {
            output.emit(batch.slice(taken..batch.num_rows()))?;
        }
        Ok(())
    }
}
