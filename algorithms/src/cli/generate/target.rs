//! Where generated graphs go.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use quince_core::executor;
use quince_datasets::generators::GraphGenerator;
use quince_datasets::sinks::edge_list_sink;

use crate::cli::args::RunArgs;
use crate::cli::driver::tell;
use crate::cli::error::Result;
use crate::cli::interrupt::Interrupt;
use crate::cli::progress::{Unit, phase};

// Plain comments: see `InputArgs`.
#[derive(Clone, Debug, Args)]
pub(super) struct Target {
    /// The file: .el, .txt, .tsv, .csv (also with .gz or .zst) or .parquet
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    output: PathBuf,

    /// Write the list of all vertices too, those without an edge included: for --vertices of
    /// other commands
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    vertex_list: Option<PathBuf>,

    #[command(flatten, next_help_heading = "Run")]
    run: RunArgs,
}

impl Target {
    /// Makes `graph` and writes it.
    pub(super) fn write(&self, graph: &impl GraphGenerator, interrupt: &Interrupt) -> Result<()> {
        let env = self.run.environment(interrupt, Unit::Edges, None)?;
        let start = Instant::now();
        let edges = edge_list_sink(&self.output)?;
        let vertices = self.vertex_list.as_ref().map(edge_list_sink).transpose()?;
        let amount = Some(graph.expected_edges());
        phase(&env, "generating", amount, || executor::write(&env, graph, &[], edges))?;
        if let Some(sink) = vertices {
            phase(&env, "listing vertices", None, || {
                executor::write(&env, &graph.vertices(), &[], sink)
            })?;
        }
        if !self.run.quiet {
            let seconds = start.elapsed().as_secs_f64();
            let (name, path) = (graph.name(), self.output.display());
            tell(&format!("{name} written to {path} in {seconds:.2} s"));
        }
        Ok(())
    }
}
