//! One thing to read: a fact sheet, a guide or a plain page, as its file says and as it is shown.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clinic::Clinic;
use crate::library::front_matter::{FrontMatter, PlainFrontMatter};
use crate::library::markdown;
use crate::library::markdown::{Names, Passage, RenderedMarkdown};
use crate::library::prescription_only;
use crate::library::reference::Reference;

/// Short and about one thing, or long with a list of contents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PageKind {
    FactSheet,
    Guide,
}

/// One fact sheet or guide.
pub struct Sheet {
    pub kind: PageKind,
    pub slug: String,
    pub front: FrontMatter,
    pub text: RenderedMarkdown,
    /// The words that a clinician signs, and their hash.
    pub signed_text: String,
    pub text_hash: String,
    /// The same text as it stands in the file, and what a mail names of it.
    pub markdown: String,
    pub names_in_mail: Names,
    /// The same text for the search.
    pub passages: Arc<[Passage]>,
    /// The sources it cites, in the order of their numbers.
    pub sources: Vec<Reference>,
    /// Minutes to read, at 200 words a minute.
    pub minutes: usize,
}

/// Privacy, accessibility, cookies, about.
pub struct PlainPage {
    pub slug: String,
    pub front: PlainFrontMatter,
    pub text: RenderedMarkdown,
    pub passages: Arc<[Passage]>,
}

impl Sheet {
    /// True when the page may invite to a consultation: it names no prescription-only medicine, somebody has approved
    /// that it does both, or the clinic has decided so.
    pub fn offers_consultation(&self, clinic: &Clinic) -> bool {
        self.front.pom_reviewed_by.is_some()
            || clinic.offers_consultation_beside_medicines(&self.slug)
            || !self.passages.iter().any(|passage| prescription_only::named(&passage.words).is_some())
    }
}

impl PageKind {
    pub fn words(self) -> &'static str {
        match self {
            PageKind::FactSheet => "Fact sheet",
            PageKind::Guide => "Guide",
        }
    }

    /// The folder of its files, and the first part of its address.
    pub fn folder(self) -> &'static str {
        match self {
            PageKind::FactSheet => "fact-sheets",
            PageKind::Guide => "guides",
        }
    }
}

/// The text of a sheet for a mail: drawings as words, whole links.
pub struct MailText {
    pub html: String,
    pub plain: String,
}

impl Sheet {
    /// Rendered anew each time: few pages are mailed.
    pub fn for_mail(&self) -> MailText {
        // It has no fault that the page does not have.
        let html = markdown::html(&self.markdown, &self.names_in_mail).unwrap_or_default();
        MailText {
            html: html.key_points + &html.body,
            plain: markdown::plain(&self.markdown, &self.names_in_mail, &self.text.cited),
        }
    }

    pub fn path(&self) -> String {
        format!("/{}/{}", self.kind.folder(), self.slug)
    }

    /// The file it was read from.
    pub fn file(&self, content: &Path) -> PathBuf {
        content.join(self.kind.folder()).join(format!("{}.md", self.slug))
    }
}

impl PlainPage {
    pub fn path(&self) -> String {
        format!("/{}", self.slug)
    }

    /// The file it was read from.
    pub fn file(&self, content: &Path) -> PathBuf {
        content.join("pages").join(format!("{}.md", self.slug))
    }
}
