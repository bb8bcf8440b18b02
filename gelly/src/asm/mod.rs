//! Gelly's `asm`: what algorithms are assembled of.

mod checksum;
mod java_hash;

pub use checksum::{Checksum, ChecksumHashCode, checksum_hash_code, collect, count};
pub use java_hash::{JavaHash, MurmurHash};
