//! Our style, script and icon: in the program, at addresses that hold their hash, so that a browser keeps them for good.

use std::sync::LazyLock;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha384};

use crate::web::page::{FOREVER, StaticPage};

struct Asset {
    name: &'static str,
    ready: StaticPage,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |name, content_type, bytes: &[u8]| Asset {
        name,
        ready: StaticPage::new(content_type, FOREVER, bytes.to_vec()),
    };
    vec![
        asset("base.css", CSS, style(include_str!("../../static/base.css")).as_bytes()),
        asset("reading.css", CSS, style(include_str!("../../static/reading.css")).as_bytes()),
        asset("forms.css", CSS, style(include_str!("../../static/forms.css")).as_bytes()),
        asset("finding.css", CSS, style(include_str!("../../static/finding.css")).as_bytes()),
        asset("print.css", CSS, style(include_str!("../../static/print.css")).as_bytes()),
        asset("worksheet.css", CSS, style(include_str!("../../static/worksheet.css")).as_bytes()),
        asset("desk.css", CSS, style(include_str!("../../static/desk.css")).as_bytes()),
        asset("assessment.css", CSS, style(include_str!("../../static/assessment.css")).as_bytes()),
        asset(
            "site.js",
            "text/javascript; charset=utf-8",
            small(include_str!("../../static/site.js")).as_bytes(),
        ),
        asset(
            "search.js",
            "text/javascript; charset=utf-8",
            small(include_str!("../../static/search.js")).as_bytes(),
        ),
        asset(
            "desk.js",
            "text/javascript; charset=utf-8",
            small(include_str!("../../static/desk.js")).as_bytes(),
        ),
        asset(
            "queue.js",
            "text/javascript; charset=utf-8",
            small(include_str!("../../static/queue.js")).as_bytes(),
        ),
        asset(
            "passkeys.js",
            "text/javascript; charset=utf-8",
            small(include_str!("../../static/passkeys.js")).as_bytes(),
        ),
        asset("icon.svg", SVG, include_bytes!("../../static/icon.svg")),
        asset("home.svg", SVG, include_bytes!("../../static/home.svg")),
    ]
});

const CSS: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// A style sheet or script without its comments and indents: none of ours holds `/*` or a line end in a string.
fn small(source: &str) -> String {
    let mut parts = source.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    let without_comments =
        parts.fold(first, |kept, part| kept + part.split_once("*/").map_or("", |(_, rest)| rest));
    let says_something = |line: &&str| !line.is_empty() && !line.starts_with("//");
    without_comments.lines().map(str::trim).filter(says_something).collect::<Vec<_>>().join("\n")
}

/// A style sheet without the spaces that only its authors need. What stands in quotation marks is left as it is.
fn style(source: &str) -> String {
    let small = small(source);
    let parts = small.split('"').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 0 { without_spaces(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("\"")
}

/// A custom property that is empty keeps its space, which older browsers ask for.
fn without_spaces(source: &str) -> String {
    let tight = [(": ", ":"), (":;", ": ;"), (" {", "{"), ("{ ", "{"), (", ", ","), ("; ", ";"), (";}", "}")];
    let joined = [("{\n", "{"), (";\n", ";"), ("}\n", "}"), (",\n", ","), (";}", "}")];
    let all = joined.iter().chain(&tight);
    all.fold(source.to_owned(), |style, (wide, narrow)| style.replace(wide, narrow))
}

/// Where they are, as a pattern of the router.
pub const ROUTE: &str = "/assets/{hash}/{name}";

pub fn routes() -> Router {
    Router::new().route(ROUTE, get(show))
}

pub fn all() -> impl Iterator<Item = &'static StaticPage> {
    ASSETS.iter().map(|asset| &asset.ready)
}

/// The file at this path, where there is one.
pub fn at(path: &str) -> Option<&'static StaticPage> {
    let (hash, name) = path.strip_prefix("/assets/")?.split_once('/')?;
    let asset = ASSETS.iter().find(|asset| asset.name == name && asset.ready.hash() == hash);
    asset.map(|asset| &asset.ready)
}

/// The address of an asset, such as `/assets/0a1b2c/base.css`.
pub fn href(name: &str) -> String {
    format!("/assets/{}/{name}", find(name).hash())
}

/// What a browser compares a script with before it runs it.
pub fn integrity(name: &str) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(find(name).plain())))
}

async fn show(uri: Uri, asked: HeaderMap) -> Response {
    at(uri.path()).map_or_else(|| StatusCode::NOT_FOUND.into_response(), |file| file.answer(&asked))
}

fn find(name: &str) -> &'static StaticPage {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    &asset.expect("templates name assets that exist").ready
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_keeps_what_it_means_without_the_spaces_around_it() {
        let source = "/* A note. */\n:root {\n  --dark: ;\n  --ink: var(--light, #111);\n}\n.a > .b:hover,\n.c { margin: 0 calc(-1 * 2px); }\nd::before { content: \"A: b, c\"; }\n";
        assert_eq!(
            style(source),
            ":root{--dark: ;--ink:var(--light,#111)}.a > .b:hover,.c{margin:0 calc(-1 * 2px)}d::before{content:\"A: b, c\"}"
        );
    }
}
