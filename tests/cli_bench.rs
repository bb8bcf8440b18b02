//! `quince bench`: its report, its peers, and how it ends.
#![cfg(feature = "cli")]

mod support;

use serde_json::Value;
use support::{Folder, run, succeed};

/// The kernels of GAP.
const GAP: [&str; 6] = ["bfs", "sssp", "pr", "cc", "bc", "tc"];

/// The arguments of a small run with its figures in a file.
fn small<'a>(json: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let fixed = ["bench", "--size", "xs", "--trials", "2", "--threads", "1,2", "--json", json];
    [&fixed[..], more].concat()
}

/// How many figures an engine has of a kernel on a graph with so many threads.
fn count(report: &Value, [suite, graph, kernel, engine]: [&str; 4], threads: u64) -> usize {
    let is_it = |m: &&Value| {
        let texts = [("suite", suite), ("graph", graph), ("kernel", kernel), ("engine", engine)];
        texts.iter().all(|(field, value)| m[field] == *value) && m["threads"] == threads
    };
    report["measurements"].as_array().expect("a list").iter().filter(is_it).count()
}

#[test]
fn a_run_has_all_pairs_and_a_report_that_needs_nothing_else() {
    let folder = Folder::new();
    let (json, html) = (folder.file("figures.json"), folder.file("report.html"));
    let told = succeed(small(&json, &["--output", &html, "--scaling", "6-7"]));
    let report = folder.json("figures.json");
    assert_eq!(
        (report["schema"].as_str(), report["version"].as_u64()),
        (Some("quince-bench"), Some(1))
    );
    for graph in ["kronecker-8", "uniform-8", "grid-16"] {
        for kernel in GAP {
            for threads in [1, 2] {
                let figures = count(&report, ["gap", graph, kernel, "quince"], threads);
                assert_eq!(figures, 1, "{kernel} on {graph} with {threads} threads");
            }
            let plain = count(&report, ["gap", graph, kernel, "plain, one thread"], 1);
            assert_eq!(plain, 1, "the reference of {kernel} on {graph}");
        }
        assert_eq!(count(&report, ["gap", graph, "cc", "petgraph"], 1), 1);
    }
    for graph in ["kronecker-8", "uniform-8", "grid-16", "road-16", "web-8", "small-world-8"] {
        for kernel in ["bfs", "pr", "cc", "cdlp", "lcc", "sssp"] {
            assert_eq!(count(&report, ["graphalytics", graph, kernel, "quince"], 2), 1, "{graph}");
        }
    }
    for measured in report["measurements"].as_array().unwrap() {
        let seconds = &measured["seconds"];
        let [min, median, max] =
            ["min", "median", "max"].map(|name| seconds[name].as_f64().unwrap());
        assert!(0.0 < min && min <= median && median <= max, "{measured}");
        if measured["engine"] == "quince" && measured["threads"] == 1 {
            assert!(measured["verification"]["trials"].as_u64().unwrap() > 0, "{measured}");
        }
    }
    assert_eq!(report["scaling"].as_array().map(Vec::len), Some(2));
    assert!(told.stdout.starts_with("suite "), "{}", told.stdout);
    assert!(told.stdout.contains("gap, quince / petgraph: geometric mean "), "{}", told.stdout);

    let page = folder.read_text("report.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    assert!(page.matches("<svg").count() > 20, "charts");
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    for foreign in ["http://", "https://", "<script", "<link", "@import", "url("] {
        assert!(!outside.contains(foreign), "the report has {foreign}");
    }
    assert_eq!(folder.names(), ["figures.json", "report.html"], "nothing else is left");
}

#[test]
fn a_regression_is_found_and_ends_with_1() {
    let folder = Folder::new();
    let old = folder.file("old.json");
    let only = ["--suite", "gap", "--graphs", "grid", "--kernels", "cc", "--quiet"];
    succeed(small(&old, &only));
    let mut planted = folder.json("old.json");
    for measured in planted["measurements"].as_array_mut().unwrap() {
        // So that the new run is far slower with two threads, and far faster with one.
        let factor = if measured["threads"] == 2 { 1e-4 } else { 1e4 };
        let median = measured["seconds"]["median"].as_f64().unwrap();
        measured["seconds"]["median"] = (median * factor).into();
    }
    folder.write("planted.json", planted.to_string());
    let (new, planted) = (folder.file("new.json"), folder.file("planted.json"));
    let ended = run(small(&new, &[&only[..], &["--compare", &planted]].concat()));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("error: 1 of 2 figures are slower than in "), "{}", ended.stderr);
    assert_eq!(ended.stdout.matches("SLOWER").count(), 1, "{}", ended.stdout);
    // What was found is kept.
    assert_eq!(folder.json("new.json")["version"], 1);
}

