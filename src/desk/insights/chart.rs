//! Bars and lines drawn by the server as SVG: told apart by shape, not by colour alone. Every chart stands beside its
//! table, so it shows the course and no numbers but the scale.

use askama::Template;

/// In units of the drawing, of which about one is a CSS pixel on a phone.
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 34.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 24.0;
/// Of the room of one place, what its bar takes.
const BAR: f64 = 0.7;
/// Labels below that can stand side by side.
const MOST_LABELS: usize = 4;

/// The values of one kind, a place each; nothing where there is none.
pub struct Series {
    pub name: &'static str,
    pub values: Vec<Option<f64>>,
}

pub enum Shape {
    /// The series stand upon one another.
    Bars,
    Lines,
}

#[derive(Template)]
#[template(path = "desk/insights/chart.svg", escape = "html")]
pub struct Chart {
    /// What the drawing says, for whoever does not see it.
    sentence: String,
    bars: Vec<Bar>,
    lines: Vec<Line>,
    /// Height on the drawing, and what it stands for.
    scale: Vec<(f64, String)>,
    /// Place on the drawing, and its label.
    labels: Vec<(f64, String)>,
    names: Vec<&'static str>,
    is_lines: bool,
}

struct Bar {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    /// Number of its series.
    series: usize,
}

struct Line {
    /// As SVG's `points`: a line for each run of places that have a value.
    points: String,
    /// Each place with a value, so that a single one is seen.
    dots: Vec<(f64, f64)>,
    series: usize,
}

/// Its own template has escaped what it prints.
impl askama::filters::HtmlSafe for Chart {}

impl Chart {
    /// `labels` are the places from left to right. At most two series.
    pub fn new(shape: Shape, sentence: String, labels: Vec<String>, series: Vec<Series>) -> Chart {
        let places = labels.len().max(1);
        let total = |place: usize| series.iter().filter_map(|series| series.values[place]).sum::<f64>();
        let highest = match shape {
            Shape::Bars => (0..labels.len()).map(total).fold(0.0, f64::max),
            Shape::Lines => {
                series.iter().flat_map(|series| &series.values).flatten().copied().fold(0.0, f64::max)
            }
        };
        let drawing = Drawing { top: round_up(highest), room: (WIDTH - LEFT) / places as f64 };
        let is_lines = matches!(shape, Shape::Lines);
        Chart {
            sentence,
            bars: if is_lines { Vec::new() } else { drawing.bars(&series, labels.len()) },
            lines: if is_lines { drawing.lines(&series) } else { Vec::new() },
            scale: [0.0, drawing.top / 2.0, drawing.top]
                .map(|value| (drawing.y(value), scale_label(value)))
                .into(),
            labels: drawing.labels(labels),
            names: series.iter().map(|series| series.name).collect(),
            is_lines,
        }
    }
}

/// Where a value stands on the drawing.
struct Drawing {
    /// The value at the top.
    top: f64,
    /// The room of one place.
    room: f64,
}

impl Drawing {
    fn y(&self, value: f64) -> f64 {
        let height = HEIGHT - TOP - BOTTOM;
        tenth(TOP + height - value / self.top * height)
    }

    fn middle(&self, place: usize) -> f64 {
        tenth(LEFT + (place as f64 + 0.5) * self.room)
    }

    fn bars(&self, series: &[Series], places: usize) -> Vec<Bar> {
        let mut bars = Vec::new();
        for place in 0..places {
            let mut below = 0.0;
            for (number, series) in series.iter().enumerate() {
                let value = series.values[place].unwrap_or_default();
                let (x, width) = (tenth(self.middle(place) - self.room * BAR / 2.0), tenth(self.room * BAR));
                let y = self.y(below + value);
                let height = tenth(self.y(below) - y);
                if value > 0.0 {
                    bars.push(Bar { x, y, width, height, series: number });
                }
                below += value;
            }
        }
        bars
    }

    fn lines(&self, series: &[Series]) -> Vec<Line> {
        let mut lines = Vec::new();
        for (number, series) in series.iter().enumerate() {
            let mut dots = Vec::new();
            for (place, value) in series.values.iter().enumerate() {
                match value {
                    Some(value) => dots.push((self.middle(place), self.y(*value))),
                    None => lines.extend(Line::through(std::mem::take(&mut dots), number)),
                }
            }
            lines.extend(Line::through(dots, number));
        }
        lines
    }

    /// As many as can stand side by side, the first among them.
    fn labels(&self, labels: Vec<String>) -> Vec<(f64, String)> {
        let every = labels.len().div_ceil(MOST_LABELS).max(1);
        let short = labels.iter().all(|label| label.chars().count() <= 3);
        let kept = labels.into_iter().enumerate().filter(|(place, _)| short || place % every == 0);
        kept.map(|(place, label)| (self.middle(place), label)).collect()
    }
}

impl Line {
    fn through(dots: Vec<(f64, f64)>, series: usize) -> Option<Line> {
        let points: Vec<String> = dots.iter().map(|(x, y)| format!("{x},{y}")).collect();
        (!dots.is_empty()).then(|| Line { points: points.join(" "), dots, series })
    }
}

/// The next round number that halves well: 2, 4, 10, 20, 40, 100 and so on.
fn round_up(highest: f64) -> f64 {
    let mut top = 2.0;
    for step in [2.0, 2.5, 2.0].into_iter().cycle() {
        if top >= highest {
            break;
        }
        top *= step;
    }
    top
}

fn scale_label(value: f64) -> String {
    if value >= 10_000.0 { format!("{}k", value / 1_000.0) } else { value.to_string() }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(shape: Shape, values: Vec<Option<f64>>) -> String {
        let labels = (1..=values.len()).map(|week| format!("week {week}")).collect();
        let series = vec![Series { name: "Kept", values }];
        Chart::new(shape, "A < B".to_owned(), labels, series).render().unwrap()
    }

    #[test]
    fn the_scale_ends_at_a_round_number_that_halves() {
        let tops: Vec<f64> = [0.0, 1.0, 3.0, 7.0, 11.0, 33.0, 90.0, 101.0].map(round_up).into();
        assert_eq!(tops, [2.0, 2.0, 4.0, 10.0, 20.0, 40.0, 100.0, 200.0]);
    }

    #[test]
    fn a_bar_is_as_high_as_its_value_and_none_stands_for_nothing() {
        let drawn = chart(Shape::Bars, vec![Some(4.0), Some(0.0), Some(2.0), None]);
        assert_eq!(drawn.matches("<rect class=\"first\"").count(), 2, "{drawn}");
        assert!(drawn.contains("height=\"166\"") && drawn.contains("height=\"83\""), "{drawn}");
        assert!(drawn.contains("A &#60; B"), "{drawn}");
    }

    #[test]
    fn a_line_is_broken_where_nothing_is_known() {
        let drawn = chart(Shape::Lines, vec![Some(1.0), Some(2.0), None, Some(1.0)]);
        assert_eq!(drawn.matches("<polyline").count(), 2, "{drawn}");
        assert_eq!(drawn.matches("<circle").count(), 3, "{drawn}");
    }
}
