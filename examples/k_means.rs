//! k-means (Lloyd's algorithm): points, the constant path, find their nearest center; centers move
//! to the mean of their points, until none moves.
//!
//! ```text
//! cargo run --example k_means
//! ```
//!
//! The centers of the moment are a broadcast set, the distance that they move is an aggregate, and
//! the iteration converges on it. Means are sums in a fixed order: the same bits every time.
#![expect(clippy::print_stdout, reason = "an example for people at a terminal")]

use quince::prelude::*;

/// A center, its number, and how many points it has.
#[derive(Clone, Debug, PartialEq, Record)]
#[record(crate = "quince::core")]
struct Center {
    number: u32,
    x: f64,
    y: f64,
    points: u64,
}

/// A point of the plane.
type Point = (f64, f64);

/// The number of the center that is nearest to a point; of equals the first.
fn nearest(point: Point, centers: &[Center]) -> u32 {
    let distance = |center: &Center| (center.x - point.0).powi(2) + (center.y - point.1).powi(2);
    let nearest = centers.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    nearest.map_or(0, |center| center.number)
}

/// The centers that points settle around, from `centers` on.
fn k_means(
    points: &DataSet<Point>,
    centers: &DataSet<Center>,
    criterion: Criterion,
) -> quince::Result<(Vec<Center>, RunReport)> {
    let settled =
        centers.iterate_bulk(criterion, |step| {
            step.name("k-means");
            let assigned =
                points.with_broadcast(&step.partial()).map(|point: Point, centers: &[Center]| {
                    Center { number: nearest(point, centers), x: point.0, y: point.1, points: 1 }
                });
            let sums = assigned.group_by("number").reduce(|a, b| Center {
                number: a.number,
                x: a.x + b.x,
                y: a.y + b.y,
                points: a.points + b.points,
            });
            let moved = sums.map(|sum| {
                let many = sum.points as f64;
                Center { x: sum.x / many, y: sum.y / many, ..sum }
            });
            let distances =
                moved.with_broadcast(&step.partial()).map(|center, before: &[Center]| {
                    let before = before.iter().find(|before| before.number == center.number);
                    before.map_or(0.0, |before| (before.x - center.x).hypot(before.y - center.y))
                });
            let movement = step.aggregate("movement", &distances, |a, b| a + b);
            step.converge_on(&movement);
            moved
        });
    Ok(settled.collect_with_report()?)
}

/// Points around four corners, seeded by their number.
fn corners(env: &Environment, many: u64) -> DataSet<Point> {
    DataSet::sequence(env, 0..many).map(|number| {
        let noise = |salt: u64| {
            let word = (number ^ salt << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (word >> 40) as f64 / (1u64 << 24) as f64
        };
        let (right, top) = (number & 1, number >> 1 & 1);
        (10.0 * right as f64 + noise(1), 10.0 * top as f64 + noise(2))
    })
}

fn start(env: &Environment) -> DataSet<Center> {
    let center = |number, x, y| Center { number, x, y, points: 0 };
    let centers = [(0, 1.0, 1.0), (1, 6.0, 2.0), (2, 2.0, 6.0), (3, 7.0, 7.0)];
    DataSet::from_collection(env, centers.map(|(number, x, y)| center(number, x, y)))
}

fn main() -> quince::Result<()> {
    let env = Environment::builder().build()?;
    let criterion = Criterion::ConvergedBelow(1e-9).or(100.into());
    let (centers, report) = k_means(&corners(&env, 100_000), &start(&env), criterion)?;
    for center in centers {
        println!("{}\t{:.4}\t{:.4}\t{}", center.number, center.x, center.y, center.points);
    }
    println!("{} supersteps", report.iterations[0].num_supersteps());
    Ok(())
}

#[test]
fn centers_settle_in_the_corners() -> quince::Result<()> {
    let mut bits = Vec::new();
    for threads in [1, 2, 8] {
        let env = Environment::builder().threads(threads).build()?;
        let criterion = Criterion::ConvergedBelow(1e-9).or(100.into());
        let (mut centers, report) = k_means(&corners(&env, 20_000), &start(&env), criterion)?;
        assert_eq!(report.iterations[0].stopped, StopReason::Converged);
        centers.sort_by_key(|center| center.number);
        for (number, center) in centers.iter().enumerate() {
            assert_eq!((center.number as usize, center.points), (number, 5_000));
            let (right, top) = (number & 1, number >> 1);
            assert!((center.x - (10 * right) as f64 - 0.5).abs() < 0.02, "{center:?}");
            assert!((center.y - (10 * top) as f64 - 0.5).abs() < 0.02, "{center:?}");
        }
        bits.push(centers.iter().map(|c| (c.x.to_bits(), c.y.to_bits())).collect::<Vec<_>>());
    }
    assert!(bits.windows(2).all(|pair| pair[0] == pair[1]));
    Ok(())
}
