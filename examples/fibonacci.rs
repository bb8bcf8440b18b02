//! The smallest bulk iteration: a pair of numbers that moves along the Fibonacci sequence.
//!
//! ```text
//! cargo run --example fibonacci
//! ```
#![expect(clippy::print_stdout, reason = "an example for people at a terminal")]

use quince::prelude::*;

/// The Fibonacci number at `position`, counted from 0.
fn fibonacci(env: &Environment, position: u64) -> quince::Result<u64> {
    let pair = DataSet::from_collection(env, [(0u64, 1u64)]);
    let moved = pair.iterate_bulk(position, |step| {
        step.name("Fibonacci");
        step.partial().map(|(a, b)| (b, a + b))
    });
    Ok(moved.map(|pair| pair.0).collect()?[0])
}

fn main() -> quince::Result<()> {
    let env = Environment::builder().build()?;
    for position in [1, 2, 10, 50, 90] {
        println!("{position}\t{}", fibonacci(&env, position)?);
    }
    Ok(())
}

#[test]
fn the_fiftieth_is_known() -> quince::Result<()> {
    let env = Environment::builder().threads(2).build()?;
    assert_eq!(fibonacci(&env, 0)?, 0);
    assert_eq!(fibonacci(&env, 50)?, 12_586_269_025);
    Ok(())
}
