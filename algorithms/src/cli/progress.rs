//! Progress for people on standard error: a bar or spinner while it is a terminal, and notices.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use quince_core::Environment;
use quince_core::events::{Event, Listener, SnapshotNews};
use quince_core::iteration::SuperstepReport;

/// In what a phase with a known total counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit {
    /// Bytes of a file.
    Bytes,
    /// Edges of a generated graph.
    Edges,
}

/// Shows the phase that runs.
#[derive(Debug)]
pub(super) struct Progress {
    unit: Unit,
    /// Whether there is a terminal for bars.
    has_terminal: bool,
    /// The bar or spinner of the phase that runs.
    bar: Mutex<Option<ProgressBar>>,
}

impl Progress {
    /// A listener for a run that is not quiet. Without a terminal it gives notices alone.
    pub(super) fn new(unit: Unit) -> Arc<Self> {
        let has_terminal = io::stderr().is_terminal();
        Arc::new(Self { unit, has_terminal, bar: Mutex::new(None) })
    }

    fn begin(&self, name: &str, total: Option<u64>) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        let template = match (total, self.unit) {
            (None, _) => "{spinner} {msg} ({elapsed})",
            (Some(_), Unit::Bytes) => {
                "{spinner} {msg} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec}"
            }
            (Some(_), Unit::Edges) => "{spinner} {msg} [{bar:30}] {human_pos}/{human_len} edges",
        };
        let style = ProgressStyle::with_template(template).expect("templates are fixed");
        let bar = bar.with_style(style.progress_chars("=> ")).with_message(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }
}

/// A line on standard error, above the bar if there is one.
fn notice(bar: Option<&ProgressBar>, text: &str) {
    let write = || {
        // Who has closed standard error does not want to know.
        let _ = writeln!(io::stderr().lock(), "{text}");
    };
    match bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// What is worth a notice about snapshots.
fn describe_news(iteration: &str, news: SnapshotNews<'_>) -> Option<String> {
    match news {
        SnapshotNews::Refused(error) => Some(format!("not resumed: {error}")),
        SnapshotNews::Resumed { superstep, path } => Some(format!(
            "{iteration} goes on after superstep {superstep}, from {}",
            path.display()
        )),
        SnapshotNews::None { dir } => Some(format!(
            "no snapshot of {iteration} in {}: it starts from the beginning",
            dir.display()
        )),
        _ => None,
    }
}

/// What a spinner says about a superstep.
fn describe(iteration: &str, report: &SuperstepReport) -> String {
    let what = match report.convergence {
        Some(change) => format!("change {change:.3e}"),
        None => format!("workset {}, {} changes", report.workset, report.changes),
    };
    format!("{iteration}, superstep {}: {what}, {:.3} s", report.superstep, report.seconds)
}

impl Listener for Progress {
    fn on_event(&self, event: Event<'_>) {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        match (event, &*bar) {
            (Event::PhaseStarted { name, total }, _) if self.has_terminal => {
                *bar = Some(self.begin(name, total));
            }
            (Event::Snapshot { iteration, news }, bar) => {
                if let Some(text) = describe_news(iteration, news) {
                    notice(bar.as_ref(), &text);
                }
            }
            (Event::Progress { amount }, Some(bar)) => bar.inc(amount),
            (Event::Superstep { iteration, report }, Some(bar)) => {
                bar.set_message(describe(iteration, report));
            }
            (Event::PhaseFinished, Some(old)) => {
                old.finish_and_clear();
                *bar = None;
            }
            _ => {}
        }
    }
}

/// Does `work` as a phase called `name`, with `total` to do if that is known.
pub fn phase<T, E>(
    env: &Environment,
    name: &str,
    total: Option<u64>,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    env.emit(Event::PhaseStarted { name, total });
    let result = work();
    env.emit(Event::PhaseFinished);
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use quince_core::iteration::Direction;

    #[test]
    fn supersteps_are_described_by_what_they_converge_on() {
        let mut report = SuperstepReport {
            aggregates: Default::default(),
            superstep: 3,
            seconds: 0.25,
            workset: 7,
            changes: 2,
            convergence: Some(0.00125),
            direction: Direction::Pull,
        };
        let text = describe("PageRank", &report);
        assert_eq!(text, "PageRank, superstep 3: change 1.250e-3, 0.250 s");
        report.convergence = None;
        let text = describe("ConnectedComponents", &report);
        assert_eq!(text, "ConnectedComponents, superstep 3: workset 7, 2 changes, 0.250 s");
    }

    #[test]
    fn phases_come_and_go() {
        let progress = Progress { unit: Unit::Bytes, has_terminal: true, bar: Mutex::new(None) };
        progress.on_event(Event::Progress { amount: 1 });
        progress.on_event(Event::PhaseStarted { name: "reading", total: Some(10) });
        progress.on_event(Event::Progress { amount: 4 });
        assert_eq!(progress.bar.lock().unwrap().as_ref().unwrap().position(), 4);
        progress.on_event(Event::PhaseFinished);
        assert!(progress.bar.lock().unwrap().is_none());
    }
}
