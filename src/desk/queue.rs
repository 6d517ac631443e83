//! The queue: who waits for us, the most urgent first; filters, and the search.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use form_urlencoded::Serializer;
use strum::VariantArray;

use crate::consultations::RequestState;
use crate::consultations::handling::{CloseReason, store};
use crate::consultations::queue_index::SearchKey;
use crate::desk::absences;
use crate::desk::queue_groups::{Listing, ON_A_PAGE, Owned, QueueFilter, QueueGroup, View, list};
use crate::desk::queue_rows::{QueueRow, RowWriter, SelectOption, next_midnight, select_options};
use crate::desk::state::DeskState;
use crate::library::count;
use crate::staff::Account;
use crate::staff::session::SignedIn;
use crate::storage::clock::seconds;
use crate::web::error::Result;
use crate::web::form::contact::Method;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

/// Requests that are over, at the foot of the queue.
const DONE_LATELY: i64 = 5;
/// What an act on several requests carries along, so that the same list can be shown again.
const CARRIED: [&str; 6] = ["show", "state", "owner", "method", "page", "q"];
/// Longer than any name, address or number.
const LONGEST_SEARCH: usize = 254;

#[derive(Template)]
#[template(path = "desk/queue.html")]
struct QueuePage<'a> {
    context: PageContext<'a>,
    view: View,
    shown: Vec<ShownGroup>,
    done_lately: Vec<QueueRow>,
    spam: usize,
    /// What was looked for, as typed.
    typed: &'a str,
    filtered: bool,
    filters: Filters,
    pages: Vec<Page>,
    total: usize,
    holidays_run_out: Option<i64>,
    /// What the page already shows: later changes are news.
    revision: i64,
    now: i64,
    path: String,
    takes_away: bool,
    /// Who can be given several at once, and why several can be closed; nobody where none can be ticked.
    colleagues: Vec<SelectOption>,
    reasons: Vec<SelectOption>,
    ticks: bool,
    /// What the list is filtered by, for the forms on it.
    carried: Vec<(&'static str, String)>,
    again: QueueAgain,
}

/// What is shown again when an act on several requests could not be understood.
#[derive(Default)]
pub struct QueueAgain {
    pub errors: FieldErrors,
    /// The references that were ticked.
    pub ticked: Vec<String>,
}

/// A group with the requests of it that stand on this page.
struct ShownGroup {
    group: QueueGroup,
    count: String,
    rows: Vec<QueueRow>,
}

struct Filters {
    states: Vec<SelectOption>,
    owners: Vec<SelectOption>,
    methods: Vec<SelectOption>,
}

struct Page {
    number: usize,
    current: bool,
    href: String,
}

pub async fn index(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    desk.presence.leave(me.id);
    desk.show_queue(&me, &fields, None, QueueAgain::default()).await
}

/// A search is sent, not asked for by address: names and numbers do not belong into a browser's history.
pub async fn search(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    fields: Fields,
) -> Result<Response> {
    let typed: String = fields.text("q").chars().take(LONGEST_SEARCH).collect();
    desk.show_queue(&me, &fields, Some(typed.trim()), QueueAgain::default()).await
}

/// The address that a search leaves in a browser leads back to the queue.
pub async fn no_search(SignedIn(_): SignedIn) -> Redirect {
    Redirect::to("/staff")
}

impl DeskState {
    /// The list from which an act on several requests was sent, with what is to be mended.
    pub async fn show_queue_again(
        &self,
        me: &Account,
        fields: &Fields,
        again: QueueAgain,
    ) -> Result<Response> {
        let typed: String = fields.text("q").chars().take(LONGEST_SEARCH).collect();
        let typed = Some(typed.trim()).filter(|typed| !typed.is_empty());
        self.show_queue(me, fields, typed, again).await
    }

    async fn show_queue(
        &self,
        me: &Account,
        fields: &Fields,
        typed: Option<&str>,
        again: QueueAgain,
    ) -> Result<Response> {
        let app = &self.app;
        let calendar = app.site.clinic.calendar();
        let now = app.clock.now();
        let colleagues = store::colleagues(app.database.readers()).await?;
        let names = store::names(app.database.readers()).await?;
        let (here, _) = absences::here_and_away(app).await?;
        self.queue_index.refresh(app).await?;
        let asked = asked(fields, me, typed);
        let number = fields.text("page").parse().unwrap_or(1).clamp(1, 10_000);
        let (at, tomorrow) = (seconds(now), seconds(next_midnight(calendar, now)));
        let filtered = asked.state.is_some() || asked.owner.is_some() || asked.method.is_some();
        let done_lately = if asked.view == View::Open && !filtered && number == 1 {
            self.queue_index.done_lately(app, DONE_LATELY).await?
        } else {
            Vec::new()
        };
        let (listing, spam, revision) = {
            let entries = self.queue_index.read();
            (list(&entries, &asked, at, tomorrow, number), entries.spam(), entries.revision())
        };
        let words = RowWriter { calendar, now, names: &names };
        let title = match (typed, asked.view) {
            (Some(_), _) => "Search requests",
            (None, View::Done) => "Requests that are done",
            (None, View::Spam) => "Spam",
            (None, _) => "Requests",
        };
        let total = listing.total;
        let shown = QueuePage {
            context: app
                .site
                .private(title)
                .for_desk(&me.name, me.role)
                .with_errors(!again.errors.is_empty()),
            view: asked.view,
            done_lately: done_lately.iter().map(|entry| words.entry(entry)).collect(),
            shown: queue_groups(listing, &words, &asked, number),
            spam,
            typed: typed.unwrap_or_default(),
            filtered,
            filters: Filters::of(fields, &colleagues, me),
            pages: pages(fields, total, number),
            total,
            holidays_run_out: calendar.bank_holidays_run_out_in(now),
            revision,
            now: at,
            path: address(fields, number),
            takes_away: me.role.takes_queue_away(),
            colleagues: select_options(
                std::iter::once((String::new(), "Select one".to_owned())).chain(
                    here.into_iter().filter(|(id, _)| *id != me.id).map(|(id, name)| (id.to_string(), name)),
                ),
                &fields.text("to"),
            ),
            reasons: select_options(
                std::iter::once((String::new(), "Select one".to_owned())).chain(
                    CloseReason::VARIANTS.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())),
                ),
                &fields.text("reason"),
            ),
            ticks: matches!(asked.view, View::Open | View::All) && total > 0,
            carried: CARRIED.map(|name| (name, fields.text(name))).into(),
            again,
        };
        let status = match shown.again.errors.is_empty() {
            true => StatusCode::OK,
            false => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Ok(page::private(status, &shown))
    }
}

