//! When iterations of scores stop: by tolerance, by number, or both.

use quince_core::iteration::Criterion;
use quince_gelly::{Error, Result};

/// A tolerance, a number of iterations, or neither: then the defaults.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopping {
    pub(crate) tolerance: Option<f64>,
    pub(crate) iterations: Option<u64>,
    pub(crate) default_tolerance: f64,
    /// The most iterations if only a tolerance is given.
    pub(crate) most: u64,
}

impl Stopping {
    /// The number alone if it is given alone, else the tolerance with a limit on the number.
    pub(crate) fn criterion(self) -> Criterion {
        if let (None, Some(iterations)) = (self.tolerance, self.iterations) {
            return iterations.into();
        }
        let converged = Criterion::ConvergedBelow(self.tolerance.unwrap_or(self.default_tolerance));
        converged.or(self.iterations.unwrap_or(self.most).into())
    }

    /// As [`criterion`](Self::criterion), with no test of the tolerance after the first superstep.
    pub(crate) fn criterion_from_second(self) -> Criterion {
        match self.criterion() {
            Criterion::Or(converged, most) => {
                Criterion::MaximumSupersteps(2).and(*converged).or(*most)
            }
            number => number,
        }
    }
}

/// Refuses a tolerance that no change can be measured by.
pub(crate) fn check_tolerance(algorithm: &'static str, tolerance: Option<f64>) -> Result<()> {
    match tolerance {
        Some(tolerance) if tolerance.is_nan() || tolerance < 0.0 => Err(Error::Parameter {
            algorithm,
            parameter: "tolerance",
            value: tolerance.to_string(),
            expected: "0 or more",
        }),
        _ => Ok(()),
    }
}

/// Refuses a damping that is no share, or lets nothing come to rest.
pub(crate) fn check_damping(algorithm: &'static str, damping: f64) -> Result<()> {
    if (0.0..1.0).contains(&damping) {
        return Ok(());
    }
    let (value, expected) = (damping.to_string(), "at least 0 and below 1");
    Err(Error::Parameter { algorithm, parameter: "damping", value, expected })
}
