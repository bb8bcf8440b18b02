//! Where it ran, what came out of it in a glance, and whether answers were right.

use maud::{Markup, html};
use quince_core::memory::format_bytes;

use super::{cells, table};
use crate::compare::Comparison;
use crate::error::Result;
use crate::kernel::Suite;
use crate::report::{PLAIN, Report};
use crate::statistics::{show_ratio, show_seconds};
use crate::table::{Mean, means};

/// The title, and the machine in a line.
pub(super) fn head(report: &Report) -> Markup {
    let machine = &report.machine;
    let memory = machine.memory_bytes.map(format_bytes);
    let threads = report.settings.threads.iter().map(ToString::to_string).collect::<Vec<_>>();
    html! {
        h1 { "Quince benchmark" }
        p.lead {
            (machine.processor) ", " (machine.cores) " cores"
            @if let Some(memory) = memory { ", " (memory) " of memory" }
            " · " (machine.architecture) " " (machine.system)
            " · Quince " (report.quince)
            " · size " (report.settings.size) ", " (report.settings.trials) " trials, threads "
            (threads.join(", ")) ", seed " (report.settings.seed)
            " · " (date(report.unix_seconds))
        }
    }
}

pub(super) fn section(report: &Report) -> Result<Markup> {
    let threads = report.most_threads();
    let kernels = report.quince().filter(|measured| measured.threads == threads).count();
    // Graphalytics has no peers beside the reference.
    let suite = report.suites().next().unwrap_or(Suite::Gap);
    let means = means(report, suite);
    Ok(html! {
        ul.facts {
            li { b { (kernels) } "pairs of kernel and graph" }
            @for Mean { engine, mean, worst } in &means {
                li {
                    b class=(class(*mean)) { (show_ratio(*mean)) }
                    "of the time of " (engine) br;
                    span.note { (suite.name()) ", geometric mean; worst " (show_ratio(*worst)) }
                }
            }
        }
        p {
            "Times are medians of trials in one process, after loading, with " (threads)
            " threads unless said. Whiskers span the fastest and the slowest trial; searches begin at \
             another vertex in each. All programs read the same edges, and all answers were compared \
             before any time was written. "
            @if means.iter().any(|mean| mean.engine == PLAIN) {
                "“" (PLAIN) "” is the kernel as anybody would write it, on Quince's index: what a \
                 parallel engine has to beat before it may call itself fast (COST)."
            }
        }
        (graphs(report))
    })
}

fn graphs(report: &Report) -> Markup {
    let rows = report.graphs.iter().map(|graph| {
        let degree = graph.edges as f64 / graph.vertices.max(1) as f64;
        let way = if graph.directed { "directed" } else { "undirected" };
        vec![
            html! { (graph.name) },
            html! { (way) },
            html! { span.wide { (graph.description) } },
            html! { (thousands(graph.vertices)) },
            html! { (thousands(graph.edges)) },
            html! { (format!("{degree:.1}")) },
        ]
    });
    table(&["graph", "edges go", "made from", "vertices", "edges", "edges / vertex"], 3, rows)
}

/// What changed since an older report.
pub(super) fn comparison(comparison: &Comparison) -> Markup {
    let rows = comparison.changes.iter().map(|change| {
        let mut row = cells([
            change.suite.name().to_owned(),
            change.graph.clone(),
            change.kernel.name().to_owned(),
            change.threads.to_string(),
            show_seconds(change.old),
            show_seconds(change.new),
        ]);
        let class = if change.slower { "bad" } else { "" };
        row.push(html! { span class=(class) { (show_ratio(change.ratio)) } });
        row
    });
    html! {
        p {
            (comparison.num_slower()) " of " (comparison.changes.len())
            " figures are slower than allowed; the geometric mean of new over old is "
            (show_ratio(comparison.mean())) "."
            @if !comparison.same_processor { " The old report is from another processor." }
            @if comparison.missing > 0 { " " (comparison.missing) " figures of the old report were not run." }
        }
        (table(&["suite", "graph", "kernel", "threads", "old", "new", "new / old"], 3, rows))
    }
}

/// How answers were checked, and what was left out.
pub(super) fn answers(report: &Report) -> Markup {
    let verified = |measured: &&crate::report::Measurement| {
        measured.verification.as_ref().is_some_and(|verification| verification.trials > 0)
    };
    let skipped = report.quince().filter_map(|measured| {
        let reason = measured.verification.as_ref()?.skipped.as_ref()?;
        Some((measured, reason))
    });
    html! {
        p {
            (report.quince().filter(verified).count()) " pairs were compared with the plain reference, \
             vertex by vertex, outside of the clock: levels and parents, distances, ranks (and how much \
             one more iteration changes them), components, scores, triangles, labels and coefficients. \
             At other numbers of threads the answers are the same to the last bit."
        }
        ul {
            @for (measured, reason) in skipped {
                li { (measured.kernel.name()) " on " (measured.graph) " by " (measured.suite.name())
                     ": not compared in all trials, since " (reason) }
            }
            @for skipped in &report.skipped { li { (skipped.engine) ": left out, " (skipped.reason) } }
        }
    }
}

/// Whether a ratio is good news.
pub(super) fn class(ratio: f64) -> &'static str {
    if ratio <= 1.0 { "good" } else { "bad" }
}

/// A whole number with marks between thousands.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mark = |(at, digit): (usize, char)| {
        let first = at > 0 && (digits.len() - at).is_multiple_of(3);
        first.then_some(',').into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(mark).collect()
}

/// The day of a time, in UTC.
fn date(unix_seconds: u64) -> String {
    // Days since the first of March of the year 0, by Gregorian eras of 400 years.
    let days = unix_seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(951_782_400), "2000-02-29");
        assert_eq!(date(1_798_761_599), "2026-12-31");
    }

    #[test]
    fn long_numbers_have_marks() {
        assert_eq!([7, 1000, 1_234_567].map(thousands), ["7", "1,000", "1,234,567"]);
    }
}
