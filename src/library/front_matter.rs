//! What stands before the text of a page: its title, who wrote and reviewed it, and when.

use jiff::civil::Date;
use serde::Deserialize;

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
    pub reviewed: Date,
    pub next_review: Date,
    pub version: String,
    pub changes: Vec<Change>,
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

impl FrontMatter {
    pub fn is_signed(&self) -> bool {
        self.reviewer.state == ReviewState::Signed
    }

    /// Who stands behind the page and since when. A page that no clinician has signed says so.
    pub fn review_line(&self) -> String {
        let day = self.reviewed.strftime("%-d %B %Y");
        if self.is_signed() {
            format!("Reviewed {day} by {}, {}", self.reviewer.name, self.reviewer.role.to_lowercase())
        } else {
            format!("Written {day}, not yet reviewed by a clinician")
        }
    }
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
pub struct Change {
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
    pub reviewed: Date,
    #[serde(default)]
    pub allow: Vec<Allow>,
}
