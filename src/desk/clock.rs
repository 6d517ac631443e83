//! Shows the machine's time beside the last believed one; an administrator confirms it after a jump.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::staff::audit;
use crate::staff::session::{Administrator, SignedIn};
use crate::storage::believed_time;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::Fields;
use crate::web::metrics::CLOCK_JUMPED;
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/clock.html")]
struct ClockPage<'a> {
    context: PageContext<'a>,
    now: String,
    /// Empty on a site that never believed one.
    believed: String,
    may_confirm: bool,
}

pub fn routes(app: App) -> Router {
    Router::new().route("/staff/clock", get(show).post(confirm)).with_state(app)
}

async fn show(State(app): State<App>, SignedIn(me): SignedIn) -> Result<Response> {
    let calendar = app.site.clinic.calendar();
    let believed = believed_time::find(app.database.readers()).await?;
    let shown = ClockPage {
        context: app.site.private("The time of the site").for_desk(&me.name, me.role),
        now: calendar.say_with_year(app.clock.system()),
        believed: believed.map(|then| calendar.say_with_year(then.at)).unwrap_or_default(),
        may_confirm: me.role.manages_people(),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn confirm(
    State(app): State<App>,
    Administrator(me): Administrator,
    fields: Fields,
) -> Result<Response> {
    let (now, was_off) = (app.clock.system(), fields.text("off") == "yes");
    app.database
        .write(move |connection| {
            Box::pin(async move {
                believed_time::confirm(connection, now, was_off).await?;
                audit::store::insert(connection, Some(me.id), now, audit::CONFIRMED_CLOCK, "").await
            })
        })
        .await?;
    app.site.metrics.end(CLOCK_JUMPED);
    Ok(Redirect::to("/staff/clock").into_response())
}
