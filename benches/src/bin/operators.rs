//! Operators side by side with Polars and DataFusion: keyed count, grouped sum, join and sort.
//!
//! ```text
//! pip install polars datafusion
//! cargo run --release -p quince-benches --bin operators -- --python python3
//! ```
//!
//! Every program has its input in memory, in columns, before the clock starts, and its result in
//! memory when it stops. A round runs each program once, in a process of its own with so many
//! trials; the rounds alternate, and the medians of all trials are compared. A check value of each
//! result must be the same everywhere. A peer that is not installed is left out, with a line that
//! says so.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people at a terminal"
)]

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

use clap::{Parser, ValueEnum};
use quince_core::{Environment, dataset::DataSet};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Keyed count, grouped sum, join and sort against Polars and DataFusion.
#[derive(Debug, Parser)]
struct Arguments {
    /// Rows of the larger input; keys of the grouped sum are a hundredth, the join's smaller input
    /// a tenth of it
    #[arg(long, default_value_t = 100_000_000)]
    rows: u64,

    /// Threads of every program
    #[arg(long, default_value_t = 2)]
    threads: usize,

    /// Rounds over all programs
    #[arg(long, default_value_t = 3)]
    rounds: usize,

    /// Trials of a program in a round
    #[arg(long, default_value_t = 2)]
    trials: usize,

    /// A Python with the peers installed
    #[arg(long, default_value = "python3")]
    python: PathBuf,

    /// Only these operations
    #[arg(long, value_enum)]
    operation: Vec<Operation>,

