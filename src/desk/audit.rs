//! The audit for administrators: who did what, to which request or account, and when. Never content.

use crate::staff::audit::store;
use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::clinic::calendar::Calendar;
use crate::staff::session::Administrator;
use crate::storage::clock::{moment, seconds};
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::{FieldErrors, Fields, one_line};
use crate::web::page;
use crate::web::site::PageContext;

use crate::staff::audit::store::{AuditEntry, AuditFilter, AuditedPerson};

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "desk/audit.html")]
struct AuditPage<'a> {
    context: PageContext<'a>,
    form: Form,
    errors: FieldErrors,
    people: Vec<AuditedPerson>,
    acts: Vec<String>,
    entries: Vec<AuditEntry>,
    calendar: &'a Calendar,
    /// Addresses of the pages before and after this one, or nothing.
    newer: String,
    older: String,
}

/// What is searched for, as typed.
struct Form {
    person: String,
    reference: String,
    what: String,
    day: String,
}

pub fn routes(app: App) -> Router {
    Router::new().route("/staff/audit", get(index)).with_state(app)
}

async fn index(
    State(app): State<App>,
    Administrator(me): Administrator,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let asked = Fields::parse(query.unwrap_or_default().as_bytes());
    let form = Form::read(&asked);
    let calendar = app.site.clinic.calendar();
    let mut errors = FieldErrors::default();
    let question = form.question(calendar, &mut errors);
    let at: i64 = asked.text("page").parse().unwrap_or(1).clamp(1, 1_000_000);
    let readers = app.database.readers();
    let mut entries = store::entries(readers, &question, PAGE + 1, (at - 1) * PAGE).await?;
    let more = entries.len() as i64 > PAGE;
    entries.truncate(PAGE as usize);
    let shown = AuditPage {
        context: app.site.private("Audit").for_desk(&me.name, me.role).with_errors(!errors.is_empty()),
        newer: if at > 1 { form.address(at - 1) } else { String::new() },
        older: if more { form.address(at + 1) } else { String::new() },
        people: store::people(readers).await?,
        acts: store::acts(readers).await?,
        form,
        entries,
        calendar,
        errors,
    };
    let status = if shown.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page::private(status, &shown))
}

impl Form {
    fn read(asked: &Fields) -> Form {
        Form {
            person: asked.text("person"),
            reference: one_line(&asked.text("reference")),
            what: asked.text("what"),
            day: one_line(&asked.text("day")),
        }
    }

    fn question(&self, calendar: &Calendar, errors: &mut FieldErrors) -> AuditFilter {
        let day: Option<Date> = self.day.parse().ok();
        if day.is_none() && !self.day.is_empty() {
            errors.add("day", "Enter a day like 2026-05-27");
        }
        let zone = calendar.local(jiff::Timestamp::UNIX_EPOCH).time_zone().clone();
        let begins = |day: Date| day.to_zoned(zone.clone()).map(|start| seconds(start.timestamp())).ok();
        AuditFilter {
            person: self.person.parse().ok(),
            reference: self.reference.to_uppercase().replace(' ', "-"),
            what: self.what.clone(),
            from: day.and_then(begins),
            until: day.and_then(|day| day.checked_add(1.day()).ok()).and_then(begins),
        }
    }

    fn address(&self, page: i64) -> String {
        let said = [
            ("person", self.person.as_str()),
            ("reference", &self.reference),
            ("what", &self.what),
            ("day", &self.day),
        ];
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(said.into_iter().filter(|(_, value)| !value.is_empty()));
        query.append_pair("page", &page.to_string());
        format!("/staff/audit?{}", query.finish())
    }
}

impl AuditPage<'_> {
    fn when(&self, entry: &AuditEntry) -> String {
        self.calendar.say_with_year(moment(entry.happened_at))
    }

    fn is_chosen(&self, person: &AuditedPerson) -> bool {
        self.form.person == person.id.to_string()
    }
}
