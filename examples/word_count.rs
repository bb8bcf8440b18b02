//! Word count over text files: lines, words, a count for each, the most frequent first.
//!
//! ```text
//! cargo run --example word_count                    # the licence that comes with the project
//! cargo run --example word_count -- books/*.txt.gz
//! ```
#![expect(clippy::print_stdout, reason = "an example for people at a terminal")]

use std::path::PathBuf;

use quince::prelude::*;

/// How often each word of `lines` occurs, in lower case; the most frequent first, equals in the
/// order of the words.
fn word_count(lines: &DataSet<String>) -> DataSet<(String, u64)> {
    let words = lines.flat_map(|line| {
        let words = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(|word| (word.to_lowercase(), 1u64)).collect::<Vec<_>>()
    });
    let counts = words.group_by(0).reduce(|a, b| (a.0, a.1 + b.1));
    counts.sort_by(1, Order::Descending).then_by(0, Order::Ascending).into()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let env = Environment::builder().build()?;
    let mut files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if files.is_empty() {
        files.push(concat!(env!("CARGO_MANIFEST_DIR"), "/LICENSE-APACHE").into());
    }
    let mut lines = DataSet::from_collection(&env, []);
    for file in files {
        lines = lines.union(&TextFile::open(file)?.read(&env));
    }
    for (word, count) in word_count(&lines).first_n(20).collect()? {
        println!("{count}\t{word}");
    }
    Ok(())
}

#[test]
fn words_are_counted_in_lower_case() -> quince::Result<()> {
    let env = Environment::builder().threads(2).build()?;
    let lines = DataSet::from_collection(&env, ["To be, or not", "to be."].map(String::from));
    let counts = word_count(&lines).collect()?;
    let expected = [("be", 2), ("to", 2), ("not", 1), ("or", 1)];
    assert_eq!(counts, expected.map(|(word, count)| (word.to_owned(), count)));
    Ok(())
}
