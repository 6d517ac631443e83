//! Every part of the visual language in every state, on one page: for the browser tests, and for who changes the style.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::staff::session::SignedIn;
use crate::web::app::App;
use crate::web::form::FieldErrors;
use crate::web::form::contact::{CallTime, Choice, Method};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/components.html")]
struct ComponentsPage<'a> {
    context: PageContext<'a>,
    errors: FieldErrors,
    methods: Vec<Choice<'a>>,
    times: Vec<Choice<'a>>,
    long: String,
}

pub fn routes(app: App) -> Router {
    Router::new().route("/staff/components", get(show)).with_state(app)
}

async fn show(State(app): State<App>, SignedIn(me): SignedIn) -> Response {
    let mut errors = FieldErrors::default();
    errors.add("wrong-text", "Enter your full name");
    errors.add("wrong-radios", "Select how you would like us to contact you");
    errors.add("wrong-area", "Main concern must be 500 characters or less");
    let shown = ComponentsPage {
        context: app.site.private("Components").for_desk(&me.name, me.role).with_errors(true),
        errors,
        methods: Method::choices("video"),
        times: CallTime::choices(&["mornings".to_owned(), "any".to_owned()]),
        long: "Wolfeschlegelsteinhausenbergerdorff".repeat(3),
    };
    page::private(StatusCode::OK, &shown)
}
