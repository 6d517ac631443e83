//! The mistakes that readers reported of one page and nobody has answered, with their words.

use crate::patients::corrections::store;
use crate::patients::unread_words;
use crate::patients::unread_words::Texts;
use crate::signs::Kind;
use crate::staff;
use crate::staff::Account;
use crate::storage::clock::moment;
use crate::web::app::App;
use crate::web::error::Result;

/// One of them, as the page's sign-off shows it.
pub struct OpenCorrection {
    pub reference: String,
    pub words: String,
    pub version: String,
    pub changed_at: i64,
    pub asked: String,
    pub sign: Option<Kind>,
}

/// Those of a page, the gravest first and then the oldest. Showing their words is audited as opening them is.
pub async fn open_corrections(app: &App, me: &Account, slug: &str) -> Result<Vec<OpenCorrection>> {
    let readers = app.database.readers();
    unread_words::read(app, Texts::Corrections).await?;
    let calendar = app.site.clinic.calendar();
    let mut open = Vec::new();
    for one in store::open_about(readers, &app.cipher, slug).await? {
        staff::note(app, me.id, "opened a mistake", one.reference.clone()).await?;
        open.push(OpenCorrection {
            asked: calendar.say_with_year(moment(one.created_at)),
            reference: one.reference,
            words: one.words,
            version: one.version,
            changed_at: one.changed_at,
            sign: one.sign,
        });
    }
    open.sort_by_key(|one| std::cmp::Reverse(one.sign));
    Ok(open)
}
