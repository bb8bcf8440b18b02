//! Managed memory: one byte budget per environment, and the segments that it pays for.
//!
//! ```text
//! MemoryManager (budget, granted, peak, spilled)
//!    └─ reserve(name, bytes) ─► Reservation ─► Segment<T>      anonymous map, huge-page advice
//!                                           └─► Segment<T>      file-backed map (spill)
//! ```
//!
//! Whatever grows with the input is a [`Segment`], or a [`PaidVec`] if its values are not plain
//! bytes. A refused reservation is a typed [`MemoryError`] that says how many bytes were wanted, how
//! many were free, and who holds the rest. `Vec` is for what is bounded. Maps that are given back
//! are kept for later segments, within what was granted before.
//!
//! This module and [`columnar`](crate::columnar) are the only places in Quince that touch raw
//! memory; everything above sees slices. (The `team` shows work to other threads by address, and an
//! index reads columns of values at its own entries, which it has checked, without a check.)

mod file_map;
mod manager;
mod paid_vec;
mod prefetch;
mod room;
mod segment;
mod shared;
mod spare_maps;
mod spill_file;

pub use file_map::FileMap;
pub use manager::{MemoryCounters, MemoryError, MemoryManager, Reservation};
pub(crate) use paid_vec::Piece;
pub use paid_vec::{PaidVec, PaidVecIntoIter};
pub(crate) use prefetch::prefetch;
pub use segment::Segment;
pub use shared::{SharedSlice, SharedWord};
pub use spill_file::SpillFile;

/// A size in bytes as people write it: `512 B`, `3.0 MiB`, `1.5 GiB`.
pub fn format_bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// Reads a size in bytes: a number with an optional unit of `B`, `K`, `KB`, `KiB`, `M` .. `TiB`
/// (all of them powers of 1024, upper or lower case).
///
/// ```
/// use quince_core::memory::parse_bytes;
/// assert_eq!(parse_bytes("4 GiB"), Some(4 << 30));
/// assert_eq!(parse_bytes("512k"), Some(512 << 10));
/// assert_eq!(parse_bytes("four"), None);
/// ```
pub fn parse_bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().ok()?;
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return None,
    };
    let bytes = number * (1u64 << shift) as f64;
    (bytes.is_finite() && bytes >= 0.0).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_print_and_read() {
        assert_eq!(format_bytes(512), "512 B");
        assert_eq!(format_bytes(3 << 20), "3.0 MiB");
        assert_eq!(parse_bytes("1.5GiB"), Some(3 << 29));
        assert_eq!(parse_bytes("12"), Some(12));
        assert_eq!(parse_bytes("1 parsec"), None);
        assert_eq!(parse_bytes(""), None);
        assert_eq!(parse_bytes("-1"), None);
    }
}