impl QueuePage<'_> {
    /// Where news of what this page does not show yet comes from.
    fn events(&self) -> String {
        format!("/staff/events?since={}&at={}", self.revision, self.now)
    }

    fn spam_count(&self) -> String {
        count(self.spam, "request")
    }

    fn matches(&self) -> String {
        format!("{} match{}", count(self.total, "request"), if self.total == 1 { "es" } else { "" })
    }
}

fn asked(fields: &Fields, me: &Account, typed: Option<&str>) -> QueueFilter {
    let view = match fields.text("show").as_str() {
        _ if typed.is_some_and(|typed| !typed.is_empty()) => View::All,
        "done" => View::Done,
        "spam" => View::Spam,
        _ => View::Open,
    };
    let state = fields.text("state").parse::<RequestState>().ok();
    QueueFilter {
        // A state that is an end is looked for where the ended ones are.
        view: if view == View::Open && state.is_some_and(RequestState::is_over) { View::Done } else { view },
        state,
        owner: match fields.text("owner").as_str() {
            "me" => Some(Owned::By(me.id)),
            "nobody" => Some(Owned::Nobody),
            other => other.parse().ok().map(Owned::By),
        },
        method: Method::from_word(&fields.text("method")),
        // Typed words that hold no letter and no digit find nobody, rather than everybody.
        search_key: typed
            .filter(|typed| !typed.is_empty())
            .map(|typed| SearchKey::parse(typed).unwrap_or_else(SearchKey::nobody)),
    }
}

fn queue_groups(listing: Listing, words: &RowWriter, asked: &QueueFilter, number: usize) -> Vec<ShownGroup> {
    let mut shown: Vec<ShownGroup> = Vec::new();
    for (group, total) in &listing.counts {
        let rows: Vec<QueueRow> =
            listing.items.iter().filter(|row| row.group == *group).map(|row| words.item(row)).collect();
        let says_empty = asked.view == View::Open && number == 1 && !group.empty().is_empty();
        if !rows.is_empty() || (*total == 0 && says_empty) {
            shown.push(ShownGroup { group: *group, count: count(*total, "request"), rows });
        }
    }
    shown
}

fn pages(fields: &Fields, total: usize, current: usize) -> Vec<Page> {
    let last = total.div_ceil(ON_A_PAGE);
    if last < 2 {
        return Vec::new();
    }
    let near = |number: &usize| *number == 1 || *number == last || number.abs_diff(current) <= 2;
    (1..=last)
        .filter(near)
        .map(|number| Page { number, current: number == current, href: address(fields, number) })
        .collect()
}

/// The address of a page of the queue with the same filters.
fn address(fields: &Fields, number: usize) -> String {
    let mut query = Serializer::new(String::new());
    for name in ["show", "state", "owner", "method"] {
        let value = fields.text(name);
        if !value.is_empty() {
            query.append_pair(name, &value);
        }
    }
    if number > 1 {
        query.append_pair("page", &number.to_string());
    }
    let query = query.finish();
    if query.is_empty() { "/staff".to_owned() } else { format!("/staff?{query}") }
}

impl Filters {
    fn of(fields: &Fields, colleagues: &[(i64, String)], me: &Account) -> Filters {
        let owners = [("", "Anyone"), ("me", "Me"), ("nobody", "Nobody")];
        let owners = owners.map(|(value, label)| (value.to_owned(), label.to_owned()));
        let others = colleagues.iter().filter(|(id, _)| *id != me.id);
        let others = others.map(|(id, name)| (id.to_string(), name.clone()));
        let states =
            RequestState::VARIANTS.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned()));
        let methods = Method::ALL.map(|one| (one.word().to_owned(), one.label().to_owned()));
        let any = |label: &str| (String::new(), label.to_owned());
        Filters {
            states: select_options([any("Any state")].into_iter().chain(states), &fields.text("state")),
            owners: select_options(owners.into_iter().chain(others), &fields.text("owner")),
            methods: select_options([any("Any way")].into_iter().chain(methods), &fields.text("method")),
        }
    }
}
