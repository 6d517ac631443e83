//! Words without their endings: Porter's rules of 1980 (tartarus.org/martin/PorterStemmer), after British spelling.

/// "sensitization", "sensitisation" and "sensitised" are one word; so are "exercises" and "exercising".
///
/// The word comes in lower case. Both sides of a search pass through here, so a form need not be a word.
pub fn stem(word: &str) -> String {
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) || word.len() < 3 {
        return word.to_owned();
    }
    let mut stem = Stem(one_spelling(word).into_bytes());
    stem.plurals_and_tenses();
    stem.longer_endings();
    stem.last_endings();
    String::from_utf8(stem.0).unwrap_or_else(|_| word.to_owned())
}

/// American and other spellings as one. It also changes words that have only one spelling, on both sides alike.
fn one_spelling(word: &str) -> String {
    let mut word = word.replace("disk", "disc").replace("yz", "ys");
    if word.len() > 5 {
        if let Some(singular) = word.strip_suffix("ae") {
            word = format!("{singular}a");
        }
        word = word.replace("ize", "ise").replace("izi", "isi").replace("iza", "isa");
        word =
            word.replace("ae", "e").replace("oe", "e").replace("our", "or").replace("programme", "program");
        word = word.replace("practis", "practic").replace("ceed", "cede");
        if let Some(start) = word.strip_suffix("tre") {
            word = format!("{start}ter");
        }
    }
    word
}

struct Stem(Vec<u8>);

impl Stem {
    fn is_vowel(&self, at: usize) -> bool {
        match self.0[at] {
            b'a' | b'e' | b'i' | b'o' | b'u' => true,
            b'y' => at > 0 && !self.is_vowel(at - 1),
            _ => false,
        }
    }

    /// Porter's measure: how often a vowel is followed by a consonant in the first `end` letters.
    fn measure(&self, end: usize) -> usize {
        (1..end).filter(|at| self.is_vowel(at - 1) && !self.is_vowel(*at)).count()
    }

    fn has_vowel(&self, end: usize) -> bool {
        (0..end).any(|at| self.is_vowel(at))
    }

    fn ends_in_double_consonant(&self) -> bool {
        let n = self.0.len();
        n > 1 && self.0[n - 1] == self.0[n - 2] && !self.is_vowel(n - 1)
    }

    /// Consonant, vowel, consonant at `end`, the last not w, x or y: "hop", not "snow".
    fn ends_like_hop(&self, end: usize) -> bool {
        end > 2
            && !self.is_vowel(end - 1)
            && self.is_vowel(end - 2)
            && !self.is_vowel(end - 3)
            && !b"wxy".contains(&self.0[end - 1])
    }

    /// Where the ending begins, when the word has it.
    fn before(&self, ending: &str) -> Option<usize> {
        self.0.ends_with(ending.as_bytes()).then(|| self.0.len() - ending.len())
    }

    fn put(&mut self, from: usize, ending: &str) {
        self.0.truncate(from);
        self.0.extend_from_slice(ending.as_bytes());
    }

    fn plurals_and_tenses(&mut self) {
        for (ending, new) in [("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")] {
            if let Some(at) = self.before(ending) {
                self.put(at, new);
                break;
            }
        }
        if let Some(at) = self.before("eed") {
            if self.measure(at) > 0 {
                self.put(at, "ee");
            }
        } else if let Some(at) = ["ed", "ing"].iter().find_map(|ending| self.before(ending))
            && self.has_vowel(at)
        {
            self.put(at, "");
            let wants_e = ["at", "bl", "is"].iter().any(|ending| self.before(ending).is_some());
            let n = self.0.len();
            if wants_e {
                self.put(n, "e");
            } else if self.ends_in_double_consonant() && !b"lsz".contains(&self.0[n - 1]) {
                self.put(n - 1, "");
            } else if self.measure(n) == 1 && self.ends_like_hop(n) {
                self.put(n, "e");
            }
        }
        if let Some(at) = self.before("y")
            && self.has_vowel(at)
        {
            self.put(at, "i");
        }
    }

    /// Replaces the first ending that the word has, when what stands before it is long enough.
    fn replace(&mut self, endings: &[(&str, &str)], above: usize) {
        if let Some((at, new)) = endings.iter().find_map(|(ending, new)| Some((self.before(ending)?, *new)))
            && self.measure(at) > above
        {
            self.put(at, new);
        }
    }

    fn longer_endings(&mut self) {
        #[rustfmt::skip]
        self.replace(&[
            ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("isation", "ise"),
            ("iser", "ise"), ("abli", "able"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
            ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"),
            ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
        ], 0);
        #[rustfmt::skip]
        self.replace(&[
            ("icate", "ic"), ("ative", ""), ("alise", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
            ("ness", ""),
        ], 0);
    }

    fn last_endings(&mut self) {
        if let Some(at) = self.before("ion") {
            if at > 0 && b"st".contains(&self.0[at - 1]) && self.measure(at) > 1 {
                self.put(at, "");
            }
        } else {
            #[rustfmt::skip]
            self.replace(&[
                ("al", ""), ("ance", ""), ("ence", ""), ("er", ""), ("ic", ""), ("able", ""), ("ible", ""),
                ("ant", ""), ("ement", ""), ("ment", ""), ("ent", ""), ("ou", ""), ("ism", ""), ("ate", ""),
                ("iti", ""), ("ous", ""), ("ive", ""), ("ise", ""),
            ], 1);
        }
        if let Some(at) = self.before("e")
            && (self.measure(at) > 1 || (self.measure(at) == 1 && !self.ends_like_hop(at)))
        {
            self.put(at, "");
        }
        let n = self.0.len();
        if self.ends_in_double_consonant() && self.0[n - 1] == b'l' && self.measure(n - 1) > 1 {
            self.put(n - 1, "");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::library::search::stem::stem;

    #[test]
    fn forms_of_a_word_are_one_word() {
        for forms in [
            &["exercise", "exercises", "exercising", "exercised"][..],
            &["injection", "injections", "injected"],
            &["numb", "numbness"],
            &["sleep", "sleeping", "sleeps"],
            &["operation", "operate", "operations"],
            &["worry", "worries", "worried"],
        ] {
            let first = stem(forms[0]);
            assert!(forms.iter().all(|form| stem(form) == first), "{forms:?}");
        }
    }

    #[test]
    fn british_and_american_spellings_are_one_word() {
        for (british, american) in [
            ("sensitisation", "sensitization"),
            ("programme", "program"),
            ("orthopaedic", "orthopedic"),
            ("behaviour", "behavior"),
            ("disc", "disk"),
            ("centre", "center"),
            ("paralysed", "paralyzed"),
            ("practise", "practice"),
            ("vertebrae", "vertebra"),
        ] {
            assert_eq!(stem(british), stem(american), "{british}");
        }
    }

    #[test]
    fn words_that_mean_different_things_stay_apart() {
        for (one, other) in [("scan", "scar"), ("pain", "pan"), ("walk", "wall"), ("lie", "lift")] {
            assert_ne!(stem(one), stem(other));
        }
    }

    #[test]
    fn porters_own_examples_hold() {
        for (word, expected) in [
            ("hopping", "hop"),
            ("falling", "fall"),
            ("hopeful", "hope"),
            ("adjustment", "adjust"),
            ("sky", "sky"),
        ] {
            assert_eq!(stem(word), expected);
        }
    }
}
