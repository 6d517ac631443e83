//! The pages that are the same for everyone: rendered once, served from memory.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

pub use crate::library::day::day;
use crate::library::glossary_page::GlossaryPage;
use crate::library::{Library, PlainPage, Sheet, Topic, linked_data};
use crate::web::page::StaticPage;
use crate::web::site::{PageContext, Site};

/// Pages with an address of their own that no content file makes.
pub const FIXED_PATHS: &[&str] = &[
    "/",
    "/fact-sheets",
    "/glossary",
    "/emergency",
    "/contact",
    "/search",
    "/consultations/new",
    "/reports/new",
    "/mistakes/new",
    "/complaints",
    "/assessment",
];

/// Every public page, by its path, and where moved pages are now.
pub struct RenderedPages {
    pages: HashMap<String, StaticPage>,
    moved: HashMap<String, String>,
}

#[derive(Template)]
#[template(path = "library/sheet.html")]
struct SheetPage<'a> {
    context: PageContext<'a>,
    sheet: &'a Sheet,
    /// On the page about emergencies the signs stand open, before anything else.
    open_safety: bool,
    topics: Vec<&'a Topic>,
    related: Vec<(&'a Sheet, &'a str)>,
    offers: Vec<String>,
    /// Linked data, as JSON.
    data: String,
}

#[derive(Template)]
#[template(path = "library/index.html")]
struct IndexPage<'a> {
    context: PageContext<'a>,
    letters: Vec<(char, Vec<&'a Sheet>)>,
    topics: &'a [Topic],
}

#[derive(Template)]
#[template(path = "library/home.html")]
struct HomePage<'a> {
    context: PageContext<'a>,
    topics: &'a [Topic],
    /// How many there are to read.
    sheets: usize,
}

#[derive(Template)]
#[template(path = "library/topic.html")]
struct TopicPage<'a> {
    context: PageContext<'a>,
    sheets: Vec<&'a Sheet>,
    others: Vec<&'a Topic>,
}

#[derive(Template)]
#[template(path = "library/plain.html")]
struct PlainPageShown<'a> {
    context: PageContext<'a>,
    page: &'a PlainPage,
}

/// For someone awake in pain: dark, short, without a form or a picture.
#[derive(Template)]
#[template(path = "library/night.html")]
struct NightPage<'a> {
    context: PageContext<'a>,
    page: &'a PlainPage,
}

#[derive(Template)]
#[template(path = "library/emergency.html")]
struct EmergencyPage<'a> {
    context: PageContext<'a>,
}

#[derive(Template)]
#[template(path = "library/contact.html")]
struct ContactPage<'a> {
    context: PageContext<'a>,
    /// Linked data, as JSON.
    data: String,
}

impl RenderedPages {
    /// Renders every page. `offers` gives the forms that stand at the foot of one sheet.
    pub fn fill(
        site: &Site,
        library: &Library,
        offers: impl Fn(&str) -> Vec<String>,
    ) -> anyhow::Result<RenderedPages> {
        let mut rendered_pages = RenderedPages { pages: HashMap::new(), moved: HashMap::new() };
        let name = &site.clinic.site;
        let about =
            "Fact sheets and guides about back pain and sleep in plain words, and a way to ask the clinic.";
        let topics = &library.topics;
        let sheets = library.sheets.len();
        rendered_pages.add("/", &HomePage { context: site.public(name, about, "/"), topics, sheets })?;
        let every = "Every fact sheet and guide, in the order of the alphabet.";
        let letters = by_letter(&library.sheets);
        rendered_pages.add(
            "/fact-sheets",
            &IndexPage { context: site.public("Fact sheets A to Z", every, "/fact-sheets"), letters, topics },
        )?;
        rendered_pages.add("/glossary", &GlossaryPage::new(site, library))?;
        let signs =
            "The signs with back pain that mean call 999 or get advice today, and a slip to hand over.";
        rendered_pages.add(
            "/emergency",
            &EmergencyPage { context: site.public("Is this an emergency?", signs, "/emergency") },
        )?;
        let reach = "How to reach the clinic, report a mistake, or complain.";
        let data = linked_data::clinic(site);
        rendered_pages
            .add("/contact", &ContactPage { context: site.public("Contact us", reach, "/contact"), data })?;
        for topic in topics {
            let path = topic.path();
            let context = site.public(&topic.title, &topic.summary, &path);
            let others = topics.iter().filter(|other| other.slug != topic.slug).collect();
            rendered_pages
                .add(&path, &TopicPage { context, sheets: library.sheets_of(topic).collect(), others })?;
        }
        for page in &library.pages {
            let path = page.path();
            let context = site.public(&page.front.title, &page.front.summary, &path);
            match page.slug.as_str() {
                "night" => rendered_pages.add(&path, &NightPage { context, page })?,
                _ => rendered_pages.add(&path, &PlainPageShown { context, page })?,
            }
        }
        for sheet in &library.sheets {
            let path = sheet.path();
            rendered_pages.add(&path, &sheet_page(site, library, sheet, &path, offers(&sheet.slug)))?;
            for alias in &sheet.front.aliases {
                rendered_pages.moved.insert(format!("/{}/{alias}", sheet.kind.folder()), path.clone());
            }
        }
        Ok(rendered_pages)
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.pages.keys().map(String::as_str)
    }

