//! The report as one HTML file: no network, no scripts, charts as inline SVG.
//!
//! Everything that is written into it goes through maud, which escapes it; charts are put in as
//! plotters made them, which escapes their text.

mod charts;
mod figures;
mod limits;
mod loading;
mod overview;
mod traces;

use std::path::Path;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::compare::Comparison;
use crate::error::Result;
use crate::kernel::Suite;
use crate::report::{Report, write_whole};

const STYLE: &str = include_str!("style.css");

/// Writes the report, whole or not at all.
///
/// # Errors
/// If a chart cannot be drawn or the file not be written.
pub fn write(report: &Report, comparison: Option<&Comparison>, path: &Path) -> Result<()> {
    write_whole(path, page(report, comparison)?.as_bytes())
}

/// The whole page.
///
/// # Errors
/// If a chart cannot be drawn.
pub fn page(report: &Report, comparison: Option<&Comparison>) -> Result<String> {
    let has = |suite| report.measurements.iter().any(|measured| measured.suite == suite);
    let mut sections = vec![("Overview", overview::section(report)?)];
    if let Some(comparison) = comparison {
        sections.push(("Since before", overview::comparison(comparison)));
    }
    if has(Suite::Gap) {
        sections.push(("GAP", figures::gap(report)?));
    }
    if has(Suite::Graphalytics) {
        sections.push(("Graphalytics", figures::graphalytics(report)?));
    }
    if report.settings.threads.len() > 1 {
        sections.push(("Threads", figures::threads(report)?));
    }
    if !report.scaling.is_empty() {
        sections.push(("Size", figures::scaling(report)?));
    }
    sections.push(("Loading and memory", loading::section(report)?));
    sections.push(("What binds", limits::section(report)));
    sections.push(("Supersteps", traces::section(report)?));
    sections.push(("Answers", overview::answers(report)));
    sections.push(("All figures", figures::all(report)));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Quince benchmark" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (overview::head(report))
                nav { @for (name, _) in &sections { a href={ "#" (anchor(name)) } { (name) } " " } }
                @for (name, section) in &sections {
                    h2 id=(anchor(name)) { (name) }
                    (section)
                }
            }
        }
    };
    Ok(page.into_string())
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

/// A chart with what it shows.
fn figure(svg: String, caption: &str) -> Markup {
    html! { figure { (PreEscaped(svg)) figcaption { (caption) } } }
}

/// A table: the first `texts` columns are text.
fn table(header: &[&str], texts: usize, rows: impl IntoIterator<Item = Vec<Markup>>) -> Markup {
    let class = |column: usize| (column < texts).then_some("text");
    html! {
        div.scroll { table {
            thead { tr { @for (at, name) in header.iter().enumerate() { th class=[class(at)] { (name) } } } }
            tbody { @for row in rows {
                tr { @for (at, cell) in row.iter().enumerate() { td class=[class(at)] { (cell) } } }
            } }
        } }
    }
}

/// Cells of plain text.
fn cells<const N: usize>(cells: [String; N]) -> Vec<Markup> {
    cells.into_iter().map(|cell| html! { (cell) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Kernel;
    use crate::machine::Machine;
    use crate::report::{GraphFacts, Measurement, QUINCE, Settings};
    use crate::statistics::Spread;

    #[test]
    fn what_others_named_is_escaped_everywhere() {
        let evil = "<script>alert('&')</script>".to_owned();
        let machine = Machine { processor: evil.clone(), ..Machine::default() };
        let mut report = Report::new(Settings::default(), machine);
        report.graphs.push(GraphFacts { name: evil.clone(), ..GraphFacts::default() });
        let seconds = Spread::of(vec![0.5, 0.25]);
        for engine in [QUINCE, &evil] {
            report.measurements.push(Measurement {
                suite: Suite::Gap,
                graph: evil.clone(),
                kernel: Kernel::Tc,
                engine: engine.to_owned(),
                engine_version: Some(evil.clone()),
                threads: 1,
                seconds: seconds.clone(),
                load_seconds: None,
                makespan_seconds: None,
                evps: None,
                peak_bytes: None,
                verification: None,
                roofline: None,
                trace: None,
                note: Some(evil.clone()),
            });
        }
        let page = page(&report, None).unwrap();
        assert!(page.contains("&lt;script&gt;alert("), "it is there");
        assert!(!page.contains("<script"), "and harmless");
    }

    #[test]
    fn a_report_without_figures_is_a_page_too() {
        let report = Report::new(Settings::default(), Machine::default());
        assert!(page(&report, None).unwrap().ends_with("</html>"));
    }
}
