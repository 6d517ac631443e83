//! The pages that are the same for everyone: rendered once, served from memory.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tokio::sync::Mutex;

pub use crate::library::day::day;
use crate::library::glossary_page::GlossaryPage;
use crate::library::index_page::IndexPage;
use crate::library::sheet_page::SheetPage;
use crate::library::signatures::{Signatures, store};
use crate::library::{Library, PlainPage, Sheet, Topic, figures};
use crate::storage::database::Readers;
use crate::web::app::App;
use crate::web::compressed_pages::CompressedPages;
use crate::web::counts::{Counted, is_counted};
use crate::web::page::{FOREVER, StaticPage};
use crate::web::site::{PageContext, Site};
use crate::web::static_files;

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
    "/corrections/new",
    "/complaints",
    "/assessment",
];

/// The forms that stand at the foot of one sheet, with or without the one for a consultation.
type Offers = Box<dyn Fn(&str, bool) -> Vec<String> + Send + Sync>;

/// Every public page, by its path, and where moved pages are now.
pub struct RenderedPages {
    library: Arc<Library>,
    signatures: Arc<Signatures>,
    offers: Offers,
    /// A page whose signatures changed takes the place of the one before.
    pages: HashMap<String, RwLock<Arc<StaticPage>>>,
    moved: HashMap<String, String>,
    /// Drawings, by their addresses.
    figures: HashMap<String, StaticPage>,
    refreshing: Mutex<()>,
}

#[derive(Template)]
#[template(path = "library/home.html")]
struct HomePage<'a> {
    context: PageContext<'a>,
    /// Each with what to read about it, in the order of reading.
    topics: Vec<(&'a Topic, Vec<&'a Sheet>)>,
    /// How many there are to read.
    sheets: usize,
    /// Where someone who wants to move should begin.
    exercises: String,
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

impl RenderedPages {
    /// Renders every page as if nobody had signed one: `refresh` takes the signatures. `offers` gives the forms that
    /// stand at the foot of one sheet, with or without the one for a consultation.
    pub fn fill(
        site: &Site,
        library: &Arc<Library>,
        offers: impl Fn(&str, bool) -> Vec<String> + Send + Sync + 'static,
    ) -> anyhow::Result<RenderedPages> {
        let mut rendered_pages = RenderedPages {
            library: library.clone(),
            signatures: Arc::default(),
            offers: Box::new(offers),
            pages: HashMap::new(),
            moved: HashMap::new(),
            figures: figures(library),
            refreshing: Mutex::default(),
        };
        let name = &site.clinic.site;
        let about =
            "Fact sheets and guides about back pain and sleep in plain words, and a way to ask the clinic.";
        let topics = &library.topics;
        rendered_pages.add("/", &home_page(library, site.public(name, about, "/")))?;
        let every = "Every fact sheet and guide, from A to Z.";
        let context = site.public("Fact sheets A to Z", every, "/fact-sheets");
        rendered_pages.add("/fact-sheets", &IndexPage::new(context, library))?;
        rendered_pages.add("/glossary", &GlossaryPage::new(site, library))?;
        let signs = "The signs with back pain that need 999 or advice today, and a slip to hand over.";
        rendered_pages.add(
            "/emergency",
            &EmergencyPage { context: site.public("Is this an emergency?", signs, "/emergency") },
        )?;
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
            let page = StaticPage::page(&rendered_pages.sheet_page(site, library, sheet, &path))?;
            rendered_pages.insert(&path, page);
            for alias in &sheet.front.aliases {
                rendered_pages.moved.insert(format!("/{}/{alias}", sheet.kind.folder()), path.clone());
            }
        }
        Ok(rendered_pages)
    }

    /// What the pages were made of.
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    pub fn signatures(&self) -> &Arc<Signatures> {
        &self.signatures
    }

    /// Takes the signatures as they are stored, and renders anew each page whose signatures changed.
    pub async fn refresh(&self, site: &Site, readers: &Readers) -> anyhow::Result<()> {
        // One at a time: what was read first must not be taken last.
        let _one = self.refreshing.lock().await;
        for slug in self.signatures.replace(store::all(readers).await?) {
            let Some(sheet) = self.library.sheet(&slug) else { continue };
            let path = sheet.path();
            let page = StaticPage::page(&self.sheet_page(site, &self.library, sheet, &path))?;
            if let Some(place) = self.pages.get(&path) {
                *place.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(page);
            }
        }
        Ok(())
    }

    /// A page as readers would see it, also one that is a draft.
    pub fn sheet_page<'a>(
        &self,
        site: &'a Site,
        library: &'a Library,
        sheet: &'a Sheet,
        path: &'a str,
    ) -> SheetPage<'a> {
        SheetPage::new(site, library, sheet, path, self.signatures.of(sheet), &self.offers)
    }

    fn page(&self, path: &str) -> Option<Arc<StaticPage>> {
        Some(self.pages.get(path)?.read().unwrap_or_else(PoisonError::into_inner).clone())
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.pages.keys().map(String::as_str)
    }

    /// The page or drawing at this path; a page is counted as read.
    pub fn answer(&self, site: &Site, path: &str, asked: &HeaderMap) -> Option<Response> {
        self.answer_by(site, path, asked, |page| Some(page.answer(asked)))
    }

    /// As `answer`, where nothing has to be compressed for it.
    pub fn ready_answer(&self, site: &Site, path: &str, asked: &HeaderMap) -> Option<Response> {
        self.answer_by(site, path, asked, |page| page.ready_answer(asked))
    }

    fn answer_by(
        &self,
        site: &Site,
        path: &str,
        asked: &HeaderMap,
        answer: impl Fn(&StaticPage) -> Option<Response>,
    ) -> Option<Response> {
        let Some(page) = self.page(path) else { return answer(self.figures.get(path)?) };
        let answer = answer(&page)?;
        if is_counted(asked) {
            site.counts.add(Counted::Read, path);
        }
        Some(answer)
    }

    /// Where the page of an old address is now.
    pub fn moved_to(&self, path: &str) -> Option<&str> {
        self.moved.get(path).map(String::as_str)
    }

    /// Gives each page, drawing and style what was compressed at an earlier start.
    pub fn take_compressed(&self, kept: &CompressedPages) {
        self.with_all(|pages| kept.give(pages));
    }

    /// Compresses what is not yet, and keeps it for the next start: a second of work that no visitor waits for.
    pub fn compress(&self, kept: &CompressedPages, stop: &AtomicBool) -> anyhow::Result<()> {
        self.with_all(|pages| kept.fill(pages, stop))
    }

    fn with_all<T>(&self, act: impl FnOnce(&[&StaticPage]) -> T) -> T {
        let shown: Vec<Arc<StaticPage>> = self.pages.keys().filter_map(|path| self.page(path)).collect();
        let mut pages: Vec<&StaticPage> = shown.iter().map(|page| &**page).collect();
        pages.extend(self.figures.values());
        static_files::all().for_each(|file| pages.push(file));
        act(&pages)
    }

    /// Keeps each page of before that says the same, with its compressed forms.
    pub fn take_over(&self, before: &RenderedPages) {
        for (path, place) in &self.pages {
            let Some(known) = before.page(path) else { continue };
            let mut place = place.write().unwrap_or_else(PoisonError::into_inner);
            if place.hash() == known.hash() {
                *place = known;
            }
        }
    }

    /// Adds one more page.
    pub fn add(&mut self, path: &str, page: &impl Template) -> anyhow::Result<()> {
        self.insert(path, StaticPage::page(page)?);
        Ok(())
    }

    fn insert(&mut self, path: &str, page: StaticPage) {
        self.pages.insert(path.to_owned(), RwLock::new(Arc::new(page)));
    }
}

