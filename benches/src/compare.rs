//! A report beside an older one.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::kernel::{Kernel, Suite};
use crate::report::Report;
use crate::statistics::{geometric_mean, show_ratio, show_seconds};

/// A figure of Quince in both reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The protocol.
    pub suite: Suite,
    /// The graph.
    pub graph: String,
    /// The kernel.
    pub kernel: Kernel,
    /// Threads.
    pub threads: usize,
    /// The median before.
    pub old: f64,
    /// The median now.
    pub new: f64,
    /// New over old: above 1 is slower.
    pub ratio: f64,
    /// Whether it is slower by more than was allowed.
    pub slower: bool,
}

/// All figures that both reports have, by the old one's order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// One for each.
    pub changes: Vec<Change>,
    /// How many figures of the old report the new one has not.
    pub missing: usize,
    /// Whether both are from a processor of one name.
    pub same_processor: bool,
}

impl Comparison {
    /// Compares Quince's medians; `tolerance` is the share that they may be slower.
    pub fn new(old: &Report, new: &Report, tolerance: f64) -> Self {
        let mut comparison = Self {
            same_processor: old.machine.processor == new.machine.processor,
            ..Self::default()
        };
        for before in old.quince() {
            let same = |now: &&crate::report::Measurement| {
                now.pair() == before.pair() && now.threads == before.threads
            };
            let Some(now) = new.quince().find(same) else {
                comparison.missing += 1;
                continue;
            };
            let (old, new) = (before.seconds.median, now.seconds.median);
            let ratio = new / old;
            comparison.changes.push(Change {
                suite: before.suite,
                graph: before.graph.clone(),
                kernel: before.kernel,
                threads: before.threads,
                old,
                new,
                ratio,
                slower: ratio > 1.0 + tolerance,
            });
        }
        comparison
    }

    /// How many figures are slower than allowed.
    pub fn num_slower(&self) -> usize {
        self.changes.iter().filter(|change| change.slower).count()
    }

    /// The geometric mean of the ratios.
    pub fn mean(&self) -> f64 {
        let ratios: Vec<f64> = self.changes.iter().map(|change| change.ratio).collect();
        geometric_mean(&ratios)
    }

    /// As text: a line for each figure, fields divided by tabs.
    pub fn to_text(&self) -> String {
        let mut text = String::from("suite\tgraph\tkernel\tthreads\told\tnew\tnew / old\t\n");
        for change in &self.changes {
            let Change { suite, graph, kernel, threads, old, new, ratio, slower } = change;
            let mark = if *slower { "SLOWER" } else { "" };
            let _ = writeln!(
                text,
                "{}\t{graph}\t{}\t{threads}\t{}\t{}\t{}\t{mark}",
                suite.name(),
                kernel.name(),
                show_seconds(*old),
                show_seconds(*new),
                show_ratio(*ratio),
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Machine;
    use crate::report::{Measurement, QUINCE, Settings};
    use crate::statistics::Spread;

    fn report(figures: &[(Kernel, usize, f64)]) -> Report {
        let mut report = Report::new(Settings::default(), Machine::default());
        report.measurements.extend(figures.iter().map(|&(kernel, threads, seconds)| Measurement {
            suite: Suite::Gap,
            graph: "grid-16".to_owned(),
            kernel,
            engine: QUINCE.to_owned(),
            engine_version: None,
            threads,
            seconds: Spread::of(vec![seconds]),
            load_seconds: None,
            makespan_seconds: None,
            evps: None,
            peak_bytes: None,
            verification: None,
            roofline: None,
            trace: None,
            note: None,
        }));
        report
    }

    #[test]
    fn what_is_slower_by_more_than_the_tolerance_is_marked() {
        let old = report(&[(Kernel::Bfs, 1, 1.0), (Kernel::Bfs, 2, 0.5), (Kernel::Tc, 2, 2.0)]);
        let new = report(&[(Kernel::Bfs, 2, 0.54), (Kernel::Bfs, 1, 1.2)]);
        let comparison = Comparison::new(&old, &new, 0.1);
        let slower: Vec<(usize, bool)> =
            comparison.changes.iter().map(|change| (change.threads, change.slower)).collect();
        assert_eq!(slower, [(1, true), (2, false)]);
        assert_eq!((comparison.num_slower(), comparison.missing), (1, 1));
        assert!((comparison.mean() - (1.2f64 * 1.08).sqrt()).abs() < 1e-9);
        assert!(comparison.to_text().contains("1.20\tSLOWER\n"), "{}", comparison.to_text());
        assert_eq!(Comparison::new(&old, &new, 0.25).num_slower(), 0);
    }
}
