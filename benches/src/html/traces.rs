//! Superstep by superstep.

use maud::{Markup, PreEscaped, html};

use super::charts::supersteps;
use crate::error::Result;
use crate::report::{QUINCE, Report, Trace};

/// With fewer supersteps there is nothing to see.
const LEAST_STEPS: usize = 2;

pub(super) fn section(report: &Report) -> Result<Markup> {
    let threads = report.most_threads();
    let (mut panels, mut seen) = (Vec::new(), Vec::new());
    let ours = report.in_order().into_iter().filter(|m| m.engine == QUINCE && m.threads == threads);
    for measured in ours {
        // What two protocols run alike is shown once.
        let is_new = !seen.contains(&(&measured.graph, measured.kernel));
        let has_steps = |trace: &&Trace| is_new && trace.steps.len() >= LEAST_STEPS;
        if let Some(trace) = measured.trace.as_ref().filter(has_steps) {
            seen.push((&measured.graph, measured.kernel));
            let (suite, kernel) = (measured.suite.name(), measured.kernel.name());
            panels.push(supersteps(&format!("{kernel} on {}, {suite}", measured.graph), trace)?);
        }
    }
    Ok(html! {
        p {
            "The last trial of each kernel: bars are seconds of a superstep, coloured by how messages \
             crossed the index; the line is the workset, on a logarithmic axis of its own. More than \
             240 supersteps are drawn together in equal parts."
        }
        p.note {
            span.key style="background:#d18f00" {} "pull"
            span.key style="background:#4c78a8" {} "push"
            span.key style="background:#54a24b" {} "fold"
            span.key style="background:#b279a2" {} "local"
        }
        details open {
            summary { (panels.len()) " runs" }
            div.panels { @for panel in &panels { div { (PreEscaped(panel)) } } }
        }
    })
}
