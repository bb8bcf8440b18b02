//! Programs that are started, and what they leave behind.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::PeerFault;

/// How often a program that is waited for is looked after.
const LOOK: Duration = Duration::from_millis(100);

/// What a process left behind.
#[derive(Debug)]
pub struct Finished {
    /// Lines of its standard output, each with the seconds from start until it arrived.
    pub lines: Vec<(f64, String)>,
    /// Its peak resident size, where the operating system tells; else 0.
    pub peak_bytes: f64,
}

/// Runs a program to its end, or until `is_cancelled`; its standard error is ours.
///
/// # Errors
/// If it does not start, fails, or is cancelled.
pub fn run(
    command: &mut Command,
    is_cancelled: impl Fn() -> bool,
) -> std::result::Result<Finished, PeerFault> {
    let start = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(PeerFault::Start)?;
    let stdout = child.stdout.take().expect("standard output was set to a pipe");
    let (sender, receiver) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            let line = line.map(|text| (start.elapsed().as_secs_f64(), text));
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let mut lines = Vec::new();
    loop {
        match receiver.recv_timeout(LOOK) {
            Ok(line) => lines.push(line.map_err(PeerFault::Lost)?),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) if is_cancelled() => {
                child.kill().and_then(|()| child.wait()).map_err(PeerFault::Lost)?;
                return Err(PeerFault::Cancelled);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    // It ends with the pipe, and has said all that it will.
    let _ = reader.join();
    let (succeeded, peak_bytes) = wait(&mut child).map_err(PeerFault::Lost)?;
    if is_cancelled() {
        return Err(PeerFault::Cancelled);
    }
    if succeeded {
        return Ok(Finished { lines, peak_bytes });
    }
    let last_line = lines.last().map_or("nothing", |(_, line)| line).to_owned();
    Err(PeerFault::Failed { command: format!("{command:?}"), last_line })
}

/// Waits for a child: whether it exited with 0, and its peak resident size in bytes.
#[cfg(unix)]
fn wait(child: &mut Child) -> io::Result<(bool, f64)> {
    let pid = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    let mut status = 0;
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both pointers are to live locals of the types that wait4 fills, and `pid` is our
    // own child, which nothing else waits for: `Child` waits only when told to.
    while unsafe { libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()) } != pid {
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    // SAFETY: `rusage` is integers only, for which the zeroes it began with are valid.
    let usage = unsafe { usage.assume_init() };
    let unit = if cfg!(target_vendor = "apple") { 1.0 } else { 1024.0 };
    let succeeded = libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0;
    Ok((succeeded, usage.ru_maxrss as f64 * unit))
}

/// Waits for a child: whether it succeeded.
#[cfg(not(unix))]
fn wait(child: &mut Child) -> io::Result<(bool, f64)> {
    Ok((child.wait()?.success(), 0.0))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str, is_cancelled: bool) -> std::result::Result<Finished, PeerFault> {
        run(Command::new("sh").args(["-c", script]), || is_cancelled)
    }

    #[test]
    fn a_process_that_fails_is_an_error_with_its_last_line() {
        let error = sh("echo why; exit 3", false).unwrap_err().to_string();
        assert!(error.contains("why"), "{error}");
        let finished = sh("echo fine", false).unwrap();
        assert_eq!(finished.lines[0].1, "fine");
        assert!(finished.peak_bytes > 0.0);
    }

    #[test]
    fn a_process_is_stopped_when_the_run_is() {
        let start = Instant::now();
        assert!(matches!(sh("exec sleep 60", true), Err(PeerFault::Cancelled)));
        assert!(start.elapsed() < Duration::from_secs(30));
    }
}
