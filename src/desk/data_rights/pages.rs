//! The administrators' pages for data-protection requests: find, take away as a file, erase, and the proofs.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::clinic::calendar::Calendar;
use crate::desk::data_rights::answer::summary;
use crate::desk::data_rights::person::DataSubject;
use crate::desk::data_rights::rows::{NearMatch, PersonalRecord, Receipt};
use crate::desk::data_rights::{answer, file, store};
use crate::staff;
use crate::staff::Account;
use crate::staff::session::Administrator;
use crate::storage::clock::{moment, seconds};
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::contact::Choice;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

const PROOFS_SHOWN: i64 = 50;

#[derive(Template)]
#[template(path = "desk/data_rights/index.html")]
struct IndexPage<'a> {
    context: PageContext<'a>,
    typed: &'a str,
    errors: &'a FieldErrors,
    proofs: Vec<(String, i64)>,
    calendar: &'a Calendar,
}

#[derive(Template)]
#[template(path = "desk/data_rights/found.html")]
struct FoundPage<'a> {
    context: PageContext<'a>,
    typed: &'a str,
    lines: Vec<String>,
    near: &'a [NearMatch],
    unopened: &'a [String],
    requests: BTreeSet<&'a str>,
    /// The person asked to be erased, and that is asked once more.
    erasing: bool,
    errors: &'a FieldErrors,
}

#[derive(Template)]
#[template(path = "desk/data_rights/proof.html")]
struct ProofPage<'a> {
    context: PageContext<'a>,
    proof: &'a Receipt,
    when: String,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/data-rights", get(index).post(find))
        .route("/staff/data-rights/file", post(take_away))
        .route("/staff/data-rights/erasure", post(erase))
        .route("/staff/data-rights/erasures/{reference}", get(proof))
        .with_state(app)
}

async fn index(State(app): State<App>, Administrator(me): Administrator) -> Result<Response> {
    show_index(&app, &me, "", &FieldErrors::default()).await
}

async fn find(State(app): State<App>, Administrator(me): Administrator, fields: Fields) -> Result<Response> {
    let typed = fields.text("person");
    match look(&app, &typed, &fields).await? {
        Ok((_, found)) => show_found(&app, &me, &typed, &found, false, &FieldErrors::default()).await,
        Err(errors) => show_index(&app, &me, &typed, &errors).await,
    }
}

async fn take_away(
    State(app): State<App>,
    Administrator(me): Administrator,
    fields: Fields,
) -> Result<Response> {
    let typed = fields.text("person");
    let held = match look(&app, &typed, &fields).await? {
        Ok((_, found)) => found.held,
        Err(errors) => return show_index(&app, &me, &typed, &errors).await,
    };
    let now = app.clock.now();
    answer::note_taken(&app.database, &held, Some(me.id), now).await?;
    let clinic = &app.site.clinic;
    let (ending, kind, body) = match fields.text("format").as_str() {
        "json" => ("json", "application/json", file::json(&held, seconds(now))),
        _ => (
            "txt",
            "text/plain; charset=utf-8",
            file::text(&held, seconds(now), &clinic.site, clinic.calendar()),
        ),
    };
    let day = clinic.calendar().local(now).date();
    let name = format!("attachment; filename=\"personal-data-{day}.{ending}\"");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name.as_str()),
        (header::CACHE_CONTROL, page::PRIVATE),
    ];
    Ok((headers, body).into_response())
}

