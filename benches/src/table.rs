//! The table on standard output.

use std::fmt::Write;

use crate::kernel::Suite;
use crate::report::{Measurement, PLAIN, QUINCE, Report};
use crate::statistics::{geometric_mean, show_ratio, show_seconds};

/// A line for each engine on each pair of graph and kernel, and the means of the ratios.
pub fn of(report: &Report) -> String {
    let header =
        ["suite", "graph", "kernel", "engine", "first", "median", "min", "max", "quince / it"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for measured in report.in_order() {
        let Measurement { suite, graph, kernel, seconds, .. } = measured;
        let times = [seconds.first, seconds.median, seconds.min, seconds.max].map(show_seconds);
        let mut row = vec![suite.name().to_owned(), graph.clone(), kernel.name().to_owned()];
        row.push(measured.label());
        row.extend(times);
        row.push(ratio(report, measured).map_or_else(String::new, show_ratio));
        rows.push(row);
    }
    let mut text = aligned(&rows);
    for suite in report.suites() {
        for Mean { engine, mean, worst } in means(report, suite) {
            let (suite, mean, worst) = (suite.name(), show_ratio(mean), show_ratio(worst));
            let _ = writeln!(
                text,
                "\n{suite}, quince / {engine}: geometric mean {mean}, worst {worst}"
            );
        }
    }
    for skipped in &report.skipped {
        let _ = writeln!(text, "\n{} is left out: {}", skipped.engine, skipped.reason);
    }
    text
}

/// Quince's median with the most threads over that of another engine.
pub fn ratio(report: &Report, other: &Measurement) -> Option<f64> {
    let threads = report.most_threads();
    let ours =
        report.quince().find(|ours| ours.pair() == other.pair() && ours.threads == threads)?;
    (other.engine != QUINCE).then(|| ours.seconds.median / other.seconds.median)
}

/// The ratios of Quince to another engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Mean {
    /// The other engine.
    pub engine: String,
    /// Their geometric mean.
    pub mean: f64,
    /// The highest.
    pub worst: f64,
}

/// For each other engine that ran in a suite; the reference first.
pub fn means(report: &Report, suite: Suite) -> Vec<Mean> {
    let here = || report.measurements.iter().filter(move |measured| measured.suite == suite);
    let mut engines: Vec<&str> = Vec::new();
    for measured in here() {
        if measured.engine != QUINCE && !engines.contains(&measured.engine.as_str()) {
            engines.push(&measured.engine);
        }
    }
    engines.sort_by_key(|&engine| (engine != PLAIN, engine));
    let of = |engine: &str| {
        let theirs = here().filter(|measured| measured.engine == engine);
        let ratios: Vec<f64> = theirs.filter_map(|measured| ratio(report, measured)).collect();
        let worst = ratios.iter().copied().fold(0.0, f64::max);
        Mean { engine: engine.to_owned(), mean: geometric_mean(&ratios), worst }
    };
    engines.into_iter().map(of).collect()
}

/// Columns of equal width, two spaces apart.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}
