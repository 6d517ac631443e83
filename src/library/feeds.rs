//! What programs fetch: robots.txt, the sitemap, the feed, OpenSearch and security.txt.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::library::markdown::escape;
use crate::library::pages::RenderedPages;
use crate::library::signatures::Signatures;
use crate::library::{Library, Sheet, contact_page};
use crate::web::app::App;
use crate::web::page::{PUBLIC, StaticPage};
use crate::web::site::Site;
use crate::web::static_files;

const TEXT: &str = "text/plain; charset=utf-8";
const XML: &str = "application/xml";
const ATOM: &str = "application/atom+xml; charset=utf-8";
const OPENSEARCH: &str = "application/opensearchdescription+xml";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
/// A browser's list of search engines has no room for more.
const LONGEST_SHORT_NAME: usize = 16;

const PATHS: &[&str] =
    &["/robots.txt", "/sitemap.xml", "/feed.xml", "/opensearch.xml", "/.well-known/security.txt"];

/// As they were made for the signatures of one moment: a page that is signed is new to who follows the feed.
struct Feeds {
    signed: u64,
    ready: BTreeMap<&'static str, StaticPage>,
}

#[derive(Clone)]
struct FeedsState {
    app: App,
    rendered_pages: Arc<RenderedPages>,
    feeds: Arc<Mutex<Arc<Feeds>>>,
}

impl Feeds {
    fn new(site: &Site, rendered_pages: &RenderedPages) -> Feeds {
        let (library, signatures) = (rendered_pages.library(), rendered_pages.signatures());
        // Asked for first: a signature that comes meanwhile makes them anew at the next asking.
        let signed = signatures.version();
        let ready = |content_type, text: String| StaticPage::new(content_type, PUBLIC, text.into_bytes());
        let dated = Dated { library, signatures };
        let ready = BTreeMap::from([
            ("/robots.txt", ready(TEXT, robots(site))),
            ("/sitemap.xml", ready(XML, sitemap(site, &dated, rendered_pages))),
            ("/feed.xml", ready(ATOM, feed(site, &dated))),
            ("/opensearch.xml", ready(OPENSEARCH, opensearch(site))),
            ("/.well-known/security.txt", ready(TEXT, security(site, &dated))),
        ]);
        Feeds { signed, ready }
    }
}

/// The library with the days of its pages.
struct Dated<'a> {
    library: &'a Library,
    signatures: &'a Signatures,
}

impl Dated<'_> {
    fn changed(&self, sheet: &Sheet) -> Date {
        let changes = sheet.front.changes.iter().map(|change| change.date);
        let newest = self.signatures.of(sheet).newest(&sheet.front);
        changes.chain([newest]).chain(sheet.front.publish).max().unwrap_or(sheet.front.written)
    }

    fn newest(&self) -> Option<Date> {
        self.library.sheets.iter().map(|sheet| self.changed(sheet)).max()
    }
}

pub fn routes(app: App, rendered_pages: Arc<RenderedPages>) -> Router {
    let feeds = Arc::new(Mutex::new(Arc::new(Feeds::new(&app.site, &rendered_pages))));
    let mut router = Router::new();
    for path in PATHS {
        router = router.route(path, get(show));
    }
    router.with_state(FeedsState { app, rendered_pages, feeds })
}

async fn show(State(state): State<FeedsState>, uri: Uri, asked: HeaderMap) -> Response {
    let ready = &state.current().ready;
    ready.get(uri.path()).map_or_else(|| StatusCode::NOT_FOUND.into_response(), |page| page.answer(&asked))
}

impl FeedsState {
    fn current(&self) -> Arc<Feeds> {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        if feeds.signed != self.rendered_pages.signatures().version() {
            *feeds = Arc::new(Feeds::new(&self.app.site, &self.rendered_pages));
        }
        feeds.clone()
    }
}

fn robots(site: &Site) -> String {
    let closed = ["/staff", "/calendar/", "/consultations/", "/reports/", "/search"];
    let lines: String = closed.iter().map(|path| format!("Disallow: {path}\n")).collect();
    format!("User-agent: *\nAllow: /consultations/new\n{lines}Sitemap: {}\n", site.url("/sitemap.xml"))
}

