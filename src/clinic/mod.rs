//! What `content/clinic.toml` says: names, phones, opening hours, the promise and the safety words.

use std::path::Path;

use anyhow::{Context, ensure};
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::clinic::promise::{Calendar, Holidays, OpenDay};

pub mod content_file;
pub mod promise;
mod role;

pub use content_file::read_toml;
pub use role::Role;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clinic {
    /// Name of the website.
    pub site: String,
    /// Name of the clinic behind it.
    pub clinic: String,
    /// Who answers for the pages and for personal data.
    pub producer: String,
    pub domain: String,
    pub phone: String,
    pub email: String,
    pub notices_to: String,
    pub address: Vec<String>,
    hours: Hours,
    promise: Promise,
    pub safety: SafetyWords,
    #[serde(skip)]
    calendar: Option<Calendar>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hours {
    time_zone: String,
    monday: Option<Day>,
    tuesday: Option<Day>,
    wednesday: Option<Day>,
    thursday: Option<Day>,
    friday: Option<Day>,
    saturday: Option<Day>,
    sunday: Option<Day>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
struct Day {
    opens: Time,
    closes: Time,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Promise {
    working_days: u32,
}

/// Words that need a person's eye. They mark; they do not judge.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafetyWords {
    words: Vec<String>,
}

impl Clinic {
    /// What the clinic and its site are called: never part of a password of the desk.
    pub fn own_names(&self) -> [&str; 4] {
        [&self.clinic, &self.site, &self.producer, &self.domain]
    }

    /// Reads `clinic.toml` and `bank-holidays.toml` from the content folder.
    pub fn load(content: &Path) -> anyhow::Result<Clinic> {
        let mut clinic: Clinic = read_toml(&content.join("clinic.toml"))?;
        let holidays: Holidays = read_toml(&content.join("bank-holidays.toml"))?;
        let file = content.join("clinic.toml");
        clinic.calendar = Some(
            clinic
                .hours
                .calendar(&clinic.promise, holidays)
                .with_context(|| format!("{}", file.display()))?,
        );
        for address in [&clinic.email, &clinic.notices_to] {
            address
                .parse::<lettre::Address>()
                .with_context(|| format!("{}: \"{address}\" is not an email address", file.display()))?;
        }
        Ok(clinic)
    }

    pub fn calendar(&self) -> &Calendar {
        self.calendar.as_ref().expect("load sets the calendar")
    }

    /// The phone number as a `tel:` link wants it.
    pub fn phone_link(&self) -> String {
        format!("tel:{}", self.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>())
    }

    /// Opening hours in words, days with equal hours together: "Monday to Friday, 9am to 5pm".
    pub fn opening_hours(&self) -> Vec<String> {
        self.calendar().in_words()
    }
}

impl Hours {
    fn calendar(&self, promise: &Promise, holidays: Holidays) -> anyhow::Result<Calendar> {
        let zone = TimeZone::get(&self.time_zone).context("hours.time_zone is not a known time zone")?;
        let days = [
            (Weekday::Monday, self.monday),
            (Weekday::Tuesday, self.tuesday),
            (Weekday::Wednesday, self.wednesday),
            (Weekday::Thursday, self.thursday),
            (Weekday::Friday, self.friday),
            (Weekday::Saturday, self.saturday),
            (Weekday::Sunday, self.sunday),
        ];
        let mut open = Vec::new();
        for (weekday, day) in days {
            let Some(day) = day else { continue };
            ensure!(day.opens < day.closes, "hours: {weekday:?} closes before it opens");
            open.push(OpenDay { weekday, opens: day.opens, closes: day.closes });
        }
        ensure!(!open.is_empty(), "hours: the clinic is never open; give at least one day");
        ensure!((1..=20).contains(&promise.working_days), "promise.working_days must be 1 to 20");
        Ok(Calendar::new(zone, open, holidays, promise.working_days))
    }
}

impl SafetyWords {
    /// The byte ranges of the safety words in a text, in order and without overlap.
    ///
    /// A word is found whatever its case and whichever apostrophe is used, at the start of a word only; without a
    /// `*` it must end with the word too, so that "fall" does not mark "fallow".
    pub fn find(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        let folded = Folded::new(text);
        let mut found: Vec<_> = self.words.iter().flat_map(|word| folded.find(word)).collect();
        found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        let mut end = 0;
        found.retain(|range| {
            let apart = range.start >= end;
            if apart {
                end = range.end;
            }
            apart
        });
        found
    }

    pub fn are_in(&self, text: &str) -> bool {
        !self.find(text).is_empty()
    }

    /// The text cut into pieces, each with whether it is a safety word.
    pub fn marked<'t>(&self, text: &'t str) -> Vec<(bool, &'t str)> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for range in self.find(text) {
            pieces.push((false, &text[at..range.start]));
            pieces.push((true, &text[range.clone()]));
            at = range.end;
        }
        pieces.push((false, &text[at..]));
        pieces.retain(|(_, piece)| !piece.is_empty());
        pieces
    }
}

