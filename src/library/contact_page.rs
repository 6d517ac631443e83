//! The page that says how to reach the clinic. It is rendered once a day: closures come and go.

use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;

use crate::clinic::special_days::SpecialDays;
use crate::library::linked_data;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::page::{DAILY, StaticPage};
use crate::web::site::PageContext;

pub const PATH: &str = "/contact";

#[derive(Template)]
#[template(path = "library/contact.html")]
struct ContactPage<'a> {
    context: PageContext<'a>,
    /// Closures and the like of the coming weeks.
    special_days: &'a [SpecialDays<'a>],
    /// Linked data, as JSON.
    data: String,
}

struct ContactState {
    app: App,
    /// The page as it is on a day.
    rendered: Mutex<Option<(Date, Arc<StaticPage>)>>,
}

pub fn routes(app: App) -> Router {
    let state = ContactState { app, rendered: Mutex::default() };
    Router::new().route(PATH, get(show)).with_state(Arc::new(state))
}

async fn show(State(contact): State<Arc<ContactState>>, asked: HeaderMap) -> Result<Response> {
    Ok(contact.today().map_err(Error::Internal)?.answer(&asked))
}

impl ContactState {
    fn today(&self) -> anyhow::Result<Arc<StaticPage>> {
        let site = &self.app.site;
        let today = site.clinic.calendar().local(self.app.clock.now()).date();
        let mut rendered = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, page)) = rendered.as_ref().filter(|(day, _)| *day == today) {
            return Ok(page.clone());
        }
        let special_days = site.clinic.calendar().special_days_from(today);
        let reach = "How to reach the clinic, report a mistake, or complain.";
        let page = StaticPage::kept(
            &ContactPage {
                context: site.public("Contact us", reach, PATH),
                data: linked_data::clinic(site, &special_days),
                special_days: &special_days,
            },
            DAILY,
        )?;
        Ok(rendered.insert((today, Arc::new(page))).1.clone())
    }
}
