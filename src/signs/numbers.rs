//! Numbers for help inside a sentence, so that a phone can dial each with a tap.

use std::sync::LazyLock;

use regex::Regex;

/// 999, 111, Samaritans and Lifeline are dialled; 85258 (Shout) takes a text message.
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:999|111|116\s123|0808\s808\s8000|85258)\b").expect("the pattern is well formed")
});

/// A sentence in pieces, each with the link of the number that it is, or with an empty one.
pub fn linked(words: &str) -> Vec<(String, &str)> {
    let (mut pieces, mut from) = (Vec::new(), 0);
    for number in NUMBERS.find_iter(words) {
        if number.start() > from {
            pieces.push((String::new(), &words[from..number.start()]));
        }
        let digits: String = number.as_str().chars().filter(char::is_ascii_digit).collect();
        let link =
            if digits == "85258" { "sms:85258?body=SHOUT".to_owned() } else { format!("tel:{digits}") };
        pieces.push((link, number.as_str()));
        from = number.end();
    }
    if from < words.len() {
        pieces.push((String::new(), &words[from..]));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_for_help_can_be_tapped_and_the_words_stay() {
        let words = "Call 999, or Samaritans on 116\u{a0}123. Text SHOUT to 85258. Not 1999 or 111th.";
        let pieces = linked(words);
        assert_eq!(pieces.iter().map(|(_, piece)| *piece).collect::<String>(), words);
        let links: Vec<&str> =
            pieces.iter().map(|(link, _)| link.as_str()).filter(|link| !link.is_empty()).collect();
        assert_eq!(links, ["tel:999", "tel:116123", "sms:85258?body=SHOUT"]);
    }
}
