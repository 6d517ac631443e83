//! The desk's page of one sheet or guide: its words, what changed since it was signed, mistakes, and the form to sign.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::desk::page_reviews::open_corrections::{OpenCorrection, open_corrections};
use crate::desk::page_reviews::signing::{SignatureForm, sign, withdraw};
use crate::desk::page_reviews::text_changes::{ChangedRun, text_changes};
use crate::library::Sheet;
use crate::library::pages::{RenderedPages, day};
use crate::library::signatures::{SignOff, Signature, store};
use crate::staff::Account;
use crate::staff::session::SignedIn;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

/// In characters: what the heading of a page may have.
const LONGEST_HEADING: usize = 65;

#[derive(Clone)]
struct SignOffState {
    app: App,
    rendered_pages: Arc<RenderedPages>,
}

impl FromRef<SignOffState> for App {
    fn from_ref(state: &SignOffState) -> App {
        state.app.clone()
    }
}

#[derive(Template)]
#[template(path = "desk/page_reviews/sign_off.html")]
struct SignOffPage<'a> {
    context: PageContext<'a>,
    me: &'a Account,
    sheet: &'a Sheet,
    sign_off: &'a SignOff,
    /// Whether readers see it already.
    is_shown: bool,
    changes: Vec<Vec<ChangedRun>>,
    corrections: Vec<OpenCorrection>,
    form: &'a SignatureForm,
    errors: &'a FieldErrors,
    /// The page was changed after it was opened.
    stale: bool,
}

pub fn routes(app: App, rendered_pages: Arc<RenderedPages>) -> Router {
    Router::new()
        .route("/staff/pages/{slug}", get(show))
        .route("/staff/pages/{slug}/preview", get(preview))
        .route("/staff/pages/{slug}/signature", post(create))
        .route("/staff/pages/{slug}/signatures/{id}/removal", post(delete))
        .with_state(SignOffState { app, rendered_pages })
}

async fn show(
    State(state): State<SignOffState>,
    SignedIn(me): SignedIn,
    Path(slug): Path<String>,
) -> Result<Response> {
    let sheet = state.sheet(&slug)?;
    let form = SignatureForm::filled(&state.app, &me).await?;
    state.show(&me, sheet, &form, &FieldErrors::default()).await
}

/// The page as readers will see it.
async fn preview(
    State(state): State<SignOffState>,
    SignedIn(_): SignedIn,
    Path(slug): Path<String>,
) -> Result<Response> {
    let (sheet, pages) = (state.sheet(&slug)?, &state.rendered_pages);
    let path = sheet.path();
    let line = match pages.library().sheet(&sheet.slug) {
        Some(_) => "This is what readers see.".to_owned(),
        None => format!("{}.", sheet.front.waits()),
    };
    let shown = pages.sheet_page(&state.app.site, pages.library(), sheet, &path).for_staff(line);
    Ok(page::private(StatusCode::OK, &shown))
}

async fn create(
    State(state): State<SignOffState>,
    SignedIn(me): SignedIn,
    Path(slug): Path<String>,
    fields: Fields,
) -> Result<Response> {
    if !me.role.signs_pages() {
        return Err(Error::Forbidden);
    }
    let sheet = state.sheet(&slug)?;
    let form = SignatureForm::read(&fields);
    let today = state.app.site.clinic.calendar().local(state.app.clock.now()).date();
    let new = match form.check(sheet, &me, today) {
        Ok(new) if form.text_hash == sheet.text_hash => new,
        Ok(_) => return state.show(&me, sheet, &form, &FieldErrors::default()).await,
        Err(errors) => return state.show(&me, sheet, &form, &errors).await,
    };
    sign(&state.app, &state.rendered_pages, &me, new).await?;
    Ok(back_to(sheet))
}

