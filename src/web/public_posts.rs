//! Bounds what visitors write: a budget for each network, and no room for it on a disk that is nearly full.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::storage::database;
use crate::web::app::App;
use crate::web::security::Network;

/// A layer of every public page, so that no form can be forgotten. Forms with narrower limits, or with words
/// of their own for a full disk, have those beside it.
pub async fn bound(State(app): State<App>, Network(from): Network, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let may_write = app.limits.may_write(from);
    let answer = database::for_the_public(may_write, next.run(request)).await;
    // A form with a limit of its own says so on its own page, with what was typed.
    if may_write || answer.status() == StatusCode::TOO_MANY_REQUESTS {
        return answer;
    }
    StatusCode::TOO_MANY_REQUESTS.into_response()
}
