//! What a person said, as they said it, with pages about it and questions to ask. Nothing is added up or weighed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::library::answers::{Answers, asked, kept};
use crate::library::collection::Library;
use crate::library::day::day;
use crate::library::questions::{Question, QuestionKind, Questions};
use crate::library::sheet::Sheet;

/// A summary in words, so that it stays what it was when the questions change.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Summary {
    /// The day of the last answer.
    pub day: Date,
    pub said: Vec<Said>,
    pub pages: Vec<PageFor>,
    /// Questions to take to a professional.
    pub ask: Vec<String>,
    /// What the person means to try this week. Summaries from before it was asked have none.
    #[serde(default)]
    pub step: Option<String>,
}

/// How many pages, and how many questions to ask, stand open; the others are behind "more".
pub const MOST_PAGES: usize = 7;
pub const MOST_ASKS: usize = 5;

/// One question and its answer.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Said {
    pub question: String,
    pub answers: Vec<String>,
    /// Typed, not chosen.
    pub own_words: bool,
}

/// A sheet or guide, and what was said that leads to it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct PageFor {
    pub slug: String,
    pub reasons: Vec<String>,
}

impl Summary {
    pub fn of(questions: &Questions, answers: &Answers, day: Date) -> Summary {
        let mut summary = Summary { day, said: Vec::new(), pages: Vec::new(), ask: Vec::new(), step: None };
        for question in asked(questions, answers) {
            let answer = kept(question, answers);
            let said = said(questions, question, &answer);
            if question.step {
                let chosen = answer.iter().filter_map(|id| question.answer(id)).any(|chosen| !chosen.none);
                summary.step = said.answers.into_iter().next().filter(|_| chosen);
            } else {
                summary.said.push(said);
            }
            for chosen in answer.iter().filter_map(|id| question.answer(id)) {
                for slug in &chosen.sheets {
                    summary.add_page(slug, &chosen.because);
                }
                summary.add_asks(&chosen.ask);
            }
        }
        summary.add_asks(&questions.ask);
        summary
    }

    /// What was typed, not chosen.
    pub fn own_words(&self) -> impl Iterator<Item = &str> {
        self.said
            .iter()
            .filter(|said| said.own_words)
            .flat_map(|said| said.answers.iter().map(String::as_str))
    }

    /// "20 November 2026".
    pub fn day_in_words(&self) -> String {
        day(&self.day)
    }

    /// Its pages as the library has them now; one that is gone is left out.
    pub fn sheets<'l>(&self, library: &'l Library) -> Vec<(&'l Sheet, String)> {
        let found = |page: &PageFor| Some((library.sheet(&page.slug)?, page.because()));
        self.pages.iter().filter_map(found).collect()
    }

    fn add_page(&mut self, slug: &str, because: &str) {
        match self.pages.iter_mut().find(|page| page.slug == slug) {
            Some(page) => page.reasons.push(because.to_owned()),
            None => {
                self.pages.push(PageFor { slug: slug.to_owned(), reasons: vec![because.to_owned()] });
            }
        }
    }

    fn add_asks(&mut self, asks: &[String]) {
        for ask in asks {
            if !self.ask.contains(ask) {
                self.ask.push(ask.clone());
            }
        }
    }
}

impl PageFor {
    /// "Because you said that you wake in the night, and that you get up tired."
    pub fn because(&self) -> String {
        let (last, rest) = self.reasons.split_last().expect("a page has a reason");
        match rest {
            [] => format!("Because you said that {last}."),
            rest => format!("Because you said that {}, and that {last}.", rest.join(", that ")),
        }
    }
}

/// The answer in the words of the question: chosen texts, a number, what was typed, or a thing and how it went.
pub fn said(questions: &Questions, question: &Question, answer: &[String]) -> Said {
    let words = |one: &String| match (question.answer(one), one.split_once('=')) {
        (Some(chosen), _) => chosen.text.clone(),
        (None, Some((thing, chosen))) if question.kind == QuestionKind::Each => {
            let thing = questions.thing(question, thing).unwrap_or(thing);
            let went = question.answer(chosen).map_or(chosen, |chosen| &chosen.text);
            format!("{thing}: {}", went.to_lowercase())
        }
        _ => one.clone(),
    };
    Said {
        question: question.short.clone(),
        answers: answer.iter().map(words).collect(),
        own_words: question.kind == QuestionKind::ShortText,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_for_a_page_is_given_in_one_sentence() {
        let because = |reasons: &[&str]| {
            let reasons = reasons.iter().map(|reason| (*reason).to_owned()).collect();
            PageFor { slug: "a".into(), reasons }.because()
        };
        assert_eq!(because(&["you wake"]), "Because you said that you wake.");
        assert_eq!(because(&["a", "b"]), "Because you said that a, and that b.");
        assert_eq!(because(&["a", "b", "c"]), "Because you said that a, that b, and that c.");
    }
}