async fn delete(
    State(state): State<SignOffState>,
    SignedIn(me): SignedIn,
    Path((slug, id)): Path<(String, String)>,
) -> Result<Response> {
    if !me.role.signs_pages() && !me.role.manages_people() {
        return Err(Error::Forbidden);
    }
    let sheet = state.sheet(&slug)?;
    let found = state.rendered_pages.signatures().all_of(&slug).into_iter();
    // One that is gone already is what was wanted.
    if let Some(signature) = found.into_iter().find(|one| one.id.to_string() == id) {
        if !may_withdraw(&me, &signature) {
            return Err(Error::Forbidden);
        }
        withdraw(&state.app, &state.rendered_pages, &me, signature).await?;
    }
    Ok(back_to(sheet))
}

fn back_to(sheet: &Sheet) -> Response {
    Redirect::to(&format!("/staff/pages/{}", sheet.slug)).into_response()
}

/// One's own, and for administrators anyone's: who signed may have left.
fn may_withdraw(me: &Account, signature: &Signature) -> bool {
    signature.staff_id == Some(me.id) || me.role.manages_people()
}

impl SignOffState {
    fn sheet(&self, slug: &str) -> Result<&Sheet> {
        self.rendered_pages.library().sheet_for_staff(slug).ok_or(Error::NotFound)
    }

    async fn show(
        &self,
        me: &Account,
        sheet: &Sheet,
        form: &SignatureForm,
        errors: &FieldErrors,
    ) -> Result<Response> {
        let app = &self.app;
        let sign_off = self.rendered_pages.signatures().of(sheet);
        let changes = match &sign_off {
            SignOff::Changed(last) => {
                let signed = store::signed_text(app.database.readers(), last.id).await;
                // Withdrawn meanwhile: the next look shows the page without it.
                signed.map_or_else(|_| Vec::new(), |signed| text_changes(&signed, &sheet.signed_text))
            }
            SignOff::Never | SignOff::Signed(_) => Vec::new(),
        };
        let stale = !form.text_hash.is_empty() && form.text_hash != sheet.text_hash;
        let status = match (stale, errors.is_empty()) {
            (true, _) => StatusCode::CONFLICT,
            (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
            (false, true) => StatusCode::OK,
        };
        let title = heading(&sheet.front.title);
        let shown = SignOffPage {
            context: app
                .site
                .private(&title)
                .for_desk(&me.name, me.role)
                .with_errors(status != StatusCode::OK),
            corrections: open_corrections(app, me, &sheet.slug).await?,
            sign_off: &sign_off,
            is_shown: self.rendered_pages.library().sheet(&sheet.slug).is_some(),
            changes,
            me,
            sheet,
            form,
            errors,
            stale,
        };
        Ok(page::private(status, &shown))
    }
}

fn heading(title: &str) -> String {
    let whole = format!("Sign-off: {title}");
    match whole.chars().count() > LONGEST_HEADING {
        true => whole.chars().take(LONGEST_HEADING - 1).chain(['…']).collect(),
        false => whole,
    }
}

impl SignOffPage<'_> {
    /// Who signed the page as it stands, and else whoever signed it last.
    fn listed(&self) -> &[Signature] {
        match self.sign_off {
            SignOff::Never => &[],
            SignOff::Signed(holds) => holds,
            SignOff::Changed(last) => std::slice::from_ref(last),
        }
    }

    fn is_changed(&self) -> bool {
        matches!(self.sign_off, SignOff::Changed(_))
    }

    fn may_withdraw(&self, signature: &Signature) -> bool {
        may_withdraw(self.me, signature)
    }

    /// They have signed these very words already.
    fn has_signed(&self) -> bool {
        self.sign_off.signatures().iter().any(|one| one.staff_id == Some(self.me.id))
    }

    fn day(&self, signature: &Signature) -> String {
        day(&signature.signed_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_never_longer_than_a_heading_may_be() {
        assert_eq!(heading("Sciatica"), "Sign-off: Sciatica");
        assert_eq!(heading(&"é".repeat(65)).chars().count(), LONGEST_HEADING);
    }
}
