//! How a word is heard, so that slips that sound the same are found near.

/// The consonants as they are heard: "siatica" and "sciatica", "pane" and "pain" are alike.
pub fn sound(word: &str) -> String {
    let spelt = [
        ("ph", "f"),
        ("ght", "t"),
        ("gh", "g"),
        ("kn", "n"),
        ("wr", "r"),
        ("ps", "s"),
        ("sch", "sk"),
        ("ck", "k"),
        ("sce", "se"),
        ("sci", "si"),
        ("scy", "si"),
        ("ce", "se"),
        ("ci", "si"),
        ("cy", "si"),
        ("cc", "k"),
        ("ch", "C"),
        ("c", "k"),
        ("q", "k"),
        ("x", "ks"),
        ("z", "s"),
        ("dge", "j"),
        ("ge", "je"),
        ("gi", "ji"),
        ("tion", "Sn"),
        ("sion", "Sn"),
        ("sh", "S"),
        ("th", "t"),
    ];
    let mut simple = word.to_owned();
    for (from, to) in spelt {
        simple = simple.replace(from, to);
    }
    let mut sound = String::new();
    for (at, c) in simple.chars().enumerate() {
        let heard = match c {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' if at == 0 => 'a',
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h' => continue,
            'w' if at > 0 => continue,
            c => c,
        };
        if !sound.ends_with(heard) {
            sound.push(heard);
        }
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_heard_alike_is_alike() {
        for (one, other) in [("siatica", "sciatica"), ("pane", "pain"), ("nite", "night"), ("nee", "knee")] {
            assert_eq!(sound(one), sound(other));
        }
        assert_ne!(sound("scan"), sound("scar"));
    }
}