/// Asks first; erases when the identity of the person was confirmed.
async fn erase(State(app): State<App>, Administrator(me): Administrator, fields: Fields) -> Result<Response> {
    let typed = fields.text("person");
    let (person, found) = match look(&app, &typed, &fields).await? {
        Ok(found) => found,
        Err(errors) => return show_index(&app, &me, &typed, &errors).await,
    };
    let mut errors = FieldErrors::default();
    let sure = fields.text("sure") == "yes";
    if fields.text("step") == "erase" && !sure {
        errors.add("sure", "Tick the box once you have checked who is asking");
    }
    if !sure || fields.text("step") != "erase" {
        return show_found(&app, &me, &typed, &found, true, &errors).await;
    }
    let (ticked, now) = (ticked(&fields), app.clock.now());
    let proof = answer::erase(&app.database, &app.cipher, &person, &ticked, Some(me.id), now).await?;
    Ok(Redirect::to(&format!("/staff/data-rights/erasures/{proof}")).into_response())
}

async fn proof(
    State(app): State<App>,
    Administrator(me): Administrator,
    Path(reference): Path<String>,
) -> Result<Response> {
    let proof = store::proof(app.database.readers(), &reference).await?;
    let shown = ProofPage {
        context: app.site.private("Proof of erasure").for_desk(&me.name, me.role),
        when: app.site.clinic.calendar().say_with_year(moment(proof.happened_at)),
        proof: &proof,
    };
    Ok(page::private(StatusCode::OK, &shown))
}

/// Who was asked for and what is held about them, or what to mend.
async fn look(
    app: &App,
    typed: &str,
    fields: &Fields,
) -> Result<std::result::Result<(DataSubject, PersonalRecord), FieldErrors>> {
    let mut errors = FieldErrors::default();
    let person = errors.take("person", DataSubject::parse(typed));
    let clinic = &app.site.clinic;
    let Some(person) = person else { return Ok(Err(errors)) };
    if [&clinic.email, &clinic.notices_to].iter().any(|own| person.is_near("email", own)) {
        errors.add("person", "Enter a person’s address: this one is the clinic’s own");
        return Ok(Err(errors));
    }
    let found = answer::find(&app.database, &app.cipher, &person, &ticked(fields)).await?;
    Ok(Ok((person, found)))
}

/// What the person said is theirs, of what is under nearly the same address or number.
fn ticked(fields: &Fields) -> Vec<String> {
    fields.all("also").map(str::to_owned).collect()
}

async fn show_index(app: &App, me: &Account, typed: &str, errors: &FieldErrors) -> Result<Response> {
    let shown = IndexPage {
        context: app.site.private("Data rights").for_desk(&me.name, me.role).with_errors(!errors.is_empty()),
        typed,
        errors,
        proofs: store::proofs(app.database.readers(), PROOFS_SHOWN).await?,
        calendar: app.site.clinic.calendar(),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page::private(status, &shown))
}

/// Who is shown what is held about a person is written down.
async fn show_found(
    app: &App,
    me: &Account,
    typed: &str,
    found: &PersonalRecord,
    erasing: bool,
    errors: &FieldErrors,
) -> Result<Response> {
    staff::note(app, me.id, "looked a person up", String::new()).await?;
    let title =
        if erasing { "Erase everything about this person?" } else { "What we hold about this person" };
    let shown = FoundPage {
        context: app.site.private(title).for_desk(&me.name, me.role).with_errors(!errors.is_empty()),
        typed,
        lines: summary(&found.held),
        near: &found.near,
        unopened: &found.unopened,
        requests: found
            .held
            .iter()
            .filter(|row| row.table == "consultations" && row.own)
            .map(|row| row.reference.as_str())
            .chain(found.near.iter().map(|near| near.reference.as_str()).filter(|of| of.starts_with("BP-")))
            .collect::<BTreeSet<&str>>(),
        erasing,
        errors,
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page::private(status, &shown))
}

impl FoundPage<'_> {
    fn choices(&self) -> Vec<Choice<'_>> {
        let mut choices = Vec::new();
        for NearMatch { reference, words, ticked } in self.near {
            choices.push(Choice { value: reference, label: words, chosen: *ticked });
        }
        choices
    }
}

impl IndexPage<'_> {
    fn when(&self, at: &i64) -> String {
        self.calendar.say_with_year(moment(*at))
    }
}
