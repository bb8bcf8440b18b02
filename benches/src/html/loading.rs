//! From files to graphs, and what they hold.

use maud::{Markup, html};
use quince_core::memory::format_bytes;

use super::charts::{Bar, Group, OURS, OURS_LESS, REFERENCE, SERIES, bars};
use super::{cells, figure, table};
use crate::error::Result;
use crate::report::{Load, Report};
use crate::statistics::show_seconds;

/// In which axes count, so that their lines are at round numbers.
const MEBIBYTE: f64 = (1 << 20) as f64;

pub(super) fn section(report: &Report) -> Result<Markup> {
    let edges = |load: &Load| {
        let graph = report.graphs.iter().find(|graph| graph.name == load.graph);
        graph.map_or(1, |graph| graph.edges.max(1)) as f64
    };
    let rows = report.loads.iter().map(|load| {
        let all = load.seconds + load.index_seconds;
        cells([
            load.graph.clone(),
            if load.weighted { "weighted" } else { "plain" }.to_owned(),
            load.threads.to_string(),
            format_bytes(load.file_bytes),
            show_seconds(load.seconds),
            show_seconds(load.index_seconds),
            format!("{:.0}", load.file_bytes as f64 / all / 1e6),
            format!("{:.1}", edges(load) / all / 1e6),
            format!("{:.1}", load.graph_bytes as f64 / edges(load)),
            format!("{:.1}", load.peak_bytes as f64 / edges(load)),
        ])
    });
    let header = [
        "graph",
        "edges",
        "threads",
        "file",
        "read",
        "indexes",
        "MB/s",
        "M edges/s",
        "B/edge held",
        "B/edge at peak",
    ];
    let table = table(&header, 2, rows);
    Ok(html! {
        p {
            "Text edge lists, from the file to the graph with all the indexes that the kernels read (a \
             directed graph has two). Memory is as the memory manager counts it; the bytes of a kernel \
             are those beside the graph."
        }
        (table)
        (figure(memory(report)?, "Memory, with the most threads."))
    })
}

/// Memory of each graph: file, load, graph, and the hungriest kernel.
fn memory(report: &Report) -> Result<String> {
    let threads = report.most_threads();
    let groups: Vec<Group> = report
        .loads
        .iter()
        .filter(|load| load.threads == threads)
        .map(|load| {
            let bar = |label: &str, color, bytes: u64| Bar {
                label: label.to_owned(),
                color,
                value: bytes as f64 / MEBIBYTE,
                span: None,
            };
            let kernels = report.quince().filter(|measured| {
                let same = measured.graph == load.graph && measured.threads == threads;
                same && measured.kernel.is_weighted() == load.weighted
            });
            let hungriest = kernels.max_by_key(|measured| measured.peak_bytes);
            let mut bars = vec![
                bar("text file", REFERENCE, load.file_bytes),
                bar("peak of loading", OURS_LESS, load.peak_bytes),
                bar("graph with indexes", OURS, load.graph_bytes),
            ];
            bars.extend(hungriest.map(|measured| {
                let label = format!("hungriest kernel: {}", measured.kernel.name());
                bar(&label, SERIES[0], measured.peak_bytes.unwrap_or(0))
            }));
            let kind = if load.weighted { ", weighted" } else { "" };
            Group { title: format!("{}{kind}", load.graph), bars }
        })
        .collect();
    bars(&groups, false, |mebibytes| format_bytes((mebibytes * MEBIBYTE) as u64))
}
