//! Logistic regression by gradient descent: a bulk iteration whose partial solution is one record,
//! the weights.
//!
//! ```text
//! cargo run --example logistic_regression
//! ```
//!
//! Every superstep each observation gives its share of the gradient, seeing the weights as a
//! broadcast set; the shares are summed in a fixed order and move the weights.
#![expect(clippy::print_stdout, reason = "an example for people at a terminal")]

use quince::prelude::*;

/// Two features and whether the event happened.
type Observation = (f64, f64, bool);

/// A bias and a weight for each feature.
type Weights = (f64, f64, f64);

/// The probability of the event.
fn probability(weights: Weights, x: f64, y: f64) -> f64 {
    1.0 / (1.0 + (-(weights.0 + weights.1 * x + weights.2 * y)).exp())
}

/// The weights after `steps` steps of size `rate` down the mean log loss.
fn fit(observations: &DataSet<Observation>, steps: u64, rate: f64) -> quince::Result<Weights> {
    let start = DataSet::from_collection(observations.environment(), [(0.0, 0.0, 0.0)]);
    let fitted = start.iterate_bulk(steps, |step| {
        step.name("gradient descent");
        let shares = observations.with_broadcast(&step.partial()).map(
            |(x, y, happened): Observation, weights: &[Weights]| {
                let error = probability(weights[0], x, y) - f64::from(u8::from(happened));
                (error, error * x, error * y, 1u64)
            },
        );
        let gradient = shares.reduce(|a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2, a.3 + b.3));
        step.partial().with_broadcast(&gradient).map(
            move |weights: Weights, gradient: &[(f64, f64, f64, u64)]| {
                let (bias, x, y, many) = gradient[0];
                let step = rate / many as f64;
                (weights.0 - step * bias, weights.1 - step * x, weights.2 - step * y)
            },
        )
    });
    Ok(fitted.collect()?[0])
}

/// Points of a grid on `[-1, 1]²`; the event happens where `x + 2y > 0.2`.
fn grid(env: &Environment, side: u64) -> DataSet<Observation> {
    DataSet::sequence(env, 0..side * side).map(move |number| {
        let scale = |at: u64| 2.0 * at as f64 / (side - 1) as f64 - 1.0;
        let (x, y) = (scale(number % side), scale(number / side));
        (x, y, x + 2.0 * y > 0.2)
    })
}

fn main() -> quince::Result<()> {
    let env = Environment::builder().build()?;
    let observations = grid(&env, 300);
    let weights = fit(&observations, 200, 4.0)?;
    let wrong = observations
        .filter(move |&(x, y, happened)| (probability(weights, x, y) > 0.5) != happened)
        .count()?;
    let (bias, x, y) = weights;
    println!("bias {bias:.4}, weights {x:.4} and {y:.4}; {wrong} of 90000 told wrong");
    Ok(())
}

#[test]
fn the_line_is_found() -> quince::Result<()> {
    let mut bits = Vec::new();
    for threads in [1, 2, 8] {
        let env = Environment::builder().threads(threads).build()?;
        let (bias, x, y) = fit(&grid(&env, 60), 200, 4.0)?;
        assert!((y / x - 2.0).abs() < 0.1, "{y} / {x}");
        assert!((bias / x + 0.2).abs() < 0.1, "{bias} / {x}");
        bits.push([bias, x, y].map(f64::to_bits));
    }
    assert!(bits.windows(2).all(|pair| pair[0] == pair[1]));
    Ok(())
}
