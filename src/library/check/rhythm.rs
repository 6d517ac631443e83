//! Rules about the rhythm of a text: too many short sentences in a row read like a telegram.

use crate::library::check::prose::{Prose, ProsePassage, Sort, Within};
use crate::library::check::readability::{Sentence, sentences};
use crate::library::check::report::CheckFinding;
use crate::library::check::source::SourceFile;

/// A sentence of this many words or fewer is short.
const SHORT: usize = 8;
const MOST_SHORT_IN_100: usize = 22;
/// Of fewer sentences than this, a share says little.
const FEWEST_SENTENCES: usize = 20;

pub fn check(source: &SourceFile, prose: &Prose) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    let (mut all, mut short) = (0, 0);
    for passage in &prose.passages {
        let sentences = spoken(passage);
        all += sentences.len();
        short += sentences.iter().filter(|sentence| sentence.count() <= SHORT).count();
        let in_a_row = sentences.windows(3).find(|three| three.iter().all(|one| one.count() <= SHORT));
        if let Some(three) = in_a_row {
            let message = format!("3 short sentences in a row, from {:?}", three[0].words);
            findings.push(source.in_text(passage.place(three[0].at), "short-in-a-row", message));
        }
    }
    if all >= FEWEST_SENTENCES && short * 100 > MOST_SHORT_IN_100 * all {
        let message = format!("{short} of {all} sentences have {SHORT} words or fewer");
        findings.push(source.at_field("title", "choppy", message));
    }
    findings
}

/// Running text and bullets that are sentences. Steps, prompts, lead-ins, drawings and worksheets are short by nature.
fn spoken(passage: &ProsePassage) -> Vec<Sentence<'_>> {
    let words = passage.words.trim_end_matches(['"', '”', '’', ')', ' ']);
    let is_text = match passage.sort {
        Sort::Label | Sort::Step => false,
        Sort::Item => words.ends_with(['.', '!']),
        Sort::Paragraph | Sort::Meaning => true,
    };
    if !is_text || matches!(passage.within, Within::Figure | Within::Worksheet) {
        return Vec::new();
    }
    let mut found = sentences(&passage.words);
    found.retain(|sentence| !sentence.words.ends_with(':'));
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn rules(text: &str) -> Vec<&'static str> {
        let source = SourceFile::new(Path::new("a.md"), format!("+++\ntitle = \"A\"\n+++\n{text}"));
        check(&source, &Prose::read(source.text())).iter().map(|finding| finding.rule.id).collect()
    }

    const LONG: &str = "A walk to the end of the road and back is a good way to begin.";

    #[test]
    fn three_short_sentences_in_a_row_are_a_telegram_and_two_are_not() {
        assert_eq!(rules("It hurts. You rest. It passes.\n"), ["short-in-a-row"]);
        assert_eq!(rules(&format!("It hurts. You rest. {LONG} It passes.\n")), [""; 0]);
        assert_eq!(rules("It hurts.\n\nYou rest.\n\nIt passes.\n"), [""; 0], "paragraphs of their own");
    }

    #[test]
    fn a_page_with_too_many_short_sentences_is_choppy() {
        let page =
            |short: usize| format!("{LONG}\n\n").repeat(100 - short) + &"It hurts a lot.\n\n".repeat(short);
        assert_eq!(rules(&page(22)), [""; 0]);
        assert_eq!(rules(&page(23)), ["choppy"]);
    }

    #[test]
    fn steps_prompts_drawings_and_worksheets_may_be_short() {
        let steps = "1. Sit. Wait. Stand.\n".repeat(30);
        let prompts = "- What helped?\n- a fever\n".repeat(30);
        let drawing = format!("::: figure a\n{}:::\n", "Sit. Wait. Stand.\n\n".repeat(30));
        let worksheet = format!("::: worksheet a\n{}:::\n", "Sit. Wait. Stand.\n\n".repeat(30));
        for text in [steps, prompts, drawing, worksheet] {
            assert_eq!(rules(&text), [""; 0], "{text}");
        }
    }
}
