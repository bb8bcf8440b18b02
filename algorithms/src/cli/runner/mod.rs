//! `quince run`: the command line of Gelly's `Runner`.
//!
//! ```text
//! arguments ─► algorithm, input, output ─► edges ─► graph ─► rows ─► csv | hash | print
//!              (parameters declared)       (ids)             (form)
//! ```
//!
//! | to add | do |
//! |---|---|
//! | an algorithm | a file in `drivers`, and a line in its list |
//! | an input | a constant in `inputs`, and a line in its list |

mod drivers;
mod edges;
mod ids;
mod inputs;
mod java_text;
mod job;
mod outputs;
mod parameters;
mod rows;
mod usage;

use std::io::Write;
use std::time::Instant;

use clap::Args;
use serde_json::Value;

use super::error::Result;
use super::interrupt::Interrupt;
use super::runner_error::RunnerError;
use inputs::InputGraph;
use parameters::{Parameter, Parameters};

/// Run an algorithm with the parameters of Gelly's Runner
///
/// Parameters are named as in Gelly: --algorithm with its options, --input with its options and
/// --output with its options. Alone it lists the algorithms; with --algorithm NAME alone it shows
/// all parameters of that algorithm.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct RunnerCommand {
    /// --algorithm NAME, --input NAME, --output NAME, and what they ask for
    #[arg(value_name = "PARAMETERS", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  What there is, and what PageRank asks for:
    quince run
    quince run --algorithm PageRank

  The checksum of an R-MAT graph, as in Flink's tests:
    quince run --algorithm EdgeList --input RMatGraph --scale 7 --output hash

  The components of a file with text ids, into another:
    quince run --algorithm ConnectedComponents --input CSV --input_filename friends.csv \\
      --type string --simplify undirected --output csv --output_filename components.csv";

const ALGORITHM: Parameter = Parameter::required("algorithm", "NAME", "the algorithm to run");
const INPUT: Parameter = Parameter::required("input", "NAME", "where edges come from");
const OUTPUT: Parameter = Parameter::required("output", "NAME", "where results go");

/// Runs what the arguments ask for.
pub(super) fn run(
    command: &RunnerCommand,
    interrupt: &Interrupt,
    out: &mut dyn Write,
) -> Result<()> {
    let parameters = Parameters::parse(&command.arguments)?;
    if parameters.is_empty() {
        write!(out, "{}", usage::list_algorithms())?;
        return Ok(out.flush()?);
    }
    let name: String = parameters.get("quince run", &ALGORITHM, "")?;
    let driver = drivers::find(&name)?;
    if parameters.given().count() == 1 {
        write!(out, "{}", usage::usage(driver))?;
        return Ok(out.flush()?);
    }
    execute(driver, &parameters, interrupt, out)
}

fn execute(
    driver: &dyn drivers::Driver,
    parameters: &Parameters,
    interrupt: &Interrupt,
    out: &mut dyn Write,
) -> Result<()> {
    let start = Instant::now();
    let input = inputs::find(&parameters.get::<String>(driver.name(), &INPUT, "")?)?;
    let output = outputs::find(&parameters.get::<String>(driver.name(), &OUTPUT, "")?)?;
    parameters.check(&[
        (driver.name(), driver.parameters()),
        (input.name, input.parameters),
        (output.name, output.parameters),
        ("", inputs::COMMON),
        ("", job::PARAMETERS),
        ("", &[ALGORITHM, INPUT, OUTPUT]),
    ])?;
    // What is wrong with any of them is said before the work.
    let job = job::Job::open(parameters)?;
    let destination = output.open(parameters)?;
    if !driver.has_rows() && !output.is_for_figures() {
        let (who, output) = (driver.name(), output.name);
        return Err(RunnerError::NoRows { who, output }.into());
    }
    let env = job::environment(parameters, interrupt)?;
    let graph = InputGraph::open(input, parameters, &env)?;
    let mut answer = driver.run(parameters, &graph)?;
    let written = match answer.rows.take() {
        Some(rows) => destination.take(&env, rows)?,
        None => outputs::Written::default(),
    };
    let mut accumulators = answer.accumulators;
    accumulators.insert("count".to_owned(), Value::from(written.rows));
    if let Some(checksum) = written.checksum {
        accumulators.insert("checksum".to_owned(), Value::from(format!("{:#018x}", checksum.sum)));
    }
    job.tell(parameters, start.elapsed(), accumulators)?;
    interrupt.exit_at_once();
    env.check_cancelled()?;
    written.print(out)?;
    for line in &answer.analytics {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usage_teaches() {
        for driver in drivers::DRIVERS {
            let usage = usage::usage(*driver);
            assert!(usage.contains("quince run --algorithm"), "{usage}");
            for parameter in driver.parameters() {
                assert!(usage.contains(&format!("--{}", parameter.name)), "{usage}");
            }
        }
        assert!(drivers::DRIVERS.iter().map(|driver| driver.name()).is_sorted());
        assert!(inputs::INPUTS.iter().map(|input| input.name).is_sorted());
    }

    #[test]
    fn no_two_parts_ask_for_the_same_parameter() {
        for driver in drivers::DRIVERS {
            for input in inputs::INPUTS {
                for output in outputs::OUTPUTS {
                    let own = [ALGORITHM, INPUT, OUTPUT];
                    let parts = [
                        driver.parameters(),
                        input.parameters,
                        inputs::COMMON,
                        output.parameters,
                        job::PARAMETERS,
                        &own,
                    ];
                    let mut names: Vec<&str> =
                        parts.iter().flat_map(|part| part.iter()).map(|it| it.name).collect();
                    let count = names.len();
                    names.sort_unstable();
                    names.dedup();
                    assert_eq!(names.len(), count, "{} {}", driver.name(), input.name);
                }
            }
        }
    }
}
