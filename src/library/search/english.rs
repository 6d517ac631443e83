//! Words that English has: none of them is a slip, even where the site does not write it.

use std::sync::LazyLock;

/// In the order of the alphabet, after lines of comment.
static WORDS: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("english.txt").lines().filter(|line| !line.starts_with('#')).collect());

/// Whether a word in lower case, without apostrophes, is English.
pub fn is_english(word: &str) -> bool {
    WORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_holds_words_that_the_site_does_not() {
        assert!(WORDS.is_sorted() && WORDS.len() > 50_000);
        assert!(is_english("tens") && is_english("shingles") && !is_english("insomnea"));
    }
}