    /// Where the page of an old address is now.
    pub fn moved_to(&self, path: &str) -> Option<&str> {
        self.moved.get(path).map(String::as_str)
    }

    /// Puts one more page on the rendered_pages.
    pub fn add(&mut self, path: &str, page: &impl Template) -> anyhow::Result<()> {
        self.pages.insert(path.to_owned(), StaticPage::page(page)?);
        Ok(())
    }
}

pub fn routes(rendered_pages: Arc<RenderedPages>) -> Router {
    let mut router = Router::new();
    for path in rendered_pages.paths().chain(rendered_pages.moved.keys().map(String::as_str)) {
        router = router.route(path, get(show));
    }
    router.fallback(get(without_slash)).with_state(rendered_pages)
}

/// A link to a source, short enough to print.
pub fn short_link(link: &str) -> &str {
    link.trim_start_matches("https://").trim_start_matches("www.")
}

async fn show(State(rendered_pages): State<Arc<RenderedPages>>, uri: Uri, asked: HeaderMap) -> Response {
    match (rendered_pages.pages.get(uri.path()), rendered_pages.moved_to(uri.path())) {
        (Some(page), _) => page.answer(&asked),
        (None, Some(to)) => Redirect::permanent(to).into_response(),
        (None, None) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `/fact-sheets/` is a slip for `/fact-sheets`; only pages that exist are led to.
async fn without_slash(State(rendered_pages): State<Arc<RenderedPages>>, uri: Uri) -> Response {
    match uri.path().strip_suffix('/').filter(|path| rendered_pages.pages.contains_key(*path)) {
        Some(path) => Redirect::permanent(path).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn sheet_page<'a>(
    site: &'a Site,
    library: &'a Library,
    sheet: &'a Sheet,
    path: &'a str,
    offers: Vec<String>,
) -> SheetPage<'a> {
    let front = &sheet.front;
    SheetPage {
        context: site.public(&front.title, &front.summary, path),
        sheet,
        open_safety: sheet.slug == "when-back-pain-is-an-emergency",
        topics: library.topics_of(sheet).collect(),
        related: front
            .related
            .iter()
            .filter_map(|related| Some((library.sheet(&related.slug)?, related.why.as_str())))
            .collect(),
        offers,
        data: linked_data::sheet(site, sheet),
    }
}

fn by_letter(sheets: &[Sheet]) -> Vec<(char, Vec<&Sheet>)> {
    let mut letters: Vec<(char, Vec<&Sheet>)> = Vec::new();
    for sheet in sheets {
        let letter = sheet.front.title.chars().next().map_or('?', |c| c.to_ascii_uppercase());
        match letters.last_mut() {
            Some((last, list)) if *last == letter => list.push(sheet),
            _ => letters.push((letter, vec![sheet])),
        }
    }
    letters
}
