//! What a private page asks before it shows contact details, and what of them it shows to a stranger.
//!
//! The link came by email, and an address may have been mistyped. So what is asked is nothing that a mail of ours holds:
//! the address is known to whoever reads it there, and where the last name is asked for, mails leave it out.

use crate::consultations::request::Request;
use crate::web::form::phone::{digits, numbers};

/// Digits of a phone number that are asked for.
const DIGITS: usize = 4;

/// What only the patient knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProofQuestion {
    /// The last digits of the phone number that was given.
    PhoneEnd,
    /// The last word of the name that was given, where there is no phone number.
    LastName,
}

impl ProofQuestion {
    pub fn of(request: &Request) -> ProofQuestion {
        ProofQuestion::for_phone(&request.phone)
    }

    fn for_phone(phone: &str) -> ProofQuestion {
        if endings(phone).is_empty() { ProofQuestion::LastName } else { ProofQuestion::PhoneEnd }
    }

    pub fn label(self) -> &'static str {
        match self {
            ProofQuestion::PhoneEnd => "Last 4 digits of your phone number",
            ProofQuestion::LastName => "Your last name",
        }
    }

    pub fn hint(self) -> &'static str {
        match self {
            ProofQuestion::PhoneEnd => "Of the number that you gave us. If you gave two, either will do.",
            ProofQuestion::LastName => "The last word of the full name that you gave us.",
        }
    }

    /// What to say to who left it empty.
    pub fn missing(self) -> &'static str {
        match self {
            ProofQuestion::PhoneEnd => "Enter the last 4 digits of your phone number",
            ProofQuestion::LastName => "Enter your last name",
        }
    }

    pub fn wrong(self) -> &'static str {
        match self {
            ProofQuestion::PhoneEnd => "These are not the last 4 digits of the phone number we have",
            ProofQuestion::LastName => "This is not the last name we have",
        }
    }

    /// Whether this is what the patient gave us. The whole number, or more of the name, is right too.
    pub fn is_answered_by(self, request: &Request, typed: &str) -> bool {
        self.is_right(&request.name, &request.phone, typed)
    }

    fn is_right(self, name: &str, phone: &str, typed: &str) -> bool {
        match self {
            ProofQuestion::PhoneEnd => {
                let typed = digits(typed);
                let end = typed.len().checked_sub(DIGITS).map(|from| &typed[from..]);
                end.is_some_and(|end| endings(phone).iter().any(|ending| ending == end))
            }
            ProofQuestion::LastName => {
                let words: Vec<&str> = name.split_whitespace().collect();
                let ends = (0..words.len()).map(|from| letters(&words[from..].concat()));
                let typed = letters(typed);
                !typed.is_empty() && ends.into_iter().any(|end| end == typed)
            }
        }
    }
}

/// The last digits of each number among what was given as a phone number.
fn endings(given: &str) -> Vec<String> {
    numbers(given)
        .iter()
        .map(|number| {
            let whole = number.dial.trim_start_matches('+');
            whole[whole.len().saturating_sub(DIGITS)..].to_owned()
        })
        .collect()
}

/// A name to compare: without accents, case, spaces and marks. One that has no letters stays as it is.
fn letters(name: &str) -> String {
    let plain = deunicode::deunicode(name).to_lowercase();
    let letters: String = plain.chars().filter(|c| c.is_alphanumeric()).collect();
    if letters.is_empty() { name.split_whitespace().collect() } else { letters }
}

/// "A… L…": the first letter of each word.
pub fn masked_name(name: &str) -> String {
    let first = |word: &str| word.chars().next().map(|letter| format!("{letter}…"));
    name.split_whitespace().filter_map(first).collect::<Vec<_>>().join(" ")
}

/// "a…@example.org".
pub fn masked_email(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or_default();
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_either_number_answers_and_nothing_else_does() {
        let mum = "Mum: 07700 900123, home +44 (0)20 7946 0991 ext 55 after 6";
        let question = ProofQuestion::for_phone(mum);
        assert_eq!(question, ProofQuestion::PhoneEnd);
        for right in ["0123", "0991", " 01-23 ", "07700 900123", "٠١٢٣"] {
            assert!(question.is_right("Ada Lovelace", mum, right), "{right}");
        }
        for wrong in ["", "123", "0124", "Lovelace", "01234", "55", "0123 0", "after"] {
            assert!(!question.is_right("Ada Lovelace", mum, wrong), "{wrong}");
        }
    }

    #[test]
    fn without_a_number_the_last_name_answers_however_it_is_written_and_the_first_does_not() {
        for (name, right) in [
            ("Ada Lovelace", vec!["lovelace", "Ada Lovelace", " LOVELACE "]),
            ("Siobhán Ní Dhomhnaill", vec!["Dhomhnaill", "Ni Dhomhnaill", "ní dhomhnaill"]),
            ("Zoë O’Neill-Smith", vec!["O'Neill Smith", "oneillsmith"]),
            ("Prince", vec!["prince"]),
            ("محمد علي", vec!["علي"]),
        ] {
            let question = ProofQuestion::for_phone("");
            assert_eq!(question, ProofQuestion::LastName);
            for typed in right {
                assert!(question.is_right(name, "", typed), "{name}: {typed}");
            }
            for wrong in ["", " ", "-", "Ada", "Zoe", "Siobhan", "Lovelac", "@"] {
                assert!(!question.is_right(name, "", wrong), "{name}: {wrong}");
            }
        }
    }

    #[test]
    fn what_is_shown_to_a_stranger_names_nobody() {
        assert_eq!(masked_name(" Ada  King Lovelace"), "A… K… L…");
        assert_eq!(masked_email("ada.lovelace@example.org"), "a…@example.org");
        assert_eq!(masked_email("éa@example.org"), "é…@example.org");
    }
}
