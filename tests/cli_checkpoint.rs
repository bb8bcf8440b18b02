//! `--checkpoint-dir` and `--resume` end to end: killed at any moment, a run ends with the same
//! bytes as one that was left alone.
#![cfg(all(feature = "cli", unix))]

mod support;

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Folder, Run, quince, run, succeed};

/// A graph over which 30 supersteps take a while.
fn graph(folder: &Folder, scale: &str) -> String {
    let path = folder.file("graph.el");
    succeed(["generate", "rmat", "--scale", scale, "--output", &path, "--quiet"]);
    path
}

/// Numbers that look random and are the same every time.
struct Delays(u64);

impl Delays {
    /// Up to `most`, each as likely.
    fn next(&mut self, most: Duration) -> Duration {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        most.mul_f64((self.0 >> 11) as f64 / (1u64 << 53) as f64)
    }
}

/// The supersteps of a report without their times.
fn supersteps(report: &Value) -> Vec<Value> {
    let mut supersteps = report["iterate"]["supersteps"].as_array().expect("a list").clone();
    supersteps.iter_mut().for_each(|step| step["seconds"] = Value::Null);
    supersteps
}

/// Starts 30 supersteps of PageRank and kills them, `kills` times over, then lets them end.
///
/// Each life resumes what the one before left, and another number of threads.
fn killed_and_resumed(scale: &str, kills: u32, seed: u64) {
    let folder = Folder::new();
    let graph = graph(&folder, scale);
    let (whole, whole_report) = (folder.file("whole.csv"), folder.file("whole.json"));
    let (output, report) = (folder.file("ranks.csv"), folder.file("report.json"));
    let saved = folder.file("saved");
    let plain = ["page-rank", &graph, "--iterations", "30", "--quiet"];
    let left_alone = plain.iter().copied().chain(["--output", &whole, "--report", &whole_report]);
    let start = Instant::now();
    succeed(left_alone);
    let took = start.elapsed();
    let arguments = |threads| {
        let more = ["--output", &output, "--report", &report, "--threads", threads];
        let saved = ["--checkpoint-dir", &saved, "--checkpoint-every", "1", "--resume"];
        plain.iter().copied().chain(more).chain(saved).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut delays = Delays(seed);
    let (mut died, mut resumed, mut damaged) = (0, 0, 0);
    for kill in 0..kills {
        let threads = ["1", "2", "8"][kill as usize % 3];
        let mut command = quince();
        command.args(arguments(threads)).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the command starts");
        sleep(delays.next(took + took / 2));
        child.kill().expect("it can be killed, or is gone");
        died += u32::from(!child.wait().expect("it is gone").success());
        damaged += u32::from(folder_has_unfinished(&saved));
        if !folder_has_snapshots(&saved) {
            continue;
        }
        resumed += 1;
        // Every other time another life follows on this one; or the run is done and begins anew.
        if kill % 2 == 0 {
            continue;
        }
        succeed(arguments("2"));
        compare(&folder, true);
        fs::remove_dir_all(&saved).expect("the snapshots can go");
    }
    succeed(arguments("2"));
    compare(&folder, folder_has_snapshots(&saved));
    assert!(died > 0 && resumed > 0, "{died} died and {resumed} left snapshots of {kills}");
    #[expect(clippy::print_stdout, reason = "shown by --nocapture")]
    {
        println!(
            "{kills} kills: {died} while it ran, {resumed} left snapshots, {damaged} mid-write"
        );
    }
}

/// What came out is what comes out of a run that was left alone.
fn compare(folder: &Folder, is_saved: bool) {
    assert!(folder.read("ranks.csv") == folder.read("whole.csv"), "other bytes");
    let (report, whole) = (folder.json("report.json"), folder.json("whole.json"));
    assert_eq!(supersteps(&report), supersteps(&whole));
    assert_eq!(report["result"], whole["result"]);
    assert_eq!(report["checkpoints"].is_object(), is_saved);
    assert!(whole["checkpoints"].is_null());
}

fn names(path: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    entries.map(|entry| entry.expect("it stays").path().display().to_string()).collect()
}

fn folder_has_snapshots(path: &str) -> bool {
    names(path).iter().any(|name| name.ends_with(".snapshot"))
}

fn folder_has_unfinished(path: &str) -> bool {
    names(path).iter().any(|name| name.ends_with(".unfinished"))
}

#[test]
fn five_kills_change_nothing() {
    killed_and_resumed("14", 5, 11);
}

/// `cargo test --release --test cli_checkpoint -- --ignored --nocapture`
#[test]
#[ignore = "takes a minute or more"]
fn fifty_kills_change_nothing() {
    killed_and_resumed("16", 50, 2026);
}

/// Runs PageRank over the karate club with snapshots in `saved` of this folder.
fn page_rank(folder: &Folder, options: &[&str]) -> Run {
    let input = support::bundled("karate.tsv");
    let (saved, report) = (folder.file("saved"), folder.file("report.json"));
    let fixed = ["page-rank", &input, "--undirected", "--report", &report];
    let saved = ["--checkpoint-dir", &saved, "--checkpoint-every", "5", "--resume"];
    run(fixed.iter().chain(&saved).chain(options))
}

#[test]
fn the_report_and_the_notes_tell_where_it_went_on() {
    let folder = Folder::new();
    let first = page_rank(&folder, &["--iterations", "12"]);
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(first.stderr.contains("no snapshot of PageRank in"), "{first:?}");
    let checkpoints = &folder.json("report.json")["checkpoints"];
    assert_eq!((&checkpoints["written"], &checkpoints["resumed_from"]), (&2.into(), &Value::Null));
    let bytes: u64 = names(&folder.file("saved"))
        .iter()
        .map(|name| fs::metadata(name).expect("it is there").len())
        .sum();
    assert_eq!(checkpoints["bytes"], bytes);
    let second = page_rank(&folder, &["--iterations", "22"]);
    assert!(second.stderr.contains("PageRank goes on after superstep 10, from"), "{second:?}");
    let report = folder.json("report.json");
    assert_eq!(report["checkpoints"]["resumed_from"], 10);
    assert_eq!(report["checkpoints"]["written"], 2);
    assert_eq!(report["result"]["iterations"], 22);
    let plain = folder.file("plain.json");
    let input = support::bundled("karate.tsv");
    let same = ["page-rank", &input, "--undirected", "--report", &plain, "--iterations", "22"];
    assert_eq!(succeed(same).stdout, second.stdout);
    assert_eq!(supersteps(&folder.json("plain.json")), supersteps(&report));
}

#[test]
fn other_settings_are_refused_with_the_reason() {
    let folder = Folder::new();
    assert_eq!(page_rank(&folder, &["--iterations", "12"]).code, Some(0));
    for (options, reason) in [
        (&["--damping", "0.5"][..], "damping was \"0.85\", and is \"0.5\" now"),
        (&["--precision", "f32"], "f64"),
        (&["--order", "hub-first"], "is of other input"),
        (&["--iterations", "3"], "the iteration now ends after superstep 3"),
    ] {
        let refused = page_rank(&folder, options);
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""), "{options:?}");
        assert!(refused.stderr.contains(reason), "{options:?}: {}", refused.stderr);
        assert!(refused.stderr.contains("none of the 2 snapshots of PageRank"), "{refused:?}");
    }
    assert_eq!(page_rank(&folder, &["--iterations", "12"]).code, Some(0), "nothing was lost");
}

