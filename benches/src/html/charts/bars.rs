//! Bars in groups, with the least and the most of what they stand for.

use plotters::style::text_anchor::HPos;
use plotters::style::{Color, RGBColor};

use super::{Axis, Drawn, GRID, INK, MUTED, draw};
use crate::error::Result;

const WIDTH: f64 = 920.0;
const LEFT: f64 = 200.0;
const RIGHT: f64 = 110.0;
const ROW: f64 = 17.0;
const TITLE: f64 = 26.0;
const AXIS: f64 = 26.0;

/// Bars that belong together.
#[derive(Debug)]
pub(in crate::html) struct Group {
    pub(in crate::html) title: String,
    pub(in crate::html) bars: Vec<Bar>,
}

/// One bar.
#[derive(Debug)]
pub(in crate::html) struct Bar {
    pub(in crate::html) label: String,
    pub(in crate::html) color: RGBColor,
    pub(in crate::html) value: f64,
    /// The least and the most.
    pub(in crate::html) span: Option<(f64, f64)>,
}

/// A chart of horizontal bars; `show` writes a value.
pub(in crate::html) fn bars(
    groups: &[Group],
    logarithmic: bool,
    show: impl Fn(f64) -> String,
) -> Result<String> {
    let rows: usize = groups.iter().map(|group| group.bars.len()).sum();
    let bottom = rows as f64 * ROW + groups.len() as f64 * TITLE;
    let all = || groups.iter().flat_map(|group| &group.bars);
    let values = || all().flat_map(|bar| [bar.value, bar.span.map_or(bar.value, |span| span.1)]);
    let axis = if logarithmic {
        let least = all().map(|bar| bar.span.map_or(bar.value, |span| span.0));
        Axis::logarithmic(values().chain(least), LEFT, WIDTH - RIGHT)
    } else {
        Axis::linear(values().fold(0.0, f64::max), LEFT, WIDTH - RIGHT)
    };
    draw("bars", (WIDTH as u32, (bottom + AXIS) as u32), |canvas| -> Drawn {
        for tick in axis.ticks() {
            let x = axis.at(tick);
            canvas.line([(x, 4.0), (x, bottom + 4.0)], GRID.stroke_width(1))?;
            canvas.text(&show(tick), (x, bottom + 15.0), HPos::Center, MUTED, 11)?;
        }
        let mut y = 0.0;
        for group in groups {
            canvas.text(&group.title, (4.0, y + TITLE / 2.0 + 3.0), HPos::Left, INK, 13)?;
            y += TITLE;
            for bar in &group.bars {
                let (middle, end) = (y + ROW / 2.0, axis.at(bar.value));
                canvas.text(&bar.label, (LEFT - 8.0, middle), HPos::Right, MUTED, 12)?;
                canvas.rectangle((LEFT, y + 2.0), (end, y + ROW - 2.0), bar.color)?;
                let mut beside = end;
                if let Some((least, most)) = bar.span {
                    let (from, to) = (axis.at(least), axis.at(most));
                    canvas.line([(from, middle), (to, middle)], INK.stroke_width(1))?;
                    for x in [from, to] {
                        canvas.line([(x, middle - 3.0), (x, middle + 3.0)], INK.stroke_width(1))?;
                    }
                    beside = beside.max(to);
                }
                canvas.text(&show(bar.value), (beside + 6.0, middle), HPos::Left, INK, 12)?;
                y += ROW;
            }
        }
        Ok(())
    })
}