/// What answers with them.
#[derive(Clone)]
struct PagesState {
    app: App,
    rendered_pages: Arc<RenderedPages>,
}

pub fn routes(app: App, rendered_pages: Arc<RenderedPages>) -> Router {
    let mut router = Router::new();
    let others = rendered_pages.moved.keys().chain(rendered_pages.figures.keys()).map(String::as_str);
    for path in rendered_pages.paths().chain(others) {
        router = router.route(path, get(show));
    }
    router.with_state(PagesState { app, rendered_pages })
}

/// A link to a source, short enough to print.
pub fn short_link(link: &str) -> &str {
    link.trim_start_matches("https://").trim_start_matches("www.")
}

/// The site that a link leads to, for mails, where whole addresses are too long to read.
pub fn host(link: &str) -> &str {
    short_link(link).split('/').next().unwrap_or_default()
}

async fn show(
    State(PagesState { app, rendered_pages }): State<PagesState>,
    uri: Uri,
    asked: HeaderMap,
) -> Response {
    let path = uri.path();
    if let Some(answer) = rendered_pages.answer(&app.site, path, &asked) {
        return answer;
    }
    match rendered_pages.moved_to(path) {
        Some(to) => Redirect::permanent(to).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn home_page<'a>(library: &'a Library, context: PageContext<'a>) -> HomePage<'a> {
    let first = library.sheet("exercises-step-by-step").or_else(|| library.sheet("exercise-for-back-pain"));
    HomePage {
        context,
        topics: library.topics.iter().map(|topic| (topic, library.sheets_of(topic).collect())).collect(),
        sheets: library.sheets.len(),
        exercises: first.map_or_else(|| "/fact-sheets".to_owned(), Sheet::path),
    }
}

fn figures(library: &Library) -> HashMap<String, StaticPage> {
    let drawn = |(name, svg): (&String, &String)| {
        let file = StaticPage::new("image/svg+xml", FOREVER, svg.clone().into_bytes());
        (figures::path(name, svg), file)
    };
    library.figures.iter().map(drawn).collect()
}
