//! The team: workers that stay awake between the steps of an iteration.
//!
//! Waking a worker that sleeps takes longer than many a superstep. So whoever helped in a step
//! waits for the next one, awake, for [`PATIENCE`]; a helper that waited in vain goes back to the
//! pool, and the next step that wants help calls one anew. Nobody waits for a helper that has not
//! come: pieces go to whoever is there, and the caller is always there.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::ThreadPool;

/// How long a helper waits for the next step.
const PATIENCE: Duration = Duration::from_micros(100);

/// Looks at the work there is between two looks at the clock.
const LOOKS: usize = 64;

/// The workers beside the one that calls.
pub(crate) struct Team {
    /// The most helpers that are worth it: one less than there are workers and processors.
    helpers: usize,
    /// Whether somebody has work for it now.
    is_taken: AtomicBool,
    shared: Arc<Shared>,
}

/// What the caller and the helpers see.
#[derive(Default)]
struct Shared {
    /// What is to be done; null between two steps.
    work: AtomicPtr<Work<'static>>,
    /// Counts the steps, so that a helper does not begin one twice.
    step: AtomicUsize,
    /// Helpers that may be looking at the work.
    inside: AtomicUsize,
    /// Helpers that work or wait.
    present: AtomicUsize,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

/// Pieces of work. Each member has a share of its own, which it does first: what it read and wrote
/// in the step before is in its cache. Then it helps the others.
struct Work<'a> {
    piece: &'a (dyn Fn(usize) + Sync),
    shares: Vec<Share>,
}

/// Pieces that one member does first.
struct Share {
    next: AtomicUsize,
    end: usize,
}

impl<'a> Work<'a> {
    fn new(piece: &'a (dyn Fn(usize) + Sync), num_pieces: usize, members: usize) -> Self {
        let bound = |member: usize| num_pieces * member / members;
        let share =
            |member| Share { next: AtomicUsize::new(bound(member)), end: bound(member + 1) };
        Self { piece, shares: (0..members).map(share).collect() }
    }

    fn work_off(&self, member: usize) {
        let members = self.shares.len();
        for share in (0..members).map(|other| &self.shares[(member + other) % members]) {
            loop {
                let piece = share.next.fetch_add(1, Ordering::Relaxed);
                if piece >= share.end {
                    break;
                }
                (self.piece)(piece);
            }
        }
    }
}

impl Team {
    /// A team of as many as there are `workers`, but not more than there are processors: those
    /// would wait where others could work.
    pub(crate) fn new(workers: usize) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            helpers: workers.min(processors) - 1,
            is_taken: AtomicBool::new(false),
            shared: Arc::default(),
        }
    }

    /// The workers that are worth it, the one that calls among them.
    pub(crate) fn num_members(&self) -> usize {
        self.helpers + 1
    }

    /// Calls `piece` with each number below `num_pieces`, on this worker of `pool` and on those
    /// that come to help; the order and the workers are of no account.
    ///
    /// # Panics
    /// If a piece does.
    pub(crate) fn for_each(
        &self,
        pool: &ThreadPool,
        num_pieces: usize,
        piece: impl Fn(usize) + Sync,
    ) {
        let is_alone = num_pieces <= 1 || self.helpers == 0;
        // Two that run at once do not share a team: who comes later works alone.
        if is_alone || self.is_taken.swap(true, Ordering::Acquire) {
            (0..num_pieces).for_each(piece);
            return;
        }
        if self.shared.present.load(Ordering::Relaxed) < self.helpers.min(num_pieces - 1) {
            let shared = self.shared.clone();
            let member = shared.present.fetch_add(1, Ordering::Relaxed) + 1;
            pool.spawn(move || shared.help(member));
        }
        let work = Work::new(&piece, num_pieces, self.num_members());
        let offer = self.shared.offer(&work);
        work.work_off(0);
        drop(offer);
        self.is_taken.store(false, Ordering::Release);
        let panic = self.shared.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }
}

