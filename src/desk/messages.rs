//! Writing to a patient from their request: the message, and the page that shows it before it is sent.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::consultations::handling::{Act, ActOutcome};
use crate::consultations::messages::letter::{greeted, subject};
use crate::consultations::messages::{self, FIELDS, NewMessage};
use crate::consultations::notifications;
use crate::consultations::saved_replies;
use crate::consultations::transitions::act;
use crate::consultations::{Request, RequestState};
use crate::desk::message_form::{CheckedMessage, MessageForm};
use crate::desk::queue_rows::{SelectOption, select_options};
use crate::desk::request::path_of;
use crate::desk::state::DeskState;
use crate::staff::Account;
use crate::staff::session::MessageWriter;
use crate::storage::clock::seconds;
use crate::web::error::Result;
use crate::web::form::contact::Method;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/messages/new.html")]
struct MessagePage<'a> {
    context: PageContext<'a>,
    request: &'a Request,
    form: &'a MessageForm,
    errors: &'a FieldErrors,
    replies: Vec<SelectOption>,
    /// Why they cannot be written to now.
    hindrance: Option<String>,
    /// What others did since the page was opened, which stopped the message.
    news: Option<Vec<String>>,
    now: i64,
}

#[derive(Template)]
#[template(path = "desk/messages/check.html")]
struct CheckPage<'a> {
    context: PageContext<'a>,
    request: &'a Request,
    form: &'a MessageForm,
    checked: &'a CheckedMessage,
    /// How the mail greets them.
    greeted: String,
    now: i64,
}

pub fn routes() -> Router<DeskState> {
    Router::new().route("/staff/consultations/{reference}/message", get(new).post(create))
}

async fn new(
    State(desk): State<DeskState>,
    MessageWriter(me): MessageWriter,
    Path(reference): Path<String>,
) -> Result<Response> {
    let (request, _) = desk.find(&me, &reference).await?;
    let form = MessageForm { contact: request.method == Method::Email, ..MessageForm::default() };
    desk.show_message(&me, &request, &form, StatusCode::OK, &FieldErrors::default(), None).await
}

async fn create(
    State(desk): State<DeskState>,
    MessageWriter(me): MessageWriter,
    Path(reference): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let (request, _) = desk.find(&me, &reference).await?;
    let mut form = MessageForm::read(&fields);
    let mut errors = FieldErrors::default();
    let step = fields.text("step");
    if desk.hindrance(&request).await?.is_some() {
        return desk.show_message(&me, &request, &form, StatusCode::CONFLICT, &errors, None).await;
    }
    if step == "insert" {
        desk.insert_reply(&mut form, &mut errors).await?;
    }
    if step == "insert" || step == "change" {
        let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        return desk.show_message(&me, &request, &form, status, &errors, None).await;
    }
    let checked = match form.check(&desk.app, &request) {
        Ok(checked) => checked,
        Err(message) => {
            errors.add("words", message);
            return desk
                .show_message(&me, &request, &form, StatusCode::UNPROCESSABLE_ENTITY, &errors, None)
                .await;
        }
    };
    // Only what was shown goes: anything else is shown first.
    if step != "send" || fields.text("previewed") != checked.mark {
        return desk.show_check(&me, &request, &form, &checked).await;
    }
    desk.send(&me, &request, &form, checked, &fields).await
}

impl DeskState {
    async fn send(
        &self,
        me: &Account,
        request: &Request,
        form: &MessageForm,
        checked: CheckedMessage,
        fields: &Fields,
    ) -> Result<Response> {
        let reference = &request.reference;
        let seen_at = fields.seen_at("seen_at");
        let new = NewMessage {
            words: checked.words.clone(),
            may_be_clinical: request.method == Method::Email || !checked.health.is_empty(),
            is_contact: form.contact && request.state == RequestState::New,
        };
        let outcome = act(&self.app, me, reference.clone(), seen_at, Act::Write(new)).await?;
        if outcome == ActOutcome::Done || self.was_sent(me, reference, &checked.words).await? {
            return Ok(Redirect::to(&path_of(&request.reference)).into_response());
        }
        let opened_at = fields.text("opened_at").parse().unwrap_or(0);
        let news = match outcome {
            ActOutcome::Stale => Some(self.news_since(reference, opened_at).await?),
            _ => None,
        };
        let (request, _) = self.find(me, reference).await?;
        self.show_message(me, &request, form, StatusCode::CONFLICT, &FieldErrors::default(), news).await
    }

