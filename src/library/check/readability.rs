//! How hard a text is to read: its sentences, words and syllables, and the Flesch-Kincaid grade.

/// A sentence and where it begins in its passage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sentence<'t> {
    pub at: usize,
    pub words: &'t str,
}

impl Sentence<'_> {
    /// How many words it has. "2 to 3" are 3; a lone dash is none.
    pub fn count(&self) -> usize {
        words(self.words).count()
    }

    fn syllables(&self) -> usize {
        words(self.words).map(syllables).sum()
    }
}

/// Cuts a passage where a full stop, a question mark or an exclamation mark ends a sentence.
pub fn sentences(passage: &str) -> Vec<Sentence<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut add = |from: usize, to: usize| {
        let words = passage[from..to].trim();
        if words.contains(char::is_alphanumeric) {
            let at = from + passage[from..to].len() - passage[from..to].trim_start().len();
            found.push(Sentence { at, words });
        }
    };
    for (at, c) in passage.char_indices() {
        if !matches!(c, '.' | '?' | '!') || passage[start..at].ends_with(" vs") {
            continue;
        }
        let end = at + 1;
        let closing = |c: char| matches!(c, '"' | '”' | '’' | '\'' | ')');
        let rest = passage[end..].trim_start_matches(closing);
        let next = rest.trim_start().chars().next();
        let begins = |c: char| c.is_uppercase() || c.is_numeric() || matches!(c, '"' | '“' | '‘' | '(' | '{');
        if rest.starts_with(char::is_whitespace) && next.is_some_and(begins) {
            let end = passage.len() - rest.len();
            add(start, end);
            start = end;
        }
    }
    add(start, passage.len());
    found
}

/// The school year (United States) that can read these sentences. Nothing when there is no sentence.
pub fn grade(sentences: &[Sentence]) -> Option<f64> {
    let words: usize = sentences.iter().map(Sentence::count).sum();
    let syllables: usize = sentences.iter().map(Sentence::syllables).sum();
    let per_sentence = words as f64 / sentences.len() as f64;
    let per_word = syllables as f64 / words as f64;
    (words > 0).then_some(0.39 * per_sentence + 11.8 * per_word - 15.59)
}

/// The hardest sentences first, by their own grade; very short ones say little about a text.
pub fn hardest<'t>(sentences: &[Sentence<'t>], number: usize) -> Vec<Sentence<'t>> {
    let own = |sentence: &Sentence| grade(std::slice::from_ref(sentence)).unwrap_or_default();
    let mut sorted: Vec<Sentence> =
        sentences.iter().filter(|sentence| sentence.count() >= 8).copied().collect();
    sorted.sort_by(|a, b| own(b).total_cmp(&own(a)));
    sorted.truncate(number);
    sorted
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric))
}

/// An estimate: groups of vowels, less those that are silent. Capitals such as "NHS" are read letter by letter.
fn syllables(word: &str) -> usize {
    word.split(['-', '–', '/']).map(part_syllables).sum::<usize>().max(1)
}

fn part_syllables(part: &str) -> usize {
    let letters: String = part.chars().filter(|c| c.is_alphabetic()).collect();
    if letters.is_empty() {
        return usize::from(part.contains(char::is_numeric));
    }
    if letters.len() <= 3 && letters.len() > 1 && letters.chars().all(char::is_uppercase) {
        return letters.len();
    }
    let word = letters.to_lowercase();
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let mut count = 0;
    let mut before = false;
    for c in word.chars() {
        count += usize::from(vowel(c) && !before);
        before = vowel(c);
    }
    let stem = word.strip_suffix('s').unwrap_or(&word);
    let silent_e = stem.ends_with('e') && !stem.ends_with("le") && !stem.ends_with("ee") && count > 1;
    let hissed = ["ses", "ces", "ges", "xes", "zes", "ches", "shes"].iter().any(|end| word.ends_with(end));
    let silent_ed = word.ends_with("ed") && !word.ends_with("ted") && !word.ends_with("ded") && count > 1;
    let times = |parts: &[&str]| parts.iter().map(|part| word.matches(part).count()).sum::<usize>();
    // Two vowels that are said apart, as in "sciatica", less those that are not, as in "action".
    let apart = times(&["ia", "io", "eo", "ua", "iu"]);
    let together = times(&["tio", "sio", "cial", "cian", "tia", "cio", "gua", "qua", "geo", "eop"]);
    (count + apart.saturating_sub(together) - usize::from((silent_e && !hissed) || silent_ed)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(passage: &str) -> Vec<&str> {
        sentences(passage).iter().map(|sentence| sentence.words).collect()
    }

    #[test]
    fn sentences_end_where_a_reader_hears_the_end() {
        assert_eq!(cut("One two. Three?  \"Four!\" 5 six."), ["One two.", "Three?", "\"Four!\"", "5 six."]);
        assert_eq!(cut("About 3.5 in 10. It ends at 5pm."), ["About 3.5 in 10.", "It ends at 5pm."]);
        assert_eq!(cut("You could ask:"), ["You could ask:"]);
        assert!(cut(" . ").is_empty());
        let second = sentences("One.  Two.")[1];
        assert_eq!((second.at, second.words), (6, "Two."));
    }

    #[test]
    fn syllables_are_counted_nearly_as_they_are_said() {
        let said = [
            ("pain", 1),
            ("muscle", 2),
            ("moved", 1),
            ("wanted", 2),
            ("exercises", 4),
            ("sciatica", 4),
            ("NHS", 3),
            ("people", 2),
            ("insomnia", 4),
            ("long-term", 2),
            ("150", 1),
            ("nerves", 1),
            ("question", 2),
        ];
        for (word, count) in said {
            assert_eq!(syllables(word), count, "{word}");
        }
    }

    #[test]
    fn a_plain_text_has_a_low_grade_and_a_dense_one_a_high_grade() {
        let plain = grade(&sentences("Your back is strong. Move when you can. Rest when you must.")).unwrap();
        let dense = "Multidisciplinary biopsychosocial rehabilitation programmes demonstrate clinically insignificant differences.";
        assert!(plain < 3.0, "{plain}");
        assert!(grade(&sentences(dense)).unwrap() > 15.0);
        assert_eq!(grade(&[]), None);
    }

    #[test]
    fn the_hardest_sentences_come_first() {
        let text = "You can walk a little more each day now. Considerable uncertainty surrounds rehabilitation interventions after operations generally. Ask.";
        assert!(hardest(&sentences(text), 5)[0].words.starts_with("Considerable"));
        assert_eq!(hardest(&sentences(text), 5).len(), 2);
    }
}
