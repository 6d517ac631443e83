//! The search page, and suggestions while typing. What is typed is never logged, stored or kept by a cache.

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

use crate::library::search::index::SearchAnswer;
use crate::library::search::marked::Marked;
use crate::library::{Library, count};
use crate::signs::Help;
use crate::web::app::App;
use crate::web::counts::{Counted, is_counted};
use crate::web::error::Result;
use crate::web::page;
use crate::web::page::PRIVATE;
use crate::web::security::Network;
use crate::web::site::PageContext;

const LONGEST: usize = 200;
const ON_A_PAGE: usize = 10;
const SUGGESTIONS: usize = 6;
/// A search that found nothing is remembered up to so many bytes, and with so few digits: not a letter, not a number.
const LONGEST_MISSED: usize = 60;
const MOST_DIGITS: usize = 4;
/// What the browser's tab shows of a search.
const IN_THE_TAB: usize = 40;

#[derive(Clone)]
struct SearchReading {
    app: App,
    library: Arc<Library>,
}

#[derive(Template)]
#[template(path = "library/search.html")]
struct SearchPage<'a> {
    context: PageContext<'a>,
    asked: &'a str,
    was_cut: bool,
    /// Which help the words call for, the most urgent first.
    help: Vec<Help>,
    /// Better spelling, and its address.
    meant: Option<(String, String)>,
    /// "12 results"; nothing when there are none.
    total: Option<String>,
    first: usize,
    results: Vec<Shown<'a>>,
    earlier: Option<String>,
    later: Option<String>,
}

struct Shown<'a> {
    path: &'a str,
    title: &'a str,
    kind: &'a str,
    category: &'a str,
    passage: Marked,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    title: &'a str,
    path: &'a str,
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    Router::new()
        .route("/search", get(show))
        .route("/search/suggestions", get(suggestions))
        .with_state(SearchReading { app, library })
}

impl SearchPage<'_> {
    /// Somebody may not be safe with themselves: their words are not held up to them.
    fn is_crisis(&self) -> bool {
        self.help.contains(&Help::Crisis)
    }
}

impl SearchReading {
    /// Counts a search. What found nothing is remembered, unless it tells of danger or may hold somebody's number or
    /// address.
    fn count(&self, asked: &str, answer: &SearchAnswer<'_>, from: IpAddr) {
        if asked.is_empty() {
            return;
        }
        let site = &self.app.site;
        site.counts.add(Counted::Search, "");
        let is_someones =
            asked.contains('@') || asked.chars().filter(|c| c.is_numeric()).count() > MOST_DIGITS;
        if answer.found.is_empty() && answer.help.is_empty() && !is_someones && asked.len() <= LONGEST_MISSED
        {
            let today = site.clinic.calendar().local(self.app.clock.now()).date();
            site.counts.found_nothing(asked, from, today);
        }
    }
}

async fn show(
    State(reading): State<SearchReading>,
    Network(from): Network,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let query = query.unwrap_or_default();
    let (asked, was_cut) = asked(&query);
    let site = &reading.app.site;
    let answer = reading.library.index.search(&asked).await?;
    let total = answer.found.len();
    if is_counted(&headers) {
        reading.count(&asked, &answer, from);
    }
    let last = total.div_ceil(ON_A_PAGE).max(1);
    let number = field(&query, "page").parse().unwrap_or(1).clamp(1, last);
    let first = (number - 1) * ON_A_PAGE;
    let tab = tab_title(&asked);
    let passages = answer.passages(first..total.min(first + ON_A_PAGE)).await?;
    let results = answer.found[first..].iter().zip(passages).map(|(found, passage)| Shown {
        path: &found.page.path,
        title: &found.page.title,
        kind: &found.page.kind,
        category: &found.page.category,
        passage,
    });
    let shown = SearchPage {
        context: site.private(&tab),
        help: answer.help.clone(),
        total: (total > 0).then(|| count(total, "result")),
        first: first + 1,
        results: results.collect(),
        earlier: (number > 1).then(|| address(&asked, number - 1)),
        later: (number < last).then(|| address(&asked, number + 1)),
        meant: answer.meant.map(|meant| (meant.clone(), address(&meant, 1))),
        asked: &asked,
        was_cut,
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn suggestions(State(reading): State<SearchReading>, RawQuery(query): RawQuery) -> Result<Response> {
    let (asked, _) = asked(&query.unwrap_or_default());
    let pages = reading.library.index.suggest(&asked).await?;
    let list: Vec<Suggestion> = pages
        .into_iter()
        .take(SUGGESTIONS)
        .map(|page| Suggestion { title: &page.title, path: &page.path })
        .collect();
    let json = serde_json::to_string(&list).map_err(anyhow::Error::from)?;
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, PRIVATE)], json).into_response())
}

/// What was typed on one line, cut when it is longer than anyone types.
fn asked(query: &str) -> (String, bool) {
    let typed = field(query, "q");
    let no_controls: String = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let one_line = no_controls.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(LONGEST) {
        Some((end, _)) => (one_line[..end].trim_end().to_owned(), true),
        None => (one_line, false),
    }
}

/// The first field of a name. A query string of any form has an answer, so it is not read by a stricter reader.
fn field(query: &str, name: &str) -> String {
    form_urlencoded::parse(query.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn address(asked: &str, page: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", asked);
    if page > 1 {
        query.append_pair("page", &page.to_string());
    }
    format!("/search?{}", query.finish())
}

fn tab_title(asked: &str) -> String {
    if asked.is_empty() {
        return "Search".to_owned();
    }
    let short: String = asked.chars().take(IN_THE_TAB).collect();
    let cut = if short.len() < asked.len() { "…" } else { "" };
    format!("“{short}{cut}” – Search")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_query_string_is_read() {
        assert_eq!(asked("q=+a%00b%0A%C3%A9+&q=c").0, "a b é");
        assert_eq!(asked("").0, "");
        assert_eq!(asked("%FF=1&q=%FF").0, "\u{fffd}");
        let (cut, was_cut) = asked(&format!("q={}", "é".repeat(10_000)));
        assert!(was_cut && cut.chars().count() == LONGEST);
    }

    #[test]
    fn addresses_hold_anything_safely() {
        assert_eq!(address("a&b=\"<é", 2), "/search?q=a%26b%3D%22%3C%C3%A9&page=2");
    }
}
