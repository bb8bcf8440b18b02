//! What is wrong with an input, an option or an output is said in a message that names path, line,
//! column and remedy; there is never a panic, and nothing is left behind.
#![cfg(feature = "cli")]

mod support;

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use support::{Folder, Run, bundled, quince, run};

/// A malformed file or command line, and what must be said about it.
#[derive(Clone, Copy)]
struct Case<'a> {
    name: &'a str,
    /// The input's name and bytes; without bytes there is no such file.
    file: (&'a str, Option<&'a [u8]>),
    options: &'a [&'a str],
    code: i32,
    /// Parts of the message; `{}` stands for the folder.
    says: &'a [&'a str],
}

/// A case of a text file that is read with exit code 1.
fn text<'a>(
    name: &'a str,
    file: (&'a str, &'a str),
    options: &'a [&'a str],
    says: &'a [&'a str],
) -> Case<'a> {
    Case { name, file: (file.0, Some(file.1.as_bytes())), options, code: 1, says }
}

/// A case of a command line that is wrong whatever the input.
fn usage<'a>(name: &'a str, options: &'a [&'a str], says: &'a [&'a str]) -> Case<'a> {
    Case { name, file: ("good.tsv", Some(b"1\t2\t0.5\n2\t3\t1\n")), options, code: 2, says }
}

impl Case<'_> {
    /// Runs `quince page-rank FILE` with an output and a report, and checks everything.
    fn check(&self) {
        let folder = Folder::new();
        if let Some(bytes) = self.file.1 {
            folder.write(self.file.0, bytes);
        }
        let mut arguments = vec!["page-rank".to_owned(), folder.file(self.file.0)];
        let given = |option: &str| self.options.iter().any(|other| other.starts_with(option));
        for (option, file) in [("--output", "out.csv"), ("--report", "report.json")] {
            if !given(option) {
                arguments.extend([option.to_owned(), folder.file(file)]);
            }
        }
        let place = folder.path().to_str().expect("paths are UTF-8");
        arguments.extend(self.options.iter().map(|option| option.replace("{}", place)));
        let before = folder.names();
        let run = run(&arguments);
        check_failure(self.name, &run, self.code);
        for part in self.says {
            let part = part.replace("{}", place);
            assert!(run.stderr.contains(&part), "{}: no {part:?} in {}", self.name, run.stderr);
        }
        assert_eq!(folder.names(), before, "{}: something is left behind", self.name);
    }
}

