//! Work in lanes: one per thread, each with memory of its own, taking piece after piece.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::environment::Environment;
use crate::error::Result;
use crate::memory::Segment;

/// Calls `work` for every piece with the scratch of its lane; results come in the order of pieces.
///
/// The lock is held only while a lane takes its next piece.
pub(super) fn map<P: Send, S: Send, R: Send>(
    env: &Environment,
    pieces: Vec<P>,
    scratch: impl Fn() -> Result<S>,
    work: impl Fn(&mut S, P) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let num_lanes = env.num_threads().min(pieces.len());
    let scratches = (0..num_lanes).map(|_| scratch()).collect::<Result<Vec<_>>>()?;
    let pieces = Mutex::new(pieces.into_iter().enumerate());
    let next = || pieces.lock().unwrap_or_else(PoisonError::into_inner).next();
    let lanes = scratches
        .into_par_iter()
        .map(|mut scratch| {
            let mut results = Vec::new();
            while let Some((at, piece)) = next() {
                env.check_cancelled()?;
                results.push((at, work(&mut scratch, piece)?));
            }
            Ok(results)
        })
        .collect::<Result<Vec<_>>>()?;
    let mut results: Vec<_> = lanes.into_iter().flatten().collect();
    results.sort_unstable_by_key(|(at, _)| *at);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// Counts into `num_slots` counters. `count` is called once for each piece 0..`num_pieces`, by
/// whichever lane is free, with that lane's counters; the lanes are then added up.
///
/// `num_events` is the most times that counters are raised in all. There are no more lanes than
/// that pays for, so that small inputs over many slots do not spend their time on adding.
pub(super) fn count(
    env: &Environment,
    name: &str,
    num_slots: usize,
    num_events: usize,
    num_pieces: usize,
    count: impl Fn(&mut Counters, usize) + Sync,
) -> Result<Segment<u32>> {
    let num_lanes = (num_events / num_slots.max(1)).clamp(1, env.num_threads());
    let mut lanes = (0..num_lanes)
        .map(|_| Counters::new(env, name, num_slots, num_events))
        .collect::<Result<Vec<_>>>()?;
    let next = AtomicUsize::new(0);
    lanes.par_iter_mut().for_each(|counters| {
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= num_pieces || env.is_cancelled() {
                break;
            }
            count(counters, piece);
        }
    });
    env.check_cancelled()?;
    let mut totals = env.memory().allocate::<u32>(name, num_slots)?;
    totals.par_iter_mut().with_min_len(1 << 14).enumerate().for_each(|(slot, total)| {
        *total = lanes.iter().map(|counters| u32::from(counters.low[slot])).sum();
    });
    for counters in &lanes {
        for &slot in &counters.carries[..counters.num_carries] {
            totals[slot as usize] += 1 << u8::BITS;
        }
    }
    Ok(totals)
}

/// The counters of one lane: 8 bits each, and a list of those that went round.
///
/// Counting is bound by the cache that the counters are spread over; a quarter of the bytes
/// halved the time of a dictionary over a uniform graph.
pub(super) struct Counters {
    low: Segment<u8>,
    /// A slot for each time that its counter went round.
    carries: Segment<u32>,
    num_carries: usize,
}

impl Counters {
    fn new(env: &Environment, name: &str, num_slots: usize, num_events: usize) -> Result<Self> {
        let memory = env.memory();
        let low = memory.allocate(name, num_slots)?;
        let carries = memory.allocate(name, num_events >> u8::BITS)?;
        Ok(Self { low, carries, num_carries: 0 })
    }

    /// Raises a counter by 1.
    #[inline(always)]
    pub(super) fn add(&mut self, slot: u32) {
        let counter = &mut self.low[slot as usize];
        *counter = counter.wrapping_add(1);
        if *counter == 0 {
            self.carries[self.num_carries] = slot;
            self.num_carries += 1;
        }
    }
}
