//! The door for commands of other crates: help, errors, exit codes, signals and progress are those
//! of every command.

use std::fmt;
use std::io::Write;

use clap::ArgMatches;
use quince_core::Environment;
use quince_core::environment::EnvironmentBuilder;

use super::error::Result;
use super::interrupt::Interrupt;
use super::progress::{Progress, Unit};

/// A command of another crate, hung into `quince` by [`main_with`](super::main_with).
///
/// ```
/// use quince_algorithms::cli::ExternalTool;
///
/// const HELLO: ExternalTool = ExternalTool {
///     command: || clap::Command::new("hello").about("Greet whoever asks, on standard output"),
///     run: |_, _, out| Ok(writeln!(out, "hello")?),
/// };
/// assert_eq!((HELLO.command)().get_name(), "hello");
/// ```
#[derive(Clone, Copy)]
pub struct ExternalTool {
    /// Its definition.
    pub command: fn() -> clap::Command,
    /// Runs it with the arguments of its command; results go to the writer.
    pub run: fn(&ArgMatches, &Session<'_>, &mut dyn Write) -> Result<()>,
}

impl fmt::Debug for ExternalTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExternalTool").field(&(self.command)().get_name()).finish()
    }
}

/// What a command of another crate has of the process that it runs in.
#[derive(Debug)]
pub struct Session<'a> {
    interrupt: &'a Interrupt,
}

impl<'a> Session<'a> {
    pub(super) fn new(interrupt: &'a Interrupt) -> Self {
        Self { interrupt }
    }

    /// The environment that `builder` describes. A signal cancels what runs in it, and unless it
    /// is to be quiet, progress shows on standard error. One command has one.
    ///
    /// # Errors
    /// If the description is wrong.
    pub fn environment(&self, builder: EnvironmentBuilder, quiet: bool) -> Result<Environment> {
        let builder = if quiet { builder } else { builder.listener(Progress::new(Unit::Bytes)) };
        let env = builder.build()?;
        self.interrupt.watch(&env);
        Ok(env)
    }
}
