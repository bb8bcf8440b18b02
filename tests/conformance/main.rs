//! Quince against real graphs and published answers that are not part of the project.
//!
//! A step of the gate by itself, because it needs data:
//!
//! ```text
//! QUINCE_SHARED=DIR cargo test --release --features conformance --test conformance
//! ```
//!
//! `DIR` holds `data/`; without the variable it is `../shared`. What is missing fails the tests.
//!
//! | module | what is compared |
//! |---|---|
//! | `graphs` | each graph with a file in `data/golden`, through the library and the command |
//! | `algorithms` | the algorithm library on each of these graphs |
//! | `graphalytics` | the validation cases of LDBC Graphalytics, and p2p-31 of libgrape-lite |
//! | `files` | files that must load, and files that must be refused with the right words |
#![allow(clippy::unwrap_used, reason = "only tests call these")]

mod algorithms;
mod answers;
mod case;
mod communities;
mod files;
mod graphalytics;
mod graphs;
mod plain_reader;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A file of the shared data; fails if it is not there.
fn data(name: &str) -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("QUINCE_SHARED").map_or_else(beside, PathBuf::from);
    let path = shared.join("data").join(name);
    assert!(
        path.exists(),
        "conformance: {} is missing; set QUINCE_SHARED to the folder that holds data/{name}",
        path.display()
    );
    path
}

/// Runs the command.
fn quince(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quince")).args(arguments).arg("--quiet").output().unwrap()
}

/// Runs the command, which must succeed; gives its standard output.
fn quince_prints(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
    let output = quince(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
