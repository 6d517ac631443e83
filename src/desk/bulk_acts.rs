//! Acts on several requests of the queue at once: what was done, what was left alone and why, and the one press that undoes it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::consultations::bulk_acts::{
    BulkAct, BulkOutcome, ChosenRequest, MOST_CHOSEN, UndoOutcome, perform, store, undo,
};
use crate::desk::absences;
use crate::desk::queue::QueueAgain;
use crate::desk::state::DeskState;
use crate::library::count;
use crate::staff::Account;
use crate::staff::session::SignedIn;
use crate::web::error::{Error, Result};
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/bulk_acts/show.html")]
struct BulkActPage<'a> {
    context: PageContext<'a>,
    id: i64,
    /// As the history says it.
    what: String,
    undone: bool,
    done: Vec<NamedRequest>,
    /// Each with why it was left alone.
    left_alone: Vec<(NamedRequest, &'static str)>,
    /// Closed requests are erased in the end, and signs are read first.
    closes: bool,
}

/// A request by its reference and the name that the queue shows.
struct NamedRequest {
    reference: String,
    name: String,
}

/// The address that a refused act leaves in a browser leads back to the queue.
pub async fn no_list(SignedIn(_): SignedIn) -> Redirect {
    Redirect::to("/staff")
}

pub async fn create(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    fields: Fields,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    let chosen = chosen(&fields);
    match chosen.len() {
        0 => errors.add("chosen", "Tick at least one request"),
        1..=MOST_CHOSEN => {}
        _ => errors.add("chosen", format!("Tick {MOST_CHOSEN} requests or fewer")),
    }
    let bulk = desk.wanted(&me, &fields, &mut errors).await?;
    match bulk.filter(|_| errors.is_empty()) {
        Some(bulk) => {
            let id = perform(&desk.app, &me, bulk, chosen).await?;
            Ok(Redirect::to(&format!("/staff/bulk-acts/{id}")).into_response())
        }
        None => {
            let ticked = chosen.into_iter().map(|one| one.reference).collect();
            desk.show_queue_again(&me, &fields, QueueAgain { errors, ticked }).await
        }
    }
}

pub async fn show(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    desk.show_bulk_act(&me, number(&id)?).await
}

pub async fn take_back(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    let id = number(&id)?;
    match undo(&desk.app, &me, id).await? {
        UndoOutcome::Done => Ok(Redirect::to(&format!("/staff/bulk-acts/{id}")).into_response()),
        UndoOutcome::NotTheirs => Err(Error::Forbidden),
    }
}

impl DeskState {
    /// What the button that was pressed asks for.
    async fn wanted(
        &self,
        me: &Account,
        fields: &Fields,
        errors: &mut FieldErrors,
    ) -> Result<Option<BulkAct>> {
        Ok(match fields.text("act").as_str() {
            "take" => Some(BulkAct::Take),
            "give" => {
                let (here, away) = absences::here_and_away(&self.app).await?;
                let to = fields.text("to");
                let found = here.into_iter().find(|(id, _)| *id != me.id && id.to_string() == to);
                if found.is_none() {
                    errors.add("to", format!("Select who gets them. {}", away.join(" ")).trim_end());
                }
                found.map(|(id, name)| BulkAct::Give(id, name))
            }
            "close" => match fields.text("reason").parse() {
                Ok(reason) => Some(BulkAct::Close(reason)),
                Err(_) => {
                    errors.add("reason", "Select why you close them");
                    None
                }
            },
            _ => {
                errors.add("chosen", "Choose what to do with them: take, give or close");
                None
            }
        })
    }

    async fn show_bulk_act(&self, me: &Account, id: i64) -> Result<Response> {
        let app = &self.app;
        let readers = app.database.readers();
        let act = store::find(readers, id).await?;
        if act.staff_id != me.id {
            return Err(Error::Forbidden);
        }
        self.queue_index.refresh(app).await?;
        let (mut done, mut left_alone) = (Vec::new(), Vec::new());
        for (reference, outcome) in store::rows(readers, id).await? {
            let named = self.named(reference);
            match why_left(outcome) {
                None => done.push(named),
                Some(why) => left_alone.push((named, why)),
            }
        }
        let undone = act.undone_at.is_some();
        let number = count(done.len(), "request");
        let title = match (undone, done.is_empty()) {
            (false, true) => "Nothing was done".to_owned(),
            (false, false) => format!("Done to {number}"),
            (true, true) => "Nothing could be undone".to_owned(),
            (true, false) => format!("Undone for {number}"),
        };
        let shown = BulkActPage {
            context: app.site.private(&title).for_desk(&me.name, me.role),
            closes: act.what.starts_with("closed"),
            what: act.what,
            id,
            undone,
            done,
            left_alone,
        };
        Ok(page::private(StatusCode::OK, &shown))
    }

    fn named(&self, reference: String) -> NamedRequest {
        let entries = self.queue_index.read();
        let name = entries.get(&reference).map(|entry| entry.name.clone()).unwrap_or_default();
        NamedRequest { name: if name.is_empty() { reference.clone() } else { name }, reference }
    }
}

/// Why a request was left alone; nothing when it was not.
fn why_left(outcome: BulkOutcome) -> Option<&'static str> {
    match outcome {
        BulkOutcome::Done | BulkOutcome::Undone => None,
        BulkOutcome::Stale => Some("Someone changed it after the list was shown. Look at it again."),
        BulkOutcome::Sign => {
            Some("It holds a sign that needs help. Open it, read it, and close it on its own page.")
        }
        BulkOutcome::Impossible => {
            Some("This is not possible as it stands now: it is over, or its time is still to come.")
        }
        BulkOutcome::Changed => Some("Someone changed it since, so it stays as it is now."),
    }
}

/// Each request that was ticked, once.
fn chosen(fields: &Fields) -> Vec<ChosenRequest> {
    let mut all: Vec<ChosenRequest> = Vec::new();
    for one in fields.all("chosen").filter_map(ChosenRequest::parse) {
        if !all.iter().any(|known| known.reference == one.reference) {
            all.push(one);
        }
    }
    all
}

/// An address that is not a number is an address of nothing.
fn number(id: &str) -> Result<i64> {
    id.parse().map_err(|_| Error::NotFound)
}
