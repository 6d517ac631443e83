//! What was typed into the search of the queue, and the forms in which names and numbers are found again.

use deunicode::deunicode;
use memchr::memmem::Finder;

use crate::web::form::phone::{digits, in_plain_digits};

/// What was typed into the search: each of its words, as the forms it may be found by.
pub struct SearchKey(Vec<Vec<Finder<'static>>>);

impl SearchKey {
    /// Which of the texts are found, in their order. Only where the first word stands are the others looked for.
    pub fn found_in(&self, texts: &SearchText) -> Vec<u32> {
        let Some((first, others)) = self.0.split_first() else { return Vec::new() };
        let mut found: Vec<u32> = first.iter().flat_map(|form| texts.places_of(form)).collect();
        found.sort_unstable();
        found.dedup();
        let stands_in = |word: &Vec<Finder>, text: &[u8]| word.iter().any(|form| form.find(text).is_some());
        found.retain(|at| others.iter().all(|word| stands_in(word, texts.text(*at))));
        found
    }

    /// What no request is found by.
    pub fn nobody() -> SearchKey {
        SearchKey(vec![Vec::new()])
    }

    /// Nothing when there is no letter and no digit in it.
    pub fn parse(typed: &str) -> Option<SearchKey> {
        let typed = &in_plain_digits(typed);
        let is_number = |text: &str| {
            text.chars()
                .all(|c| c.is_ascii_digit() || c.is_whitespace() || "+＋()（）-‐‑‒–−－./／".contains(c))
        };
        let forms: Vec<Vec<String>> = if is_number(typed) {
            vec![vec![national(typed)]]
        } else {
            let forms = |word| {
                if is_number(word) { vec![normalise(word), national(word)] } else { spellings(word) }
            };
            typed.split_whitespace().map(forms).collect()
        };
        let said = |mut forms: Vec<String>| {
            forms.retain(|form| !form.is_empty());
            // Each is looked for in every request of the queue, so what makes that quick is worked out once.
            let finders = || forms.iter().map(|form| Finder::new(form).into_owned()).collect();
            (!forms.is_empty()).then(finders)
        };
        let forms: Vec<Vec<Finder>> = forms.into_iter().filter_map(said).collect();
        (!forms.is_empty()).then_some(SearchKey(forms))
    }
}

/// Many texts one after the other in memory, so that one word is looked for in all of them in one go.
#[derive(Default)]
pub struct SearchText {
    /// Each ends with a line end, which no word that is looked for holds.
    all: Vec<u8>,
    /// Where each ends in `all`.
    ends: Vec<usize>,
}

impl SearchText {
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>) -> SearchText {
        let mut made = SearchText::default();
        for text in texts {
            made.all.extend_from_slice(text.as_bytes());
            made.all.push(b'\n');
            made.ends.push(made.all.len());
        }
        made
    }

    fn text(&self, at: u32) -> &[u8] {
        let at = at as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.all[start..self.ends[at]]
    }

    /// The texts in which it stands, each once.
    fn places_of(&self, form: &Finder) -> Vec<u32> {
        let (mut from, mut places) = (0, Vec::new());
        while let Some(found) = form.find(&self.all[from..]) {
            let place = self.ends.partition_point(|end| *end <= from + found);
            places.extend(u32::try_from(place));
            from = self.ends[place];
        }
        places
    }
}

