//! What can be found: every sheet and guide, the pages about the site, and the pages that no file makes.

use crate::library::search::source::Source;
use crate::library::{Library, PlainPage, Sheet};
use crate::web::site::Site;

/// Address, title, what it is for, and what people type who want it.
const OTHERS: &[(&str, &str, &str, &[&str])] = &[
    (
        "/contact",
        "Contact us",
        "How to reach the clinic, report a mistake, or complain.",
        &[
            "phone number",
            "telephone",
            "email address",
            "opening hours",
            "opening times",
            "where are you",
            "complaint",
            "complain",
        ],
    ),
    (
        "/consultations/new",
        "Ask for a consultation",
        "Tell us when and how to contact you, and we ring or write back.",
        &[
            "book appointment",
            "book a consultation",
            "see a physio",
            "see someone",
            "make an appointment",
            "talk to someone",
            "ask the clinic",
        ],
    ),
    (
        "/assessment",
        "Make a summary of your back pain",
        "Answer some questions, and take away a page to keep, print or hand to a GP.",
        &[
            "assessment",
            "self-assessment",
            "questionnaire",
            "what to tell my gp",
            "prepare for an appointment",
        ],
    ),
    (
        "/emergency",
        "Is this an emergency?",
        "The signs with back pain that need 999 or advice today.",
        &["emergency", "999", "111", "hand over slip"],
    ),
];

pub fn sources(library: &Library, site: &Site) -> Vec<Source> {
    let sheets = library.sheets.iter().map(|sheet| sheet_source(library, sheet));
    let pages = library.pages.iter().map(|page| page_source(page, site));
    let others = OTHERS.iter().map(|(path, title, summary, keywords)| Source {
        path: (*path).to_owned(),
        title: (*title).to_owned(),
        subtitle: (*summary).to_owned(),
        keywords: keywords.iter().map(|line| (*line).to_owned()).collect(),
        kind: site.clinic.site.clone(),
        weight: 0.8,
        ..Source::default()
    });
    sheets.chain(pages).chain(others).collect()
}

fn sheet_source(library: &Library, sheet: &Sheet) -> Source {
    let front = &sheet.front;
    let topics = library.topics.iter().filter(|topic| front.topics.contains(&topic.slug));
    let titles: Vec<&str> = topics.map(|topic| topic.title.as_str()).collect();
    Source {
        path: sheet.path(),
        title: front.title.clone(),
        subtitle: front.subtitle.clone(),
        summary: front.summary.clone(),
        keywords: front.keywords.clone(),
        passages: sheet.passages.clone(),
        kind: sheet.kind.words().to_owned(),
        category: if titles.is_empty() { front.category.clone() } else { titles.join(", ") },
        weight: 1.0,
    }
}

fn page_source(page: &PlainPage, site: &Site) -> Source {
    Source {
        path: format!("/{}", page.slug),
        title: page.front.title.clone(),
        subtitle: page.front.subtitle.clone(),
        summary: page.front.summary.clone(),
        passages: page.passages.clone(),
        kind: site.clinic.site.clone(),
        weight: 0.5,
        ..Source::default()
    }
}
