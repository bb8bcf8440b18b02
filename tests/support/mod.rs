//! Running the command and looking at what it did.
#![allow(dead_code, reason = "each test program uses a part of this")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What a command did.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
        }
    }
}

impl Run {
    /// Standard output as rows of fields.
    pub(crate) fn rows(&self) -> Vec<Vec<&str>> {
        self.stdout.lines().map(|line| line.split('\t').collect()).collect()
    }
}

/// The command, with nothing on its standard input.
pub(crate) fn quince() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quince"));
    command.stdin(Stdio::null());
    command
}

/// Runs the command with these arguments.
pub(crate) fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    quince().args(arguments).output().expect("the command starts").into()
}

/// As [`run`], for a command that should succeed.
pub(crate) fn succeed<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    let run = run(arguments);
    assert_eq!(run.code, Some(0), "{run:?}");
    run
}

/// The path of a bundled graph, and its options by what `golden.json` says about it.
pub(crate) fn golden_arguments(facts: &Value) -> Vec<String> {
    let mut arguments = vec![bundled(facts["file"].as_str().expect("a file"))];
    if let Some(vertices) = facts["vertex_file"].as_str() {
        arguments.extend(["--vertices".to_owned(), bundled(vertices)]);
    }
    let direction = if facts["directed"] == true { "--directed" } else { "--undirected" };
    arguments.push(direction.to_owned());
    arguments
}

/// What is known about the bundled graphs, by name.
pub(crate) fn golden() -> Vec<(String, Value)> {
    let text = fs::read_to_string(bundled("golden.json")).expect("it is bundled");
    let golden: Value = serde_json::from_str(&text).expect("it is JSON");
    let graphs = golden.as_object().expect("by name").clone().into_iter().collect::<Vec<_>>();
    assert!(graphs.len() >= 7, "graphs are missing");
    graphs
}

/// The path of a bundled file.
pub(crate) fn bundled(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/graphs");
    folder.join(name).into_os_string().into_string().expect("paths are UTF-8")
}

/// A folder for one test.
#[derive(Debug)]
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("there is a folder for temporary files"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The path of a file in it, as an argument.
    pub(crate) fn file(&self, name: &str) -> String {
        self.path().join(name).into_os_string().into_string().expect("paths are UTF-8")
    }

    /// A new file in it.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, bytes).expect("the folder is writable");
        path
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn read_text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).expect("the file is UTF-8")
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.read(name)).expect("the file is JSON")
    }

    /// The names of the files in it, hidden ones too, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path())
            .expect("the folder is readable")
            .map(|entry| entry.expect("it stays").file_name().into_string().expect("UTF-8"))
            .collect();
        names.sort();
        names
    }
}
