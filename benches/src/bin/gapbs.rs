//! Quince beside the GAP Benchmark Suite (GAPBS), process by process, on the same edge lists.
//!
//! ```text
//! cargo build --release
//! cargo run --release -p quince-benches --bin gapbs -- \
//!     --gapbs DIR --quince target/release/quince --trials 5 --threads 2 kron20.el urand20.el
//! ```
//!
//! `DIR` holds the GAPBS binaries `pr`, `pr_spmv` and `cc`. An input is a text edge list whose
//! name ends in `.el` (GAPBS goes by the suffix), with each undirected edge once, or, with
//! `--directed`, in both directions, as GAPBS's own converter writes it.
//!
//! **Protocol.** A trial runs each GAPBS program next to the Quince command that it is compared
//! with; every other trial runs Quince first, so that neither side always finds the machine as
//! the other left it. Inputs are read once beforehand, so that all find them in the page cache.
//! Clocks are each program's own: GAPBS's `Read Time` + `Build Time` and `Trial Time` against
//! `load.seconds` and `iterate.seconds` of Quince's report. GAPBS's `Build Time` leaves out the
//! pass that sorts and deduplicates the rows before a kernel may run, so a second row gives the
//! wall time from process start until GAPBS says that the graph is there. Peak memory is what
//! the kernel accounted to the process (`wait4`): pages of a mapped input count.
//!
//! **Answers are checked** in every trial, and a difference ends the run. GAPBS takes each id
//! from 0 to the largest for a vertex, Quince only those in the file, so ids that the file skips
//! are taken off GAPBS's components, and ranks are compared after scaling by the vertex counts.
//!
//! Unix only (`wait4`).
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark driver: its table goes to standard output, its progress to standard error"
)]

use std::fs::{self, File};
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Parser;
use quince_benches::PeerFault;
use quince_benches::peers::gapbs::{self, GapbsRun, labelled, ranked, whole_number};
use quince_benches::peers::process::{Finished, run};
use quince_benches::statistics::median;
use serde_json::Value;

/// Supersteps of every PageRank run, on both sides.
const ITERATIONS: usize = 20;

/// Relative difference allowed between two ranks: both sides may be `f32` sums over a hub.
const RANK_TOLERANCE: f64 = 0.01;

/// A result whose error is a sentence for the user.
type Outcome<T> = Result<T, String>;

/// Compares quince with the GAP Benchmark Suite and prints a Markdown table.
#[derive(Debug, Parser)]
struct Args {
    /// Folder with the GAPBS binaries pr, pr_spmv and cc.
    #[arg(long, value_name = "DIR")]
    gapbs: PathBuf,
    /// The quince command, built in release mode.
    #[arg(long, value_name = "FILE")]
    quince: PathBuf,
    /// A program that loads the edge list given to it, as the word after it says (directed or
    /// undirected), and prints `load_seconds X`; its threads are set by RAYON_NUM_THREADS.
    #[arg(long, value_name = "FILE")]
    graph_crate: Option<PathBuf>,
    /// Trials per input; the table shows medians.
    #[arg(long, default_value = "5")]
    trials: NonZeroUsize,
    /// Threads of each process.
    #[arg(long, default_value = "2")]
    threads: NonZeroUsize,
    /// Kernel runs inside each GAPBS process, of which the median counts. At 1 its kernel is as
    /// cold as quince's; more give it warm ones.
    #[arg(long, default_value = "1", value_name = "N")]
    kernel_runs: NonZeroUsize,
    /// The inputs hold each edge in both directions: all programs load them as directed graphs.
    #[arg(long)]
    directed: bool,
    /// Undirected edge lists (.el), each edge once unless --directed is given.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
}

impl Args {
    /// What the edges of the inputs are.
    fn edges(&self) -> &'static str {
        if self.directed { "directed" } else { "undirected" }
    }
}

/// Figures of one Quince process.
#[derive(Debug)]
struct QuinceRun {
    load: f64,
    iterate: f64,
    peak_bytes: f64,
    vertices: u64,
    report: Value,
    finished: Finished,
}

