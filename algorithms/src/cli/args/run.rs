//! With what a command runs, and what it tells about that.

use std::path::PathBuf;

use clap::Args;
use quince_core::Environment;
use quince_core::snapshot::SnapshotPolicy;

use super::parse::{memory_size, threads};
use crate::cli::error::{CliError, Result};
use crate::cli::interrupt::Interrupt;
use crate::cli::progress::{Progress, Unit};

// Plain comments: see `InputArgs`.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct RunArgs {
    /// Worker threads [default: one per processor]
    ///
    /// Results are the same, to the last bit, at any number.
    #[arg(long, value_name = "N", value_parser = threads, allow_hyphen_values = true)]
    threads: Option<usize>,

    /// The memory budget, like 512MiB or 4GiB [default: three quarters of the machine's]
    ///
    /// A graph that needs more ends with an error that says how much, before the machine swaps.
    #[arg(long, value_name = "SIZE", value_parser = memory_size, allow_hyphen_values = true)]
    memory: Option<u64>,

    /// The folder for spill files [default: the system's for temporary files]
    #[arg(long, value_name = "FOLDER")]
    spill_dir: Option<PathBuf>,

    /// No progress and no notes on standard error; errors and --explain still are
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}

impl RunArgs {
    /// The environment as it is described, with the policy for snapshots if there is one. Its
    /// progress counts in `unit`, and `interrupt` cancels what runs in it.
    pub(in crate::cli) fn environment(
        &self,
        interrupt: &Interrupt,
        unit: Unit,
        snapshots: Option<SnapshotPolicy>,
    ) -> Result<Environment> {
        let mut builder = Environment::builder();
        if let Some(threads) = self.threads {
            builder = builder.threads(threads);
        }
        if let Some(bytes) = self.memory {
            builder = builder.memory(bytes);
        }
        if let Some(folder) = &self.spill_dir {
            if !folder.is_dir() {
                return Err(CliError::NoSpillFolder { path: folder.clone() });
            }
            builder = builder.spill_dir(folder);
        }
        if let Some(policy) = snapshots {
            policy.check().map_err(quince_core::Error::from)?;
            builder = builder.snapshots(policy);
        }
        if !self.quiet {
            builder = builder.listener(Progress::new(unit));
        }
        let env = builder.build()?;
        interrupt.watch(&env);
        Ok(env)
    }
}

// Plain comments: see `InputArgs`.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct ReportArgs {
    /// Show the plan on standard error before it runs: operators, orders, rewrites and why
    #[arg(long)]
    pub(in crate::cli) explain: bool,

    /// Write figures as JSON: times, supersteps, memory, plan, result
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) report: Option<PathBuf>,
}