/// A text in lower case with straight apostrophes and single spaces, and where each of its characters came from.
struct Folded {
    characters: Vec<char>,
    /// Byte range in the original of each character.
    origins: Vec<std::ops::Range<usize>>,
}

impl Folded {
    fn new(text: &str) -> Folded {
        let mut folded = Folded { characters: Vec::new(), origins: Vec::new() };
        for (at, original) in text.char_indices() {
            let simple = match original {
                '’' | '‘' | '`' | '´' | 'ʼ' => '\'',
                c if c.is_whitespace() => ' ',
                c => c,
            };
            if simple == ' ' && folded.characters.last() == Some(&' ') {
                continue;
            }
            for lower in simple.to_lowercase() {
                folded.characters.push(lower);
                folded.origins.push(at..at + original.len_utf8());
            }
        }
        folded
    }

    fn find(&self, word: &str) -> Vec<std::ops::Range<usize>> {
        let (stem, open_ended) = match word.strip_suffix('*') {
            Some(stem) => (stem, true),
            None => (word, false),
        };
        let stem: Vec<char> = stem.chars().collect();
        let in_word = |at: usize| self.characters.get(at).is_some_and(|c| c.is_alphanumeric());
        let mut found = Vec::new();
        for start in 0..self.characters.len() {
            let mut end = start + stem.len();
            let begins = start == 0 || !in_word(start - 1);
            if stem.is_empty() || !begins || self.characters.get(start..end) != Some(&stem[..]) {
                continue;
            }
            if in_word(end) && !open_ended {
                continue;
            }
            while in_word(end) {
                end += 1;
            }
            found.push(self.origins[start].start..self.origins[end - 1].end);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> SafetyWords {
        SafetyWords { words: words.iter().map(|word| word.to_string()).collect() }
    }

    fn marks<'t>(list: &SafetyWords, text: &'t str) -> Vec<&'t str> {
        list.find(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn safety_words_are_found_whatever_their_case_apostrophe_or_spacing() {
        let list = words(&["can't pee", "numb*"]);
        assert_eq!(marks(&list, "I CAN’T  pee and feel Numbness."), ["CAN’T  pee", "Numbness"]);
        assert!(marks(&list, "number plates").len() == 1, "a star takes the rest of the word");
    }

    #[test]
    fn a_word_without_a_star_is_a_whole_word() {
        let list = words(&["fall"]);
        assert_eq!(marks(&list, "a fall in the fallow field, befall"), ["fall"]);
    }

    #[test]
    fn overlapping_words_mark_the_longest_once() {
        let list = words(&["chest", "chest pain"]);
        assert_eq!(marks(&list, "Chest pain!"), ["Chest pain"]);
    }

    #[test]
    fn marked_pieces_are_the_text_again_and_never_cut_a_character() {
        let list = words(&["numb*", "fell"]);
        for text in ["", "İnumb", "ﬁ fell ß NUMB👩‍👩‍👧 fell", "\u{202e}numb\u{0}", "fell"] {
            let joined: String = list.marked(text).into_iter().map(|(_, piece)| piece).collect();
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn the_shipped_clinic_loads_and_says_its_hours() {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        assert_eq!(clinic.opening_hours(), ["Monday to Friday, 9am to 5pm"]);
        assert_eq!(clinic.phone_link(), "tel:02079460123");
        for text in ["my leg is numb", "cant pee", "saddle area", "I had cancer", "I fell", "can’t wee"] {
            assert!(clinic.safety.are_in(text), "{text}");
        }
        assert!(!clinic.safety.are_in("Lower back ache for two months, worse when sitting"));
    }
}
