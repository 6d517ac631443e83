//! What programs fetch: robots.txt, the sitemap, the feed, OpenSearch and security.txt.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::library::markdown::escape;
use crate::library::pages::RenderedPages;
use crate::library::{Library, Sheet, contact_page};
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

pub struct Feeds(BTreeMap<&'static str, StaticPage>);

impl Feeds {
    pub fn new(site: &Site, library: &Library, rendered_pages: &RenderedPages) -> Feeds {
        let ready = |content_type, text: String| StaticPage::new(content_type, PUBLIC, text.into_bytes());
        Feeds(BTreeMap::from([
            ("/robots.txt", ready(TEXT, robots(site))),
            ("/sitemap.xml", ready(XML, sitemap(site, library, rendered_pages))),
            ("/feed.xml", ready(ATOM, feed(site, library))),
            ("/opensearch.xml", ready(OPENSEARCH, opensearch(site))),
            ("/.well-known/security.txt", ready(TEXT, security(site, library))),
        ]))
    }
}

pub fn routes(feeds: Feeds) -> Router {
    let feeds = Arc::new(feeds);
    let mut router = Router::new();
    for path in feeds.0.keys() {
        router = router.route(path, get(show));
    }
    router.with_state(feeds)
}

async fn show(State(feeds): State<Arc<Feeds>>, uri: Uri, asked: HeaderMap) -> Response {
    feeds
        .0
        .get(uri.path())
        .map_or_else(|| StatusCode::NOT_FOUND.into_response(), |ready| ready.answer(&asked))
}

fn robots(site: &Site) -> String {
    let closed = ["/staff", "/calendar/", "/consultations/", "/reports/", "/search"];
    let lines: String = closed.iter().map(|path| format!("Disallow: {path}\n")).collect();
    format!("User-agent: *\nAllow: /consultations/new\n{lines}Sitemap: {}\n", site.url("/sitemap.xml"))
}

/// A page is dated only when its words are: by its review or its last change, whichever is newer.
fn sitemap(site: &Site, library: &Library, rendered_pages: &RenderedPages) -> String {
    let dates = dates(library);
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

fn dates(library: &Library) -> BTreeMap<String, Date> {
    let mut dates: BTreeMap<String, Date> =
        library.sheets.iter().map(|sheet| (sheet.path(), changed(sheet))).collect();
    dates.extend(library.pages.iter().map(|page| (format!("/{}", page.slug), page.front.written)));
    for topic in &library.topics {
        dates.extend(library.sheets_of(topic).map(changed).max().map(|date| (topic.path(), date)));
    }
    for list in ["/", "/fact-sheets"] {
        dates.extend(newest(library).map(|date| (list.to_owned(), date)));
    }
    dates
}

fn changed(sheet: &Sheet) -> Date {
    let changes = sheet.front.changes.iter().map(|change| change.date);
    changes.chain([sheet.front.newest()]).max().unwrap_or(sheet.front.written)
}

fn newest(library: &Library) -> Option<Date> {
    library.sheets.iter().map(changed).max()
}

/// Atom (RFC 4287): an entry's id stays when its page moves, so it is made of the first address that the page had.
fn feed(site: &Site, library: &Library) -> String {
    let clinic = &site.clinic;
    let id = |name: &str| escape(&format!("tag:{},2026:{name}", clinic.domain));
    let moment = |date: Date| format!("{date}T00:00:00Z");
    let mut sheets: Vec<&Sheet> = library.sheets.iter().collect();
    sheets.sort_by_key(|sheet| std::cmp::Reverse(changed(sheet)));
    let mut entries = String::new();
    for sheet in sheets {
        let front = &sheet.front;
        let first = front.changes.iter().map(|change| change.date).min().unwrap_or(front.written);
        let what = front.changes.iter().max_by_key(|change| change.date).map_or("", |change| &change.what);
        entries.push_str(&format!(
            "<entry><id>{}</id><title>{}</title><link href=\"{}\"/><published>{}</published><updated>{}</updated>\
             <author><name>{}</name></author><category term=\"{}\"/><summary>{} ({})</summary></entry>\n",
            id(front.aliases.first().unwrap_or(&sheet.slug)),
            escape(&front.title),
            escape(&site.url(&sheet.path())),
            moment(first),
            moment(changed(sheet)),
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
        moment(newest(library).unwrap_or(Date::ZERO)),
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
fn security(site: &Site, library: &Library) -> String {
    let expires = newest(library).unwrap_or(Date::ZERO).saturating_add(1.year());
    format!(
        "Contact: mailto:{}\nExpires: {expires}T00:00:00Z\nPreferred-Languages: en\nCanonical: {}\n",
        site.clinic.email,
        site.url("/.well-known/security.txt")
    )
}
