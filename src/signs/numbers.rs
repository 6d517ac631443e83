//! Numbers for help inside a sentence, so that a phone can dial each with a tap.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// 999, 111, Samaritans and Shout, text relay (18000 in an emergency, 18001 with the number after it), and numbers of the
/// United Kingdom with spaces that are no mobile: help lines and the clinic's own (Ofcom, National Telephone Numbering
/// Plan).
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    let national = r"0[1-38]\d{1,3}\s(?:\d{3,4}\s\d{3,4}|\d{6}|\d{2}\s\d{2}\s\d{2})";
    let patterns = [r"999|111|116\s123", national].join("|");
    let relay = format!(r"18000|18001(?:\s(?:{patterns}))?");
    Regex::new(&format!(r"\b(?:{relay}|85258|{patterns})\b")).expect("the pattern is well formed")
});

/// What comes after a count: "the 999 people in that study".
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    let things =
        "people|patients|adults|men|women|children|trials|studies|days|weeks|words|characters|times|mg";
    Regex::new(&format!(r"^\s(?:{things})\b")).expect("the pattern is well formed")
});

/// What comes after a number that is a part of a name: "NHS 111 online" is a website.
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s(?:online|Wales)\b").expect("the pattern is well formed"));

/// A sentence in pieces, each with the link of the number that it is, or with an empty one.
pub fn linked(words: &str) -> Vec<(String, &str)> {
    let (mut pieces, mut from) = (Vec::new(), 0);
    for number in
        NUMBERS.find_iter(words).map(|found| found.range()).filter(|found| can_be_dialled(words, found))
    {
        if number.start > from {
            pieces.push((String::new(), &words[from..number.start]));
        }
        let typed = &words[number.clone()];
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        // Shout takes a text message.
        let link =
            if digits == "85258" { "sms:85258?body=SHOUT".to_owned() } else { format!("tel:{digits}") };
        pieces.push((link, typed));
        from = number.end;
    }
    if from < words.len() {
        pieces.push((String::new(), &words[from..]));
    }
    pieces
}

/// False for a part of a longer number, a date, an address ("111.wales.nhs.uk") or an entity, for a count and for a name.
fn can_be_dialled(words: &str, number: &Range<usize>) -> bool {
    let (before, after) = (&words[..number.start], &words[number.end..]);
    let joined = |c: char| matches!(c, '.' | ',' | '/' | '-' | '–' | '\u{2011}' | '#' | '£' | '+');
    let goes_on = |mut rest: std::str::Chars| {
        rest.next().is_some_and(joined) && rest.next().is_some_and(char::is_alphanumeric)
    };
    !before.ends_with(joined)
        && !goes_on(after.chars())
        && !after.starts_with('%')
        && !COUNTED.is_match(after)
        && !NAMED.is_match(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(words: &str) -> Vec<String> {
        let pieces = linked(words);
        assert_eq!(pieces.iter().map(|(_, piece)| *piece).collect::<String>(), words);
        pieces.into_iter().map(|(link, _)| link).filter(|link| !link.is_empty()).collect()
    }

    #[test]
    fn each_number_for_help_can_be_tapped_and_the_words_stay() {
        let words = "Call 999, or Samaritans on 116\u{a0}123. Text SHOUT to 85258. Not 1999 or 111th.";
        assert_eq!(links(words), ["tel:999", "tel:116123", "sms:85258?body=SHOUT"]);
        assert_eq!(links("Lifeline on 0808 808 8000."), ["tel:08088088000"]);
        assert_eq!(
            links("Dial 18000 in an emergency, or 18001 0808 808 8000, 18001 111 or 18001\u{a0}116 123."),
            ["tel:18000", "tel:1800108088088000", "tel:18001111", "tel:18001116123"]
        );
        assert_eq!(
            links("The clinic: 020 7946 0123; the ICO: 0303 123 1113"),
            ["tel:02079460123", "tel:03031231113"]
        );
    }

    #[test]
    fn a_number_in_pairs_and_one_behind_the_relay_are_dialled_whole() {
        assert_eq!(links("Breathing Space, 0800 83 85 87."), ["tel:0800838587"]);
        assert_eq!(links("If you are deaf, dial 18001 0808 808 8000."), ["tel:1800108088088000"]);
    }

    #[test]
    fn a_service_that_has_a_number_in_its_name_is_not_dialled() {
        assert!(links("You can use NHS 111 online instead, and NHS 111 Wales has a page.").is_empty());
        assert_eq!(links("Call NHS 111 now."), ["tel:111"]);
    }

    #[test]
    fn a_count_a_date_an_address_and_a_part_of_a_number_are_no_numbers_for_help() {
        for words in [
            "The 999 people in that study",
            "111.wales.nhs.uk",
            "1,111 and 111,000",
            "pages 111–999",
            "a dose of 111 mg",
            "in 111% of",
            "&#111;",
            "0.999",
        ] {
            assert!(links(words).is_empty(), "{words}: {:?}", links(words));
        }
    }
}
