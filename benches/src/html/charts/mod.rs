//! Charts as inline SVG: drawn with lengths of our own, so that no font has to be measured, and in
//! fixed colours that the page's style exchanges when the reader's screen is dark.

mod bars;
mod lines;
mod supersteps;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{PathElement, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, ShapeStyle};

use crate::error::{Error, Result};

pub(super) use bars::{Bar, Group, bars};
pub(super) use lines::{Line, lines};
pub(super) use supersteps::supersteps;

/// Text and axes.
pub(super) const INK: RGBColor = RGBColor(0x1f, 0x23, 0x28);
/// What is said beside.
pub(super) const MUTED: RGBColor = RGBColor(0x6e, 0x77, 0x81);
/// Lines behind.
pub(super) const GRID: RGBColor = RGBColor(0xd8, 0xde, 0xe4);

/// Quince with the most threads.
pub(super) const OURS: RGBColor = RGBColor(0xd1, 0x8f, 0x00);
/// Quince with fewer.
pub(super) const OURS_LESS: RGBColor = RGBColor(0xe3, 0xc2, 0x74);
/// The plain references.
pub(super) const REFERENCE: RGBColor = RGBColor(0x8c, 0x95, 0x9f);
/// Others, by their order.
pub(super) const SERIES: [RGBColor; 8] = [
    RGBColor(0x4c, 0x78, 0xa8),
    RGBColor(0x54, 0xa2, 0x4b),
    RGBColor(0xb2, 0x79, 0xa2),
    RGBColor(0xe4, 0x57, 0x56),
    RGBColor(0x37, 0x9a, 0x9a),
    RGBColor(0x9d, 0x75, 0x5d),
    RGBColor(0x7a, 0x6f, 0xd0),
    RGBColor(0xc0, 0x62, 0x8c),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = std::result::Result<(), plotters::drawing::DrawingAreaErrorKind<std::io::Error>>;

/// A chart of so many pixels as SVG.
fn draw(
    chart: &'static str,
    size: (u32, u32),
    paint: impl FnOnce(&Canvas<'_>) -> Drawn,
) -> Result<String> {
    let mut svg = String::new();
    let canvas = Canvas { area: SVGBackend::with_string(&mut svg, size).into_drawing_area() };
    let painted = paint(&canvas).and_then(|()| canvas.area.present());
    painted.map_err(|error| Error::Chart { chart, reason: error.to_string() })?;
    drop(canvas);
    Ok(svg)
}

/// Where a chart is painted.
struct Canvas<'a> {
    area: Area<'a>,
}

impl Canvas<'_> {
    fn rectangle(&self, from: (f64, f64), to: (f64, f64), color: RGBColor) -> Drawn {
        self.area.draw(&Rectangle::new([pixel(from), pixel(to)], color.filled()))
    }

    fn line(&self, points: impl IntoIterator<Item = (f64, f64)>, style: ShapeStyle) -> Drawn {
        let points: Vec<(i32, i32)> = points.into_iter().map(pixel).collect();
        self.area.draw(&PathElement::new(points, style))
    }

    fn text(&self, text: &str, at: (f64, f64), side: HPos, color: RGBColor, size: u32) -> Drawn {
        // The library takes a size for the height of a line, and writes what is left for a letter.
        let font = ("sans-serif", f64::from(size) * 1.24).into_font().color(&color);
        let style = font.pos(Pos::new(side, VPos::Center));
        self.area.draw(&Text::new(text.to_owned(), pixel(at), style))
    }
}

fn pixel((x, y): (f64, f64)) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}

/// From values to pixels along one axis.
#[derive(Clone, Copy, Debug)]
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    logarithmic: bool,
}

impl Axis {
    /// From zero to the largest value.
    fn linear(largest: f64, from: f64, to: f64) -> Self {
        let high = if largest > 0.0 { largest } else { 1.0 };
        Self { low: 0.0, high, from, to, logarithmic: false }
    }

    /// Over whole decades.
    fn logarithmic(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let positive = values.filter(|value| *value > 0.0 && value.is_finite());
        let bounds = positive.fold(None, |bounds: Option<(f64, f64)>, value| {
            let (low, high) = bounds.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        });
        let (low, high) = bounds.unwrap_or((1.0, 10.0));
        // A bar of the least value must have a length.
        let (low, high) = ((low * 0.9).log10().floor(), (high * 1.0001).log10().ceil());
        let high = if high > low { high } else { low + 1.0 };
        Self { low: 10f64.powf(low), high: 10f64.powf(high), from, to, logarithmic: true }
    }

    fn at(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            (value.max(self.low) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// Where lines are drawn.
    fn ticks(&self) -> Vec<f64> {
        if self.logarithmic {
            let decades = (self.high / self.low).log10().round() as i32;
            return (0..=decades).map(|decade| self.low * 10f64.powi(decade)).collect();
        }
        // Four to eight steps of 1, 2 or 5 times a power of ten.
        let power = 10f64.powf((self.high / 4.0).log10().floor());
        let step = [5.0, 2.0, 1.0].map(|digit| digit * power);
        let step = step.into_iter().find(|step| self.high / step >= 4.0).unwrap_or(power);
        (0..).map(|n| f64::from(n) * step).take_while(|tick| *tick <= self.high).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_cover_their_values() {
        let axis = Axis::logarithmic([0.0, 0.002, 0.5].into_iter(), 0.0, 300.0);
        assert_eq!(axis.ticks().len(), 4);
        assert!((axis.at(0.01) - 100.0).abs() < 1e-6);
        assert_eq!((axis.at(1e-9), axis.at(1e9)), (0.0, 300.0));
        let axis = Axis::linear(9.0, 100.0, 0.0);
        assert_eq!(axis.ticks(), [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(axis.at(4.5), 50.0);
        assert_eq!(Axis::linear(0.0, 0.0, 1.0).ticks().len(), 6);
    }

    #[test]
    fn what_is_written_in_a_chart_is_escaped() {
        let svg = draw("test", (90, 30), |canvas| {
            canvas.text("<b> & \"c\"", (5.0, 5.0), HPos::Left, INK, 12)
        });
        let svg = svg.unwrap();
        assert!(svg.contains("&lt;b&gt; &amp;") && !svg.contains("<b>"), "{svg}");
    }
}
