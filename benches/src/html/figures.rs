//! Times: bars per kernel and engine, ratios, threads, sizes.

use maud::{Markup, html};
use plotters::style::RGBColor;

use super::charts::{Bar, Group, Line, OURS, OURS_LESS, REFERENCE, SERIES, bars, lines};
use super::overview::class;
use super::{cells, figure, table};
use crate::error::Result;
use crate::kernel::{Kernel, Suite};
use crate::report::{Measurement, PLAIN, QUINCE, Report};
use crate::statistics::{geometric_mean, show_ratio, show_seconds};
use crate::table::{Mean, means, ratio};

/// The GAP protocol.
pub(super) fn gap(report: &Report) -> Result<Markup> {
    Ok(html! {
        p {
            "Six kernels, each on a built index: breadth-first search, shortest paths, PageRank \
             (20 iterations, 32 bits), connected components, betweenness from one source, and \
             triangles (orienting the rows counts)."
        }
        (times(report, Suite::Gap)?)
        (ratios(report, Suite::Gap))
    })
}

/// The Graphalytics protocol.
pub(super) fn graphalytics(report: &Report) -> Result<Markup> {
    let rows = report.quince().filter(|measured| measured.suite == Suite::Graphalytics);
    let rows = rows.map(|measured| {
        let load = measured.makespan_seconds.map(|makespan| makespan - measured.seconds.first);
        cells([
            measured.graph.clone(),
            measured.kernel.name().to_owned(),
            measured.threads.to_string(),
            load.map_or_else(String::new, show_seconds),
            measured.makespan_seconds.map_or_else(String::new, show_seconds),
            show_seconds(measured.seconds.median),
            measured.evps.map_or_else(String::new, |evps| format!("{:.1}", evps / 1e6)),
        ])
    });
    let header =
        ["graph", "algorithm", "threads", "load", "makespan", "processing", "million EVPS"];
    Ok(html! {
        p {
            "The six algorithms of LDBC Graphalytics: load is from the text file to the graph with its \
             indexes, makespan that and the first run, processing the median of the runs, EVPS edges \
             and vertices per second of processing."
        }
        (times(report, Suite::Graphalytics)?)
        details { summary { "Load, makespan, processing and EVPS" } (table(&header, 2, rows)) }
    })
}

/// For each graph a chart of all kernels and engines.
fn times(report: &Report, suite: Suite) -> Result<Markup> {
    let mut figures = Vec::new();
    for graph in &report.graphs {
        let here =
            |measured: &&Measurement| measured.suite == suite && measured.graph == graph.name;
        let groups: Vec<Group> = suite
            .kernels()
            .iter()
            .filter_map(|&kernel| {
                let here = report.measurements.iter().filter(here);
                let mut rows: Vec<&Measurement> = here.filter(|m| m.kernel == kernel).collect();
                rows.sort_by_key(|measured| (rank(measured), measured.threads));
                let bars: Vec<Bar> =
                    rows.into_iter().map(|measured| bar(report, measured)).collect();
                (!bars.is_empty()).then(|| Group { title: kernel.title().to_owned(), bars })
            })
            .collect();
        if !groups.is_empty() {
            let svg = bars(&groups, true, show_seconds)?;
            figures.push(html! {
                h3 { (graph.name) }
                (figure(svg, "Median seconds of a run; the axis is logarithmic."))
            });
        }
    }
    Ok(html! { @for figure in figures { (figure) } })
}

/// Quince first, then the reference, then others.
fn rank(measured: &Measurement) -> u8 {
    match measured.engine.as_str() {
        QUINCE => 0,
        PLAIN => 1,
        _ => 2,
    }
}

fn bar(report: &Report, measured: &Measurement) -> Bar {
    let seconds = &measured.seconds;
    let span = (seconds.trials.len() > 1).then_some((seconds.min, seconds.max));
    let color = color(report, measured);
    Bar { label: measured.label(), color, value: seconds.median, span }
}

fn color(report: &Report, measured: &Measurement) -> RGBColor {
    match measured.engine.as_str() {
        QUINCE if measured.threads == report.most_threads() => OURS,
        QUINCE => OURS_LESS,
        PLAIN => REFERENCE,
        engine => {
            let mut peers = means(report, measured.suite).into_iter().filter(|m| m.engine != PLAIN);
            let at = peers.position(|mean| mean.engine == engine);
            SERIES[at.unwrap_or(0) % SERIES.len()]
        }
    }
}

/// Quince's time over that of each other engine.
fn ratios(report: &Report, suite: Suite) -> Markup {
    let means = means(report, suite);
    let threads = report.most_threads();
    let ours = report.quince().filter(|m| m.suite == suite && m.threads == threads);
    let cell = |ratio: Option<f64>| match ratio {
        Some(ratio) => html! { span class=(class(ratio)) { (show_ratio(ratio)) } },
        None => html! { span.note { "·" } },
    };
    let rows = ours.map(|ours| {
        let mut row = cells([ours.graph.clone(), ours.kernel.name().to_owned()]);
        row.push(html! { (show_seconds(ours.seconds.median)) });
        row.extend(means.iter().map(|Mean { engine, .. }| {
            let theirs = report.beside(ours).find(|other| other.engine == *engine);
            cell(theirs.and_then(|theirs| ratio(report, theirs)))
        }));
        row
    });
    let mut rows: Vec<Vec<Markup>> = rows.collect();
    let total = |name: &str, of: fn(&Mean) -> f64| {
        let mut row = cells([name.to_owned(), String::new(), String::new()]);
        row.extend(means.iter().map(|mean| cell(Some(of(mean)))));
        row
    };
    rows.push(total("geometric mean", |mean| mean.mean));
    rows.push(total("worst", |mean| mean.worst));
    let mut header = vec!["graph", "kernel", "quince"];
    header.extend(means.iter().map(|mean| mean.engine.as_str()));
    html! {
        h3 { "Ratios" }
        p.note {
            "Quince's median with " (threads) " threads over that of each engine: below 1, Quince is \
             faster."
        }
        (table(&header, 2, rows))
    }
}