#[test]
fn the_command_line_is_checked() {
    let folder = Folder::new();
    let json = folder.file("figures.json");
    for (wrong, says) in [
        (&["--graphs", "moebius"][..], "moebius"),
        (&["--kernels", "sorting"], "sorting"),
        (&["--threads", "0"], "at least 1"),
        (&["--scaling", "9-6"], "the lower first"),
        (&["--tolerance", "0.1"], "--compare"),
    ] {
        let ended = run(small(&json, wrong));
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(says), "{}", ended.stderr);
    }
    let other = folder.write("other.json", "{\"schema\": \"something\"}");
    let other = other.to_str().unwrap();
    let ended = run(small(&json, &["--compare", other]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("no report of `quince bench`"), "{}", ended.stderr);
    let ended = run(small(&json, &["--output", "no/where/report.html"]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("create it first"), "{}", ended.stderr);
    assert!(folder.names().iter().all(|name| name == "other.json"), "{:?}", folder.names());
}

#[test]
fn a_file_of_ones_own_is_a_graph_too() {
    let folder = Folder::new();
    let json = folder.file("figures.json");
    let karate = support::bundled("karate.tsv");
    succeed(small(&json, &["--suite", "gap", "--input", &karate, "--quiet"]));
    let report = folder.json("figures.json");
    assert_eq!(report["graphs"][0]["vertices"], 34);
    assert_eq!(report["graphs"].as_array().map(Vec::len), Some(1));
    for kernel in GAP {
        assert_eq!(count(&report, ["gap", "karate.tsv", kernel, "quince"], 2), 1, "{kernel}");
    }
}

/// The plain references run to their end, so this is not the second of other commands.
#[cfg(unix)]
#[test]
fn a_signal_ends_it_and_leaves_nothing() {
    let folder = Folder::new();
    let (json, temporary) = (folder.file("figures.json"), folder.file("temporary"));
    std::fs::create_dir(&temporary).expect("the folder is ours");
    let mut command = support::quince();
    command.args(["bench", "--size", "l", "--quiet", "--json", &json]).env("TMPDIR", &temporary);
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().expect("it starts");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.expect("there is a kill command").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_eq!(folder.names(), ["temporary"]);
    assert_eq!(std::fs::read_dir(&temporary).expect("it is there").count(), 0);
}

#[cfg(unix)]
mod drivers {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A folder with a driver that prints this line, whatever it is asked.
    fn driver(folder: &Folder, line: &str) -> String {
        let script = folder.write("answers", format!("#!/bin/sh\necho noise\necho '{line}'\n"));
        let permissions = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&script, permissions).expect("the script is ours");
        script.into_os_string().into_string().expect("paths are UTF-8")
    }

    fn ask(folder: &Folder, line: &str) -> support::Run {
        let (json, driver) = (folder.file("figures.json"), driver(folder, line));
        let only = ["--suite", "gap", "--graphs", "kronecker", "--kernels", "cc"];
        run(small(&json, &[&only[..], &["--peers", &driver]].concat()))
    }

    #[test]
    fn one_that_agrees_is_in_the_report() {
        let folder = Folder::new();
        let line = r#"{"name": "sage", "version": "7", "threads": 2, "load_seconds": 0.5, "trial_seconds": [0.25, 0.75], "answer": {"components": [1]}}"#;
        let ended = ask(&folder, line);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let report = folder.json("figures.json");
        assert_eq!(count(&report, ["gap", "kronecker-8", "cc", "sage"], 2), 1);
        assert!(ended.stdout.contains("gap, quince / sage: "), "{}", ended.stdout);
    }

    #[test]
    fn one_that_answers_otherwise_ends_the_run_without_times() {
        let folder = Folder::new();
        let line = r#"{"name": "liar", "trial_seconds": [0.1], "answer": {"components": [7]}}"#;
        let ended = ask(&folder, line);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let says = "cc on kronecker-8: liar and Quince do not agree: components 0: 7 instead of 1";
        assert!(ended.stderr.contains(says), "{}", ended.stderr);
        assert_eq!(ended.stdout, "");
        let nothing = r#"{"name": "mute", "trial_seconds": [0.1], "answer": {}}"#;
        assert!(ask(&folder, nothing).stderr.contains("comparable figures"));
        assert_eq!(folder.names(), ["answers"], "no report is left");
    }

    #[test]
    fn one_that_is_not_installed_is_left_out_with_its_line() {
        let folder = Folder::new();
        let line = r#"{"name": "sage", "skip": "sage is not installed: plant some"}"#;
        let ended = ask(&folder, line);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stderr.contains("sage is left out: sage is not installed: plant some"));
        assert!(ended.stdout.contains("sage is not installed: plant some"), "{}", ended.stdout);
        let report = folder.json("figures.json");
        assert_eq!(report["skipped"][0]["engine"], "sage");
    }

    #[test]
    fn those_that_fail_and_those_that_are_not_there_are_told() {
        let folder = Folder::new();
        let ended = ask(&folder, "{ not json");
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains("error: answers: printed"), "{}", ended.stderr);
        let json = folder.file("figures.json");
        let only = ["--suite", "gap", "--graphs", "grid", "--kernels", "tc", "--quiet"];
        let nowhere = folder.file("nowhere");
        let ended = run(small(&json, &[&only[..], &["--peers", &nowhere]].concat()));
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let ended = run(small(&json, &[&only[..], &["--gapbs", &nowhere]].concat()));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stdout.contains("GAPBS is left out: "), "{}", ended.stdout);
    }
}
