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
    /// As it was before pages were signed on the desk; the check says so.
    pub reviewed: Option<Date>,
    pub next_review: Date,
    /// Staff alone see it, on the desk.
    #[serde(default)]
    pub draft: bool,
    /// The first day on which readers see it; nothing for at once.
    pub publish: Option<Date>,
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

/// Who is to sign a page on the desk.
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

impl PlainFrontMatter {
    /// Such as "Written 27 November 2026".
    pub fn sign_off(&self) -> String {
        format!("Written {}", day(&self.written))
    }
}
