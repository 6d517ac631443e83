//! A drawing and its words show the same steps: as many numbers are drawn as there are numbered lines.

use std::path::Path;

use crate::library::check::prose::{Figure, Prose};
use crate::library::check::report::CheckFinding;
use crate::library::check::source::SourceFile;

pub fn check(content: &Path, source: &SourceFile, prose: &Prose) -> Vec<CheckFinding> {
    prose.figures.iter().filter_map(|figure| steps(content, source, figure)).collect()
}

/// A drawing that cannot be read has an error of its own.
fn steps(content: &Path, source: &SourceFile, figure: &Figure) -> Option<CheckFinding> {
    let file = content.join("figures").join(format!("{}.svg", figure.name));
    let drawn = drawn(&std::fs::read_to_string(file).ok()?);
    let message =
        format!("{} numbers are drawn in {}, and {} are in the words", drawn, figure.name, figure.steps);
    (drawn > 0 && drawn != figure.steps).then(|| source.in_text(figure.place, "figure-steps", message))
}

/// How far the drawing counts: 3 when 1, 2 and 3 stand in it as texts of their own.
fn drawn(svg: &str) -> usize {
    let texts: Vec<&str> = svg
        .split("<text")
        .skip(1)
        .filter_map(|part| part.split_once('>')?.1.split('<').next())
        .map(str::trim)
        .collect();
    (1..).take_while(|number| texts.contains(&number.to_string().as_str())).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_their_own_are_counted_and_others_are_not() {
        let svg = "<svg><text x=\"4\">1</text><text>2</text><text> 3 </text><text>Week 4</text><text>5</text></svg>";
        assert_eq!(drawn(svg), 3);
        assert_eq!(drawn("<svg><path d=\"1 2 3\"/><text>Start</text></svg>"), 0);
    }
}
