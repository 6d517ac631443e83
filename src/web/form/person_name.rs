//! A person's name in a mail: which names may stand there, and by what of a name somebody is greeted.

use std::sync::LazyLock;

use regex::Regex;

/// The longest name in a mail, in characters: longer ones could carry a message.
const LONGEST: usize = 40;
/// The most digits of a name ("X Æ A-12", "Jane Smith 1962"): a number to ring or to text has more.
const MOST_DIGITS: usize = 4;

/// Words before a name that are no first name. The dot that may follow is left out here.
const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "mister",
    "master",
    "madam",
    "dr",
    "doctor",
    "prof",
    "professor",
    "sir",
    "dame",
    "lady",
    "lord",
    "rev",
    "revd",
    "reverend",
    "fr",
    "father",
    "sister",
    "pastor",
    "rabbi",
    "imam",
    "capt",
    "captain",
    "major",
    "col",
    "sgt",
    "cllr",
    "hon",
    "herr",
    "frau",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "señor",
    "señora",
    "sr",
    "sra",
    "st",
    "saint",
];

/// Words in small letters with which a last name begins.
const PARTICLES: &[&str] = &[
    "de", "da", "di", "do", "du", "del", "della", "der", "den", "van", "von", "la", "le", "el", "al", "bin",
    "bint", "ibn", "abu", "ter", "ten", "y",
];

/// What may follow a comma without being a first name. The dots are left out here.
const SUFFIXES: &[&str] = &[
    "jr", "jnr", "junior", "sr", "snr", "senior", "ii", "iii", "iv", "md", "phd", "dphil", "ma", "msc",
    "bsc", "ba", "mba", "rn", "esq", "obe", "mbe", "cbe", "kc", "qc", "frcs", "mrcp", "mcsp", "dds",
];

/// A name that may stand in a mail to an address that nobody has confirmed, or nothing: letters and marks of any
/// script, a few digits, and the marks that stand in names. Anything else could carry a stranger's message.
pub fn plain_name(name: &str) -> &str {
    if name.chars().count() <= LONGEST && is_plain(name) { name } else { "" }
}

/// What a mail greets by: the first name where one can be told, else the whole name as typed. Nothing for what is no
/// plain name.
pub fn greeting(name: &str) -> &str {
    let first = first_name(name);
    if first.is_empty() { plain_name(name) } else { first }
}

/// The first name in a name, where one can be told: "Ada Lovelace" and "Lovelace, Ada" are Ada. Nothing for one word,
/// after a title, for an initial, and where the family's name stands first or two people are named.
pub fn first_name(name: &str) -> &str {
    if !is_plain(name) || name.contains(['&', '+']) {
        return "";
    }
    let (before, after) = name.split_once(',').unwrap_or((name, ""));
    let words: Vec<&str> = after.split(' ').filter(|word| !word.is_empty()).collect();
    let last_first = words.first().is_some_and(|word| !is_one_of(SUFFIXES, word));
    let words = if last_first { words } else { before.split(' ').collect() };
    let Some(first) = words.first() else { return "" };
    let alone = words.len() == 1 && !last_first;
    let joined = words.iter().any(|word| word.eq_ignore_ascii_case("and"));
    if alone || joined || !can_greet(first) { "" } else { first }
}

/// True for a word that is all letters, more than an initial, and neither a title nor the beginning of a last name. In
/// Chinese, Japanese and Korean writing the family's name stands first.
fn can_greet(word: &str) -> bool {
    static GIVEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\p{L}[\p{L}\p{M}\u{200c}\u{200d}'’‘ʼʻ‐–-]*[\p{L}\p{M}]$")
            .expect("the pattern is well formed")
    });
    static FAMILY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]").expect("the pattern is well formed")
    });
    word.chars().count() <= LONGEST
        && GIVEN.is_match(word)
        && !FAMILY_FIRST.is_match(word)
        && !is_one_of(TITLES, word)
        && !PARTICLES.contains(&word)
}

fn is_one_of(list: &[&str], word: &str) -> bool {
    list.contains(&word.replace('.', "").to_lowercase().as_str())
}