/// What more threads bring.
pub(super) fn threads(report: &Report) -> Result<Markup> {
    let counts = &report.settings.threads;
    let mut kernels: Vec<(Suite, Kernel)> =
        report.quince().map(|measured| (measured.suite, measured.kernel)).collect();
    kernels.sort_unstable();
    kernels.dedup();
    // The same kernel by two protocols is one line: that of the first.
    kernels.dedup_by_key(|(_, kernel)| *kernel);
    let mut seen = Vec::new();
    kernels.retain(|(_, kernel)| {
        !seen.contains(kernel) && {
            seen.push(*kernel);
            true
        }
    });
    let lines_of = kernels.iter().enumerate().map(|(at, &(suite, kernel))| {
        let points = counts.iter().filter_map(|&threads| {
            let speedups = speedups(report, suite, kernel, threads);
            (!speedups.is_empty()).then(|| (threads as f64, geometric_mean(&speedups)))
        });
        let (name, color) = (kernel.name().to_owned(), SERIES[at % SERIES.len()]);
        Line { name, color, points: points.collect() }
    });
    let mut all: Vec<Line> = lines_of.collect();
    let fewest = counts.first().copied().unwrap_or(1) as f64;
    let ideal = counts.iter().map(|&threads| (threads as f64, threads as f64 / fewest)).collect();
    all.push(Line { name: "as many times".to_owned(), color: REFERENCE, points: ideal });
    let svg = lines(&all, "threads", false, show_ratio)?;
    let caption =
        "How many times faster than with the fewest threads: geometric mean over the graphs.";
    Ok(figure(svg, caption))
}

/// How many times faster a kernel is than with the fewest threads, graph by graph.
fn speedups(report: &Report, suite: Suite, kernel: Kernel, threads: usize) -> Vec<f64> {
    let fewest = report.settings.threads.first();
    let ours = || report.quince().filter(|m| m.suite == suite && m.kernel == kernel);
    let with = |measured: &Measurement| {
        let same = ours().find(|m| m.graph == measured.graph && m.threads == threads)?;
        Some(measured.seconds.median / same.seconds.median)
    };
    ours().filter(|m| Some(&m.threads) == fewest).filter_map(with).collect()
}

/// Cost against size.
pub(super) fn scaling(report: &Report) -> Result<Markup> {
    let points = &report.scaling;
    let nanoseconds = |of: &dyn Fn(&crate::report::ScalePoint) -> Option<f64>| {
        let point = points.iter().filter_map(|point| {
            Some((f64::from(point.scale), of(point)? * 1e9 / point.edges.max(1) as f64))
        });
        point.collect::<Vec<_>>()
    };
    let mut times = vec![Line {
        name: "load".to_owned(),
        color: SERIES[0],
        points: nanoseconds(&|point| Some(point.load_seconds)),
    }];
    let kernels =
        points.first().map(|point| point.kernel_seconds.iter().map(|(kernel, _)| *kernel));
    for (at, kernel) in kernels.into_iter().flatten().enumerate() {
        let of = |point: &crate::report::ScalePoint| {
            point.kernel_seconds.iter().find(|(k, _)| *k == kernel).map(|(_, seconds)| *seconds)
        };
        let (name, color) = (kernel.name().to_owned(), SERIES[at + 1]);
        times.push(Line { name, color, points: nanoseconds(&of) });
    }
    let bytes = points.iter().map(|point| {
        (f64::from(point.scale), point.graph_bytes as f64 / point.edges.max(1) as f64)
    });
    let bytes = Line { name: "graph".to_owned(), color: OURS, points: bytes.collect() };
    let show = |nanoseconds: f64| format!("{nanoseconds:.1} ns");
    Ok(html! {
        (figure(lines(&times, "scale of the Kronecker graph", true, show)?,
            "Time per edge; the axis is logarithmic. PageRank runs 20 iterations. It grows where the \
             values that are gathered leave a cache; triangles per edge grow with the graph itself."))
        (figure(lines(&[bytes], "scale of the Kronecker graph", false, |b| format!("{b:.0} B"))?,
            "Bytes per edge that the graph holds with its index: an undirected edge is in two rows."))
    })
}

/// Everything in a table.
pub(super) fn all(report: &Report) -> Markup {
    let rows = report.in_order().into_iter().map(|measured| {
        let seconds = &measured.seconds;
        let version = measured.engine_version.as_deref().unwrap_or_default();
        cells([
            measured.suite.name().to_owned(),
            measured.graph.clone(),
            measured.kernel.name().to_owned(),
            format!("{} {version}", measured.label()).trim().to_owned(),
            measured.note.clone().unwrap_or_default(),
            show_seconds(seconds.first),
            show_seconds(seconds.median),
            show_seconds(seconds.min),
            show_seconds(seconds.max),
            seconds.trials.len().to_string(),
        ])
    });
    let header =
        ["suite", "graph", "kernel", "engine", "note", "first", "median", "min", "max", "trials"];
    html! { details { summary { (report.measurements.len()) " rows" } (table(&header, 5, rows)) } }
}
