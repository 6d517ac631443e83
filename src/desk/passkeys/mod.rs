//! The pages of passkeys: added and removed under "Your account", and used at both steps of signing in.

use axum::Router;

use crate::web::app::App;

mod account;
mod sign_in;

pub fn routes(app: App) -> Router {
    account::routes(app.clone()).merge(sign_in::routes(app))
}
