//! Ctrl-C and termination: the first asks the run to end, the second ends the process.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use quince_core::Environment;
use quince_core::environment::CancelHandle;

use super::error::CliError;

/// What signals of the process act on.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupt {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether the next signal ends the process: after the first one, and when there is nothing
    /// left to be put in order.
    at_once: AtomicBool,
    /// The run, once there is one.
    run: OnceLock<CancelHandle>,
}

impl Interrupt {
    /// Listens to the signals of this process. Without it nothing is ever cancelled, which is
    /// right for a command that runs inside another program.
    pub(super) fn install() -> Self {
        let interrupt = Self::default();
        let state = interrupt.state.clone();
        // It fails only if there is a handler, and then that is the one that was wanted.
        let _ = ctrlc::set_handler(move || state.press());
        interrupt
    }

    /// From now on a signal cancels what runs in `env`.
    pub(super) fn watch(&self, env: &Environment) {
        // A second run in the same process keeps the first one's: there is one run per command.
        let _ = self.state.run.set(env.cancel_handle());
    }

    /// From now on the first signal ends the process, as the second one always does.
    pub(super) fn exit_at_once(&self) {
        self.state.at_once.store(true, Ordering::Relaxed);
    }
}

impl State {
    fn press(&self) {
        let at_once = self.at_once.swap(true, Ordering::Relaxed);
        match self.run.get() {
            Some(run) if !at_once => return run.cancel(),
            // Nothing is open before the run begins; who has closed standard error need not know.
            None if !at_once => {
                let _ = CliError::Cancelled.print(&mut io::stderr().lock());
            }
            // Who presses twice wants it now.
            _ => {}
        }
        std::process::exit(CliError::Cancelled.exit_code().into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_press_cancels_the_run() {
        let env = Environment::builder().threads(1).build().unwrap();
        let interrupt = Interrupt::default();
        interrupt.watch(&env);
        assert!(!env.is_cancelled());
        interrupt.state.press();
        assert!(env.is_cancelled());
    }
}
