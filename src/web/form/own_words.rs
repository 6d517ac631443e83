//! All that a person wrote in their own words in one form, for the reader of signs.

/// A name of more words says something else as well.
const LONGEST_NAME: usize = 4;
/// A number has fewer letters than this beside it: "ext", "m:".
const LETTERS_OF_WORDS: usize = 4;

/// The texts, one on each line; the name and the phone number too, when they hold more than a name or a number. The first
/// text comes first, so that a place in it is the same in all of them.
pub fn own_words<'a>(texts: impl IntoIterator<Item = &'a str>, name: &'a str, phone: &'a str) -> String {
    let says_more = name.split_whitespace().count() > LONGEST_NAME;
    let has_words = phone.chars().filter(|c| c.is_alphabetic()).count() >= LETTERS_OF_WORDS;
    let beside = [(says_more, name), (has_words, phone)].into_iter().filter(|(counts, _)| *counts);
    let all = texts.into_iter().chain(beside.map(|(_, words)| words));
    all.filter(|words| !words.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_number_count_when_they_hold_more_than_that() {
        let (name, phone) = ("Ada Lovelace", "07700 900123 ext 12");
        assert_eq!(own_words(["sore back", ""], name, phone), "sore back");
        let (name, phone) = ("Joe Bloggs numb between legs", "07700 900123 but ending it");
        assert_eq!(own_words([""], name, phone), format!("{name}\n{phone}"));
    }
}
