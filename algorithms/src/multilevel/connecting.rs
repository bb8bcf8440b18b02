//! The connected parts of communities.
//!
//! Local moving may take out of a community what held it together, and the last levels need not
//! mend that. Parts that no edge joins are worth more apart, so each becomes a community.

use quince_core::Environment;
use quince_core::Result;
use quince_core::index::{EntryValue, StaticIndex, Tally};
use quince_core::iteration::{Row, RowContext, RowIteration, RowProgram};
use quince_core::memory::Segment;

/// The least key that each key reaches inside its community.
pub(super) fn connected_parts<I: StaticIndex>(
    env: &Environment,
    name: &str,
    index: &I,
    communities: &[u32],
) -> Result<Segment<u32>> {
    let program = Least { communities };
    Ok(RowIteration::new(name, index, index, &program).run(env)?.states)
}

struct Least<'a> {
    communities: &'a [u32],
}

impl<W: EntryValue> RowProgram<W> for Least<'_> {
    type State = u32;
    type Group = u8;
    const READS_OWN_STATE: bool = false;

    fn initial(&self, key: u32) -> u32 {
        key
    }

    fn apply<I: StaticIndex<Value = W>>(
        &self,
        row: Row<'_, I, u32>,
        _: &mut Tally<u8>,
        _: RowContext,
    ) -> Result<u32> {
        let community = self.communities[row.key as usize];
        let mut least = row.state();
        row.for_each(|column, state, _| {
            if state < least && self.communities[column as usize] == community {
                least = state;
            }
        });
        Ok(least)
    }
}
