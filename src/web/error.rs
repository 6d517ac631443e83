//! What can go wrong, and the page each failure shows.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::clinic::UnknownRole;
use crate::storage::database;
use crate::storage::encryption;
use crate::web::app::App;
use crate::web::page;
use crate::web::site::PageContext;

const SAME_LINE_AGAIN: Duration = Duration::from_secs(10);

/// Why a request has no answer of its own. Input that needs mending is `FieldErrors`, not this.
#[derive(Debug)]
pub enum Error {
    NotFound,
    SignInFirst,
    /// The password was right; the code is still asked.
    CodeFirst,
    Forbidden,
    TooManyRequests,
    /// Not confirmed: storage cannot be used now, and what was sent may or may not be there.
    Unavailable,
    /// It is stored, and does not open: its key is gone, or it is damaged.
    UndecryptablePage,
    /// Of whoever is signed in.
    UnknownRole,
    Internal(anyhow::Error),
}

pub type Result<T> = std::result::Result<T, Error>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        match error {
            sqlx::Error::RowNotFound => Error::NotFound,
            error if database::is_over_budget(&error) => Error::TooManyRequests,
            error if database::is_unavailable(&error) => {
                if may_log(&LAST_UNAVAILABLE) {
                    tracing::error!(%error, "the database cannot be used");
                }
                Error::Unavailable
            }
            sqlx::Error::ColumnDecode { source, .. } if source.is::<UnknownRole>() => Error::UnknownRole,
            error if encryption::is_undecryptable(&error) => {
                if may_log(&LAST_UNDECRYPTABLE) {
                    tracing::error!(%error, "what is stored cannot be opened");
                }
                Error::UndecryptablePage
            }
            error => Error::Internal(error.into()),
        }
    }
}

static LAST_UNAVAILABLE: Mutex<Option<Instant>> = Mutex::new(None);
static LAST_UNDECRYPTABLE: Mutex<Option<Instant>> = Mutex::new(None);

/// Whether the same line may be logged again: visitors who ask on during an outage must not fill the disk with it.
fn may_log(last: &Mutex<Option<Instant>>) -> bool {
    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
    let long_ago = last.is_none_or(|last| last.elapsed() >= SAME_LINE_AGAIN);
    if long_ago {
        *last = Some(Instant::now());
    }
    long_ago
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Error {
        Error::Internal(error.into())
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Error {
        Error::Internal(error)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND.into_response(),
            Error::SignInFirst => Redirect::to("/staff/sign-in").into_response(),
            Error::CodeFirst => Redirect::to("/staff/sign-in/code").into_response(),
            Error::Forbidden => StatusCode::FORBIDDEN.into_response(),
            Error::TooManyRequests => StatusCode::TOO_MANY_REQUESTS.into_response(),
            Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Error::UndecryptablePage => {
                let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
                response.extensions_mut().insert(Unreadable::Page);
                response
            }
            Error::UnknownRole => {
                let mut response = StatusCode::FORBIDDEN.into_response();
                response.extensions_mut().insert(Unreadable::Role);
                response
            }
            Error::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a request failed");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// Marks an answer as about something that is stored and cannot be read.
#[derive(Clone, Copy)]
enum Unreadable {
    Page,
    Role,
}

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage<'a> {
    context: PageContext<'a>,
    status: u16,
    words: &'a [&'a str],
}

/// Gives every bare refusal, ours or the framework's, a page that says what to do next.
pub async fn pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let on_the_desk = request.uri().path().starts_with("/staff");
    let response = next.run(request).await;
    let status = response.status();
    let has_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if has_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (title, words) = match response.extensions().get::<Unreadable>() {
        Some(Unreadable::Page) => words_for_unopened(on_the_desk),
        Some(Unreadable::Role) => WORDS_FOR_UNKNOWN_ROLE,
        None => words_for(status),
    };
    let shown = ErrorPage { context: app.site.private(title), status: status.as_u16(), words };
    let mut page = page::private(status, &shown);
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        // The rest of what is being sent is not read: this connection cannot be used again.
        page.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    page
}

const WORDS_FOR_UNKNOWN_ROLE: (&str, &[&str]) = (
    "Your account cannot be read",
    &[
        "What is stored of your role is damaged, so nobody can tell what you may see. Nothing was changed.",
        "Ask an administrator to choose your role again under People.",
        "If nobody else is one, tell whoever looks after the site: they restore the last good backup.",
    ],
);

fn words_for_unopened(on_the_desk: bool) -> (&'static str, &'static [&'static str]) {
    let title = "This cannot be opened";
    if !on_the_desk {
        return (
            title,
            &[
                "What you sent us is stored, and was not erased, but we cannot open it now. It is our fault, not yours.",
            ],
        );
    }
    (
        title,
        &[
            "What is stored here does not open with the key of this site. It was not erased, and nothing was changed.",
            "Tell whoever looks after the site at once: they put the right sealing.key back, or restore the last good backup.",
            "If you know who it is, phone them: what was promised to them still stands.",
        ],
    )
}

/// A heading, and sentences that say what happened to what was typed and what to do now.
fn words_for(status: StatusCode) -> (&'static str, &'static [&'static str]) {
    match status {
        StatusCode::NOT_FOUND => (
            "Page not found",
            &[
                "If you typed the address, check it is correct.",
                "If you followed a link, the page may have moved, or a private link may have ended.",
            ],
        ),
        StatusCode::FORBIDDEN => (
            "This page did not accept that",
            &[
                "It came from another website, or you are not allowed to do this.",
                "Nothing was sent. Open the page on this site and try again.",
            ],
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            "That page cannot be used that way",
            &["Nothing was sent. Go back and use the links or buttons on the page."],
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "That was too long to send",
            &[
                "Nothing was sent. Go back: your browser still has what you typed.",
                "Make it shorter, then send it again.",
            ],
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            ("We could not read that", &["Nothing was sent. Go back to the page and use its form or links."])
        }
        StatusCode::TOO_MANY_REQUESTS => (
            "Too many tries from your network",
            &[
                "Nothing was sent. Go back: your browser still has what you typed.",
                "Wait a few minutes, then try again.",
            ],
        ),
        StatusCode::REQUEST_TIMEOUT => (
            "That took too long to arrive",
            &["Nothing was sent. Go back and try again when your connection is better."],
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            "We cannot take this right now",
            &[
                "We could not confirm that your details were saved.",
                "Wait a few minutes, go back and send them again. Sending twice does no harm.",
            ],
        ),
        status if status.is_server_error() => (
            "Something went wrong on our side",
            &[
                "It is our fault, not yours. We could not confirm that your details were saved.",
                "Go back and try again in a few minutes.",
            ],
        ),
        _ => ("That did not work", &["Nothing was sent. Go back and try again."]),
    }
}