#[test]
fn components_go_on_too() {
    let folder = Folder::new();
    let path: String = (0..3_000).map(|v| format!("{v} {}\n", v + 1)).collect();
    folder.write("path.el", path);
    let (input, saved) = (folder.file("path.el"), folder.file("saved"));
    let plain = ["connected-components", &input, "--quiet", "--no-rewrite"];
    let expected = succeed(plain.iter().copied().chain(["--iterations", "300"])).stdout;
    let save = ["--checkpoint-dir", &saved, "--checkpoint-every", "50", "--resume"];
    let life = |most: &str, threads: &str| {
        let report = folder.file("report.json");
        let more = ["--iterations", most, "--threads", threads, "--report", &report];
        let stdout = succeed(plain.iter().copied().chain(save).chain(more)).stdout;
        (stdout, folder.json("report.json")["checkpoints"]["resumed_from"].clone())
    };
    assert_eq!(life("120", "1").1, Value::Null);
    assert_eq!(life("300", "8"), (expected, 100.into()));
    let rewritten = ["connected-components", &input, "--quiet", "--checkpoint-dir", &saved];
    assert_eq!(succeed(rewritten).stdout, "0\t3001\n", "one superstep needs no snapshot");
}

#[test]
fn what_cannot_be_written_is_an_error() {
    let folder = Folder::new();
    folder.write("file", "");
    let (file, input) = (folder.file("file"), support::bundled("karate.tsv"));
    let blocked = run(["page-rank", &input, "--checkpoint-dir", &file, "--quiet"]);
    assert_eq!((blocked.code, blocked.stdout.as_str()), (Some(1), ""));
    let said = format!("error: cannot create the folder for snapshots {file}: ");
    assert!(blocked.stderr.starts_with(&said), "{blocked:?}");
    for (options, remedy) in [
        (&["--resume"][..], "--checkpoint-dir"),
        (&["--checkpoint-every", "0", "--checkpoint-dir", "x"], "like 30s"),
    ] {
        let wrong = run(["page-rank", &input].iter().chain(options));
        assert_eq!(wrong.code, Some(2), "{wrong:?}");
        assert!(wrong.stderr.contains(remedy), "{wrong:?}");
    }
}

/// A file may not grow over 8 KiB here, as on a disk that is full.
#[test]
fn a_full_disk_is_an_error_and_leaves_no_snapshot() {
    let folder = Folder::new();
    let (graph, saved) = (graph(&folder, "14"), folder.file("saved"));
    let limited = "trap '' XFSZ; ulimit -f 16; exec \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", limited, "sh", env!("CARGO_BIN_EXE_quince"), "page-rank", &graph]);
    command.args(["--quiet", "--checkpoint-every", "1", "--checkpoint-dir", &saved]);
    let full: Run = command.output().expect("there is a shell").into();
    assert_eq!((full.code, full.stdout.as_str()), (Some(1), ""), "{full:?}");
    let said = format!("error: cannot write {saved}");
    assert!(full.stderr.starts_with(&said), "{full:?}");
    assert_eq!(names(&saved), [""; 0], "nothing is left");
}
