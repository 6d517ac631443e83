//! What changed between the words that were signed and the words of now, passage by passage.

use similar::{ChangeTag, DiffOp, TextDiff};

/// A run of words that stayed, went or came.
#[derive(PartialEq, Debug)]
pub struct ChangedRun {
    pub kind: RunKind,
    pub words: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RunKind {
    Same,
    TakenOut,
    Added,
}

impl ChangedRun {
    fn new(kind: RunKind, words: &str) -> ChangedRun {
        ChangedRun { kind, words: words.to_owned() }
    }

    pub fn is_taken_out(&self) -> bool {
        self.kind == RunKind::TakenOut
    }

    pub fn is_added(&self) -> bool {
        self.kind == RunKind::Added
    }
}

/// Each passage that differs, in the order of the page. Lines are compared first, so that a new paragraph is shown as
/// one, and then the words of lines that took the place of others.
pub fn text_changes(before: &str, now: &str) -> Vec<Vec<ChangedRun>> {
    let diff = TextDiff::from_lines(before, now);
    let (old, new): (Vec<&str>, Vec<&str>) =
        (diff.iter_old_slices().collect(), diff.iter_new_slices().collect());
    let mut passages = Vec::new();
    for op in diff.ops() {
        let (gone, come) = (old[op.old_range()].concat(), new[op.new_range()].concat());
        let passage = match op {
            DiffOp::Equal { .. } => continue,
            DiffOp::Delete { .. } => vec![ChangedRun::new(RunKind::TakenOut, gone.trim())],
            DiffOp::Insert { .. } => vec![ChangedRun::new(RunKind::Added, come.trim())],
            DiffOp::Replace { .. } => words_changed(gone.trim(), come.trim()),
        };
        if passage.iter().any(|run| run.kind != RunKind::Same && !run.words.trim().is_empty()) {
            passages.push(passage);
        }
    }
    passages
}

fn words_changed(gone: &str, come: &str) -> Vec<ChangedRun> {
    let diff = TextDiff::from_words(gone, come);
    let mut runs: Vec<ChangedRun> = Vec::new();
    for change in diff.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => RunKind::Same,
            ChangeTag::Delete => RunKind::TakenOut,
            ChangeTag::Insert => RunKind::Added,
        };
        match runs.last_mut() {
            Some(last) if last.kind == kind => last.words.push_str(change.value()),
            _ => runs.push(ChangedRun::new(kind, change.value())),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use RunKind::{Added, Same, TakenOut};

    fn shown(before: &str, now: &str) -> Vec<Vec<(RunKind, String)>> {
        let pairs = |runs: Vec<ChangedRun>| runs.into_iter().map(|run| (run.kind, run.words)).collect();
        text_changes(before, now).into_iter().map(pairs).collect()
    }

    #[test]
    fn words_that_took_the_place_of_others_are_shown_within_their_line() {
        let found = shown("One.\nRest for two days.\nThree.\n", "One.\nRest for three days.\nThree.\n");
        let run = |kind, words: &str| (kind, words.to_owned());
        assert_eq!(
            found,
            [[run(Same, "Rest for "), run(TakenOut, "two"), run(Added, "three"), run(Same, " days.")]]
        );
    }

    #[test]
    fn paragraphs_that_went_or_came_are_shown_whole_and_empty_lines_not_at_all() {
        let found = shown("One.\n\nTwo.\n", "One.\n\n\nThree.\n\nTwo.\n");
        assert_eq!(found, [[(Added, "Three.".to_owned())]]);
        assert_eq!(shown("One.\nTwo.\n", "One.\n"), [[(TakenOut, "Two.".to_owned())]]);
        assert!(shown("Same\n", "Same\n").is_empty());
        assert!(shown("Same\n", "Same\n\n").is_empty());
    }
}
