//! The door of the desk: who must sign in first comes back to the page they asked for, with what they had typed.

use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::session::{self, store::Step};
use super::unsent;
use crate::app::App;
use crate::clock::seconds;
use crate::error::Result;
use crate::form::Fields;

const SIGN_IN: &str = "/staff/sign-in";
/// Posts that need no session, or are of no use after it.
const NOT_KEPT: &[&str] =
    &["/staff/sign-in", "/staff/sign-out", "/staff/welcome", "/staff/session", "/staff/unsent"];
const LONGEST_ADDRESS: usize = 500;

/// Stands in front of every page of the desk.
pub async fn keep(State(app): State<App>, request: Request, next: Next) -> Response {
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
            match came_too_late(&app, request.uri().path().to_owned(), request.headers().clone()).await {
                Ok(None) => next.run(request).await,
                Ok(Some(staff)) => {
                    keep_form(&app, staff, request).await.unwrap_or_else(IntoResponse::into_response)
                }
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

/// The account whose session had ended before this form came; nothing when it came in time or from a stranger.
async fn came_too_late(app: &App, path: String, headers: HeaderMap) -> Result<Option<i64>> {
    if NOT_KEPT.iter().any(|known| path.starts_with(known)) {
        return Ok(None);
    }
    let found = session::find(app, &headers).await?;
    let now = seconds(app.clock.now());
    Ok(found.filter(|row| row.step != Step::Full || !row.is_alive(now)).map(|row| row.staff_id))
}

async fn keep_form(app: &App, staff: i64, request: Request) -> std::result::Result<Response, Response> {
    let path = return_address(request.uri().path());
    let fields = Fields::from_request(request, &()).await?;
    if !path.is_empty() {
        unsent::keep(app, staff, path, &fields).await.map_err(IntoResponse::into_response)?;
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
