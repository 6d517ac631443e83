//! The secret address of a patient's private page.

use crate::consultations::handling::store;
use crate::storage::database::Connection;
use crate::storage::encryption::{is_undecryptable, random_token, token_hash};
use crate::web::app::App;

/// The address of the patient's private page; a new one for a request from before addresses were kept.
pub async fn private_token(connection: &mut Connection, app: &App, reference: &str) -> sqlx::Result<String> {
    match store::token(connection, &app.cipher, reference).await {
        Ok(Some(token)) => return Ok(token),
        Err(error) if !is_undecryptable(&error) => return Err(error),
        // One that cannot be read is like none: no mail could name it.
        Ok(None) | Err(_) => {}
    }
    let token = random_token();
    store::set_token(connection, &app.cipher, reference, &token, &token_hash(&token)).await?;
    Ok(token)
}
