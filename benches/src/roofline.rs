//! What binds a kernel: the bytes that it must stream and the values that it must gather, against
//! what the memory of this machine did in the same run.
//!
//! | kernel | streamed | gathered |
//! |---|---|---|
//! | pr, an iteration | 4 bytes an entry, and for each vertex: 4 of its offset, and its rank and two projections | a projection for each entry |
//! | sssp, the least | 4 bytes and a weight of 8 for each entry once, 16 a vertex | a distance of 8 bytes for each entry |
//!
//! The others look at an unknown part of the entries (a search that goes bottom-up, components that
//! are sampled) or at some of them many times (triangles): for those there is no honest bound.

use serde::{Deserialize, Serialize};

use crate::kernel::{Kernel, PAGE_RANK_ITERATIONS, Suite};
use crate::machine::Rates;

/// The least that a run takes, and how near it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Roofline {
    /// Bytes streamed.
    pub bytes: f64,
    /// Values gathered.
    pub gathers: f64,
    /// Bytes of the table that they are gathered from.
    pub table_bytes: u64,
    /// Seconds that the bytes take at stream bandwidth.
    pub stream_seconds: f64,
    /// Seconds that the gathers take at the rate of random reads from such a table.
    pub gather_seconds: f64,
    /// The larger of the two over the median: above 1 if order or blocks kept gathers in the
    /// caches.
    pub achieved: f64,
}

/// The bound of a kernel on a graph with so many vertices and entries, if there is an honest one.
pub fn roofline(
    kernel: Kernel,
    suite: Suite,
    (vertices, entries): (u64, u64),
    median: f64,
    rates: &Rates,
) -> Option<Roofline> {
    let (vertices, entries) = (vertices as f64, entries as f64);
    let (bytes, gathers, value) = match kernel {
        Kernel::Pr => {
            let value = if suite == Suite::Gap { 4.0 } else { 8.0 };
            let iterations = PAGE_RANK_ITERATIONS as f64;
            let bytes = 4.0 * entries + (4.0 + 3.0 * value) * vertices;
            (iterations * bytes, iterations * entries, value)
        }
        Kernel::Sssp => (12.0 * entries + 16.0 * vertices, entries, 8.0),
        _ => return None,
    };
    let table_bytes = (value * vertices) as u64;
    let stream_seconds = bytes / rates.stream_bytes_per_second;
    let gather_seconds = gathers / rates.gathers_per_second(table_bytes)?;
    let achieved = stream_seconds.max(gather_seconds) / median;
    Some(Roofline { bytes, gathers, table_bytes, stream_seconds, gather_seconds, achieved })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Gather;

    #[test]
    fn page_rank_is_bound_by_the_slower_of_both() {
        let gathers = vec![Gather { table_bytes: 1 << 20, per_second: 1e6 }];
        let rates = Rates { threads: 1, stream_bytes_per_second: 1e9, gathers };
        let note = roofline(Kernel::Pr, Suite::Gap, (1000, 50_000), 2.0, &rates).unwrap();
        assert_eq!((note.bytes, note.gathers), (20.0 * 216_000.0, 1e6));
        assert_eq!((note.gather_seconds, note.achieved), (1.0, 0.5));
        assert_eq!(roofline(Kernel::Tc, Suite::Gap, (1, 1), 1.0, &rates), None);
    }
}
