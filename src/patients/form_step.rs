//! The steps that every form of a patient takes: the form, its check page, and a press that sends it, or one more in doubt.

use axum::http::StatusCode;

use crate::signs::{Finding, Help};
use crate::storage::reference::SubmissionKey;
use crate::web::app::App;
use crate::web::form::email::{self, DID_YOU_MEAN};
use crate::web::form::{FieldErrors, Fields};
use crate::web::security::Network;

/// What to do with a form that was posted; `T` is the form as checked.
pub enum FormStep<T> {
    /// Show the form, to be changed or mended.
    Form(FieldErrors),
    /// Show the check page. `problem` says why a press on it sent nothing.
    Check { new: T, key: SubmissionKey, problem: Option<SendProblem> },
    /// Store it.
    Send { new: T, key: SubmissionKey },
}

/// Why a press sent nothing, though the form is right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SendProblem {
    /// A program may have filled the form in or pressed the button, as password managers do: one more press is asked for.
    PressAgain,
    /// The page was open too long, or was made elsewhere.
    UnknownKey,
    TooManyForms,
    NotSaved,
}

impl<T> FormStep<T> {
    /// The next step of a form with a check page.
    pub fn of(app: &App, from: &Network, fields: &Fields, checked: Result<T, FieldErrors>) -> FormStep<T> {
        if fields.has("change") {
            return FormStep::Form(FieldErrors::default());
        }
        let new = match ask_about_email(fields, checked) {
            Ok(new) => new,
            Err(errors) => return FormStep::Form(errors),
        };
        let key = SubmissionKey::parse(&app.cipher, &fields.text("key"));
        let Some(key) = key.filter(|_| fields.text("step") == "send") else {
            let key = SubmissionKey::new(&app.cipher, &app.clock);
            return FormStep::Check { new, key, problem: None };
        };
        match press(app, from, fields, key) {
            Ok(key) => FormStep::Send { new, key },
            Err((key, problem)) => FormStep::Check { new, key, problem: Some(problem) },
        }
    }
}

/// Asks once about an address that looks like a slip.
pub fn ask_about_email<T>(fields: &Fields, checked: Result<T, FieldErrors>) -> Result<T, FieldErrors> {
    email::ask(checked, &email::meant(fields), &fields.text("email_queried"), DID_YOU_MEAN)
}

/// Whether a press with this key sends the form. If not, gives the key and the problem of the page to show instead.
///
/// A filled trap or a press within two seconds asks for one more press, which is taken whatever the trap holds: a guess
/// about programs never costs a person more than that.
pub fn press(
    app: &App,
    Network(from): &Network,
    fields: &Fields,
    key: SubmissionKey,
) -> Result<SubmissionKey, (SubmissionKey, SendProblem)> {
    let in_doubt = !fields.text("website").is_empty() || key.was_too_quick(&app.clock);
    if in_doubt && !key.is_of_second_press() {
        return Err((key.for_second_press(&app.cipher), SendProblem::PressAgain));
    }
    if !app.limits.may_send(*from) {
        // Refused once is enough: the next press is asked for nothing more.
        return Err((key.for_second_press(&app.cipher), SendProblem::TooManyForms));
    }
    Ok(key)
}

impl SendProblem {
    pub fn status(self) -> StatusCode {
        match self {
            SendProblem::PressAgain | SendProblem::UnknownKey => StatusCode::UNPROCESSABLE_ENTITY,
            SendProblem::TooManyForms => StatusCode::TOO_MANY_REQUESTS,
            SendProblem::NotSaved => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What happened and what to do, about a `thing` such as "request" and the `button` that sends it.
    pub fn words(self, thing: &str, button: &str) -> String {
        match self {
            SendProblem::PressAgain => format!(
                "We could not tell whether you or a program filled in this form, so nothing has been sent yet. What you typed is kept below. Press “{button}” again to send it."
            ),
            SendProblem::UnknownKey => format!(
                "This form was open too long or came from elsewhere, so nothing has been sent yet. What you typed is kept below. Press “{button}” again."
            ),
            SendProblem::TooManyForms => {
                "Too many forms came from your network. What you typed is kept below. Wait a few minutes, then send again.".to_owned()
            }
            SendProblem::NotSaved => format!(
                "We could not confirm that your {thing} was saved. What you typed is kept below. Wait a few minutes, then send again: sending twice makes one {thing}."
            ),
        }
    }
}

/// The status of a check page.
pub fn check_status(problem: Option<SendProblem>) -> StatusCode {
    problem.map_or(StatusCode::OK, SendProblem::status)
}

/// What the last button of a check page says. Whoever may not be safe with themselves need not deny it to be heard.
pub fn send_button(finding: &Finding) -> &'static str {
    match (finding.is_calm(), finding.help().contains(&Help::Crisis)) {
        (true, _) => "Confirm and send",
        (false, true) => "Send this as well",
        (false, false) => "None of these fits me: send",
    }
}
