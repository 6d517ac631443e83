//! What stands before the text of a page: its title, who wrote and reviewed it, and when.

use jiff::civil::Date;
use serde::Deserialize;

use crate::library::day::day;

/// Front matter with its required fields listed, so that all that a file lacks is reported at once.
pub trait Required {
    const REQUIRED: &'static [&'static str];
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontMatter {
    pub title: String,
    pub subtitle: String,
    pub category: String,
    pub topics: Vec<String>,
    pub summary: String,
    pub keywords: Vec<String>,
    pub author: String,
    pub reviewer: Reviewer,
    /// The day of the text as it stands.
    pub written: Date,
    /// The day on which the reviewer signed it: there once `reviewer.state` is `signed`, and not before.
    pub reviewed: Option<Date>,
    pub next_review: Date,
    pub version: String,
    pub changes: Vec<ChangeNote>,
    pub related: Vec<Related>,
    pub references: Vec<String>,
    /// Slugs this page had before; they lead here.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Warnings of the content check that stay, each with its reason.
    #[serde(default)]
    pub allow: Vec<Allow>,
    /// Who approved a page that names prescription-only medicines and invites to book.
    pub pom_reviewed_by: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    pub rule: String,
    pub why: String,
}

/// Who signs a page off, or that nobody has yet: shown on the page as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewer {
    #[serde(default)]
    pub name: String,
    pub role: String,
    pub state: ReviewState,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub enum ReviewState {
    Pending,
    Signed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeNote {
    pub version: String,
    pub date: Date,
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Related {
    pub slug: String,
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainFrontMatter {
    pub title: String,
    pub subtitle: String,
    pub summary: String,
    /// The day of the text as it stands.
    pub written: Date,
    #[serde(default)]
    pub allow: Vec<Allow>,
}

impl Required for FrontMatter {
    const REQUIRED: &'static [&'static str] = &[
        "title",
        "subtitle",
        "category",
        "topics",
        "summary",
        "keywords",
        "author",
        "reviewer",
        "written",
        "next_review",
        "version",
        "changes",
        "references",
        "related",
    ];
}

impl Required for PlainFrontMatter {
    const REQUIRED: &'static [&'static str] = &["title", "subtitle", "summary", "written"];
}

impl FrontMatter {
    /// The day of the review, once someone has signed it.
    pub fn signed_on(&self) -> Option<Date> {
        self.reviewed.filter(|_| self.reviewer.state == ReviewState::Signed)
    }

    /// The newer of the day it was written and the day it was reviewed: the next review counts from it.
    pub fn newest(&self) -> Date {
        self.signed_on().map_or(self.written, |reviewed| reviewed.max(self.written))
    }

    /// Such as "Written 27 November 2026, not yet reviewed by a clinician".
    pub fn sign_off(&self) -> String {
        let written = day(&self.written);
        match self.signed_on() {
            None => format!("Written {written}, not yet reviewed by a clinician"),
            Some(reviewed) => {
                let role = self.reviewer.role.to_lowercase();
                let review = format!("Reviewed {} by {}, {role}", day(&reviewed), self.reviewer.name);
                if reviewed < self.written { format!("{review}; changed {written}") } else { review }
            }
        }
    }

    /// Such as "Consultant physiotherapist. No clinician has signed this page yet."
    pub fn reviewed_by(&self) -> String {
        match self.signed_on() {
            Some(_) => format!("{}, {}", self.reviewer.name, self.reviewer.role),
            None => {
                format!("{}, still to come. No clinician has signed this page yet.", self.reviewer.role)
            }
        }
    }
}

impl PlainFrontMatter {
    /// Such as "Written 27 November 2026".
    pub fn sign_off(&self) -> String {
        format!("Written {}", day(&self.written))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front(state: &str, reviewed: &str) -> FrontMatter {
        let text = format!(
            "title = \"A\"\nsubtitle = \"\"\ncategory = \"\"\ntopics = []\nsummary = \"\"\nkeywords = []\n\
             author = \"\"\nreviewer = {{ name = \"Sam Porter\", role = \"Physiotherapist\", state = \"{state}\" }}\n\
             written = \"2026-11-27\"\n{reviewed}\nnext_review = \"2028-11-27\"\nversion = \"1.0\"\n\
             changes = []\nreferences = []\nrelated = []\n"
        );
        toml::from_str(&text).unwrap()
    }

    #[test]
    fn a_page_is_called_reviewed_only_once_somebody_has_signed_it() {
        let pending = front("pending", "");
        assert_eq!(pending.sign_off(), "Written 27 November 2026, not yet reviewed by a clinician");
        assert!(pending.reviewed_by().contains("No clinician has signed this page yet."));
        let dated = front("pending", "reviewed = \"2026-12-01\"");
        assert_eq!(dated.sign_off(), pending.sign_off(), "a day without a name is no review");
        let signed = front("signed", "reviewed = \"2026-12-01\"");
        assert_eq!(signed.sign_off(), "Reviewed 1 December 2026 by Sam Porter, physiotherapist");
        assert_eq!(signed.reviewed_by(), "Sam Porter, Physiotherapist");
        let changed = front("signed", "reviewed = \"2026-10-01\"");
        assert_eq!(
            changed.sign_off(),
            "Reviewed 1 October 2026 by Sam Porter, physiotherapist; changed 27 November 2026"
        );
    }

    #[test]
    fn the_next_review_counts_from_the_newer_day() {
        assert_eq!(front("pending", "").newest().to_string(), "2026-11-27");
        assert_eq!(front("signed", "reviewed = \"2026-12-01\"").newest().to_string(), "2026-12-01");
        assert_eq!(front("signed", "reviewed = \"2026-10-01\"").newest().to_string(), "2026-11-27");
    }
}
