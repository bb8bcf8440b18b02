//! Operators on more than the budget holds: a sort, and a join whose build side is 8 times the
//! budget.
//!
//! ```text
//! cargo run --release -p quince-benches --bin out_of_core -- sort --gigabytes 10
//! cargo run --release -p quince-benches --bin out_of_core -- join --gigabytes 10
//! ```
//!
//! Rows are made as they are read; what an operator holds spills to the temporary folder. The result
//! streams through a check: that all rows came, in order, or the sum of a column. Printed are the
//! rate, the bytes that were spilled, and the peak of the process's resident memory beside what the
//! budget allows: 1.15 times itself and 64 MiB.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people at a terminal"
)]

use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use quince_core::columnar::Order;
use quince_core::memory::{format_bytes, parse_bytes};
use quince_core::{Environment, dataset::DataSet};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A sort or a join of more than the budget holds
#[derive(Debug, Parser)]
struct Arguments {
    #[arg(value_enum)]
    operation: Operation,

    /// Size of the input: of the sort, 8 bytes a row, or of the join's larger side, 16 bytes a row
    #[arg(long, default_value_t = 10.0)]
    gigabytes: f64,

    /// The budget; a tenth of the sort's input, or an eighth of the join's smaller side if not given
    #[arg(long, value_parser = bytes)]
    memory: Option<u64>,

    /// Threads
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

fn bytes(text: &str) -> std::result::Result<u64, String> {
    parse_bytes(text).ok_or_else(|| format!("{text:?} is no size such as 512MiB or 2GiB"))
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Operation {
    /// Sort pseudo-random integers
    Sort,
    /// Join with a side of a tenth of the rows
    Join,
}

/// Rows of the join's larger side for each row of the smaller one.
const ROWS_A_KEY: u64 = 10;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let input = (arguments.gigabytes * 1e9) as u64;
    let held = match arguments.operation {
        Operation::Sort => input / 10,
        Operation::Join => input / ROWS_A_KEY / 8,
    };
    let budget = arguments.memory.unwrap_or(held);
    let env = Environment::builder().threads(arguments.threads).memory(budget).build()?;
    let seconds = match arguments.operation {
        Operation::Sort => sort(&env, input / 8)?,
        Operation::Join => join(&env, input / 16)?,
    };
    let allowed = budget as f64 * 1.15 + f64::from(64 << 20);
    println!(
        "{:?} of {:.1} GB with a budget of {}: {seconds:.1} s, {:.0} MB/s; {} spilled; {} granted \
         at most",
        arguments.operation,
        input as f64 / 1e9,
        format_bytes(budget),
        input as f64 / 1e6 / seconds,
        format_bytes(env.memory().counters().spilled_bytes),
        format_bytes(env.memory().counters().peak_bytes),
    );
    match peak_resident() {
        Some(peak) => println!(
            "peak resident memory {}, {:.2} of the {} that the budget allows",
            format_bytes(peak),
            peak as f64 / allowed,
            format_bytes(allowed as u64),
        ),
        None => println!("this system does not tell the peak of resident memory"),
    }
    Ok(())
}

/// The pseudo-random number of a row.
fn drawn(row: u64) -> u64 {
    row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

/// The seconds that a sort takes.
fn sort(env: &Environment, rows: u64) -> Result<f64> {
    let sorted = DataSet::sequence(env, 0..rows).map(drawn).sort_by(0, Order::Ascending);
    // First and last of a run, its length, and whether it rises.
    let runs = sorted.map(|key| (key, key, 1u64, true));
    let begin = Instant::now();
    let whole = runs.reduce(|a, b| (a.0, b.1, a.2 + b.2, a.3 && b.3 && a.1 <= b.0)).collect()?;
    let seconds = begin.elapsed().as_secs_f64();
    match whole[..] {
        [(_, _, count, true)] if count == rows => Ok(seconds),
        _ => Err(format!("{rows} rows in order were expected, not {whole:?}").into()),
    }
}

/// The seconds that a join takes.
fn join(env: &Environment, rows: u64) -> Result<f64> {
    let keys = (rows / ROWS_A_KEY).max(1);
    let first = DataSet::sequence(env, 0..rows).map(move |row| (drawn(row) % keys, row));
    let second = DataSet::sequence(env, 0..keys).map(|key| (key, 3 * key));
    let joined = first.join(&second).on(0, 0).with(|_, second| second.1);
    let begin = Instant::now();
    let sum = joined.reduce(u64::wrapping_add).collect()?;
    let seconds = begin.elapsed().as_secs_f64();
    let expected = (0..rows).fold(0u64, |sum, row| sum.wrapping_add(3 * (drawn(row) % keys)));
    match sum[..] {
        [sum] if sum == expected => Ok(seconds),
        _ => Err(format!("the sum {expected} was expected, not {sum:?}").into()),
    }
}

/// The most memory that the process had in pages at once, in bytes.
fn peak_resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}