/// True for marks of a name alone, without a number to ring and without the name of a site. Letters that only look like
/// others ("ｗｗｗ") are read as what they look like.
fn is_plain(name: &str) -> bool {
    static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"^[\p{L}\p{M}\p{Nd}\p{Nl}\p{Extended_Pictographic}\u{1f3fb}-\u{1f3ff}\u{200c}\u{200d} .,'’‘ʼʻ`´"“”„«»()&+!_·・‐–-]*$"#)
            .expect("the pattern is well formed")
    });
    let digits = name.chars().filter(|c| c.is_numeric()).count();
    name.chars().any(char::is_alphabetic)
        && PLAIN.is_match(name)
        && digits <= MOST_DIGITS
        && !name.split([' ', ',', '(', ')', '"', '“', '”', '!', '_', '&', '+']).any(is_site)
}

/// True for a word that programs make a link of: dots between parts that are more than initials ("J.R. Smith").
fn is_site(word: &str) -> bool {
    let plain = deunicode::deunicode(word);
    let mut parts = plain.split('.').map(str::trim).filter(|part| !part.is_empty()).rev();
    let is_link = parts.next().is_some_and(|last| last.chars().count() > 1)
        && parts.any(|part| part.chars().count() > 1 || part.chars().all(char::is_lowercase));
    is_link || plain.to_lowercase().starts_with("www")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_name_is_repeated_in_a_mail() {
        for plain in [
            "Zoë O’Neill-Smith",
            "J. R. Smith",
            "J.R. Smith",
            "J.R.R. Smith",
            "Dr. Li",
            "Anne–Marie",
            "प्रिया शर्मा",
            "Jose\u{301} Ruiz",
            "Siobhán Ní Dhomhnaill",
            "محمد علي",
            "李小龙",
            "王小明",
            "김민준",
            "X Æ A-12",
            "de la Cruz, María",
            "Jane (Jenny) Smith",
            "William \"Bill\" Yeats",
            "Mr & Mrs Smith",
            "ジョン・スミス",
            "Smith,Jane",
            "Jane Smith 1962",
            "Jane ❤️ Smith",
            "👩🏽 Jane_Smith!",
        ] {
            assert_eq!(plain_name(plain), plain);
        }
        for odd in [
            "Win now: http://example.org",
            "http://spam.example",
            "win money www.x.com",
            "ｗｗｗ．ｘ．ｃｏｍ",
            "ⓦⓦⓦ.x.ⓒⓞⓜ",
            "win at (spam.example)",
            "win at spam.example, Jane",
            "Visit example.org",
            "a.co",
            "www.example.org",
            "www example org",
            "пример.рф",
            "a@b",
            "Call 07700 900123",
            "Text WIN to 80888",
            "٠٧٧٠٠ ٩٠٠١٢٣",
            "a\nb",
            "a/b",
            "12",
            "...",
            &"x".repeat(41),
        ] {
            assert_eq!(plain_name(odd), "", "{odd}");
            assert_eq!(greeting(odd), "", "{odd}");
        }
    }

    #[test]
    fn a_mail_greets_by_the_first_name_where_one_can_be_told() {
        for (name, first) in [
            ("Ada Lovelace", "Ada"),
            ("ada lovelace", "ada"),
            ("Zoë O’Neill-Smith", "Zoë"),
            ("Anne–Marie King", "Anne–Marie"),
            ("D'Arcy Jones", "D'Arcy"),
            ("محمد علي", "محمد"),
            ("प्रिया शर्मा", "प्रिया"),
            ("de la Cruz, María", "María"),
            ("SMITH, Jane Anne", "Jane"),
            ("Smith,Jane", "Jane"),
            ("Ada Lovelace, PhD", "Ada"),
            ("Ada Lovelace,", "Ada"),
            ("Jane (Jenny) Smith", "Jane"),
            ("Wolfeschlegelsteinhausen Maximilian Bergerdorff", "Wolfeschlegelsteinhausen"),
        ] {
            assert_eq!(first_name(name), first, "{name}");
            assert_eq!(greeting(name), first, "{name}");
        }
    }

    #[test]
    fn a_mail_greets_by_the_whole_name_where_no_first_name_can_be_told() {
        for name in [
            "Prince",
            "Mrs Lovelace",
            "Mr J Smith",
            "Mr John Smith",
            "Dr. Li",
            "J. R. Smith",
            "A Lovelace",
            "Smith, Mrs",
            "Smith, J.",
            "王小明",
            "王 小明",
            "김민준",
            "김 민준",
            "山田 太郎",
            "X Æ A-12",
            "de la Cruz",
            "van Dijk",
            "Mr & Mrs Smith",
            "Jane and John Smith",
            "\"Bill\" Yeats",
        ] {
            assert_eq!((first_name(name), greeting(name)), ("", name));
        }
    }
}
