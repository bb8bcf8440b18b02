//! Lines over one number.

use plotters::style::text_anchor::HPos;
use plotters::style::{Color, RGBColor};

use super::{Axis, Drawn, GRID, INK, MUTED, draw};
use crate::error::Result;

const WIDTH: f64 = 920.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 40.0;

/// The least distance between the names of two lines.
const NAME: f64 = 14.0;

/// A line by its points.
#[derive(Debug)]
pub(in crate::html) struct Line {
    pub(in crate::html) name: String,
    pub(in crate::html) color: RGBColor,
    pub(in crate::html) points: Vec<(f64, f64)>,
}

/// A chart of lines, each named at its end; `show` writes a value of the upright axis.
pub(in crate::html) fn lines(
    lines: &[Line],
    across: &str,
    logarithmic: bool,
    show: impl Fn(f64) -> String,
) -> Result<String> {
    let points = || lines.iter().flat_map(|line| line.points.iter().copied());
    let (floor, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
    let (low, high) = points()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (x, _)| (low.min(x), high.max(x)));
    let across_axis =
        Axis { low, high: high.max(low + 1e-9), from: LEFT, to: right, logarithmic: false };
    let upright = if logarithmic {
        Axis::logarithmic(points().map(|(_, y)| y), floor, TOP)
    } else {
        Axis::linear(points().map(|(_, y)| y).fold(0.0, f64::max), floor, TOP)
    };
    draw("lines", (WIDTH as u32, HEIGHT as u32), |canvas| -> Drawn {
        for tick in upright.ticks() {
            let y = upright.at(tick);
            canvas.line([(LEFT, y), (right, y)], GRID.stroke_width(1))?;
            canvas.text(&show(tick), (LEFT - 8.0, y), HPos::Right, MUTED, 11)?;
        }
        let mut at: Vec<f64> = points().map(|(x, _)| x).collect();
        at.sort_by(f64::total_cmp);
        at.dedup();
        for x in at {
            let place = (across_axis.at(x), floor + 14.0);
            canvas.text(&x.to_string(), place, HPos::Center, MUTED, 11)?;
        }
        let middle = f64::midpoint(LEFT, right);
        canvas.text(across, (middle, HEIGHT - 9.0), HPos::Center, MUTED, 12)?;
        let place = |&(x, y): &(f64, f64)| (across_axis.at(x), upright.at(y));
        for line in lines {
            canvas.line(line.points.iter().map(place), line.color.stroke_width(2))?;
            for (x, y) in line.points.iter().map(place) {
                canvas.rectangle((x - 3.0, y - 3.0), (x + 3.0, y + 3.0), line.color)?;
            }
        }
        let ends = lines.iter().filter_map(|line| Some((line.points.last().map(place)?.1, line)));
        for (y, line) in apart(ends.collect(), floor) {
            canvas.rectangle((right + 12.0, y - 5.0), (right + 22.0, y + 5.0), line.color)?;
            canvas.text(&line.name, (right + 28.0, y), HPos::Left, INK, 12)?;
        }
        Ok(())
    })
}

/// Moves names that would lie on each other.
fn apart<T>(mut ends: Vec<(f64, T)>, floor: f64) -> Vec<(f64, T)> {
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    for at in 1..ends.len() {
        ends[at].0 = ends[at].0.max(ends[at - 1].0 + NAME);
    }
    // Back up again if the last ones were pushed out at the bottom.
    let mut limit = floor;
    for (y, _) in ends.iter_mut().rev() {
        *y = y.min(limit);
        limit = *y - NAME;
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_distance() {
        let ends = apart(vec![(99.0, 'b'), (98.0, 'a'), (97.0, 'c'), (10.0, 'd')], 100.0);
        let places: Vec<f64> = ends.iter().map(|(y, _)| *y).collect();
        assert_eq!(places, [10.0, 72.0, 86.0, 100.0]);
    }
}
