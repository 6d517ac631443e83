//! Reads the words of complaints and corrections from before their signs were stored with them, once.

use crate::patients::unread_words::store;
use crate::patients::unread_words::texts::Texts;
use crate::signs::Kind;
use crate::web::app::App;
use crate::web::error::Result;

/// Reads what was never read for signs, and stores what was found. A text that cannot be decrypted is left for later.
pub async fn read(app: &App, texts: Texts) -> Result<()> {
    let unread = store::unread(app.database.readers(), &app.cipher, texts).await?;
    if unread.is_empty() {
        return Ok(());
    }
    let sign = |words: &str| Kind::word(app.site.signs.read(words).kind());
    let found: Vec<(String, &str)> =
        unread.into_iter().map(|(reference, words)| (reference, sign(&words))).collect();
    app.database
        .write(move |connection| {
            Box::pin(async move {
                for (reference, sign) in &found {
                    store::set_sign(connection, texts, reference, sign).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(())
}
