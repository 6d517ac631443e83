//! The desk's list of mail: what was not delivered, on top, as tasks; then every mail there is.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use strum::VariantArray;

use crate::clinic::Role;
use crate::clinic::calendar::Calendar;
use crate::library::count;
use crate::mail::follow_up;
use crate::mail::follow_up::{Filter, Mail, PAGE, Show};
use crate::mail::{Purpose, State as MailState};
use crate::staff;
use crate::staff::session::SignedIn;
use crate::storage::clock::moment;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::contact::Choice;
use crate::web::form::{Fields, one_line};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/mail/index.html")]
struct IndexPage<'a> {
    context: PageContext<'a>,
    tasks: &'a [Mail],
    tasks_in_all: i64,
    mails: &'a [Mail],
    total: i64,
    filter: &'a Filter,
    role: Role,
    calendar: &'a Calendar,
}

pub async fn index(
    State(app): State<App>,
    SignedIn(me): SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let filter = read_filter(&Fields::parse(query.unwrap_or_default().as_bytes()));
    let readers = app.database.readers();
    let (tasks, tasks_in_all) = follow_up::tasks(readers, &app.cipher, me.role).await?;
    if tasks.iter().any(|task| task.to.is_some()) {
        staff::note(&app, me.id, "saw the addresses of undelivered mail", String::new()).await?;
    }
    let (mails, total) = follow_up::list(readers, &app.cipher, &filter).await?;
    let shown = IndexPage {
        context: app.site.private("Mail").for_desk(&me.name, me.role),
        tasks: &tasks,
        tasks_in_all,
        mails: &mails,
        total,
        filter: &filter,
        role: me.role,
        calendar: app.site.clinic.calendar(),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

fn read_filter(fields: &Fields) -> Filter {
    Filter {
        show: fields.text("show").parse().unwrap_or_default(),
        purpose: fields.text("purpose").parse().ok().filter(|purpose| *purpose != Purpose::Unknown),
        reference: one_line(&fields.text("reference")).to_uppercase(),
        // Far pages are empty, and no number overflows.
        page: fields.text("page").parse().unwrap_or(1).clamp(1, 1_000_000),
    }
}

impl IndexPage<'_> {
    fn is_mine(&self, mail: &Mail) -> bool {
        mail.purpose.is_business_of(self.role)
    }

    fn shows(&self) -> Vec<Choice<'static>> {
        let one = |show: &Show| Choice {
            value: show.as_str(),
            label: show.label(),
            chosen: *show == self.filter.show,
        };
        Show::VARIANTS.iter().map(one).collect()
    }

    fn purposes(&self) -> Vec<Choice<'static>> {
        let one = |purpose: Purpose| Choice {
            value: purpose.as_str(),
            label: purpose.label(),
            chosen: Some(purpose) == self.filter.purpose,
        };
        let any = Choice { value: "", label: "Any", chosen: self.filter.purpose.is_none() };
        std::iter::once(any).chain(Purpose::ALL.map(one)).collect()
    }

    fn pages(&self) -> i64 {
        (self.total + PAGE - 1) / PAGE
    }

    fn tasks_are_cut(&self) -> bool {
        self.tasks_in_all > self.tasks.len() as i64
    }

    fn newer(&self) -> Option<String> {
        (self.filter.page > 1).then(|| self.link(self.filter.page - 1))
    }

    fn older(&self) -> Option<String> {
        (self.filter.page < self.pages()).then(|| self.link(self.filter.page + 1))
    }

    fn link(&self, page: i64) -> String {
        let purpose = self.filter.purpose.map_or("", Purpose::as_str);
        let pairs = [
            ("show", self.filter.show.as_str()),
            ("purpose", purpose),
            ("reference", &self.filter.reference),
        ];
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()))
            .append_pair("page", &page.to_string())
            .finish();
        format!("/staff/mail?{query}")
    }

    fn count(&self, number: &i64) -> String {
        count(usize::try_from(*number).unwrap_or(0), "mail")
    }

    fn when(&self, at: &i64) -> String {
        self.calendar.say_with_year(moment(*at))
    }
}
