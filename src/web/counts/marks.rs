//! What an answer says of itself that is to be counted: a page marks it, and a layer that sees who asked counts it.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::web::app::App;
use crate::web::counts::tally::Counted;
use crate::web::counts::visitor::is_counted;
use crate::web::form::FieldErrors;

#[derive(Clone, Default)]
struct Marks(Vec<(Counted, String)>);

/// The answer, marked as something that happened.
pub fn mark(response: Response, what: Counted) -> Response {
    mark_each(response, [(what, String::new())])
}

/// The answer of a form, marked with the fields that it complains about. What was typed is no part of it.
pub fn mark_errors(response: Response, form: &str, errors: &FieldErrors) -> Response {
    mark_each(response, errors.iter().map(|error| (Counted::WrongField, format!("{form}: {}", error.field))))
}

fn mark_each(mut response: Response, marks: impl IntoIterator<Item = (Counted, String)>) -> Response {
    response.extensions_mut().get_or_insert_default::<Marks>().0.extend(marks);
    response
}

/// Counts what answers are marked with, for visitors who are counted.
pub async fn count_marks(State(app): State<App>, request: Request, next: Next) -> Response {
    let counted = is_counted(request.headers());
    let response = next.run(request).await;
    if let Some(Marks(marks)) = response.extensions().get().filter(|_| counted) {
        marks.iter().for_each(|(what, subject)| app.site.counts.add(*what, subject));
    }
    response
}