/// One run of everything on one input.
#[derive(Debug)]
struct Trial {
    pr: GapbsRun,
    pr_spmv: GapbsRun,
    cc: GapbsRun,
    rank_f32: QuinceRun,
    rank_f64: QuinceRun,
    components: QuinceRun,
    graph_crate: Option<f64>,
}

/// How a row's figures are shown.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Seconds,
    Bytes,
}

/// One line of the table: paired figures, one pair per trial.
#[derive(Debug)]
struct Row {
    measure: &'static str,
    peer: &'static str,
    unit: Unit,
    theirs: Vec<f64>,
    ours: Vec<f64>,
}

fn main() -> ExitCode {
    match compare(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs all trials on all inputs and prints the table.
fn compare(args: &Args) -> Outcome<()> {
    let cores = std::thread::available_parallelism().map_or(0, NonZeroUsize::get);
    println!(
        "{} threads per process, {} cores ({}), {} interleaved trials, {} kernel run(s) per GAPBS \
         process; medians; the ratio is of the medians, min and max are of single trials.\n",
        args.threads,
        cores,
        std::env::consts::ARCH,
        args.trials,
        args.kernel_runs,
    );
    println!("| input | measure | compared with | theirs | quince | quince / theirs | min | max |");
    println!("|---|---|---|--:|--:|--:|--:|--:|");
    for input in &args.inputs {
        warm(input)?;
        let trials = (0..args.trials.get())
            .map(|index| trial(args, input, index))
            .collect::<Outcome<Vec<_>>>()?;
        for row in rows(&trials) {
            println!("| {} {}", name_of(input), row.line());
        }
    }
    println!("\nAnswers agreed in every trial: components, and the rank of the top vertex.");
    Ok(())
}

/// Reads a file once, so that every process finds it in the page cache.
fn warm(input: &Path) -> Outcome<()> {
    File::open(input)
        .and_then(|mut file| io::copy(&mut file, &mut io::sink()))
        .map_err(|error| format!("cannot read {}: {error}", input.display()))?;
    Ok(())
}

/// The file's name without its folder.
fn name_of(input: &Path) -> String {
    input.file_name().unwrap_or(input.as_os_str()).to_string_lossy().into_owned()
}

/// Runs everything once on one input and checks the answers.
fn trial(args: &Args, input: &Path, index: usize) -> Outcome<Trial> {
    eprintln!("{}: trial {} of {}", name_of(input), index + 1, args.trials);
    let swap = index % 2 == 1;
    let steps = ITERATIONS.to_string();
    let pull = ["-i", &steps, "-t", "0"];
    let rank = |precision| {
        let options = ["--precision", precision, "--iterations", &steps];
        quince(args, "page-rank", input, &options)
    };
    let (pr, rank_f32) = both(swap, || gapbs(args, "pr", input, &pull), || rank("f32"))?;
    let graph_crate = graph_crate(args, input)?;
    let pull_and_show = ["-i", &steps, "-t", "0", "-a"];
    let (pr_spmv, rank_f64) =
        both(swap, || gapbs(args, "pr_spmv", input, &pull_and_show), || rank("f64"))?;
    let (cc, components) = both(
        swap,
        || gapbs(args, "cc", input, &["-a"]),
        || quince(args, "connected-components", input, &[]),
    )?;
    let trial = Trial { pr, pr_spmv, cc, rank_f32, rank_f64, components, graph_crate };
    check_ranks(&trial.pr_spmv, &trial.rank_f32)?;
    check_ranks(&trial.pr_spmv, &trial.rank_f64)?;
    check_components(&trial.cc, &trial.components)?;
    Ok(trial)
}

/// Runs both, the second first if `swap`.
fn both<A, B>(
    swap: bool,
    first: impl FnOnce() -> Outcome<A>,
    second: impl FnOnce() -> Outcome<B>,
) -> Outcome<(A, B)> {
    if swap {
        let second = second()?;
        Ok((first()?, second))
    } else {
        Ok((first()?, second()?))
    }
}

/// Runs one GAPBS kernel on the input, which it makes symmetric unless it is.
fn gapbs(args: &Args, kernel: &str, input: &Path, options: &[&str]) -> Outcome<GapbsRun> {
    let (runs, threads) = (args.kernel_runs.get(), args.threads.get());
    let mut command = gapbs::command(&args.gapbs, kernel, input, runs, threads);
    if !args.directed {
        command.arg("-s");
    }
    command.args(options);
    let in_context = |fault: PeerFault| format!("{kernel} on {} {fault}", input.display());
    start(&mut command).and_then(GapbsRun::new).map_err(in_context)
}

/// Runs one Quince command on the input and reads its report.
fn quince(args: &Args, command: &str, input: &Path, options: &[&str]) -> Outcome<QuinceRun> {
    let file = std::env::temp_dir().join(format!("quince-gapbs-{}.json", std::process::id()));
    let mut process = Command::new(&args.quince);
    let edges = format!("--{}", args.edges());
    process.arg(command).arg(input).arg(edges).args(["--quiet", "--top", "1"]);
    process.args(["--threads", &args.threads.to_string()]).args(options);
    process.arg("--report").arg(&file);
    let finished = start(&mut process).map_err(|fault| format!("quince {command} {fault}"))?;
    let in_context = |what: String| format!("quince {command} on {}: {what}", input.display());
    let report = read_report(&file).map_err(in_context)?;
    quince_figures(finished, report).map_err(in_context)
}

/// Reads a report and removes its file.
fn read_report(file: &Path) -> Outcome<Value> {
    let text = fs::read_to_string(file)
        .map_err(|error| format!("cannot read its report {}: {error}", file.display()))?;
    fs::remove_file(file).map_err(|error| format!("cannot remove {}: {error}", file.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("its report is not JSON: {error}"))
}

/// Reads the figures out of a Quince report.
fn quince_figures(finished: Finished, report: Value) -> Outcome<QuinceRun> {
    Ok(QuinceRun {
        load: number(&report, "/load/seconds")?,
        iterate: number(&report, "/iterate/seconds")?,
        peak_bytes: finished.peak_bytes,
        vertices: count(&report, "/input/vertices")?,
        // Read here, so that a report without it is found in the first trial.
        report: number(&report, "/memory/peak_bytes").map(|_| report)?,
        finished,
    })
}

/// Load seconds by the `graph` crate, if there is a program to ask.
fn graph_crate(args: &Args, input: &Path) -> Outcome<Option<f64>> {
    let Some(program) = &args.graph_crate else { return Ok(None) };
    let mut command = Command::new(program);
    command.arg(input).arg(args.edges()).env("RAYON_NUM_THREADS", args.threads.to_string());
    let seconds = start(&mut command).and_then(|done| labelled(&done.lines, "load_seconds"));
    let in_context = |fault| format!("{} on {} {fault}", program.display(), input.display());
    seconds.map(Some).map_err(in_context)
}

/// Runs a process to its end.
fn start(command: &mut Command) -> Result<Finished, PeerFault> {
    run(command, || false)
}

/// A number in a report, by JSON pointer.
fn number(report: &Value, pointer: &str) -> Outcome<f64> {
    let found = report.pointer(pointer).and_then(Value::as_f64);
    found.ok_or_else(|| format!("its report has no number at {pointer}"))
}

/// A count in a report, by JSON pointer.
fn count(report: &Value, pointer: &str) -> Outcome<u64> {
    let found = report.pointer(pointer).and_then(Value::as_u64);
    found.ok_or_else(|| format!("its report has no count at {pointer}"))
}

/// Both sides must find the same components, once ids that the file skips are taken off.
fn check_components(theirs: &GapbsRun, ours: &QuinceRun) -> Outcome<()> {
    let found = count(&ours.report, "/result/components")?;
    let gapbs = whole_number(&theirs.finished.lines, "There are ");
    let gapbs = gapbs.map_err(|fault| format!("GAPBS cc {fault}"))?;
    if found + theirs.nodes == gapbs + ours.vertices {
        return Ok(());
    }
    Err(format!(
        "components differ: quince {found} of {} vertices, GAPBS {gapbs} of {} ids",
        ours.vertices, theirs.nodes
    ))
}

/// Quince's top vertex must be one of GAPBS's top five, with the same rank.
fn check_ranks(theirs: &GapbsRun, ours: &QuinceRun) -> Outcome<()> {
    let steps = ours.report.pointer("/iterate/supersteps").and_then(Value::as_array).map(Vec::len);
    if steps != Some(ITERATIONS) {
        return Err(format!("quince ran {steps:?} supersteps of PageRank, not {ITERATIONS}"));
    }
    let (vertex, printed) = top_vertex(&ours.finished.lines)
        .ok_or("quince page-rank printed no line with a vertex and its rank")?;
    let top = ranked(&theirs.finished.lines);
    let Some((_, score)) = top.iter().find(|(id, _)| *id == vertex) else {
        return Err(format!("quince's top vertex {vertex} is not in GAPBS's top five {top:?}"));
    };
    // GAPBS spreads the same mass over the ids that the file skips, too.
    let expected = score * theirs.nodes as f64 / ours.vertices as f64;
    let rank: f64 = printed.parse().map_err(|_| format!("{printed} is not a rank"))?;
    if (rank - expected).abs() <= RANK_TOLERANCE * expected + resolution(&printed) {
        return Ok(());
    }
    Err(format!("rank of vertex {vertex} differs: quince {rank}, GAPBS {expected}"))
}

/// The first line of a vertex and a rank, the rank as printed.
fn top_vertex(lines: &[(f64, String)]) -> Option<(u64, String)> {
    lines.iter().find_map(|(_, line)| {
        let mut fields = line
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | '|'))
            .filter(|field| !field.is_empty());
        let vertex = fields.next()?.parse().ok()?;
        let rank = fields.next()?;
        rank.parse::<f64>().ok().map(|_| (vertex, rank.to_owned()))
    })
}

/// The last place of a printed number: what rounding may have taken off it.
fn resolution(printed: &str) -> f64 {
    match printed.split_once('.') {
        Some((_, decimals)) if decimals.bytes().all(|b| b.is_ascii_digit()) => {
            0.1_f64.powi(i32::try_from(decimals.len()).unwrap_or(i32::MAX))
        }
        _ => 0.0,
    }
}

/// The rows of one input.
fn rows(trials: &[Trial]) -> Vec<Row> {
    let of = |figure: fn(&Trial) -> f64| trials.iter().map(figure).collect::<Vec<f64>>();
    let seconds =
        |measure, peer, theirs, ours| Row { measure, peer, unit: Unit::Seconds, theirs, ours };
    let bytes =
        |measure, peer, theirs, ours| Row { measure, peer, unit: Unit::Bytes, theirs, ours };
    let load = of(|t| t.rank_f32.load);
    let (pr, pr_spmv) = (of(|t| median(&t.pr.trials)), of(|t| median(&t.pr_spmv.trials)));
    let (best, rank) =
        if median(&pr) <= median(&pr_spmv) { ("`pr`", pr) } else { ("`pr_spmv`", pr_spmv) };

    let mut rows = vec![
        seconds("load", "GAPBS read + build", of(|t| t.pr.load), load.clone()),
        seconds("load", "GAPBS start to graph", of(|t| t.pr.ready), load.clone()),
    ];
    if let Some(theirs) = trials.iter().map(|t| t.graph_crate).collect::<Option<Vec<f64>>>() {
        rows.push(seconds("load", "crate `graph`", theirs, load));
    }
    let rss = of(|t| t.rank_f32.peak_bytes);
    let counted = of(|t| number(&t.rank_f32.report, "/memory/peak_bytes").unwrap_or(f64::NAN));
    rows.extend([
        seconds("PageRank f32", best, rank.clone(), of(|t| t.rank_f32.iterate)),
        seconds("PageRank f64", best, rank, of(|t| t.rank_f64.iterate)),
        seconds("components", "`cc`", of(|t| median(&t.cc.trials)), of(|t| t.components.iterate)),
        bytes(
            "peak memory, load + PageRank f32",
            "`pr`",
            of(|t| t.pr.finished.peak_bytes),
            rss.clone(),
        ),
        bytes("`memory.peak_bytes` of the report", "quince's peak RSS", rss, counted),
    ]);
    rows
}

impl Row {
    /// The row in Markdown, from the second column on.
    fn line(&self) -> String {
        let (theirs, ours) = (median(&self.theirs), median(&self.ours));
        let ratios = || self.ours.iter().zip(&self.theirs).map(|(ours, theirs)| ours / theirs);
        format!(
            "| {} | {} | {} | {} | **{:.2}** | {:.2} | {:.2} |",
            self.measure,
            self.peer,
            self.unit.show(theirs),
            self.unit.show(ours),
            ours / theirs,
            ratios().fold(f64::INFINITY, f64::min),
            ratios().fold(f64::NEG_INFINITY, f64::max),
        )
    }
}

impl Unit {
    /// A figure with its unit.
    fn show(self, value: f64) -> String {
        match self {
            Self::Seconds => format!("{:.1} ms", value * 1e3),
            Self::Bytes => format!("{:.0} MiB", value / f64::from(1 << 20)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(text: &str) -> Finished {
        let lines = text.lines().enumerate().map(|(i, line)| (i as f64, line.to_owned()));
        Finished { lines: lines.collect(), peak_bytes: 4096.0 }
    }

    fn gapbs_run(answer: &str) -> GapbsRun {
        let head = "Read Time:           1.5\nBuild Time:          0.25\n\
                    Graph has 10 nodes and 7 undirected edges for degree: 0\n\
                    Trial Time:          0.3\nTrial Time:          0.1\n\
                    Trial Time:          0.2\n";
        GapbsRun::new(finished(&format!("{head}{answer}"))).unwrap()
    }

    fn quince_run(supersteps: usize, components: u64, output: &str) -> QuinceRun {
        let report = serde_json::json!({
            "input": { "vertices": 8 },
            "load": { "seconds": 0.5 },
            "iterate": { "seconds": 0.25, "supersteps": vec![Value::Null; supersteps] },
            "memory": { "peak_bytes": 2048 },
            "result": { "components": components },
        });
        quince_figures(finished(output), report).unwrap()
    }

    #[test]
    fn skipped_ids_are_no_components() {
        let theirs = gapbs_run("There are 5 components\n");
        assert!(check_components(&theirs, &quince_run(1, 3, "")).is_ok());
        assert!(check_components(&theirs, &quince_run(1, 5, "")).is_err());
    }

    #[test]
    fn ranks_are_compared_after_scaling() {
        let theirs = gapbs_run("4:0.2\n7:0.16\n");
        let ours = |line| quince_run(ITERATIONS, 0, line);
        assert!(check_ranks(&theirs, &ours("vertex\trank\n4\t0.25")).is_ok());
        assert!(check_ranks(&theirs, &ours("4\t0.2")).is_ok(), "within the printed place");
        assert!(check_ranks(&theirs, &ours("4\t0.200")).is_err());
        assert!(check_ranks(&theirs, &ours("5\t0.25")).is_err());
        assert!(check_ranks(&theirs, &ours("")).is_err());
        assert!(check_ranks(&theirs, &quince_run(3, 0, "4\t0.25")).is_err());
    }

    #[test]
    fn a_missing_field_is_named() {
        let error = quince_figures(finished(""), serde_json::json!({})).unwrap_err();
        assert!(error.contains("/load/seconds"), "{error}");
    }

    #[test]
    fn a_row_has_the_ratio_of_the_medians_and_the_span_of_the_pairs() {
        let (theirs, ours) = (vec![2.0, 4.0, 4.0], vec![1.0, 1.0, 3.0]);
        let row = Row { measure: "m", peer: "p", unit: Unit::Seconds, theirs, ours };
        let line = row.line();
        assert_eq!(line, "| m | p | 4000.0 ms | 1000.0 ms | **0.25** | 0.25 | 0.75 |");
        assert_eq!(median(&[1.0, 2.0]), 1.5);
    }
}