/// The exit code, a message, nothing on standard output, and no panic.
fn check_failure(name: &str, run: &Run, code: i32) {
    assert_eq!(run.code, Some(code), "{name}: {run:?}");
    assert_eq!(run.stdout, "", "{name}: something was printed");
    assert!(!run.stderr.contains("panicked"), "{name}: {}", run.stderr);
    assert!(run.stderr.starts_with("error: "), "{name}: {}", run.stderr);
    if code == 1 {
        assert_eq!(run.stderr.lines().count(), 1, "{name}: {}", run.stderr);
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("a vector takes all bytes");
    encoder.finish().expect("a vector takes all bytes")
}

/// `lines` good lines of an edge list.
fn edges(lines: usize) -> String {
    (0..lines).map(|at| format!("{} {}\n", at % 9973, at * 7 % 9967)).collect()
}

#[test]
fn malformed_rows_are_named_by_line_and_column() {
    for case in [
        text(
            "wrong column count",
            ("a.txt", "1 2\n3\n4 5\n"),
            &[],
            &["{}/a.txt:2: column 2 (target): expected at least 2 columns, found 1", "--columns"],
        ),
        text(
            "letters in an integer column",
            ("a.tsv", "1\t2\n2\t3\n3\tx4\n4\t5\n"),
            &[],
            &[
                "{}/a.tsv:3: column 2 (target): expected an integer id, found \"x4\"",
                "--ids string",
            ],
        ),
        text(
            "a fraction in an integer column",
            ("a.el", "1 2\n2 3\n1.5 4\n4 5\n"),
            &[],
            &["{}/a.el:3: column 1 (source): expected an integer id, found \"1.5\""],
        ),
        text(
            "texts where integers are asked for",
            ("a.csv", "ann,bob\nbob,eve\n"),
            &["--ids", "integer", "--header", "no"],
            &["{}/a.csv:1: column 1 (source): expected an integer id, found \"ann\""],
        ),
        text(
            "an id beyond 64 bits",
            ("a.txt", "1 2\n2 9223372036854775808\n"),
            &[],
            &["{}/a.txt:2: column 2 (target)", "2^63 - 1, found 9223372036854775808", "--ids"],
        ),
        text(
            "an id below 64 bits",
            ("a.txt", "# x\n1 2\n-9223372036854775809 2\n"),
            &[],
            &["{}/a.txt:3: column 1 (source)", "between -2^63 and", "--ids string"],
        ),
        text(
            "an empty id",
            ("a.csv", "1,2\n3,\n"),
            &[],
            &["{}/a.csv:2: column 2 (target): expected an id, found nothing", "--delimiter"],
        ),
        text(
            "an unclosed quote",
            ("a.csv", "source,target\n1,2\n3,\"4\n"),
            &[],
            &["{}/a.csv:3: column 2: the quote is not closed", "close it"],
        ),
        text(
            "an unknown DIMACS line",
            ("a.gr", "p sp 2 1\na 1 2 5\nz 2 1 5\n"),
            &["--format", "dimacs"],
            &["{}/a.gr:3: expected a DIMACS line", "found \"z 2 1 5\"", "--format"],
        ),
    ] {
        case.check();
    }
}

#[test]
fn malformed_weights_are_named_by_line_and_column() {
    let weighted = &["--weighted"];
    for case in [
        text(
            "NaN",
            ("a.txt", "1 2 0.5\n2 3 NaN\n"),
            weighted,
            &["{}/a.txt:2: column 3 (weight): expected a finite number, found \"NaN\"", "remove"],
        ),
        text(
            "infinite",
            ("a.txt", "1 2 0.5\n2 3 -inf\n"),
            weighted,
            &["{}/a.txt:2: column 3 (weight): expected a finite number, found \"-inf\""],
        ),
        text(
            "too large to be finite",
            ("a.txt", "1 2 0.5\n2 3 1e999\n"),
            weighted,
            &["{}/a.txt:2: column 3 (weight): expected a finite number, found \"1e999\""],
        ),
        text(
            "no number",
            ("a.csv", "u,v,w\n1,2,0.5\n2,3,heavy\n"),
            weighted,
            &["{}/a.csv:3: column 3 (weight): expected a number, found \"heavy\"", "--columns"],
        ),
        text(
            "missing",
            ("a.txt", "1 2 0.5\n2 3\n"),
            weighted,
            &["{}/a.txt:2: column 3 (weight): expected at least 3 columns, found 2", "--columns"],
        ),
        text(
            "missing everywhere",
            ("a.txt", "1 2\n2 3\n"),
            weighted,
            &["{}/a.txt:1: column 3 (weight): expected at least 3 columns, found 2"],
        ),
    ] {
        case.check();
    }
}

#[test]
fn files_that_are_no_edge_lists_are_refused() {
    let latin1 = b"Andr\xe9\tBob\nBob\tEve\n";
    let nul = b"1 2\n2 3\n3 \x00\x00\n";
    for (name, file, options, says) in [
        (
            "latin1",
            ("a.tsv", &latin1[..]),
            &[][..],
            &["{}/a.tsv:1: column 1 (source)", "iconv"][..],
        ),
        ("NUL bytes", ("a.txt", nul), &[], &["{}/a.txt:3: found a NUL byte", "lines of text"]),
        ("empty", ("a.txt", b""), &[], &["{}/a.txt: the file is empty", "one record per line"]),
        (
            "comments",
            ("a.txt", b"# a\n# b\n\n"),
            &[],
            &["{}/a.txt: no data rows in 3 lines", "--comment"],
        ),
        (
            "header",
            ("a.csv", b"source,target\n"),
            &["--header", "yes"],
            &["{}/a.csv: no data rows in 1 lines", "--header no"],
        ),
        ("skipped", ("a.txt", b"1 2\n"), &["--skip-lines", "5"], &["{}/a.txt: no data rows"]),
        ("bzip2", ("a.txt", b"BZh91AY&SY1234567890"), &[], &["{}/a.txt: is ", "unpack it first"]),
    ] {
        Case { name, file: (file.0, Some(file.1)), options, code: 1, says }.check();
    }
}

#[test]
fn damaged_compressed_files_are_refused() {
    let packed = gzip(edges(20_000).as_bytes());
    let truncated = &packed[..packed.len() / 2];
    let mut corrupt = packed.clone();
    corrupt[packed.len() / 2..][..64].fill(0x5a);
    let mut wrong_checksum = packed.clone();
    wrong_checksum[packed.len() - 8] ^= 1;
    let zstd = zstd::encode_all(edges(20_000).as_bytes(), 1).expect("a vector takes all bytes");
    let short = &zstd[..zstd.len() - 100];
    let says_gzip =
        &["{}/a.el.gz:", ": the gzip stream is broken behind byte ", "fetch or compress"];
    let says_zstd =
        &["{}/a.el.zst:", ": the zstd stream is broken behind byte ", "fetch or compress"];
    for (name, file, says) in [
        ("truncated gzip", ("a.el.gz", truncated), says_gzip),
        ("gzip cut in its trailer", ("a.el.gz", &packed[..packed.len() - 3]), says_gzip),
        ("corrupt gzip", ("a.el.gz", &corrupt), says_gzip),
        ("wrong checksum", ("a.el.gz", &wrong_checksum), says_gzip),
        ("truncated zstd", ("a.el.zst", short), says_zstd),
    ] {
        Case { name, file: (file.0, Some(file.1)), options: &[], code: 1, says }.check();
    }
}

#[test]
fn a_bad_line_deep_in_a_file_has_its_own_number() {
    let good = edges(1_000_000);
    assert!(good.len() > 8 << 20, "more than two morsels");
    let bad = format!("{good}12 34\n56 seven\n{good}");
    let says = |file: &str| [format!("{file}:1000002: column 2 (target): expected an integer id")];
    for (file, bytes) in [("a.el", bad.clone().into_bytes()), ("a.el.gz", gzip(bad.as_bytes()))] {
        let says = says(file);
        for threads in ["1", "4"] {
            let options = &["--threads", threads];
            let says = &[says[0].as_str(), "found \"seven\""];
            Case { name: file, file: (file, Some(&bytes)), options, code: 1, says }.check();
        }
    }
}

#[test]
fn columns_that_are_not_there_are_named() {
    let named = ("a.csv", "from,to,km\n1,2,3\n2,3,4\n");
    for case in [
        text(
            "an unknown name",
            named,
            &["--columns", "form,to"],
            &["{}/a.csv:1: no column is called \"form\"", "did you mean \"from\"?"],
        ),
        text(
            "a position beyond the row",
            named,
            &["--columns", "1,9"],
            &["column 9 (target): expected at least 9 columns, found 3", "check --columns"],
        ),
        text(
            "a name without a header",
            ("a.tsv", "1\t2\n2\t3\n"),
            &["--columns", "from,to"],
            &["{}/a.tsv:1: column \"from\" is chosen by name", "--columns 1,2"],
        ),
        usage("too many", &["--columns", "1,2,3,4"], &["more than three columns", "2,3,4"]),
        usage("too few", &["--columns", "2"], &["too few columns", "two or three"]),
        usage("position 0", &["--columns", "0,1"], &["positions count from 1"]),
        usage(
            "no weight among them",
            &["--columns", "1,2", "--weighted"],
            &["{}/good.tsv: weights are asked for, but --columns names only the ids", "1,2,3"],
        ),
    ] {
        case.check();
    }
}

#[test]
fn inputs_that_cannot_be_opened_are_named() {
    let folder = Folder::new();
    let missing = ["{}/vertices.txt: no such file; check the path"];
    for case in [
        Case {
            name: "missing",
            file: ("none.tsv", None),
            options: &[],
            code: 1,
            says: &["{}/none.tsv: no such file; check the path"],
        },
        Case {
            name: "a folder",
            file: ("", None),
            options: &[],
            code: 1,
            says: &["{}/: is a folder, not a regular file; name a file in it"],
        },
        text("no vertex list", ("a.tsv", "1\t2\n"), &["--vertices", "{}/vertices.txt"], &missing),
        text(
            "texts among the vertices",
            ("a.tsv", "1\t2\n"),
            &["--vertices", "{}/a.tsv", "--columns", "2,1", "--delimiter", ","],
            &["{}/a.tsv:1: column "],
        ),
    ] {
        case.check();
    }
    let path = folder.write("secret.tsv", "1\t2\n");
    make_unreadable(&path);
    if std::fs::File::open(&path).is_ok() {
        return; // The superuser reads everything: there is no such error.
    }
    let run = run(["page-rank", &folder.file("secret.tsv")]);
    check_failure("unreadable", &run, 1);
    assert!(run.stderr.contains("secret.tsv: permission denied; make it readable"));
}

fn make_unreadable(path: &std::path::Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let none = std::fs::Permissions::from_mode(0o000);
        std::fs::set_permissions(path, none).expect("it is ours");
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[test]
fn outputs_that_cannot_be_written_are_named_before_the_work() {
    // The input is missing: whoever hears of the output was told before anything was read.
    for (name, options, code, says) in [
        (
            "no folder",
            &["--output", "{}/no/out.csv"][..],
            1,
            &["{}/no/out.csv: there is no folder {}/no; create it first"][..],
        ),
        ("unknown suffix", &["--output", "{}/out.xls"], 2, &["{}/out.xls: no format", ".parquet"]),
        ("no suffix", &["--output", "{}/out"], 2, &["{}/out: no format has this suffix", ".csv"]),
        ("a folder as report", &["--report", "{}"], 1, &["is a folder", "add a file name"]),
        (
            "no folder for the report",
            &["--report", "{}/no/report.json"],
            1,
            &["{}/no/report.json: there is no folder", "create it first"],
        ),
        (
            "no folder to spill",
            &["--spill-dir", "{}/no"],
            1,
            &["{}/no: no such folder", "--spill-dir"],
        ),
    ] {
        Case { name, file: ("none.tsv", None), options, code, says }.check();
    }
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("out.csv")).expect("the folder is writable");
    let run = run(["page-rank", &bundled("karate.tsv"), "--output", &folder.file("out.csv")]);
    check_failure("a folder as output", &run, 1);
    assert!(run.stderr.contains("out.csv is a folder; add a file name to it"), "{}", run.stderr);
    assert_eq!(folder.names(), ["out.csv"]);
}

#[test]
fn wrong_command_lines_are_explained() {
    for case in [
        usage("no threads", &["--threads", "0"], &["--threads <N>", "give at least 1"]),
        usage("negative threads", &["--threads", "-2"], &["--threads <N>", "give at least 1"]),
        usage("no size", &["--memory", "lots"], &["'lots'", "write it like 512MiB or 4GiB"]),
        usage("no memory", &["--memory", "0"], &["--memory <SIZE>", "give some memory"]),
        usage(
            "damping too large",
            &["--damping", "1.5"],
            &["--damping <D>", "at least 0 and below 1"],
        ),
        usage("damping no number", &["--damping", "NaN"], &["at least 0 and below 1"]),
        usage("negative tolerance", &["--tolerance", "-1e-3"], &["--tolerance <T>", "0 or more"]),
        usage("negative iterations", &["--iterations=-1"], &["--iterations <N>"]),
        usage("unknown precision", &["--precision", "f16"], &["possible values: f32, f64"]),
        usage(
            "combined without weights",
            &["--duplicates", "sum"],
            &["--duplicates sum", "add --weighted"],
        ),
        usage("both ways", &["--directed", "--undirected"], &["'--directed' cannot be used with"]),
        usage(
            "unknown format",
            &["--format", "excel"],
            &["'excel'", "possible values: auto, snap"],
        ),
        usage(
            "unknown order",
            &["--order", "random"],
            &["possible values: auto, ascending, hub-first"],
        ),
        usage(
            "bad delimiter",
            &["--delimiter", "ab"],
            &["expected one ASCII character", "tab, comma"],
        ),
        usage(
            "misspelt option",
            &["--iteration", "3"],
            &["a similar argument exists: '--iterations'"],
        ),
        usage("second input", &["other.tsv"], &["unexpected argument 'other.tsv'"]),
    ] {
        case.check();
    }
}

#[test]
fn wrong_commands_are_explained() {
    let folder = Folder::new();
    let output = folder.file("out.el");
    let missing = folder.file("no/out.el");
    for (arguments, code, part) in [
        (&["pagerank", "x.tsv"][..], 2, "a similar subcommand exists: 'page-rank'"),
        (&["page-rank"], 2, "<INPUT>"),
        (&["stats", "x.tsv", "--top", "3"], 2, "unexpected argument '--top'"),
        (
            &["connected-components", "x.tsv", "--damping", "0.5"],
            2,
            "unexpected argument '--damping'",
        ),
        (&["generate", "rmat"], 2, "--output <FILE>"),
        (&["generate", "comet", "--output", &output], 2, "unrecognized subcommand 'comet'"),
        (&["generate", "rmat", "--scale", "40", "--output", &output], 2, "at most 31 is allowed"),
        (&["generate", "rmat", "--a", "-0.5", "--output", &output], 2, "a probability from 0 to 1"),
        (&["generate", "rmat", "--a", "0.9", "--output", &output], 2, "at most 1 is allowed"),
        (
            &["generate", "grid", "--rows", "0", "--columns", "3", "--output", &output],
            2,
            "at least 1",
        ),
        (&["generate", "rmat", "--output", &missing], 1, "create it first"),
        (&["generate", "rmat", "--output", "graph.bin"], 2, "no format has this suffix"),
    ] {
        let run = run(arguments);
        check_failure(&format!("{arguments:?}"), &run, code);
        assert!(run.stderr.contains(part), "{arguments:?}: {}", run.stderr);
    }
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn a_budget_too_small_says_how_much_was_wanted() {
    let input = bundled("p2p-31.e.gz");
    for memory in ["64KiB", "600KiB", "1MiB"] {
        let folder = Folder::new();
        let output = folder.file("ranks.csv");
        let run = run(["page-rank", &input, "--memory", memory, "--output", &output]);
        check_failure(memory, &run, 1);
        for part in [
            "memory budget exceeded: ",
            " wanted ",
            "a budget of at least ",
            "raise --memory, which is now ",
        ] {
            assert!(run.stderr.contains(part), "no {part:?} in {}", run.stderr);
        }
        assert_eq!(folder.names(), [""; 0]);
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_said_and_leaves_nothing() {
    let folder = Folder::new();
    let (input, program) = (bundled("p2p-31.e.gz"), env!("CARGO_BIN_EXE_quince"));
    for (option, file) in
        [("--output", "out.csv"), ("--output", "out.parquet"), ("--report", "r.json")]
    {
        // No file may grow beyond a block; the signal is ignored, so that writing fails instead.
        let script = "trap '' XFSZ; ulimit -f 1; exec \"$@\"";
        let file = folder.file(file);
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script, "sh", program, "page-rank", &input, option, &file]);
        let run = Run::from(command.output().expect("there is a shell"));
        check_failure(&file, &run, 1);
        assert!(
            run.stderr.contains(&file) && run.stderr.contains("the disk is full"),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains("write to another disk"), "{}", run.stderr);
        assert_eq!(folder.names(), [""; 0]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_may_be_full_or_closed() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let input = bundled("p2p-31.e.gz");
    let arguments = ["page-rank", &input, "--top", "60000"];
    let output = quince().args(arguments).stdout(full).output().expect("the command starts");
    let run = Run::from(output);
    check_failure("full", &run, 1);
    assert!(run.stderr.contains("standard output: ") && run.stderr.contains("the disk is full"));

    let (reader, writer) = std::io::pipe().expect("there are pipes");
    let child =
        quince().args(arguments).stdout(writer).stderr(std::process::Stdio::piped()).spawn();
    drop(reader);
    let run = Run::from(child.and_then(|child| child.wait_with_output()).expect("it runs"));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "a closed reader is no failure");
}

/// Pieces of text that mean something to a reader, and some that should not.
fn piece() -> impl Strategy<Value = &'static [u8]> {
    prop::sample::select(vec![
        &b"1"[..],
        b"22",
        b"-3",
        b"x",
        b"\xff",
        b"\"",
        b"#",
        b"%",
        b"a ",
        b"p ",
        b",",
        b"\t",
        b" ",
        b"|",
        b"\n",
        b"\r\n",
        b"\n\n",
        b".5",
        b"1e999",
        b"nan",
        b"99999999999999999999",
        b"\0",
        b"\x1f\x8b",
        b"\xef\xbb\xbf",
        b"source",
        b"NULL",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    /// Any bytes at all are read, or refused in one line that begins with the path.
    #[test]
    fn no_file_makes_it_panic(
        pieces in prop::collection::vec(piece(), 0..40),
        suffix in prop::sample::select(vec!["txt", "csv", "tsv", "wel", "gr", "gz"]),
        options in prop::sample::subsequence(
            vec!["--weighted", "--undirected", "--header=yes", "--ids=string", "--comment=none"], 0..5,
        ),
    ) {
        let folder = Folder::new();
        let input = folder.write(&format!("a.{suffix}"), pieces.concat());
        let input = input.to_str().expect("paths are UTF-8");
        let arguments = ["quince", "stats", input, "--threads", "1", "--memory", "64MiB", "--quiet"];
        let mut out = Vec::new();
        let arguments = arguments.into_iter().chain(options);
        if let Err(error) = quince::algorithms::cli::run_from(arguments, &mut out) {
            prop_assert_eq!(error.exit_code(), 1);
            let text = error.to_string();
            prop_assert!(text.starts_with(input) && text.lines().count() == 1, "{}", text);
            prop_assert!(out.is_empty());
        }
    }
}