impl Shared {
    /// Shows the work to the helpers until the offer is dropped.
    fn offer<'a>(&'a self, work: &'a Work<'_>) -> Offer<'a> {
        // The offer ends before the borrow does: see `Offer::drop`.
        self.work.store(ptr::from_ref(work).cast_mut().cast(), Ordering::SeqCst);
        self.step.fetch_add(1, Ordering::Release);
        Offer { shared: self }
    }

    /// Helps in one step after the other, until none has come for a while.
    fn help(&self, member: usize) {
        let mut seen = self.step.load(Ordering::Acquire).wrapping_sub(1);
        while self.waited_for_step_after(&mut seen) {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.help_once(member))) {
                *self.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
            }
        }
        self.present.fetch_sub(1, Ordering::Relaxed);
    }

    /// Waits until there is another step than `seen`, and sees it; `false` if none comes.
    fn waited_for_step_after(&self, seen: &mut usize) -> bool {
        let begin = Instant::now();
        loop {
            for _ in 0..LOOKS {
                let step = self.step.load(Ordering::Acquire);
                if step != *seen {
                    *seen = step;
                    return true;
                }
                std::hint::spin_loop();
            }
            if begin.elapsed() > PATIENCE {
                return false;
            }
        }
    }

    fn help_once(&self, member: usize) {
        let _inside = Inside::enter(&self.inside);
        let work = self.work.load(Ordering::SeqCst);
        // SAFETY: the pointer is null or that of the work which is being offered. Whoever offers
        // it takes the pointer back and then waits until nobody is inside; both sides use one
        // order of all these operations (`SeqCst`). So if the pointer is seen here it was not
        // taken back before this helper was inside, and the work outlives the helper's visit.
        if let Some(work) = unsafe { work.as_ref() } {
            work.work_off(member);
        }
    }
}

/// Work that helpers may be at.
struct Offer<'a> {
    shared: &'a Shared,
}

impl Drop for Offer<'_> {
    fn drop(&mut self) {
        self.shared.work.store(ptr::null_mut(), Ordering::SeqCst);
        let mut looks = 0;
        while self.shared.inside.load(Ordering::SeqCst) != 0 {
            std::hint::spin_loop();
            looks += 1;
            if looks % LOOKS == 0 {
                std::thread::yield_now();
            }
        }
    }
}

/// A visit of a helper.
struct Inside<'a> {
    inside: &'a AtomicUsize,
}

impl<'a> Inside<'a> {
    fn enter(inside: &'a AtomicUsize) -> Self {
        inside.fetch_add(1, Ordering::SeqCst);
        Self { inside }
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.inside.fetch_sub(1, Ordering::SeqCst);
    }
}

impl fmt::Debug for Team {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Team").field("helpers", &self.helpers).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::ThreadPoolBuilder;

    fn pool(threads: usize) -> ThreadPool {
        ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
    }

    #[test]
    fn every_piece_is_done_once_in_every_step() {
        let pool = pool(4);
        let team = Team { helpers: 3, ..Team::new(4) };
        let counts: Vec<AtomicUsize> = (0..100).map(|_| AtomicUsize::new(0)).collect();
        pool.install(|| {
            for step in 1..=2_000 {
                let num_pieces = step % counts.len();
                team.for_each(&pool, num_pieces, |piece| {
                    counts[piece].fetch_add(1, Ordering::Relaxed);
                });
                // All of it is there when the call returns.
                let rounds = step / counts.len();
                let first = counts[0].load(Ordering::Relaxed);
                assert_eq!(first, step - rounds, "step {step}");
            }
        });
        let last: Vec<usize> = counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        assert!(last.iter().enumerate().all(|(piece, &count)| count == 20 * (99 - piece)));
    }

    #[test]
    fn a_helper_comes() {
        let pool = pool(2);
        let team = Team { helpers: 1, ..Team::new(2) };
        let together = std::sync::Barrier::new(2);
        // Neither piece ends before the other has begun.
        let wait = |_| {
            together.wait();
        };
        pool.install(|| team.for_each(&pool, 2, wait));
    }

    #[test]
    fn a_panic_of_any_worker_comes_back() {
        let pool = pool(2);
        let team = Team { helpers: 1, ..Team::new(2) };
        for bad in 0..64 {
            let run = || team.for_each(&pool, 64, |piece| assert_ne!(piece, bad));
            let caught = pool.install(|| catch_unwind(AssertUnwindSafe(run)));
            assert!(caught.is_err());
        }
        team.for_each(&pool, 2, |_| {});
    }
}
