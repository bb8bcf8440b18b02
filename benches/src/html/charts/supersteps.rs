//! What each superstep did: its time as a bar, its workset as a line.

use plotters::style::text_anchor::HPos;
use plotters::style::{Color, RGBColor};

use super::{Axis, Drawn, GRID, INK, MUTED, OURS, SERIES, draw};
use crate::error::Result;
use crate::report::{Trace, TraceStep};
use crate::statistics::show_seconds;

const WIDTH: f64 = 450.0;
const HEIGHT: f64 = 170.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 24.0;

/// A small chart of one run.
pub(in crate::html) fn supersteps(title: &str, trace: &Trace) -> Result<String> {
    let (floor, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
    let longest = trace.steps.iter().map(|step| step.seconds).fold(0.0, f64::max);
    let upright = Axis::linear(longest, floor, TOP);
    let width = (right - LEFT) / trace.steps.len().max(1) as f64;
    let worksets = trace.steps.iter().map(|step| step.workset as f64);
    let work = Axis::logarithmic(worksets.chain([1.0]), floor, TOP);
    draw("supersteps", (WIDTH as u32, HEIGHT as u32), |canvas| -> Drawn {
        canvas.text(title, (4.0, 11.0), HPos::Left, INK, 13)?;
        for tick in upright.ticks() {
            let y = upright.at(tick);
            canvas.line([(LEFT, y), (right, y)], GRID.stroke_width(1))?;
            canvas.text(&show_seconds(tick), (LEFT - 6.0, y), HPos::Right, MUTED, 10)?;
        }
        let gap = if width > 4.0 { 1.0 } else { 0.0 };
        for (at, step) in trace.steps.iter().enumerate() {
            let x = LEFT + at as f64 * width;
            let top = upright.at(step.seconds).min(floor - 1.0);
            canvas.rectangle((x, top), (x + (width - gap).max(1.0), floor), color(step))?;
        }
        let place = |(at, step): (usize, &TraceStep)| {
            (LEFT + (at as f64 + 0.5) * width, work.at(step.workset as f64))
        };
        canvas.line(trace.steps.iter().enumerate().map(place), INK.stroke_width(1))?;
        let last = format!("{} supersteps", trace.supersteps);
        canvas.text("1", (LEFT, floor + 12.0), HPos::Left, MUTED, 10)?;
        canvas.text(&last, (right, floor + 12.0), HPos::Right, MUTED, 10)
    })
}

/// By how messages crossed the index.
fn color(step: &TraceStep) -> RGBColor {
    match step.direction.as_str() {
        "pull" => OURS,
        "push" => SERIES[0],
        "fold" => SERIES[1],
        _ => SERIES[2],
    }
}
