//! The header: what a snapshot belongs to, and where its loop goes on.

use std::path::Path;

use super::codec::{Decoder, Encoder};
use super::{Result, SnapshotError};
use crate::report::{AggregateValue, Direction, SuperstepReport};

/// What a snapshot belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The program: its name, types and parameters, without what ends it.
    pub program: Vec<(String, String)>,
    /// The fingerprint of all input.
    pub input: u64,
}

/// All of a snapshot but the state.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The name of the iteration.
    pub iteration: String,
    /// What it belongs to.
    pub identity: Identity,
    /// How long the iteration took so far.
    pub seconds: f64,
    /// The supersteps that are done.
    pub supersteps: Vec<SuperstepReport>,
}

impl Header {
    /// The number of supersteps that are done.
    pub fn superstep(&self) -> u64 {
        self.supersteps.len() as u64
    }

    /// Refuses it, which came from `path`, unless it belongs to `iteration` with this identity.
    pub fn check(&self, path: &Path, iteration: &str, identity: &Identity) -> Result<()> {
        let own = with_name(&self.iteration, &self.identity.program);
        let other = with_name(iteration, &identity.program);
        if let Some((what, found, expected)) = difference(&own, &other) {
            return Err(SnapshotError::OtherProgram { path: path.into(), what, found, expected });
        }
        let (found, expected) = (self.identity.input, identity.input);
        if found != expected {
            return Err(SnapshotError::OtherInput { path: path.into(), found, expected });
        }
        Ok(())
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Encoder::default();
        bytes.text(&self.iteration);
        bytes.number(self.identity.input);
        bytes.number(self.identity.program.len() as u64);
        for (name, value) in &self.identity.program {
            bytes.text(name);
            bytes.text(value);
        }
        bytes.float(self.seconds);
        bytes.number(self.supersteps.len() as u64);
        self.supersteps.iter().for_each(|report| encode_report(&mut bytes, report));
        bytes.0
    }

    /// `None` where the bytes are no header.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Decoder(bytes);
        let header = Self {
            iteration: bytes.text()?.to_owned(),
            identity: {
                let input = bytes.number()?;
                let pair = |bytes: &mut Decoder<'_>| {
                    Some((bytes.text()?.to_owned(), bytes.text()?.to_owned()))
                };
                Identity { program: bytes.list(pair)?, input }
            },
            seconds: bytes.float()?,
            supersteps: bytes.list(decode_report)?,
        };
        bytes.0.is_empty().then_some(header)
    }
}

fn with_name<'a>(iteration: &'a str, program: &'a [(String, String)]) -> Vec<(&'a str, &'a str)> {
    let properties = program.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    [("iteration", iteration)].into_iter().chain(properties).collect()
}

/// The first property that differs, and what it is in both.
fn difference(
    own: &[(&str, &str)],
    other: &[(&str, &str)],
) -> Option<(String, Option<String>, Option<String>)> {
    let value = |of: &[(&str, &str)], name: &str| {
        of.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
    };
    let names = own.iter().chain(other).map(|(name, _)| *name);
    names
        .map(|name| (name.to_owned(), value(own, name), value(other, name)))
        .find(|(_, own, other)| own != other)
}

fn encode_report(bytes: &mut Encoder, report: &SuperstepReport) {
    bytes.number(report.superstep);
    bytes.float(report.seconds);
    bytes.number(report.workset);
    bytes.number(report.changes);
    bytes.byte(u8::from(report.convergence.is_some()));
    bytes.float(report.convergence.unwrap_or_default());
    bytes.byte(match report.direction {
        Direction::Pull => 0,
        Direction::Push => 1,
        Direction::Dataflow => 2,
        Direction::Fold => 3,
        Direction::Local => 4,
    });
    bytes.number(report.aggregates.len() as u64);
    for (name, value) in &report.aggregates {
        bytes.text(name);
        match value {
            AggregateValue::Unsigned(value) => {
                bytes.byte(0);
                bytes.number(*value);
            }
            AggregateValue::Signed(value) => {
                bytes.byte(1);
                bytes.number(value.cast_unsigned());
            }
            AggregateValue::Float(value) => {
                bytes.byte(2);
                bytes.float(*value);
            }
            AggregateValue::Text(value) => {
                bytes.byte(3);
                bytes.text(value);
            }
        }
    }
}

