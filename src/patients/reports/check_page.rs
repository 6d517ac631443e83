//! The check page of a report: what is sent to whom, and whether the private link to a summary goes along.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::library::Sheet;
use crate::patients::form_step::SendProblem;
use crate::patients::reports::request::{NewReport, ReportForm};
use crate::storage::reference::SubmissionKey;
use crate::web::app::App;
use crate::web::form::FieldErrors;
use crate::web::form::contact::{Choice, yes_no};
use crate::web::page;
use crate::web::site::PageContext;

/// What its button says.
const BUTTON: &str = "Confirm and send";

/// A report as its check page shows it.
pub struct ReportCheck<'a> {
    pub form: &'a ReportForm,
    pub sheets: &'a [&'a Sheet],
    /// The visitor has a summary now.
    pub has_summary: bool,
}

/// Why a press on the check page sent nothing.
#[derive(Clone, Copy)]
pub enum Problem {
    Send(SendProblem),
    /// Whether the link to their summary goes along is for them to say.
    LinkNotAnswered,
    /// They want a link to answers that are gone.
    SummaryIsGone,
}

#[derive(Template)]
#[template(path = "patients/reports/check.html")]
struct CheckPage<'a> {
    context: PageContext<'a>,
    form: &'a ReportForm,
    new: &'a NewReport,
    sheets: &'a [&'a Sheet],
    key: &'a str,
    asks_for_link: bool,
    errors: &'a FieldErrors,
    trouble: Option<String>,
}

impl ReportCheck<'_> {
    /// A form that was not opened from the summary asks here: public pages, where it stands, are the same for everyone.
    fn asks_for_link(&self) -> bool {
        self.has_summary && !self.form.from_summary
    }

    /// What is to be settled about the private link before the report goes.
    pub fn unsettled(&self) -> Option<Problem> {
        match self.form.link {
            None if self.asks_for_link() => Some(Problem::LinkNotAnswered),
            Some(true) if !self.has_summary => Some(Problem::SummaryIsGone),
            _ => None,
        }
    }

    pub fn show(
        &self,
        app: &App,
        new: &NewReport,
        key: &SubmissionKey,
        problem: Option<Problem>,
    ) -> Response {
        let mut errors = FieldErrors::default();
        let mut trouble = None;
        match problem {
            Some(Problem::Send(problem)) => trouble = Some(problem.words("report", BUTTON)),
            Some(Problem::SummaryIsGone) => {
                trouble = Some(format!(
                    "Your answers have been erased, so there is no summary to link to. Nothing has been sent yet. Press “{BUTTON}” again, and we will send the report alone."
                ));
            }
            Some(Problem::LinkNotAnswered) => {
                errors.add("link", "Select whether you would like a link to your summary");
            }
            None => {}
        }
        let shown = CheckPage {
            context: app.site.private("Check your email address").with_errors(problem.is_some()),
            form: self.form,
            new,
            sheets: self.sheets,
            key: key.as_str(),
            asks_for_link: self.asks_for_link(),
            errors: &errors,
            trouble,
        };
        page::private(problem.map_or(StatusCode::OK, Problem::status), &shown)
    }
}

impl Problem {
    fn status(self) -> StatusCode {
        match self {
            Problem::Send(problem) => problem.status(),
            Problem::LinkNotAnswered | Problem::SummaryIsGone => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl CheckPage<'_> {
    fn link_choices(&self) -> Vec<Choice<'static>> {
        yes_no(self.form.link_answer())
    }
}
