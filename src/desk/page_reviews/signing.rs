//! Signing a page and withdrawing a signature: the form, and what is stored and audited.

use jiff::civil::Date;

use crate::library::Sheet;
use crate::library::pages::RenderedPages;
use crate::library::signatures::{NewSignature, Signature, store};
use crate::staff::Account;
use crate::staff::audit;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::{FieldErrors, Fields, name, one_line};

/// In characters.
const LONGEST_ROLE: usize = 100;
const LONGEST_REGISTRATION: usize = 40;

const SIGNED: &str = "signed a page";
const WITHDREW: &str = "withdrew the signature of a page";

/// The form as it was typed.
#[derive(Default)]
pub struct SignatureForm {
    /// Of the words that were on the screen.
    pub text_hash: String,
    pub name: String,
    pub role: String,
    pub registration: String,
}

impl SignatureForm {
    pub fn read(fields: &Fields) -> SignatureForm {
        let [text_hash, name, role, registration] =
            ["text_hash", "name", "role", "registration"].map(|field| fields.text(field));
        SignatureForm { text_hash, name, role, registration }
    }

    /// As this member of staff signed last.
    pub async fn filled(app: &App, me: &Account) -> Result<SignatureForm> {
        let last = store::last_of(app.database.readers(), me.id).await?;
        let [name, role, registration] =
            last.unwrap_or_else(|| [me.name.clone(), String::new(), String::new()]);
        Ok(SignatureForm { text_hash: String::new(), name, role, registration })
    }

    pub fn check(
        &self,
        sheet: &Sheet,
        me: &Account,
        today: Date,
    ) -> std::result::Result<NewSignature, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", name(&self.name, "Enter your name"));
        let role = errors.take("role", line(&self.role, LONGEST_ROLE, "Role", "Enter your role"));
        let missing = "Enter your registration number";
        let registration = errors.take(
            "registration",
            line(&self.registration, LONGEST_REGISTRATION, "Registration number", missing),
        );
        let (Some(name), Some(role), Some(registration)) = (name, role, registration) else {
            return Err(errors);
        };
        Ok(NewSignature {
            slug: sheet.slug.clone(),
            text: sheet.signed_text.clone(),
            name,
            role,
            registration,
            signed_on: today,
            staff_id: Some(me.id),
        })
    }
}

fn line(typed: &str, most: usize, what: &str, missing: &str) -> std::result::Result<String, String> {
    let line = one_line(typed);
    match line.chars().count() {
        0 => Err(missing.to_owned()),
        length if length > most => Err(format!("{what} must be {most} characters or less")),
        _ => Ok(line),
    }
}

/// Stores a signature and its trace in the audit, once, and shows it on the page.
pub async fn sign(app: &App, rendered_pages: &RenderedPages, me: &Account, new: NewSignature) -> Result<()> {
    let (staff, now) = (me.id, app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move {
                if store::insert(connection, &new).await? {
                    audit::store::insert(connection, Some(staff), now, SIGNED, &new.slug).await?;
                }
                Ok(())
            })
        })
        .await?;
    show_signatures(app, rendered_pages).await;
    Ok(())
}

/// Takes a signature back.
pub async fn withdraw(
    app: &App,
    rendered_pages: &RenderedPages,
    me: &Account,
    signature: Signature,
) -> Result<()> {
    let (staff, now) = (me.id, app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move {
                if store::remove(connection, signature.id).await? {
                    audit::store::insert(connection, Some(staff), now, WITHDREW, &signature.slug).await?;
                }
                Ok(())
            })
        })
        .await?;
    show_signatures(app, rendered_pages).await;
    Ok(())
}

/// What is stored stays: where it cannot be shown at once, it is tried again within a minute.
async fn show_signatures(app: &App, rendered_pages: &RenderedPages) {
    if let Err(error) = rendered_pages.refresh(&app.site, app.database.readers()).await {
        tracing::error!(%error, "signatures of pages could not be read again");
    }
}
