//! Requires a session on every page of the desk, and leads back after signing in to the page and the words that were
//! typed.

use axum::extract::{FromRequest, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::staff::audit;
use crate::staff::expired_forms;
use crate::staff::session;
use crate::staff::session::store::SignInStep;
use crate::storage::clock::seconds;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::Fields;

const SIGN_IN: &str = "/staff/sign-in";
/// Posts that need no session.
const OPEN: &[&str] = &["/staff/sign-in", "/staff/sign-out", "/staff/welcome", "/staff/reset"];
const LONGEST_ADDRESS: usize = 500;
/// In the audit: a page or an act that is not for their role.
const REFUSED: &str = "was refused a page or an act";

/// Stands in front of every page of the desk.
pub async fn keep(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = answer(&app, request, next).await;
    if response.status() == StatusCode::FORBIDDEN
        && let Some(route) = route
        && let Err(error) = note_refusal(&app, &headers, route.as_str()).await
    {
        tracing::error!(?error, "a refusal is not in the audit");
    }
    response
}

/// Notes who asked for what their role may not.
async fn note_refusal(app: &App, headers: &HeaderMap, route: &str) -> Result<()> {
    match session::find(app, headers).await? {
        Some(row) => audit::note(app, row.staff_id, REFUSED, route.to_owned()).await,
        None => Ok(()),
    }
}

async fn answer(app: &App, request: Request, next: Next) -> Response {
    match *request.method() {
        Method::GET => {
            let asked = request.uri().path_and_query().map(|asked| asked.as_str().to_owned());
            let listens =
                request.headers().get(header::ACCEPT).is_some_and(|kind| kind == "text/event-stream");
            let response = with_return(next.run(request).await, &asked.unwrap_or_default());
            // A page that listens for news cannot sign in; 204 tells it to stop asking.
            if listens && response.status() == StatusCode::SEE_OTHER {
                return StatusCode::NO_CONTENT.into_response();
            }
            response
        }
        Method::POST => {
            match check_session(app, request.uri().path().to_owned(), request.headers().clone()).await {
                Ok(SessionCheck::Unknown) => next.run(request).await,
                Ok(SessionCheck::InTime(staff)) => let_in(app, staff, request, next).await,
                Ok(SessionCheck::Late(staff)) => {
                    keep_form(app, staff, request).await.unwrap_or_else(IntoResponse::into_response)
                }
                Ok(SessionCheck::Lost) => Redirect::to("/staff/sign-in?again=lost").into_response(),
                Err(error) => error.into_response(),
            }
        }
        _ => next.run(request).await,
    }
}

/// An address of the desk to go to after signing in; nothing for any other.
pub fn return_address(asked: &str) -> String {
    let inside = asked.strip_prefix("/staff").is_some_and(|rest| rest.starts_with(['/', '?']));
    let odd = |c: char| c.is_control() || c == '\\' || c.is_whitespace();
    let fits = inside
        && !asked.contains("//")
        && !asked.chars().any(odd)
        && asked.len() <= LONGEST_ADDRESS
        && !asked.starts_with(SIGN_IN);
    if fits { asked.to_owned() } else { String::new() }
}

/// Adds the address that was asked for to an answer that leads to the sign-in.
fn with_return(mut response: Response, asked: &str) -> Response {
    let to_sign_in = response.headers().get(header::LOCATION).is_some_and(|to| to == SIGN_IN);
    let back = return_address(asked);
    if response.status() == StatusCode::SEE_OTHER && to_sign_in && !back.is_empty() {
        let to = format!("{SIGN_IN}?to={}", utf8_percent_encode(&back, NON_ALPHANUMERIC));
        response
            .headers_mut()
            .insert(header::LOCATION, HeaderValue::from_str(&to).expect("what is encoded is plain"));
    }
    response
}

/// When a form came.
enum SessionCheck {
    /// From a stranger, from who has not entered a code, or to where anyone may post.
    Unknown,
    InTime(i64),
    /// After the session of this account had ended: its words are kept.
    Late(i64),
    /// The same, and nothing is kept.
    Lost,
}

async fn check_session(app: &App, path: String, headers: HeaderMap) -> Result<SessionCheck> {
    if OPEN.iter().any(|known| path.starts_with(known)) {
        return Ok(SessionCheck::Unknown);
    }
    let now = seconds(app.clock.now());
    // Who knows a password and no code is nobody yet: what they post is not given to the owner to send.
    Ok(match session::find(app, &headers).await?.filter(|row| row.step == SignInStep::Full) {
        None => SessionCheck::Unknown,
        Some(row) if row.is_alive(now) => SessionCheck::InTime(row.staff_id),
        Some(row) if expired_forms::is_kept(&path) && row.was_its_owners(now) => {
            SessionCheck::Late(row.staff_id)
        }
        Some(_) => SessionCheck::Lost,
    })
}

/// Deletes a kept form once its handler has accepted it.
async fn let_in(app: &App, staff: i64, request: Request, next: Next) -> Response {
    let kept = Fields::parse(request.uri().query().unwrap_or_default().as_bytes()).text(expired_forms::FIELD);
    let response = next.run(request).await;
    // Also when the page is shown again with its words, to be mended there.
    let shown_again = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::CONFLICT].contains(&response.status());
    let has_it = shown_again || response.status().is_success() || leads_on(&response);
    if has_it
        && !kept.is_empty()
        && let Err(error) = expired_forms::take(app, staff, kept).await
    {
        return error.into_response();
    }
    response
}

fn leads_on(response: &Response) -> bool {
    let to_sign_in = response
        .headers()
        .get(header::LOCATION)
        .is_some_and(|to| to.as_bytes().starts_with(SIGN_IN.as_bytes()));
    response.status() == StatusCode::SEE_OTHER && !to_sign_in
}

async fn keep_form(app: &App, staff: i64, request: Request) -> std::result::Result<Response, Response> {
    let path = return_address(request.uri().path());
    let fields = Fields::from_request(request, &()).await?;
    if !path.is_empty() {
        expired_forms::keep(app, staff, path, &fields).await.map_err(IntoResponse::into_response)?;
    }
    Ok(Redirect::to("/staff/sign-in?again=kept").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_desk_are_gone_back_to() {
        for good in ["/staff/people", "/staff?state=new", "/staff/consultations/BP-3333-4444?a=b"] {
            assert_eq!(return_address(good), good);
        }
        for bad in [
            "",
            "/staff",
            "/",
            "//evil.example",
            "/staffroom",
            "https://evil.example/staff/",
            "/staff//evil.example",
            "/staff/\\evil",
            "/staff/a b",
            "/staff/\r\nx",
            "/staff/sign-in?to=/staff/x",
        ] {
            assert_eq!(return_address(bad), "", "{bad}");
        }
    }
}
