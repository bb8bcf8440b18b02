//! Cost against size: Kronecker graphs of rising scales.

use std::ops::RangeInclusive;

use quince_algorithms::cli::{phase, tell};

use super::Run;
use super::loaded::Loaded;
use crate::error::Result;
use crate::graphs::{NamedGraph, PreparedGraph};
use crate::kernel::{Kernel, Suite};
use crate::machine::Rates;
use crate::report::ScalePoint;

/// What is measured at each scale, beside the load.
const KERNELS: [Kernel; 3] = [Kernel::Pr, Kernel::Cc, Kernel::Tc];

impl Run<'_> {
    pub(super) fn measure_scaling(&mut self, scales: RangeInclusive<u32>) -> Result<()> {
        let env = self.env.with_threads(self.report.most_threads())?;
        for scale in scales {
            if !self.session.quiet {
                tell(&format!("scaling kronecker-{scale}"));
            }
            let recipe = NamedGraph::Kronecker.recipe(scale);
            let name = format!("making {}", recipe.name);
            let graph = phase(&env, &name, None, || PreparedGraph::new(&env, recipe, 1, false))?;
            let loaded = Loaded::<()>::new(&env, &graph, KERNELS.into_iter())?;
            let mut kernel_seconds = Vec::new();
            for kernel in KERNELS {
                let trials = self.session.trials(kernel);
                let measured = loaded.run(Suite::Gap, kernel, trials, &Rates::default())?;
                kernel_seconds.push((kernel, measured.into_measurement().seconds.median));
            }
            self.report.scaling.push(ScalePoint {
                scale,
                vertices: graph.num_vertices(),
                edges: graph.num_edges(),
                load_seconds: loaded.load_seconds(),
                graph_bytes: loaded.load.graph_bytes,
                kernel_seconds,
            });
        }
        Ok(())
    }
}
