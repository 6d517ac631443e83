//! The secret address of a patient's private page.

use sqlx::sqlite::SqliteConnection;

use crate::consultations::handling::store;
use crate::storage::encryption::{random_token, token_hash};
use crate::web::app::App;

/// The address of the patient's private page; a new one for a request from before addresses were kept.
pub async fn private_token(
    connection: &mut SqliteConnection,
    app: &App,
    reference: &str,
) -> sqlx::Result<String> {
    if let Some(token) = store::token(connection, &app.cipher, reference).await? {
        return Ok(token);
    }
    let token = random_token();
    store::set_token(connection, &app.cipher, reference, &token, &token_hash(&token)).await?;
    Ok(token)
}
