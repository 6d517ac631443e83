//! One-use codes for who has lost their phone: shown once, kept as keyed hashes.

use crate::storage::encryption::Cipher;
use crate::storage::reference::reference;

pub const HOW_MANY: usize = 10;

/// New codes such as `7K3M-9QX4-D7H6`: letters and digits that are not mistaken for others, about 50 random bits.
pub fn codes() -> Vec<String> {
    let half = || reference("")[1..].to_owned();
    (0..HOW_MANY).map(|_| format!("{}-{}", half(), &half()[..4])).collect()
}

/// True for what is as long as one of these, and so is no code of an app.
pub fn looks_like_one(typed: &str) -> bool {
    typed.chars().filter(char::is_ascii_alphanumeric).count() == 12
}

/// What is stored of a code: the same for however it is typed, and of no use without our key.
pub fn keyed_hash(cipher: &Cipher, staff: i64, typed: &str) -> String {
    let letters: String =
        typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    cipher.keyed_hash("recovery code", &format!("{staff} {letters}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_and_are_known_however_they_are_typed() {
        let folder = tempfile::tempdir().unwrap();
        let cipher = Cipher::open(&folder.path().join("keys"), true).unwrap();
        let codes = codes();
        let different: std::collections::HashSet<_> = codes.iter().collect();
        assert_eq!((codes.len(), different.len(), codes[0].len()), (HOW_MANY, HOW_MANY, 14));
        assert!(codes.iter().all(|code| looks_like_one(code)) && !looks_like_one("123 456"));
        let spoken = codes[0].replace('-', " ").to_lowercase();
        assert_eq!(keyed_hash(&cipher, 1, &codes[0]), keyed_hash(&cipher, 1, &spoken));
        assert_ne!(
            keyed_hash(&cipher, 1, &codes[0]),
            keyed_hash(&cipher, 2, &codes[0]),
            "each account has its own"
        );
        assert_ne!(keyed_hash(&cipher, 1, &codes[0]), keyed_hash(&cipher, 1, &codes[1]));
    }
}