    /// A second press on the same button sends nothing, and is no mistake.
    async fn was_sent(&self, me: &Account, reference: &str, words: &str) -> Result<bool> {
        let (readers, cipher) = (self.app.database.readers(), &self.app.cipher);
        let sent = messages::store::of(readers, cipher, reference, true).await?;
        Ok(sent.first().is_some_and(|last| last.staff == me.name && last.words == words))
    }

    /// Puts a saved reply behind what was typed.
    async fn insert_reply(&self, form: &mut MessageForm, errors: &mut FieldErrors) -> Result<()> {
        let replies = saved_replies::store::all(self.app.database.readers()).await?;
        let Some(reply) = replies.into_iter().find(|reply| reply.id.to_string() == form.reply) else {
            errors.add("reply", "Select a saved reply");
            return Ok(());
        };
        let typed = form.words.trim_end();
        form.words = if typed.is_empty() { reply.words } else { format!("{typed}\n\n{}", reply.words) };
        Ok(())
    }

    /// Why a patient cannot be written to now.
    async fn hindrance(&self, request: &Request) -> Result<Option<String>> {
        let app = &self.app;
        let by_phone = match request.phone.is_empty() {
            true => "They gave no phone number either: find another way to reach them.",
            false => "Reach them by phone.",
        };
        Ok(match request.state {
            RequestState::Withdrawn => Some(
                "The patient withdrew this request, so nobody writes to them about it any more.".to_owned(),
            ),
            RequestState::Closed if request.merged_into.is_some() => Some(format!(
                "This request was merged into {}. Write to the patient from there.",
                request.merged_into.as_deref().unwrap_or_default()
            )),
            RequestState::Closed => {
                Some("This request is closed. Open it again before you write to the patient.".to_owned())
            }
            _ if request.email.is_empty() => {
                Some(format!("We have no email address that we can write to. {by_phone}"))
            }
            _ => {
                let mut connection = app.database.readers().acquire().await?;
                let why = notifications::cannot_mail(&mut connection, app, request, app.clock.now()).await?;
                why.map(|why| format!("No email can go to them, because {}. {by_phone}", why.describe()))
            }
        })
    }

    async fn show_message(
        &self,
        me: &Account,
        request: &Request,
        form: &MessageForm,
        status: StatusCode,
        errors: &FieldErrors,
        news: Option<Vec<String>>,
    ) -> Result<Response> {
        let app = &self.app;
        self.note_opening(me, &request.reference).await?;
        let replies = saved_replies::store::all(app.database.readers()).await?;
        let options = replies.into_iter().map(|reply| (reply.id.to_string(), reply.title));
        let none = (String::new(), "Select one".to_owned());
        let shown = MessagePage {
            context: app
                .site
                .private("Write to the patient")
                .for_desk(&me.name, me.role)
                .with_errors(status != StatusCode::OK),
            replies: select_options(std::iter::once(none).chain(options), &form.reply),
            hindrance: self.hindrance(request).await?,
            request,
            form,
            errors,
            news,
            now: seconds(app.clock.now()),
        };
        Ok(page::private(status, &shown))
    }

    async fn show_check(
        &self,
        me: &Account,
        request: &Request,
        form: &MessageForm,
        checked: &CheckedMessage,
    ) -> Result<Response> {
        let app = &self.app;
        self.note_opening(me, &request.reference).await?;
        let shown = CheckPage {
            context: app.site.private("Check your message").for_desk(&me.name, me.role),
            greeted: greeted(request),
            request,
            form,
            checked,
            now: seconds(app.clock.now()),
        };
        Ok(page::private(StatusCode::OK, &shown))
    }
}

impl MessagePage<'_> {
    fn path(&self) -> String {
        path_of(&self.request.reference)
    }

    /// Each field as it is typed, and what it stands for.
    fn fields(&self) -> Vec<(String, &'static str)> {
        FIELDS.iter().map(|(name, meaning)| (format!("{{{name}}}"), *meaning)).collect()
    }

    fn has_replies(&self) -> bool {
        self.replies.len() > 1
    }
}

impl CheckPage<'_> {
    fn path(&self) -> String {
        path_of(&self.request.reference)
    }

    fn subject(&self) -> String {
        subject(&self.request.reference)
    }

    /// They did not choose email, and it may be about their health.
    fn warns(&self) -> bool {
        self.request.method != Method::Email && !self.checked.health.is_empty()
    }
}
