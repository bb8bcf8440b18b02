//! What senders send along their rows.

use std::ops::Range;
use std::sync::Arc;

use super::combine::MessageSource;
use super::culprit::{Culprit, Watch};
use super::letters::{Bag, Sorting};
use super::program::MessageProgram;
use super::units::in_parallel;
use crate::environment::Environment;
use crate::error::Result;
use crate::index::StaticIndex;

/// The messages of keys that send, by sender, then in the order of the index.
pub(super) struct Along<'s, I: StaticIndex, P: MessageProgram<I::Value>> {
    pub(super) env: &'s Environment,
    pub(super) program: &'s P,
    /// Rows are the keys that messages come from.
    pub(super) index: &'s I,
    pub(super) keys: &'s [u32],
    /// What each put out.
    pub(super) sent: &'s [P::Sent],
    /// Of the keys; one worker sends for each.
    pub(super) pieces: Vec<Range<usize>>,
    pub(super) culprit: &'s Arc<Culprit>,
}

impl<I: StaticIndex, P: MessageProgram<I::Value>> Along<'_, I, P> {
    /// The messages in a bag for each piece.
    pub(super) fn bags(&self, sorting: &Sorting<'_>) -> Result<Vec<Bag<P::Message>>> {
        let send = |piece: usize| {
            let keys = &self.keys[self.pieces[piece].clone()];
            let mut bag = sorting.bag(keys.iter().map(|&key| self.index.degree(key)).sum());
            self.for_each(piece, |target, message| sorting.put(&mut bag, target, message))?;
            Ok(bag)
        };
        match self.num_pieces() {
            1 => Ok(vec![send(0)?]),
            num_pieces => in_parallel((0..num_pieces).collect(), &send),
        }
    }
}

impl<I: StaticIndex, P: MessageProgram<I::Value>> MessageSource<P::Message> for Along<'_, I, P> {
    fn num_pieces(&self) -> usize {
        self.pieces.len()
    }

    #[inline(always)]
    fn for_each(&self, piece: usize, mut send: impl FnMut(u32, P::Message)) -> Result<()> {
        self.env.check_cancelled()?;
        let mut watch = Watch::new(self.culprit);
        let piece = self.pieces[piece].clone();
        for (&key, sent) in self.keys[piece.clone()].iter().zip(&self.sent[piece]) {
            watch.key = Some(key);
            self.index.for_each(key, |target, value| send(target, self.program.along(sent, value)));
        }
        Ok(())
    }
}
