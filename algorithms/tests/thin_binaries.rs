//! The programs of single algorithms do what the commands of `quince` do.
#![cfg(feature = "cli")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use quince_algorithms::cli::run_from;

fn graph(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace");
    let path: PathBuf = root.join("datasets/graphs").join(name);
    path.into_os_string().into_string().expect("paths are UTF-8")
}

fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().expect("the program starts")
}

/// Standard output of a command of `quince`, run in this process.
fn subcommand(command: &str, arguments: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    let all = ["quince", command].into_iter().chain(arguments.iter().copied());
    run_from(all, &mut out).expect("the command succeeds");
    out
}

#[test]
fn they_print_what_the_commands_print() {
    let (p2p, lesmis) = (graph("p2p-31.e.gz"), graph("lesmis.tsv"));
    for (program, command) in [
        (env!("CARGO_BIN_EXE_page_rank"), "page-rank"),
        (env!("CARGO_BIN_EXE_connected_components"), "connected-components"),
    ] {
        for arguments in [
            &[p2p.as_str(), "--threads", "1", "--quiet"][..],
            &[&lesmis, "--undirected", "--order", "hub-first", "--top", "77", "--quiet"],
        ] {
            let output = run(program, arguments);
            assert!(output.status.success(), "{output:?}");
            assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
            assert!(output.stdout == subcommand(command, arguments), "{program} {arguments:?}");
        }
    }
}

#[test]
fn they_explain_themselves_and_their_errors() {
    for (program, name, option) in [
        (env!("CARGO_BIN_EXE_page_rank"), "page_rank", "--damping"),
        (env!("CARGO_BIN_EXE_connected_components"), "connected_components", "--no-rewrite"),
    ] {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let help = run(program, &["--help"]);
        let (code, help) = (help.status.code(), text(help.stdout));
        assert_eq!(code, Some(0));
        for part in [name, option, "Examples:"] {
            assert!(help.contains(part), "{part}\n{help}");
        }
        let version = text(run(program, &["--version"]).stdout);
        assert_eq!(version, format!("{name} {}\n", env!("CARGO_PKG_VERSION")));
        let missing = run(program, &["no-such-file.tsv"]);
        assert_eq!(missing.status.code(), Some(1));
        let expected = "error: no-such-file.tsv: no such file; check the path\n";
        assert_eq!(text(missing.stderr), expected);
        assert_eq!(run(program, &[]).status.code(), Some(2));
    }
}
