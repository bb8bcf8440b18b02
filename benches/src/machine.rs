//! The machine, as far as figures depend on it: processor, memory, and what its memory can do.

use std::fs;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::time::Instant;

use quince_core::{Environment, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::graphs::mix;

/// Bytes that are streamed for the bandwidth.
const STREAM_BYTES: usize = 256 << 20;

/// Gathers of one pass.
const GATHERS: usize = 8 << 20;

/// Items that one task takes at a time.
const PIECE: usize = 1 << 16;

/// Passes, of which the best counts: what else the machine does can only take away.
const PASSES: usize = 3;

/// The machine that a report is from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name, as it says it.
    pub processor: String,
    /// Its architecture: `x86_64`.
    pub architecture: String,
    /// The operating system.
    pub system: String,
    /// Processors that this program may use.
    pub cores: usize,
    /// Bytes of memory, if the system tells.
    pub memory_bytes: Option<u64>,
    /// What the memory did, at each number of threads.
    pub rates: Vec<Rates>,
}

/// What the memory did with so many threads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Threads.
    pub threads: usize,
    /// Bytes read in order, a second.
    pub stream_bytes_per_second: f64,
    /// Random reads of 4 bytes from tables of rising sizes.
    pub gathers: Vec<Gather>,
}

/// Random reads of 4 bytes from a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gather {
    /// The size of the table.
    pub table_bytes: u64,
    /// Reads a second, with the positions streamed beside.
    pub per_second: f64,
}

impl Machine {
    /// What the operating system tells of this machine.
    pub fn this() -> Self {
        let processor = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
        let memory_bytes = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
            Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
        });
        Self {
            processor: processor.unwrap_or_else(|| "unknown processor".to_owned()),
            architecture: std::env::consts::ARCH.to_owned(),
            system: std::env::consts::OS.to_owned(),
            cores: std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            memory_bytes,
            rates: Vec::new(),
        }
    }

    /// What its memory did with so many threads, if that was measured.
    pub fn rates(&self, threads: usize) -> Option<&Rates> {
        self.rates.iter().find(|rates| rates.threads == threads)
    }
}

impl Rates {
    /// Measures, with the threads of the environment and tables of these sizes (powers of two).
    ///
    /// # Errors
    /// If the budget has no room for the tables, or the environment is cancelled.
    pub fn measure(env: &Environment, tables: &[u64]) -> Result<Self> {
        let largest = tables.iter().copied().max().unwrap_or(0) as usize;
        let stream = STREAM_BYTES.min(largest.max(1 << 20));
        let stream_bytes_per_second = stream_rate(env, stream)?;
        let gathers = tables.iter().map(|&table_bytes| {
            Ok(Gather { table_bytes, per_second: gather_rate(env, table_bytes as usize)? })
        });
        let gathers = gathers.collect::<Result<_>>()?;
        Ok(Self { threads: env.num_threads(), stream_bytes_per_second, gathers })
    }

    /// Gathers a second from a table of so many bytes: between the sizes that were measured, by
    /// the logarithm of the size.
    pub fn gathers_per_second(&self, table_bytes: u64) -> Option<f64> {
        let (first, last) = (self.gathers.first()?, self.gathers.last()?);
        if table_bytes <= first.table_bytes {
            return Some(first.per_second);
        }
        let between = self.gathers.windows(2).find(|two| table_bytes <= two[1].table_bytes);
        let Some([low, high]) = between else { return Some(last.per_second) };
        let log = |bytes: u64| (bytes as f64).ln();
        let (from, to) = (log(low.table_bytes), log(high.table_bytes));
        let share = (log(table_bytes) - from) / (to - from);
        Some(low.per_second + share * (high.per_second - low.per_second))
    }
}

fn stream_rate(env: &Environment, bytes: usize) -> Result<f64> {
    let mut words = env.memory().allocate::<u64>("stream", bytes / 8)?;
    env.install(|| {
        words.par_chunks_mut(PIECE).for_each(|piece| piece.fill(1));
        let sum = |piece: &[u64]| piece.iter().fold(0u64, |sum, &word| sum.wrapping_add(word));
        let seconds = best(env, || words.par_chunks(PIECE).map(sum).sum::<u64>())?;
        Ok(bytes as f64 / seconds)
    })
}

fn gather_rate(env: &Environment, bytes: usize) -> Result<f64> {
    let mut table = env.memory().allocate::<u32>("table", bytes / 4)?;
    let mut positions = env.memory().allocate::<u32>("positions", GATHERS)?;
    let mask = (bytes / 4 - 1) as u32;
    env.install(|| {
        table.par_chunks_mut(PIECE).for_each(|piece| piece.fill(1));
        let random = |(at, piece): (usize, &mut [u32])| {
            let numbers = (at as u64 * PIECE as u64..).map(|at| mix(at) as u32 & mask);
            piece.iter_mut().zip(numbers).for_each(|(position, number)| *position = number);
        };
        positions.par_chunks_mut(PIECE).enumerate().for_each(random);
        let gather = |piece: &[u32]| {
            piece.iter().fold(0u32, |sum, &position| sum.wrapping_add(table[position as usize]))
        };
        let seconds = best(env, || positions.par_chunks(PIECE).map(gather).sum::<u32>())?;
        Ok(GATHERS as f64 / seconds)
    })
}

/// Seconds of the best pass.
fn best<R>(env: &Environment, pass: impl Fn() -> R) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..PASSES {
        env.check_cancelled()?;
        let start = Instant::now();
        black_box(pass());
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_between_two_tables_are_between_their_rates() {
        let gather = |table_bytes, per_second| Gather { table_bytes, per_second };
        let gathers = vec![gather(4 << 20, 1000.0), gather(16 << 20, 300.0)];
        let rates = Rates { threads: 1, stream_bytes_per_second: 1.0, gathers };
        let at = |bytes| rates.gathers_per_second(bytes).unwrap();
        assert_eq!([at(1), at(4 << 20), at(16 << 20), at(1 << 40)], [1000.0, 1000.0, 300.0, 300.0]);
        assert!((at(8 << 20) - 650.0).abs() < 1e-6);
        assert_eq!(Rates::default().gathers_per_second(5), None);
    }

    #[test]
    fn this_machine_has_figures() {
        let env = Environment::builder().threads(1).build().unwrap();
        let rates = Rates::measure(&env, &[1 << 16]).unwrap();
        assert!(rates.stream_bytes_per_second > 1e6, "{rates:?}");
        assert!(rates.gathers[0].per_second > 1e5, "{rates:?}");
        assert!(Machine::this().cores > 0);
    }
}
