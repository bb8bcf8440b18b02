//! What the memory of the machine can do, and how near kernels come to it.

use maud::{Markup, html};
use quince_core::memory::format_bytes;

use super::{cells, table};
use crate::report::{QUINCE, Report};
use crate::statistics::show_seconds;

pub(super) fn section(report: &Report) -> Markup {
    html! {
        (rates(report))
        p {
            "PageRank must stream its index and gather a value for every entry, shortest paths must \
             cross every entry once: the bound of each is the slower of its bytes at stream bandwidth \
             and its gathers at the rate of random reads from a table of that size. A share above \
             100 % says that order or blocks kept the gathers in a cache. Searches, components and \
             triangles look at some entries never and at others often: no bound is claimed for them. For tables smaller than \
             the smallest that was measured, its rate stands."
        }
        (notes(report))
    }
}

fn rates(report: &Report) -> Markup {
    let tables: Vec<u64> = report.machine.rates.first().map_or_else(Vec::new, |rates| {
        rates.gathers.iter().map(|gather| gather.table_bytes).collect()
    });
    let sizes: Vec<String> =
        tables.iter().map(|&bytes| format!("from {}", format_bytes(bytes))).collect();
    let mut header = vec!["threads", "streamed, GB/s"];
    header.extend(sizes.iter().map(String::as_str));
    let rows = report.machine.rates.iter().map(|rates| {
        let mut row = cells([
            rates.threads.to_string(),
            format!("{:.1}", rates.stream_bytes_per_second / 1e9),
        ]);
        row.extend(
            rates
                .gathers
                .iter()
                .map(|gather| html! { (format!("{:.0} M/s", gather.per_second / 1e6)) }),
        );
        row
    });
    html! {
        p { "What memory did in this run: bytes read in order, and random reads of 4 bytes." }
        (table(&header, 0, rows))
    }
}

fn notes(report: &Report) -> Markup {
    let threads = report.most_threads();
    let ours = report.in_order().into_iter().filter(|m| m.engine == QUINCE && m.threads == threads);
    let rows = ours.filter_map(|measured| {
        let note = measured.roofline.as_ref()?;
        let binds = if note.gather_seconds > note.stream_seconds { "gathers" } else { "bytes" };
        Some(cells([
            measured.suite.name().to_owned(),
            measured.graph.clone(),
            measured.kernel.name().to_owned(),
            binds.to_owned(),
            show_seconds(note.stream_seconds),
            show_seconds(note.gather_seconds),
            show_seconds(measured.seconds.median),
            format!("{:.0} %", note.achieved * 100.0),
            format_bytes(note.bytes as u64),
            format!("{:.1} M", note.gathers / 1e6),
            format_bytes(note.table_bytes),
        ]))
    });
    let header = [
        "suite",
        "graph",
        "kernel",
        "binds",
        "bytes take",
        "gathers take",
        "median",
        "bound / median",
        "bytes",
        "gathers",
        "from a table of",
    ];
    table(&header, 4, rows)
}
