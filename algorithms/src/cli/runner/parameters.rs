//! The parameters of `quince run`: `--name value`, or `--name` alone for a flag.
//!
//! What takes part in a run (job, algorithm, input, output) declares its parameters. Each is read
//! by its declaration, usage texts are made of them, and what nobody declares is an error.

use std::str::FromStr;

use quince_datasets::suggest;

use crate::cli::runner_error::RunnerError;

/// A declared parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    /// The form of the value; empty for a flag.
    pub(super) value: &'static str,
    pub(super) help: &'static str,
    pub(super) need: Need,
}

/// Whether a parameter must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    /// With what it stands for if it is not given.
    Default(&'static str),
    /// If it is not given nothing stands for it.
    Optional,
    /// `name0`, `name1`, ..., as many as there are.
    Numbered,
}

impl Parameter {
    pub(super) const fn required(
        name: &'static str,
        value: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, value, help, need: Need::Required }
    }

    pub(super) const fn default(
        name: &'static str,
        value: &'static str,
        default: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, value, help, need: Need::Default(default) }
    }

    pub(super) const fn optional(
        name: &'static str,
        value: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, value, help, need: Need::Optional }
    }

    pub(super) const fn flag(name: &'static str, help: &'static str) -> Self {
        Self { name, value: "", help, need: Need::Optional }
    }

    pub(super) const fn numbered(
        name: &'static str,
        value: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, value, help, need: Need::Numbered }
    }

    /// Whether `name` is this parameter.
    fn is(&self, name: &str) -> bool {
        if self.need != Need::Numbered {
            return name == self.name;
        }
        name.strip_prefix(self.name).is_some_and(|number| number.parse::<u16>().is_ok())
    }
}

/// The parameters of a run as they were given.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    given: Vec<(String, Option<String>)>,
}

impl Parameters {
    /// Reads arguments.
    pub(super) fn parse(arguments: &[String]) -> Result<Self, RunnerError> {
        let mut given: Vec<(String, Option<String>)> = Vec::new();
        let mut arguments = arguments.iter().peekable();
        while let Some(argument) = arguments.next() {
            let Some(name) = argument.strip_prefix("--").filter(|name| !name.is_empty()) else {
                return Err(RunnerError::NoParameter { found: argument.clone() });
            };
            let name = name.to_owned();
            if given.iter().any(|(other, _)| *other == name) {
                return Err(RunnerError::Twice { name });
            }
            let value = arguments.next_if(|next| !next.starts_with("--")).cloned();
            given.push((name, value));
        }
        Ok(Self { given })
    }

    /// Whether nothing is given.
    pub(super) fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// What is given, in order.
    pub(super) fn given(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.given.iter().map(|(name, value)| (name.as_str(), value.as_deref()))
    }

    fn find(&self, name: &str) -> Option<&(String, Option<String>)> {
        self.given.iter().find(|(other, _)| other == name)
    }

    /// Whether a flag is given.
    pub(super) fn has(&self, flag: &Parameter) -> bool {
        self.find(flag.name).is_some()
    }

    /// The text of a parameter that need not be given.
    pub(super) fn text(&self, parameter: &Parameter) -> Result<Option<&str>, RunnerError> {
        let Some((name, value)) = self.find(parameter.name) else {
            return Ok(match parameter.need {
                Need::Default(default) => Some(default),
                _ => None,
            });
        };
        let no_value = || RunnerError::NoValue { name: name.clone(), value: parameter.value };
        value.as_deref().map(Some).ok_or_else(no_value)
    }