/// A page is dated only when its words are: by its review or its last change, whichever is newer.
fn sitemap(site: &Site, dated: &Dated, rendered_pages: &RenderedPages) -> String {
    let dates = dates(dated);
    let mut pages: Vec<String> = rendered_pages
        .paths()
        .chain([contact_page::PATH])
        .map(|path| {
            let changed =
                dates.get(path).map(|date| format!("<lastmod>{date}</lastmod>")).unwrap_or_default();
            format!("<url><loc>{}</loc>{changed}</url>\n", escape(&site.url(path)))
        })
        .collect();
    pages.sort();
    format!(
        "{HEAD}<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{}</urlset>\n",
        pages.concat()
    )
}

fn dates(dated: &Dated) -> BTreeMap<String, Date> {
    let library = dated.library;
    let mut dates: BTreeMap<String, Date> =
        library.sheets.iter().map(|sheet| (sheet.path(), dated.changed(sheet))).collect();
    dates.extend(library.pages.iter().map(|page| (format!("/{}", page.slug), page.front.written)));
    for topic in &library.topics {
        let newest = library.sheets_of(topic).map(|sheet| dated.changed(sheet)).max();
        dates.extend(newest.map(|date| (topic.path(), date)));
    }
    for list in ["/", "/fact-sheets"] {
        dates.extend(dated.newest().map(|date| (list.to_owned(), date)));
    }
    dates
}

/// Atom (RFC 4287): an entry's id stays when its page moves, so it is made of the first address that the page had.
fn feed(site: &Site, dated: &Dated) -> String {
    let clinic = &site.clinic;
    let id = |name: &str| escape(&format!("tag:{},2026:{name}", clinic.domain));
    let moment = |date: Date| format!("{date}T00:00:00Z");
    let mut sheets: Vec<&Sheet> = dated.library.sheets.iter().collect();
    sheets.sort_by_key(|sheet| std::cmp::Reverse(dated.changed(sheet)));
    let mut entries = String::new();
    for sheet in sheets {
        let front = &sheet.front;
        let first = front.changes.iter().map(|change| change.date).min().unwrap_or(front.written);
        let first = front.publish.map_or(first, |publish| publish.max(first));
        let what = front.changes.iter().max_by_key(|change| change.date).map_or("", |change| &change.what);
        entries.push_str(&format!(
            "<entry><id>{}</id><title>{}</title><link href=\"{}\"/><published>{}</published><updated>{}</updated>\
             <author><name>{}</name></author><category term=\"{}\"/><summary>{} ({})</summary></entry>\n",
            id(front.aliases.first().unwrap_or(&sheet.slug)),
            escape(&front.title),
            escape(&site.url(&sheet.path())),
            moment(first),
            moment(dated.changed(sheet)),
            escape(&front.author),
            escape(&front.category),
            escape(&front.summary),
            escape(&format!("Version {}: {what}", front.version)),
        ));
    }
    format!(
        "{HEAD}<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en-GB\"><id>{}</id><title>{}</title>\
         <subtitle>New and changed pages</subtitle><link rel=\"self\" href=\"{}\"/><link href=\"{}\"/>\
         <updated>{}</updated>\n{entries}</feed>\n",
        id("feed"),
        escape(&clinic.site),
        escape(&site.url("/feed.xml")),
        escape(&site.url("/")),
        moment(dated.newest().unwrap_or(Date::ZERO)),
    )
}

fn opensearch(site: &Site) -> String {
    let name: String = site.clinic.site.chars().take(LONGEST_SHORT_NAME).collect();
    format!(
        "{HEAD}<OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\"><ShortName>{}</ShortName>\
         <Description>{}</Description><InputEncoding>UTF-8</InputEncoding><Language>en-GB</Language>\
         <Image width=\"32\" height=\"32\" type=\"image/svg+xml\">{}</Image>\
         <Url type=\"text/html\" method=\"get\" template=\"{}?q={{searchTerms}}\"/></OpenSearchDescription>\n",
        escape(name.trim_end()),
        escape(&format!("Fact sheets about back pain and sleep from {}", site.clinic.clinic)),
        escape(&site.url(&static_files::href("icon.svg"))),
        escape(&site.url("/search")),
    )
}

/// RFC 9116. It ends a year after the newest page, so that a site nobody looks after stops inviting reports.
fn security(site: &Site, dated: &Dated) -> String {
    let expires = dated.newest().unwrap_or(Date::ZERO).saturating_add(1.year());
    format!(
        "Contact: mailto:{}\nExpires: {expires}T00:00:00Z\nPreferred-Languages: en\nCanonical: {}\n",
        site.clinic.email,
        site.url("/.well-known/security.txt")
    )
}
