//! Passwords that are guessed first: common words with digits and signs around them, and runs of keys.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words that passwords are made of more often than any others. One or two of them are not a password.
static WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").split_whitespace().collect());

const RUNS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "!\"£$%^&*()",
    "!@#$%^&*()",
];

/// True when the password is one that a guesser tries early.
pub fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    is_run(&lower)
        || is_repeated(&lower)
        || [without_signs(&lower), spelt_out(&lower)].iter().any(|w| is_words(w))
}

/// Letters alone: "Summer 2026!" is "summer".
fn without_signs(lower: &str) -> String {
    lower.chars().filter(|c| c.is_alphabetic()).collect()
}

/// Letters alone, with digits and signs inside read as the letters that they stand for: "p@ssw0rd1" is "password".
fn spelt_out(lower: &str) -> String {
    let inner = lower.trim_matches(|c: char| !c.is_alphabetic());
    let letter = |c| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    inner.chars().map(letter).filter(|c| c.is_alphabetic()).collect()
}

/// One common word, two, or one again and again.
fn is_words(letters: &str) -> bool {
    if letters.is_empty() {
        return false;
    }
    let known = |part: &str| WORDS.contains(part);
    let two = letters.char_indices().skip(1).any(|(at, _)| known(&letters[..at]) && known(&letters[at..]));
    let again = letters.char_indices().skip(3).any(|(at, _)| {
        known(&letters[..at])
            && letters.len().is_multiple_of(at)
            && letters == letters[..at].repeat(letters.len() / at)
    });
    known(letters) || two || again
}

/// True when three in four keys neighbour the one before on the keyboard, or repeat it.
fn is_run(lower: &str) -> bool {
    let keys: Vec<char> = lower.chars().collect();
    let beside = |pair: &&[char]| {
        let (one, other) = (pair[0], pair[1]);
        one == other
            || RUNS.iter().any(|run| {
                let at = |key| run.chars().position(|known| known == key);
                matches!((at(one), at(other)), (Some(a), Some(b)) if a.abs_diff(b) == 1)
            })
    };
    let near = keys.windows(2).filter(beside).count();
    keys.len() > 3 && near * 4 >= (keys.len() - 1) * 3
}

/// A part of up to 6 signs, again and again.
fn is_repeated(lower: &str) -> bool {
    let keys: Vec<char> = lower.chars().collect();
    (1..=6).any(|length| {
        keys.len() >= length * 2 && keys.iter().enumerate().all(|(at, key)| *key == keys[at % length])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_common() {
        for common in [
            "password1234",
            "P@ssw0rd!!!!!",
            "Summer2026!!!",
            "iloveyou2024",
            "liverpool1234",
            "123456789012",
            "qwertyuiop12",
            "1qaz2wsx3edc",
            "abcabcabcabc",
            "passwordpassword",
            "correct horse battery staple",
            "CorrectHorseBatteryStaple1",
            "letmein-letmein-letmein",
            "Welcome Manchester 1",
            "aaaaaaaaaaaab",
        ] {
            assert!(is_common(common), "{common}");
        }
    }

    #[test]
    fn words_that_do_not_belong_together_are_not_common() {
        for good in [
            "three odd words here",
            "correct horse battery",
            "a good long one",
            "teapot-glacier-lorry",
            "8fK!x2pQw9zL",
            "ærlig talt ødegård",
        ] {
            assert!(!is_common(good), "{good}");
        }
    }
}
