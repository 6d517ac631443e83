//! References that people read out on the phone, and the keys by which a form that is sent twice is taken once.

use crate::storage::clock::Clock;
use crate::storage::encryption::{Cipher, hex, random, token_hash};

/// No letter or digit that looks or sounds like another (0 O, 1 I L, 2 Z, 5 S, 6 G, 8 B), and no vowel.
const ALPHABET: &[u8] = b"346789CDFHJKMNPQRTVWXY";
/// More than 10 thousand million codes: see `security::Limits` for what that is worth.
const CODE_LENGTH: usize = 8;
const CHECK_PAGE: &str = "check page";
/// Of the keyed hash in a check page's key: 64 bits.
const PROOF_DIGITS: usize = 16;
/// Faster than a person reads a check page.
const SHORTEST_READING_SECONDS: i64 = 2;

/// Such as `BP-7K3M-9QX4`: never three letters in a row, so that it spells nothing. About 34 random bits.
pub fn reference(prefix: &str) -> String {
    format!("{prefix}-{}", in_fours(&code()))
}

/// Such as `7K3M-9QX4`.
pub fn in_fours(code: &str) -> String {
    code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

/// Such as `7K3M9QX4`, to be typed from one screen into another.
pub fn code() -> String {
    loop {
        let drawn: Vec<u8> = std::iter::repeat_with(|| random::<1>()[0])
            // Whole multiples of the alphabet only, so that every character is equally likely.
            .filter(|byte| usize::from(*byte) < 256 - 256 % ALPHABET.len())
            .map(|byte| ALPHABET[usize::from(byte) % ALPHABET.len()])
            .take(CODE_LENGTH)
            .collect();
        if drawn.windows(3).all(|three| three.iter().any(u8::is_ascii_digit)) {
            return String::from_utf8(drawn).expect("the alphabet is ASCII");
        }
    }
}

/// A code as a person typed it: any case, with spaces or hyphens. Nothing when no code of ours looks like it.
pub fn parse_code(typed: &str) -> Option<String> {
    let kept: String = typed.chars().filter(|c| !c.is_whitespace() && !"-–—.".contains(*c)).collect();
    let code = kept.to_ascii_uppercase();
    (code.len() == CODE_LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(code)
}

/// The random key of one check page. It says when the page was made, and cannot be made elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct SubmissionKey(String);

impl SubmissionKey {
    pub fn new(cipher: &Cipher, clock: &Clock) -> SubmissionKey {
        let body = format!("{}-{:x}", hex(&random::<16>()), clock.now().as_second());
        SubmissionKey(format!("{body}-{}", proof(cipher, &body)))
    }

    /// A key that a check page sent back; nothing when it is not one of ours.
    pub fn parse(cipher: &Cipher, text: &str) -> Option<SubmissionKey> {
        let (body, given) = text.rsplit_once('-')?;
        let right = given.len() == PROOF_DIGITS && cipher.is_keyed_hash(CHECK_PAGE, body, given);
        // In our own spelling only: a key has one.
        (right && !given.bytes().any(|digit| digit.is_ascii_uppercase() || digit == b'+'))
            .then(|| SubmissionKey(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored of the key. Each kind of form keeps keys of its own.
    pub fn hash(&self, kind: &str) -> String {
        key_hash(kind, &self.0)
    }

    /// True when the check page was answered faster than anyone can read it.
    pub fn was_too_quick(&self, clock: &Clock) -> bool {
        let made = self.0.split('-').nth(1).and_then(|time| i64::from_str_radix(time, 16).ok()).unwrap_or(0);
        let read_for = clock.now().as_second() - made;
        // A clock that was set back makes nobody quick.
        (0..SHORTEST_READING_SECONDS).contains(&read_for)
    }

    /// The key of the page that asks for one more press: the same each time, so that a double press is still one.
    pub fn for_second_press(&self, cipher: &Cipher) -> SubmissionKey {
        if self.is_of_second_press() {
            return self.clone();
        }
        let made = self.0.rsplit_once('-').map_or("", |(body, _)| body);
        let body = format!("{made}-again");
        SubmissionKey(format!("{body}-{}", proof(cipher, &body)))
    }

    /// True when a page has asked for one more press already.
    pub fn is_of_second_press(&self) -> bool {
        self.0.split('-').nth(2) == Some("again")
    }

    /// The secret of the private page that this key led to: the same each time, and not to be guessed from elsewhere.
    pub fn private_token(&self, cipher: &Cipher) -> String {
        cipher.keyed_hash("private page", &self.0)[..40].to_owned()
    }
}

/// The same for a key as an address holds it, ours or not.
pub fn key_hash(kind: &str, key: &str) -> String {
    token_hash(&format!("{kind}\0{key}"))
}

fn proof(cipher: &Cipher, body: &str) -> String {
    cipher.keyed_hash(CHECK_PAGE, body)[..PROOF_DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_no_look_alikes_and_spell_nothing() {
        for _ in 0..2000 {
            let reference = reference("BP");
            let (prefix, rest) = reference.split_once('-').unwrap();
            assert_eq!((prefix, rest.len()), ("BP", 9));
            assert!(rest.chars().all(|c| c == '-' || ALPHABET.contains(&(c as u8))), "{reference}");
            let run = rest.replace('-', "");
            assert!(
                run.as_bytes().windows(3).all(|three| !three.iter().all(u8::is_ascii_alphabetic)),
                "{reference}"
            );
        }
    }

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        let code = code();
        let typed = code.to_lowercase();
        let (first, last) = typed.split_at(4);
        assert_eq!(in_fours("7K3M9QX4"), "7K3M-9QX4");
        assert_eq!(parse_code(&format!(" {first} - {last}\u{a0}")), Some(code));
        for odd in ["", "7K3M9QX", "7K3M9QX44", "7K3M9QX0", "7K3M9QXÉ", "ǅǅǅǅ"] {
            assert_eq!(parse_code(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_key_is_taken_back_and_a_forged_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let cipher = Cipher::open(&folder.path().join("keys"), true).unwrap();
        let clock = Clock::set_to("2026-11-20T12:00Z".parse().unwrap());
        let key = SubmissionKey::new(&cipher, &clock);
        assert_eq!(SubmissionKey::parse(&cipher, key.as_str()), Some(key.clone()));
        assert!(key.was_too_quick(&clock));
        clock.advance(jiff::SignedDuration::from_secs(2));
        assert!(!key.was_too_quick(&clock));
        let again = key.for_second_press(&cipher);
        assert_eq!(SubmissionKey::parse(&cipher, again.as_str()), Some(again.clone()));
        assert!(again.is_of_second_press() && !key.is_of_second_press());
        assert_eq!(again, key.for_second_press(&cipher), "a double press is one");
        clock.advance(jiff::SignedDuration::from_secs(-600));
        assert!(!key.was_too_quick(&clock), "the clock was set back");
        for forged in ["", "-", "a-b-c", &key.as_str().replacen('-', "0-", 1)] {
            assert_eq!(SubmissionKey::parse(&cipher, forged), None);
        }
    }
}
