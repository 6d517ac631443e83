//! Whether clinicians have signed a page as it stands, in the words of the page, of mails and of the desk.

use jiff::civil::Date;

use crate::library::day::day;
use crate::library::front_matter::FrontMatter;
use crate::library::signatures::signature::Signature;

/// What the signatures say of a page as it stands now.
#[derive(Clone, PartialEq, Debug)]
pub enum SignOff {
    Never,
    /// Those who signed exactly these words, the newest first; never empty.
    Signed(Vec<Signature>),
    /// Someone signed other words than these: the newest of them.
    Changed(Signature),
}

impl SignOff {
    /// The signatures of one page, the newest first, against its text.
    pub fn of(signatures: &[Signature], text_hash: &str) -> SignOff {
        let holds: Vec<Signature> =
            signatures.iter().filter(|one| one.text_hash == text_hash).cloned().collect();
        match (holds.is_empty(), signatures.first()) {
            (false, _) => SignOff::Signed(holds),
            (true, Some(newest)) => SignOff::Changed(newest.clone()),
            (true, None) => SignOff::Never,
        }
    }

    /// Those who signed the page as it stands.
    pub fn signatures(&self) -> &[Signature] {
        match self {
            SignOff::Signed(holds) => holds,
            SignOff::Never | SignOff::Changed(_) => &[],
        }
    }

    /// The day of the newest signature that holds.
    pub fn signed_on(&self) -> Option<Date> {
        self.signatures().first().map(|newest| newest.signed_on)
    }

    /// The newer of the day it was written and the day it was signed.
    pub fn newest(&self, front: &FrontMatter) -> Date {
        self.signed_on().map_or(front.written, |signed| signed.max(front.written))
    }

    /// Such as "Written 27 November 2026, not yet reviewed by a clinician".
    pub fn line(&self, front: &FrontMatter) -> String {
        let written = day(&front.written);
        match self {
            SignOff::Never => format!("Written {written}, not yet reviewed by a clinician"),
            SignOff::Changed(last) => {
                format!("Written {written}, changed since its review on {}", day(&last.signed_on))
            }
            SignOff::Signed(holds) => {
                let names = holds.iter().map(|one| format!("{}, {}", one.name, within_a_line(&one.role)));
                let names: Vec<String> = names.collect();
                format!("Reviewed {} by {}", day(&holds[0].signed_on), names.join(", and by "))
            }
        }
    }

    /// Such as "Consultant physiotherapist, still to come. No clinician has signed this page yet."
    pub fn record(&self, front: &FrontMatter) -> String {
        match self {
            SignOff::Never => {
                format!("{}, still to come. No clinician has signed this page yet.", front.reviewer.role)
            }
            SignOff::Changed(last) => format!(
                "{}. The page has changed since then, and no clinician has signed it as it is now.",
                in_full(last)
            ),
            SignOff::Signed(holds) => holds.iter().map(in_full).collect::<Vec<_>>().join("; "),
        }
    }
}

/// "Sam Porter, Physiotherapist, HCPC PH123456, on 1 December 2026".
fn in_full(one: &Signature) -> String {
    format!("{}, {}, {}, on {}", one.name, one.role, one.registration, day(&one.signed_on))
}

/// A role in small letters, but for words such as "GP".
fn within_a_line(role: &str) -> String {
    let small = |word: &str| match word.chars().filter(|letter| letter.is_uppercase()).count() {
        0 | 1 => word.to_lowercase(),
        _ => word.to_owned(),
    };
    role.split(' ').map(small).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front() -> FrontMatter {
        toml::from_str(
            "title = \"A\"\nsubtitle = \"\"\ncategory = \"\"\ntopics = []\nsummary = \"\"\nkeywords = []\n\
             author = \"\"\nreviewer = { role = \"Physiotherapist\", state = \"pending\" }\n\
             written = \"2026-11-27\"\nnext_review = \"2028-11-27\"\nversion = \"1.0\"\n\
             changes = []\nreferences = []\nrelated = []\n",
        )
        .unwrap()
    }

    fn signature(text_hash: &str, name: &str, role: &str, signed_on: &str) -> Signature {
        Signature {
            id: 1,
            slug: "a".into(),
            text_hash: text_hash.into(),
            name: name.into(),
            role: role.into(),
            registration: "HCPC PH123456".into(),
            signed_on: signed_on.parse().unwrap(),
            staff_id: None,
        }
    }

    #[test]
    fn a_page_is_called_reviewed_only_once_somebody_has_signed_these_very_words() {
        let sam = signature("now", "Sam Porter", "Consultant Physiotherapist", "2026-12-01");
        let never = SignOff::of(&[], "now");
        assert_eq!(never.line(&front()), "Written 27 November 2026, not yet reviewed by a clinician");
        assert!(never.record(&front()).contains("No clinician has signed this page yet."));
        let signed = SignOff::of(std::slice::from_ref(&sam), "now");
        assert_eq!(
            signed.line(&front()),
            "Reviewed 1 December 2026 by Sam Porter, consultant physiotherapist"
        );
        assert_eq!(
            signed.record(&front()),
            "Sam Porter, Consultant Physiotherapist, HCPC PH123456, on 1 December 2026"
        );
        let changed = SignOff::of(std::slice::from_ref(&sam), "later");
        assert_eq!(
            changed.line(&front()),
            "Written 27 November 2026, changed since its review on 1 December 2026"
        );
        assert!(changed.record(&front()).contains("The page has changed since then"));
        assert!(changed.signatures().is_empty() && changed.signed_on().is_none());
    }

    #[test]
    fn two_who_signed_are_both_named_and_the_page_is_as_new_as_the_last() {
        let ann = signature("now", "Ann Lee", "GP", "2026-12-03");
        let sam = signature("now", "Sam Porter", "Physiotherapist", "2026-12-01");
        let other = signature("before", "Kim Ray", "Nurse", "2026-10-01");
        let signed = SignOff::of(&[ann, sam, other], "now");
        assert_eq!(
            signed.line(&front()),
            "Reviewed 3 December 2026 by Ann Lee, GP, and by Sam Porter, physiotherapist"
        );
        assert_eq!(signed.newest(&front()).to_string(), "2026-12-03");
        assert_eq!(SignOff::Never.newest(&front()).to_string(), "2026-11-27");
    }
}
