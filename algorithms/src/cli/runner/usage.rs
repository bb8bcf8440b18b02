//! What `quince run` says of itself: the algorithms, and the usage of one.

use std::fmt::Write as _;

use super::drivers::{DRIVERS, Driver};
use super::inputs::{self, INPUTS};
use super::job;
use super::outputs::OUTPUTS;
use super::parameters::{Need, Parameter};

/// All algorithms, a line each, and how to go on.
pub(super) fn list_algorithms() -> String {
    let mut text =
        "Select an algorithm to show its usage: --algorithm NAME\n\nAlgorithms:\n".to_owned();
    list(&mut text, DRIVERS.iter().map(|driver| (driver.name(), driver.about())));
    text.push_str("\nExample:\n  quince run --algorithm PageRank --input StarGraph --vertex_count 5 --output print\n");
    text
}

/// How an algorithm is run: its parameters, the inputs and the outputs with theirs.
pub(super) fn usage(driver: &dyn Driver) -> String {
    let mut text = format!("{}: {}\n\n{}\n", driver.name(), driver.about(), driver.description());
    let _ = writeln!(
        text,
        "\nUsage:\n  quince run --algorithm {} [ALGORITHM PARAMETERS]\n    --input NAME [INPUT PARAMETERS] --output NAME [OUTPUT PARAMETERS]",
        driver.name()
    );
    section(&mut text, "Algorithm parameters", driver.parameters());
    text.push_str("\nInputs:\n");
    for input in INPUTS {
        named(&mut text, input.name, input.about, input.parameters);
    }
    section(&mut text, "Parameters of every input", inputs::COMMON);
    text.push_str("\nOutputs:\n");
    for output in OUTPUTS {
        named(&mut text, output.name, output.about, output.parameters);
    }
    section(&mut text, "Parameters of every run", job::PARAMETERS);
    let _ = writeln!(text, "\nExample:\n  {}", example(driver));
    text
}

/// A run of an algorithm that works as it stands.
pub(super) fn example(driver: &dyn Driver) -> String {
    let order = driver.parameters().iter().any(|parameter| parameter.name == "order");
    let order = if order { " --order undirected" } else { "" };
    format!(
        "quince run --algorithm {}{order} --input RMatGraph --scale 7 --simplify undirected --output hash",
        driver.name()
    )
}

fn list<'t>(text: &mut String, lines: impl Iterator<Item = (&'t str, &'t str)> + Clone) {
    let width = lines.clone().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, about) in lines {
        let _ = writeln!(text, "  {name:width$}  {about}");
    }
}

fn section(text: &mut String, title: &str, parameters: &[Parameter]) {
    if !parameters.is_empty() {
        let _ = writeln!(text, "\n{title}:");
        parameters.iter().for_each(|parameter| describe(text, "  ", parameter));
    }
}

fn named(text: &mut String, name: &str, about: &str, parameters: &[Parameter]) {
    let _ = writeln!(text, "  {name}: {about}");
    parameters.iter().for_each(|parameter| describe(text, "    ", parameter));
}

fn describe(text: &mut String, indent: &str, parameter: &Parameter) {
    let Parameter { name, value, help, need } = parameter;
    let form = format!("--{name} {value}");
    let number = if *need == Need::Numbered { format!("--{name}0 {value}") } else { form };
    let form = number.trim_end();
    let (open, close) = if *need == Need::Required { ("", "") } else { ("[", "]") };
    let default = match need {
        Need::Default(default) => format!(" (default: {default})"),
        _ => String::new(),
    };
    let _ = writeln!(text, "{indent}{open}{form}{close}  {help}{default}");
}