    /// Run one operation in this process and print its trials, as the peers' script does
    #[arg(long, value_enum, hide = true)]
    run: Option<Operation>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Operation {
    /// Half of the rows, counted by one of 1024 keys: what goes record by record
    KeyedCount,
    GroupedSum,
    Join,
    Sort,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::KeyedCount => "keyed-count",
            Self::GroupedSum => "grouped-sum",
            Self::Join => "join",
            Self::Sort => "sort",
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.run {
        Some(operation) => trials(&arguments, operation),
        None => compare(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The pseudo-random number of a row; the peers' script draws the same.
fn drawn(row: u64) -> u64 {
    row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

/// Prints the seconds and the check value of each trial of one operation.
fn trials(arguments: &Arguments, operation: Operation) -> Result<()> {
    let Arguments { rows, threads, trials, .. } = *arguments;
    let env = Environment::builder().threads(threads).memory("20 GiB").build()?;
    let numbers = DataSet::sequence(&env, 0..rows);
    match operation {
        Operation::Sort => {
            let keys = numbers.map(drawn).persist()?;
            time(
                trials,
                || {
                    let sorted = keys.sort_by(0, quince_core::columnar::Order::Ascending);
                    sorted.persist()
                },
                |sorted| Ok(sorted.collect()?[rows as usize / 2]),
            )
        }
        Operation::KeyedCount => {
            let rows = numbers.map(drawn).persist()?;
            time(
                trials,
                || {
                    let keys = rows.filter(|row| row % 2 == 0).map(|row| (row / 8 % 1024, 1u64));
                    keys.group_by(0).reduce(|a, b| (a.0, a.1 + b.1)).persist()
                },
                |counts| Ok(counts.collect()?.iter().map(|(key, count)| key * count).sum()),
            )
        }
        Operation::GroupedSum => {
            let groups = rows / 100;
            let rows =
                numbers.map(move |row| (drawn(row) % groups, drawn(row) as f64)).persist()?;
            time(
                trials,
                || rows.group_by(0).reduce(|a, b| (a.0, a.1 + b.1)).persist(),
                |sums| Ok(sums.count()?),
            )
        }
        Operation::Join => {
            let keys = rows / 10;
            let first = numbers.map(move |row| (drawn(row) % keys, drawn(row))).persist()?;
            let second = DataSet::sequence(&env, 0..keys).map(|key| (key, key * 3)).persist()?;
            time(
                trials,
                || first.join(&second).on(0, 0).pairs().persist(),
                |pairs| {
                    let others = pairs.map(|(_, second)| second.1).reduce(|a, b| a + b);
                    Ok(others.collect()?.into_iter().sum())
                },
            )
        }
    }
}

fn time<T>(
    trials: usize,
    run: impl Fn() -> quince_core::Result<T>,
    check: impl Fn(&T) -> Result<u64>,
) -> Result<()> {
    for _ in 0..trials {
        let begin = Instant::now();
        let result = run()?;
        let seconds = begin.elapsed().as_secs_f64();
        println!("{seconds} {}", check(&result)?);
    }
    Ok(())
}

/// A program and what its trials gave.
struct Program {
    name: &'static str,
    seconds: Vec<f64>,
    check: Option<u64>,
    missing: Option<String>,
}

fn compare(arguments: &Arguments) -> Result<()> {
    let operations = match &arguments.operation[..] {
        [] => Operation::value_variants(),
        some => some,
    };
    println!("{} rows, {} threads; medians", arguments.rows, arguments.threads);
    println!("| operation | program | seconds | Quince / program |\n|---|---|--:|--:|");
    for &operation in operations {
        let mut programs = ["quince", "polars", "datafusion"].map(|name| Program {
            name,
            seconds: Vec::new(),
            check: None,
            missing: None,
        });
        for _ in 0..arguments.rounds {
            for program in &mut programs {
                program.round(arguments, operation)?;
            }
        }
        report(operation, &programs)?;
    }
    Ok(())
}

impl Program {
    fn round(&mut self, arguments: &Arguments, operation: Operation) -> Result<()> {
        if self.missing.is_some() {
            return Ok(());
        }
        let output = self.command(arguments, operation)?.output()?;
        if !output.status.success() {
            let error = String::from_utf8_lossy(&output.stderr);
            let last = error.lines().last().unwrap_or("it failed without a word").to_owned();
            if self.name == "quince" {
                return Err(last.into());
            }
            self.missing = Some(last);
            return Ok(());
        }
        for line in String::from_utf8(output.stdout)?.lines() {
            let Some((seconds, check)) = line.split_once(' ') else { continue };
            let Ok(seconds) = seconds.parse() else { continue };
            self.seconds.push(seconds);
            self.check = Some(check.parse()?);
        }
        Ok(())
    }

    fn command(&self, arguments: &Arguments, operation: Operation) -> Result<Command> {
        let [rows, threads, trials] =
            [arguments.rows, arguments.threads as u64, arguments.trials as u64]
                .map(|number| number.to_string());
        if self.name == "quince" {
            let mut command = Command::new(std::env::current_exe()?);
            command.args(["--run", operation.name(), "--rows", &rows]);
            command.args(["--threads", &threads, "--trials", &trials]);
            return Ok(command);
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin/operators.py");
        let mut command = Command::new(&arguments.python);
        command.args([script, self.name, operation.name(), &rows, &threads, &trials]);
        Ok(command)
    }

    fn median(&self) -> Option<f64> {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied()
    }
}

fn report(operation: Operation, programs: &[Program; 3]) -> Result<()> {
    let own = programs[0].median().ok_or("no trial of Quince")?;
    for program in programs {
        let name = operation.name();
        match (&program.missing, program.median()) {
            (None, Some(median)) => {
                println!("| {name} | {} | {median:.3} | {:.2} |", program.name, own / median);
            }
            (reason, _) => {
                let reason = reason.as_deref().unwrap_or("no trial");
                println!("| {name} | {} | left out: {reason} | |", program.name);
            }
        }
        if program.check.is_some() && program.check != programs[0].check {
            return Err(format!(
                "{} gives {:?} and Quince {:?} for {name}: one of them is wrong",
                program.name, program.check, programs[0].check
            )
            .into());
        }
    }
    Ok(())
}