    /// The value of a parameter that need not be given; `expected` says what is allowed.
    pub(super) fn optional<T: FromStr>(
        &self,
        parameter: &Parameter,
        expected: &str,
    ) -> Result<Option<T>, RunnerError> {
        let Some(text) = self.text(parameter)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| bad(parameter.name, text, expected))
    }

    /// The value of a parameter that `who` needs or that has a default.
    pub(super) fn get<T: FromStr>(
        &self,
        who: &str,
        parameter: &Parameter,
        expected: &str,
    ) -> Result<T, RunnerError> {
        let Parameter { name, value, help, .. } = *parameter;
        let missing = || RunnerError::Missing { who: who.to_owned(), name, value, help };
        self.optional(parameter, expected)?.ok_or_else(missing)
    }

    /// One of some names; the first `shown` of them are told in errors.
    pub(super) fn choice<'n>(
        &self,
        parameter: &Parameter,
        names: &[&'n str],
        shown: usize,
    ) -> Result<Option<&'n str>, RunnerError> {
        let Some(text) = self.text(parameter)? else { return Ok(None) };
        let found = names.iter().find(|name| **name == text).copied();
        found
            .map(Some)
            .ok_or_else(|| unknown(parameter.help, text, &names[..shown.min(names.len())]))
    }

    /// The texts of a numbered parameter, in the order of their numbers.
    pub(super) fn numbered(&self, parameter: &Parameter) -> Result<Vec<(&str, &str)>, RunnerError> {
        let number = |name: &str| name[parameter.name.len()..].parse::<u16>().unwrap_or_default();
        let mut found: Vec<_> = self.given.iter().filter(|(name, _)| parameter.is(name)).collect();
        found.sort_by_key(|(name, _)| number(name));
        let text =
            |(name, value): &'_ &(String, Option<String>)| value.is_none().then(|| name.clone());
        if let Some(name) = found.iter().find_map(text) {
            return Err(RunnerError::NoValue { name, value: parameter.value });
        }
        let texts = found
            .into_iter()
            .map(|(name, value)| (name.as_str(), value.as_deref().unwrap_or_default()));
        Ok(texts.collect())
    }

    /// An error if something is given that none of `declared` is, or a flag has a value. Parts
    /// are named for the error, those that are always there not.
    pub(super) fn check(&self, declared: &[(&str, &[Parameter])]) -> Result<(), RunnerError> {
        let all = || declared.iter().flat_map(|(_, parameters)| parameters.iter());
        for (name, value) in &self.given {
            let Some(parameter) = all().find(|parameter| parameter.is(name)) else {
                let names: Vec<String> = all().map(|parameter| parameter.name.to_owned()).collect();
                let parts: Vec<&str> = declared
                    .iter()
                    .map(|(part, _)| *part)
                    .filter(|part| !part.is_empty())
                    .collect();
                return Err(RunnerError::Unrequested {
                    found: name.clone(),
                    asked_by: parts.join(", "),
                    suggestion: suggest(name, &names),
                });
            };
            if let (true, Some(found)) = (parameter.value.is_empty(), value) {
                let (name, found) = (name.clone(), found.clone());
                return Err(RunnerError::ValueOfFlag { name, found });
            }
        }
        Ok(())
    }
}

/// An error of a value.
pub(super) fn bad(name: &str, found: &str, expected: impl Into<String>) -> RunnerError {
    let (name, found, expected) = (name.to_owned(), found.to_owned(), expected.into());
    RunnerError::BadValue { name, found, expected }
}

/// An error of a name that is none of `known`.
pub(super) fn unknown(what: &'static str, found: &str, known: &[&str]) -> RunnerError {
    let names: Vec<String> = known.iter().map(|&name| name.to_owned()).collect();
    let suggestion = suggest(found, &names);
    RunnerError::UnknownName { what, found: found.to_owned(), suggestion, known: names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: Parameter = Parameter::default("scale", "N", "10", "the scale");
    const RANGE: Parameter = Parameter::numbered("range", "A:B", "a range");
    const MIRROR: Parameter = Parameter::flag("mirror", "mirror results");
    const COUNT: Parameter = Parameter::required("count", "N", "how many");

    fn parse(text: &str) -> Result<Parameters, RunnerError> {
        Parameters::parse(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    fn error<T>(result: Result<T, RunnerError>) -> String {
        result.err().expect("an error").to_string()
    }

    #[test]
    fn values_flags_and_defaults() {
        let parameters = parse("--scale -3 --mirror --range1 2:3 --range0 1:1").unwrap();
        assert_eq!(parameters.get::<i32>("it", &SCALE, "a number").unwrap(), -3);
        assert!(parameters.has(&MIRROR));
        assert_eq!(parameters.numbered(&RANGE).unwrap(), [("range0", "1:1"), ("range1", "2:3")]);
        let none = parse("").unwrap();
        assert!(none.is_empty() && !none.has(&MIRROR));
        assert_eq!(none.get::<i32>("it", &SCALE, "a number").unwrap(), 10);
        assert_eq!(error(none.get::<u64>("Star", &COUNT, "")), "Star needs --count N: how many");
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert!(error(parse("scale 3")).contains("begin with two dashes"));
        assert_eq!(error(parse("--a 1 --a 2")), "--a is given twice");
        let parameters = parse("--scale x --range0 --mirror yes").unwrap();
        let told = error(parameters.get::<u32>("it", &SCALE, "give a whole number"));
        assert_eq!(told, "--scale is 'x'; give a whole number");
        assert_eq!(error(parameters.numbered(&RANGE)), "--range0 needs a value: --range0 A:B");
        let check = |text: &str| {
            parse(text).unwrap().check(&[("Star", &[SCALE, RANGE, MIRROR]), ("print", &[])])
        };
        assert_eq!(error(check("--mirror yes")), "--mirror takes no value, but has 'yes'");
        assert_eq!(
            error(check("--scala 3")),
            "nothing asks for --scala: Star, print do not have it; did you mean --scale?"
        );
        assert!(!error(check("--rangex 3")).is_empty() && check("--range12 3").is_ok());
    }
}