/// Letters and digits alone, in plain lower-case ASCII: "Mary-Jane O’Neill" is "maryjaneoneill", "Zielińska" is
/// "zielinska".
pub(crate) fn normalise(text: &str) -> String {
    deunicode(text).chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A name in the forms that it is found by: in plain letters, and in those of its own script.
pub(crate) fn of_name(name: &str) -> String {
    format!("{}\n{}", normalise(name), own_letters(name))
}

/// A word of another script is found in its own letters, and by how it sounds when that is more than a syllable, which
/// half of all names have: 李 is "li".
fn spellings(word: &str) -> Vec<String> {
    let (own, plain) = (own_letters(word), normalise(word));
    if own.is_empty() {
        return vec![plain];
    }
    if plain.len() < 4 { vec![own] } else { vec![own, plain] }
}

/// The letters and marks of a text that has some beyond the Latin alphabet, without spaces; nothing for any other.
fn own_letters(text: &str) -> String {
    let is_latin =
        |c: char| matches!(c, '\0'..='\u{36f}' | '\u{1e00}'..='\u{1eff}' | '\u{ff00}'..='\u{ff5e}');
    if !text.chars().any(|c| c.is_alphabetic() && !is_latin(c)) {
        return String::new();
    }
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_ascii_punctuation())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The digits of a number without what stands for the country or the trunk: "+44 (0)7700 900123" is "7700900123".
pub fn national(phone: &str) -> String {
    let digits = digits(phone);
    let abroad = digits.strip_prefix("00");
    let with_country = phone.trim_start().starts_with(['+', '＋']) || abroad.is_some() || digits.len() > 11;
    let digits = abroad.unwrap_or(&digits);
    let digits = if with_country { digits.strip_prefix("44").unwrap_or(digits) } else { digits };
    digits.strip_prefix('0').unwrap_or(digits).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(typed: &str) -> bool {
        let found_by = [
            normalise("Zoë Mary-Jane O’Neill"),
            normalise("zoe.oneill+back@example.org"),
            normalise("BP-7K3M-9QX4"),
            national("+44 (0)7700 900123"),
        ];
        is_found(typed, &found_by.join("\n"))
    }

    fn is_found(typed: &str, text: &str) -> bool {
        let texts = SearchText::of(["adalovelace", text, "7700900124"].into_iter());
        SearchKey::parse(typed).is_some_and(|key| key.found_in(&texts).contains(&1))
    }

    #[test]
    fn of_many_texts_those_are_found_in_which_every_word_stands_in_their_order() {
        let texts = SearchText::of(["annlee\n7700900123", "", "leeann", "ann", "annann\nlee"].into_iter());
        let found = |typed: &str| SearchKey::parse(typed).unwrap().found_in(&texts);
        assert_eq!(found("ann lee"), [0, 2, 4]);
        assert_eq!(found("ann"), [0, 2, 3, 4]);
        assert_eq!(found("leeann 1"), [0; 0]);
        assert_eq!(found("900123"), [0]);
        assert_eq!(SearchKey::nobody().found_in(&texts), [0; 0]);
        assert_eq!(SearchKey::parse("ann").unwrap().found_in(&SearchText::default()), [0; 0]);
    }

    #[test]
    fn a_person_is_found_whatever_the_case_spaces_and_hyphens() {
        for typed in [
            "zoe",
            "ZOË O'NEILL",
            "o’neill zoe",
            "mary jane",
            "maryjane",
            "Mary-Jane",
            "zoe.oneill+back@example.org",
            "ZOE.ONEILL",
            "bp 7k3m 9qx4",
            "BP7K3M9QX4",
            "7k3m-9q",
            "07700 900123",
            "07700900123",
            "+44 7700 900 123",
            "0044 7700 900123",
            "+44 (0)7700-900-123",
            "7700 900",
            "900123",
            "zoe 900123",
            "٠٧٧٠٠ ٩٠٠١٢٣",
            "٩٠٠١٢٣",
            "０７７００　９００１２３",
            "＋４４ ７７００ ９００１２３",
            "۹۰۰۱۲۳",
            "０７７００－９００－１２３",
            "07700−900−123",
            "zoë ٩٠٠١٢٣",
            "BP-７K３M-９QX４",
            "ＢＰ－７Ｋ３Ｍ－９ＱＸ４",
            "bp ٧k٣m ٩qx٤",
        ] {
            assert!(finds(typed), "{typed}");
        }
        for typed in ["", " - ", "ada", "zoe lovelace", "07700 900124", "BP-7K3M-9QX5"] {
            assert!(!finds(typed), "{typed}");
        }
    }

    #[test]
    fn a_name_is_found_with_and_without_its_accents_in_any_script() {
        for (name, typed) in [
            ("Zielińska", "zielinska"),
            ("Zielińska", "ZIELIŃSKA"),
            ("Zielin\u{301}ska", "zielińska"),
            ("Zielinska", "Zielińska"),
            ("Łukasz Żak", "lukasz zak"),
            ("Jürgen Großmann", "GROSSMANN"),
            ("Nguyễn Thị Hương", "nguyen thi"),
            ("प्रिया शर्मा", "प्रिया"),
            ("Ｊａｎｅ", "jane"),
        ] {
            assert!(is_found(typed, &normalise(name)), "{typed} in {name}");
        }
        assert!(!is_found("zielona", &normalise("Zielińska")));
    }

    #[test]
    fn a_name_of_another_script_is_found_by_its_own_letters_and_not_by_every_name_that_sounds_alike() {
        let finds = |typed: &str, name: &str| is_found(typed, &of_name(name));
        for (typed, name) in [
            ("李", "李明"),
            ("李明", "李明"),
            ("李明", "Li Ming"),
            ("иван", "Иван Петров"),
            ("Иванов", "Ivanov"),
        ] {
            assert!(finds(typed, name), "{typed} in {name}");
        }
        for (typed, name) in [("李", "Charlie Collins"), ("李", "Oliver"), ("王", "Wanda Swann")] {
            assert!(!finds(typed, name), "{typed} in {name}");
        }
    }

    #[test]
    fn a_number_is_the_same_with_and_without_its_country() {
        for typed in ["07700 900123", "+447700900123", "00447700900123", "+44 (0)7700 900123", "447700900123"]
        {
            assert_eq!(national(typed), "7700900123", "{typed}");
        }
        assert_eq!(national("020 7946 0123"), "2079460123");
    }
}
