//! The prescription-only medicines that a page may name, and whether a text names one: such a page invites nobody to a
//! consultation unless the clinic decides so (Human Medicines Regulations 2012, regulation 284).

use std::sync::LazyLock;

use regex::Regex;

/// Prescription-only medicines, and groups that hold no others. A star stands for the rest of a word.
pub const PRESCRIPTION_ONLY: &[&str] = &[
    "amitriptyline",
    "nortriptyline",
    "duloxetine",
    "citalopram",
    "fluoxetine",
    "paroxetine",
    "sertraline",
    "mirtazapine",
    "trazodone",
    "gabapentin*",
    "pregabalin",
    "tramadol",
    "morphine",
    "oxycodone",
    "fentanyl",
    "buprenorphine",
    "tapentadol",
    "diazepam",
    "temazepam",
    "benzodiazepine*",
    "baclofen",
    "tizanidine",
    "zopiclone",
    "zolpidem",
    "z-drug*",
    "daridorexant",
    "melatonin",
    "naproxen",
    "celecoxib",
    "etoricoxib",
    "diclofenac",
    "prednisolone",
    "dexamethasone",
    "alendron*",
    "risedron*",
    "denosumab",
    "teriparatide",
    "romosozumab",
    "zoledron*",
    "adalimumab",
    "etanercept",
    "secukinumab",
];

static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    let names: Vec<String> = PRESCRIPTION_ONLY.iter().map(|name| name.replace('*', r"\w*")).collect();
    Regex::new(&format!(r"(?i)\b(?:{})\b", names.join("|"))).expect("the names are plain words")
});

/// The first prescription-only medicine that the text names, as it stands there.
pub fn named(text: &str) -> Option<&str> {
    NAMES.find(text).map(|name| name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_medicine_is_found_as_a_whole_word_in_any_case() {
        assert_eq!(named("Some are given Amitriptyline at night."), Some("Amitriptyline"));
        assert_eq!(named("gabapentinoids are not for sciatica"), Some("gabapentinoids"));
        assert_eq!(named("Z-drugs (zopiclone) are for a short time"), Some("Z-drugs"));
        assert_eq!(named("ibuprofen and paracetamol can be bought"), None);
        assert_eq!(named("remorphine"), None);
    }
}