fn decode_report(bytes: &mut Decoder<'_>) -> Option<SuperstepReport> {
    Some(SuperstepReport {
        superstep: bytes.number()?,
        seconds: bytes.float()?,
        workset: bytes.number()?,
        changes: bytes.number()?,
        convergence: {
            let is_some = bytes.byte()? != 0;
            Some(bytes.float()?).filter(|_| is_some)
        },
        direction: match bytes.byte()? {
            0 => Direction::Pull,
            1 => Direction::Push,
            2 => Direction::Dataflow,
            3 => Direction::Fold,
            4 => Direction::Local,
            _ => return None,
        },
        aggregates: bytes.list(decode_aggregate)?.into_iter().collect(),
    })
}

fn decode_aggregate(bytes: &mut Decoder<'_>) -> Option<(String, AggregateValue)> {
    let name = bytes.text()?.to_owned();
    let value = match bytes.byte()? {
        0 => AggregateValue::Unsigned(bytes.number()?),
        1 => AggregateValue::Signed(bytes.number()?.cast_signed()),
        2 => AggregateValue::Float(bytes.float()?),
        3 => AggregateValue::Text(bytes.text()?.to_owned()),
        _ => return None,
    };
    Some((name, value))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::snapshot) fn header(supersteps: u64) -> Header {
        let report = |superstep| SuperstepReport {
            superstep,
            seconds: 0.5,
            workset: 10,
            changes: 3,
            convergence: (superstep % 2 == 0).then_some(f64::MIN_POSITIVE),
            direction: Direction::Push,
            aggregates: [
                ("a".to_owned(), AggregateValue::Unsigned(superstep)),
                ("b".to_owned(), AggregateValue::Signed(-1)),
                ("c".to_owned(), AggregateValue::Float(-0.0)),
                ("d".to_owned(), AggregateValue::Text("ü".to_owned())),
            ]
            .into(),
        };
        Header {
            iteration: "ranks".to_owned(),
            identity: Identity { program: vec![("damping".into(), "0.85".into())], input: 7 },
            seconds: 1.25,
            supersteps: (1..=supersteps).map(report).collect(),
        }
    }

    #[test]
    fn headers_come_back() {
        let header = header(3);
        let bytes = header.encode();
        assert_eq!(Header::decode(&bytes).unwrap(), header);
        assert!((0..bytes.len()).all(|len| Header::decode(&bytes[..len]).is_none()));
    }

    #[test]
    fn what_is_foreign_is_refused_with_the_reason() {
        let header = header(1);
        let path = Path::new("x.snapshot");
        let check = |iteration: &str, identity: &Identity| {
            header.check(path, iteration, identity).map_err(|error| error.to_string())
        };
        assert_eq!(check("ranks", &header.identity), Ok(()));
        let reason = check("labels", &header.identity).unwrap_err();
        assert!(reason.contains("iteration was \"ranks\", and is \"labels\" now"), "{reason}");
        let mut other = header.identity.clone();
        other.program[0].1 = "0.5".to_owned();
        let reason = check("ranks", &other).unwrap_err();
        assert!(reason.contains("damping was \"0.85\", and is \"0.5\" now"), "{reason}");
        other.program.clear();
        let reason = check("ranks", &other).unwrap_err();
        assert!(reason.contains("damping was \"0.85\", and is missing now"), "{reason}");
        let reason = check("ranks", &Identity { input: 8, ..header.identity.clone() });
        assert!(reason.unwrap_err().contains("is of other input"));
    }
}
