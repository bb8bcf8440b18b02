//! What is told of the job as a whole.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use quince_core::Environment;
use quince_core::memory::parse_bytes;
use serde_json::{Map, Value, json};

use super::parameters::{Parameter, Parameters, bad};
use crate::cli::error::Result;
use crate::cli::interrupt::Interrupt;
use crate::cli::report::{check_json, write_json};

const NAME: Parameter =
    Parameter::optional("__job_name", "TEXT", "name of the job, for the details");
const DETAILS: Parameter =
    Parameter::optional("__job_details_path", "FILE", "write times, parameters and counts as JSON");
const OBJECT_REUSE: Parameter = Parameter::flag(
    "__disable_object_reuse",
    "accepted and without effect: there are no objects to reuse",
);
const PARALLELISM: Parameter =
    Parameter::optional("parallelism", "N", "worker threads, one per processor if nothing is said");
const MEMORY: Parameter =
    Parameter::optional("__memory", "SIZE", "the memory budget, like 512MiB or 4GiB");

/// What every job has.
pub(super) const PARAMETERS: &[Parameter] = &[PARALLELISM, NAME, DETAILS, MEMORY, OBJECT_REUSE];

/// What a job is told.
pub(super) struct Job {
    name: Option<String>,
    details: Option<PathBuf>,
}

impl Job {
    /// Reads the parameters; what is wrong with the file for the details is said here.
    pub(super) fn open(parameters: &Parameters) -> Result<Self> {
        let name = parameters.text(&NAME)?.map(str::to_owned);
        let details = parameters.text(&DETAILS)?.map(PathBuf::from);
        details.as_deref().map_or(Ok(()), check_json)?;
        Ok(Self { name, details })
    }

    /// Writes the details, if they are asked for.
    pub(super) fn tell(
        &self,
        parameters: &Parameters,
        runtime: Duration,
        accumulators: Map<String, Value>,
    ) -> Result<()> {
        let Some(path) = &self.details else { return Ok(()) };
        let given = parameters.given().map(|(name, value)| (name.to_owned(), json!(value)));
        let details = json!({
            "quince": { "version": env!("CARGO_PKG_VERSION") },
            "job_id": job_id(),
            "job_name": self.name,
            "runtime_ms": u64::try_from(runtime.as_millis()).unwrap_or(u64::MAX),
            "parameters": given.collect::<Map<String, Value>>(),
            "accumulators": accumulators,
        });
        write_json(path, &details)
    }
}

/// A number that tells jobs apart: the time and the process.
fn job_id() -> String {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:024x}{:08x}", time.as_nanos(), std::process::id())
}

/// The environment that the parameters describe; `interrupt` cancels what runs in it.
pub(super) fn environment(parameters: &Parameters, interrupt: &Interrupt) -> Result<Environment> {
    let mut builder = Environment::builder();
    if let Some(threads) = parameters.optional::<usize>(&PARALLELISM, "give a number from 1 on")? {
        if threads == 0 {
            return Err(bad(PARALLELISM.name, "0", "give a number from 1 on").into());
        }
        builder = builder.threads(threads);
    }
    if let Some(text) = parameters.text(&MEMORY)? {
        let bytes = parse_bytes(text).filter(|&bytes| bytes > 0);
        let wrong = || bad(MEMORY.name, text, "give a size, like 512MiB or 4GiB");
        builder = builder.memory(bytes.ok_or_else(wrong)?);
    }
    let env = builder.build()?;
    interrupt.watch(&env);
    Ok(env)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::runner_error::RunnerError;

    #[test]
    fn jobs_are_told_apart() {
        assert_eq!(job_id().len(), 32);
    }

    #[test]
    fn bad_values_are_told() {
        let told = |text: &str| {
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            let parameters = Parameters::parse(&words).unwrap();
            environment(&parameters, &Interrupt::default()).unwrap_err().to_string()
        };
        assert!(told("--parallelism 0").contains("from 1 on"));
        assert!(told("--parallelism many").contains("from 1 on"));
        assert!(told("--__memory much").contains("like 512MiB"));
    }

    #[test]
    fn an_unknown_error_is_not_swallowed() {
        let error: crate::cli::CliError = RunnerError::Twice { name: "a".to_owned() }.into();
        assert_eq!((error.exit_code(), error.to_string()), (2, "--a is given twice".to_owned()));
    }
}
