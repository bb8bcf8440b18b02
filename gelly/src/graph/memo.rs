//! What algorithms over data sets computed of a graph, so that nobody computes it again.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Data sets by the algorithm and the settings that made them.
///
/// Two algorithms that need the same annotation of one graph get one data set, whose rows are
/// computed once a run.
#[derive(Default)]
pub(super) struct Memo(Mutex<HashMap<(TypeId, u64), Box<dyn Any + Send + Sync>>>);

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").finish_non_exhaustive()
    }
}

impl Memo {
    /// What algorithm `A` with `settings` made, or makes now.
    pub(super) fn get<A: 'static, T: Clone + Send + Sync + 'static>(
        &self,
        settings: u64,
        make: impl FnOnce() -> T,
    ) -> T {
        let place = (TypeId::of::<(A, T)>(), settings);
        let found = |made: &HashMap<_, Box<dyn Any + Send + Sync>>| {
            made.get(&place).and_then(|made| made.downcast_ref::<T>()).cloned()
        };
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = found(&lock()) {
            return made;
        }
        // Not under the lock: what is made may be made of other annotations.
        let new = make();
        let mut made = lock();
        found(&made).unwrap_or_else(|| {
            made.insert(place, Box::new(new.clone()));
            new
        })
    }
}
