//! Finds words in a message that may say something about a patient's health, so that staff are asked before it goes by email.
//!
//! It warns and does not judge: no list knows every word about health, and the page says so.

use crate::signs::SignsReader;

/// Beginnings of words that are mostly about health.
const STEMS: &[&str] = &[
    "pain",
    "ache",
    "aching",
    "backache",
    "sciatic",
    "numb",
    "tingl",
    "spine",
    "spinal",
    "medic",
    "tablet",
    "dose",
    "dosage",
    "drug",
    "symptom",
    "diagnos",
    "surg",
    "injur",
    "fractur",
    "arthr",
    "stenosis",
    "cancer",
    "tumour",
    "infect",
    "bladder",
    "bowel",
    "continen",
    "incontinen",
    "pregnan",
    "depress",
    "anxi",
    "suicid",
    "insomni",
    "muscle",
    "nerve",
    "knee",
    "shoulder",
    "inflam",
    "fibromyalg",
    "rheumat",
    "migrain",
    "headach",
    "swell",
    "swollen",
    "opioid",
    "codeine",
    "ibuprofen",
    "paracetamol",
    "naproxen",
    "gabapentin",
    "pregabalin",
    "amitriptylin",
    "morphin",
    "tramadol",
    "inject",
    "exercis",
    "treatment",
    "therap",
    "physio",
    "psych",
    "illness",
    "disab",
    "menopaus",
    "osteop",
    "osteoa",
    "scolios",
    "slipped",
];
/// Whole words: as beginnings they would be of others too.
const WHOLE: &[&str] = &[
    "disc", "discs", "disk", "scan", "scans", "mri", "ct", "xray", "xrays", "leg", "legs", "hip", "hips",
    "neck", "wee", "pee", "sleep", "mood", "stress", "weight", "blood", "weak", "weakness",
];

/// The words that may be about health, each once, in small letters but for signs. `names` are the clinic's own and say nothing of a patient.
pub fn health_words(message: &str, names: &[&str], signs: &SignsReader) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |word: &str| {
        let known = found.iter().any(|known| known.eq_ignore_ascii_case(word));
        if !known {
            found.push(word.to_owned());
        }
    };
    for (_, _, words) in signs.read(message).reasons(message) {
        words.iter().for_each(|words| add(words));
    }
    let mut rest = message.to_lowercase();
    for name in names.iter().filter(|name| !name.is_empty()) {
        rest = rest.replace(&name.to_lowercase(), " ");
    }
    for word in rest.replace("x-ray", "xray").split(|c: char| !c.is_alphanumeric()) {
        if WHOLE.contains(&word) || STEMS.iter().any(|stem| word.starts_with(stem)) {
            add(word);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(message: &str) -> Vec<String> {
        let signs = SignsReader::load("content".as_ref()).unwrap();
        health_words(message, &["My Back Pain", "Osteospinal"], &signs)
    }

    #[test]
    fn words_about_health_are_found_and_plain_ones_are_not() {
        assert_eq!(found("Your MRI scan shows a slipped disc"), ["mri", "scan", "slipped", "disc"]);
        assert_eq!(found("How is the PAIN, and the painful knee?"), ["pain", "painful", "knee"]);
        assert_eq!(found("Bring the X-rays"), ["xrays"]);
        for plain in [
            "We tried to ring you. Please ring us back on 020 7946 0123.",
            "My Back Pain, Osteospinal: your appointment is on Thursday. Let us discuss it.",
            "Please bring your letter and come 10 minutes early.",
            "",
        ] {
            assert!(found(plain).is_empty(), "{plain}: {:?}", found(plain));
        }
    }

    #[test]
    fn signs_that_need_help_are_found_too() {
        assert!(!found("You said that you cannot feel when you wee").is_empty());
    }
}
