//! Snapshots: the state of an iteration between two supersteps, on disk.
//!
//! ```text
//! file    = magic (8) | version (4) | length of header (4) | header | checksum (8)
//!           section .. section | end
//! section = length (8) | bytes | checksum (8)
//! end     = 2^64 - 1 (8) | number of sections (8) | checksum (8)
//! ```
//!
//! Numbers are little-endian. Checksums are XXH3 with 64 bits: the header's covers all before it,
//! a section's covers its bytes and is seeded by the header's checksum and the number of the
//! section. So a byte that was flipped, lost, added or moved, within a file or from another one,
//! is found.
//!
//! | header | for |
//! |---|---|
//! | iteration, program, input | what it belongs to: any other is refused, with the reason |
//! | superstep, seconds, reports | where the loop goes on |
//!
//! A file is written under another name, forced to disk and renamed, so that under its own name
//! there is only ever a whole one. What a section holds is the business of who saves its state.
//! The state is copied (and paid for) or shared, and a thread outside of the pool writes it while
//! the next superstep runs. Where the budget has no room for a copy, the loop waits until the
//! state is written from where it stands.

mod batch;
mod codec;
mod error;
mod file;
mod fingerprint;
mod folder;
mod header;
mod policy;
mod reader;
mod writer;

pub use error::SnapshotError;
pub use fingerprint::{Fingerprint, RowsFingerprint};
pub use folder::SnapshotFolder;
pub(crate) use folder::file_name;
pub use header::{Header, Identity};
pub use policy::SnapshotPolicy;
pub use reader::SnapshotReader;
pub use writer::{Copies, Pending, SnapshotWriter, Written};

/// The name under which snapshots pay for copies.
const NAME: &str = "snapshot";

type Result<T, E = SnapshotError> = std::result::Result<T, E>;

#[cfg(test)]
mod tests;
