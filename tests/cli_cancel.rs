//! Ctrl-C end to end: exit code 130 within a second, and nothing left behind.
#![cfg(all(feature = "cli", unix))]

mod support;

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use support::{Folder, Run, bundled, quince, succeed};

/// How long a command may take to end; the promise is a second.
const PATIENCE: Duration = Duration::from_secs(1);

/// A graph large enough for every phase to take a while.
fn graph(folder: &Folder) -> String {
    let path = folder.file("graph.el");
    succeed(["generate", "rmat", "--scale", "17", "--output", &path, "--quiet"]);
    path
}

fn start(arguments: &[&str]) -> Child {
    let mut command = quince();
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the command starts")
}

fn signal(child: &Child, name: &str) {
    let killed = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(killed.expect("there is a kill command").success());
}

/// What the command did, and how long after `since` it ended.
fn end(child: Child, since: Instant) -> (Run, Duration) {
    let output = child.wait_with_output().expect("the command ends");
    (output.into(), since.elapsed())
}

#[test]
fn a_signal_ends_the_run_within_a_second() {
    let folder = Folder::new();
    let graph = graph(&folder);
    let (output, report) = (folder.file("ranks.csv"), folder.file("report.json"));
    let arguments =
        ["page-rank", &graph, "--iterations", "1000000", "--output", &output, "--report", &report];
    for (name, delay) in [("-INT", 400), ("-INT", 1500), ("-TERM", 700)] {
        let child = start(&arguments);
        sleep(Duration::from_millis(delay));
        signal(&child, name);
        let (run, took) = end(child, Instant::now());
        assert_eq!(run.code, Some(130), "{name} after {delay} ms: {run:?}");
        assert!(took < PATIENCE, "{name} after {delay} ms took {took:?}");
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", "error: cancelled\n"));
        assert_eq!(folder.names(), ["graph.el"], "{name} after {delay} ms");
    }
}

#[test]
fn a_signal_at_the_start_ends_the_run_too() {
    let folder = Folder::new();
    let graph = graph(&folder);
    let output = folder.file("ranks.csv");
    for delay in [0, 5, 10, 20, 40, 80] {
        let child = start(&["page-rank", &graph, "--iterations", "1000000", "--output", &output]);
        sleep(Duration::from_millis(delay));
        // Until the command listens, what runs in the background may have to ignore Ctrl-C.
        signal(&child, "-TERM");
        let (run, took) = end(child, Instant::now());
        assert!(took < PATIENCE, "after {delay} ms it took {took:?}");
        // Until the command listens, the system ends it, without a word or a code.
        let told = if run.code.is_some() { "error: cancelled\n" } else { "" };
        assert!(matches!(run.code, Some(130) | None), "after {delay} ms: {run:?}");
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", told), "after {delay} ms");
        assert_eq!(folder.names(), ["graph.el"], "after {delay} ms");
    }
}

#[test]
fn every_command_can_be_cancelled() {
    let folder = Folder::new();
    let graph = graph(&folder);
    let output = folder.file("out.el");
    let deep = folder.file("path.el");
    let path: String = (0..200_000).map(|v| format!("{v} {}\n", v + 1)).collect();
    folder.write("path.el", path);
    for arguments in [
        // As many supersteps as the path is long.
        &["connected-components", &deep, "--no-rewrite"][..],
        &["generate", "rmat", "--scale", "26", "--output", &output],
        &["page-rank", &graph, "--undirected", "--iterations", "1000000", "--precision", "f32"],
    ] {
        let child = start(arguments);
        sleep(Duration::from_millis(700));
        signal(&child, "-INT");
        let (run, took) = end(child, Instant::now());
        assert_eq!(run.code, Some(130), "{arguments:?}: {run:?}");
        assert!(took < PATIENCE, "{arguments:?} took {took:?}");
        assert_eq!(folder.names(), ["graph.el", "path.el"], "{arguments:?}");
    }
}

#[test]
fn what_was_there_before_stays() {
    let folder = Folder::new();
    let graph = graph(&folder);
    folder.write("ranks.csv", "from yesterday");
    let output = folder.file("ranks.csv");
    let child = start(&["page-rank", &graph, "--iterations", "1000000", "--output", &output]);
    sleep(Duration::from_millis(600));
    signal(&child, "-INT");
    assert_eq!(end(child, Instant::now()).0.code, Some(130));
    assert_eq!(folder.read_text("ranks.csv"), "from yesterday");
    assert_eq!(folder.names(), ["graph.el", "ranks.csv"]);
}

#[test]
fn a_reader_that_does_not_read_is_not_waited_for() {
    let input = bundled("p2p-31.e.gz");
    // More rows than a pipe holds, and nobody takes them.
    let child = start(&["page-rank", &input, "--top", "60000", "--quiet"]);
    sleep(Duration::from_secs(2));
    signal(&child, "-INT");
    let since = Instant::now();
    sleep(Duration::from_millis(500));
    let (run, took) = end(child, since);
    assert_eq!((run.code, run.stderr.as_str()), (Some(130), ""));
    assert!(took < PATIENCE, "{took:?}");
}
