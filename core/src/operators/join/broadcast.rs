//! The broadcast join: one side is a table that all workers share, the other streams by.

use std::sync::Arc;

use super::matches::Matches;
use crate::columnar::Key;
use crate::environment::Environment;
use crate::error::Result;
use crate::operators::co_partition::OrderedRows;
use crate::operators::pairs::Pairs;
use crate::pipeline::{Operator, Output, Task, TaskEvent};

/// Looks the rows that stream by up in a table, in their order.
#[derive(Clone)]
pub(super) struct BroadcastJoin {
    pub(super) table: Arc<OrderedRows>,
    pub(super) key: Key,
    pub(super) streams_left: bool,
    pub(super) matches: Matches,
}

impl Operator for BroadcastJoin {
    fn name(&self) -> String {
        self.matches.name.to_owned()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Task>> {
        Ok(Box::new(self.clone()))
    }
}

impl Task for BroadcastJoin {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        let TaskEvent::Batch(batch) = event else { return Ok(()) };
        let keys = self.key.keys(&batch)?;
        let (left, right) =
            if self.streams_left { (&batch, &self.table.rows) } else { (&self.table.rows, &batch) };
        let mut pairs = Pairs::new(&*self.matches.function, left, right, output);
        for (row, hash) in keys.hashes().into_iter().enumerate() {
            let found = self.table.find(hash, &keys, row);
            let row = &[row as u32];
            if self.streams_left {
                self.matches.group(row, found, &mut pairs)?;
            } else {
                self.matches.group(found, row, &mut pairs)?;
            }
        }
        pairs.flush()
    }
}
