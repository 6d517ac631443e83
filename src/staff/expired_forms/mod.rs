//! Forms that a member of staff sent after their session had ended: kept for them alone until they sign in again.
//!
//! Stored, not carried through the sign-in page as hidden fields: someone with two tabs open would lose the words of the
//! other one, and words about a patient would stand in a page that anyone at the machine can open without signing in.

use crate::storage::encryption::FieldId;
use crate::storage::reference::reference;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::Fields;

pub mod store;

/// The query field that names the kept form which is being sent on.
pub const FIELD: &str = "expired_form";

/// Fields of these names are secrets, and never kept.
const NEVER_KEPT: &[&str] = &["password", "present", "code"];

/// Where people type words that would be lost. Whatever else came too late is done anew by who still wants it: nobody is
/// asked to send on a form that invites someone, erases something or gives a mail another address.
const KEPT: &[&str] = &["/staff/consultations/", "/staff/corrections/"];
/// Keeps a form for the account whose session it came too late for.
pub async fn keep(app: &App, staff: i64, path: String, fields: &Fields) -> Result<()> {
    let kept = fields.pairs().filter(|(name, _)| !NEVER_KEPT.contains(name));
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    let reference = reference("UN");
    let encrypted = app.cipher.encrypt(field_id(&reference), &text);
    let now = app.clock.now();
    app.database
        .write(move |connection| {
            Box::pin(async move { store::insert(connection, &reference, staff, &path, encrypted, now).await })
        })
        .await?;
    Ok(())
}

/// The page after signing in: the forms that came too late, or the page that was asked for.
pub async fn next_page(app: &App, staff: i64, return_to: &str) -> Result<String> {
    if !store::of(app.database.readers(), staff).await?.is_empty() {
        return Ok("/staff/expired-forms".to_owned());
    }
    Ok(if return_to.is_empty() { "/staff".to_owned() } else { return_to.to_owned() })
}

/// Whether a form that comes too late for this address is kept, and sent on later.
pub fn is_kept(path: &str) -> bool {
    // Browsers take "..", however it is written, as the way to another address.
    let leads_elsewhere = path.contains("..") || path.to_ascii_lowercase().contains("%2e");
    KEPT.iter().any(|known| path.starts_with(known)) && !leads_elsewhere
}

/// Deletes a kept form, when it is this member of staff's own.
pub async fn take(app: &App, staff: i64, reference: String) -> Result<()> {
    Ok(app
        .database
        .write(move |connection| Box::pin(async move { store::take(connection, staff, &reference).await }))
        .await?)
}

pub fn field_id(reference: &str) -> FieldId<'_> {
    FieldId { table: "expired_forms", reference, column: "fields" }
}
