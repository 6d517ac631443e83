//! Every page staff see: the queue, one request, calls, bookings, mail, page reviews, complaints, corrections, data rights, people, audit.

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};

use crate::consultations::queue_index::Board;
use crate::library::Library;
use crate::web::app::App;

pub mod account;
pub mod acts;
pub mod audit;
pub mod bookings;
pub mod calls;
pub mod complaints;
pub mod components;
pub mod corrections;
pub mod csv;
pub mod data_rights;
pub mod expired_forms;
pub mod live;
pub mod mail;
pub mod page_reviews;
pub mod people;
pub mod phone_requests;
pub mod presence;
pub mod queue;
pub mod queue_groups;
pub mod queue_rows;
pub mod request;
pub mod second_step;
pub mod sign_in;
pub mod welcome;

use presence::Presence;

/// What the pages of the desk are given.
#[derive(Clone)]
pub struct Desk {
    pub app: App,
    pub library: Arc<Library>,
    pub board: Arc<Board>,
    pub presence: Arc<Presence>,
}

impl Desk {
    pub fn new(app: App, library: Arc<Library>) -> Desk {
        Desk { app, library, board: Arc::default(), presence: Arc::default() }
    }
}

impl FromRef<Desk> for App {
    fn from_ref(desk: &Desk) -> App {
        desk.app.clone()
    }
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    Router::new()
        .route("/staff", get(queue::index))
        .route("/staff/search", get(queue::no_search).post(queue::search))
        .route("/staff/events", get(live::queue))
        .route("/staff/calls", get(calls::index))
        .route("/staff/consultations/new", get(phone_requests::new).post(phone_requests::create))
        .route("/staff/consultations/{reference}", get(request::show))
        .route("/staff/consultations/{reference}/events", get(live::request))
        .route("/staff/consultations/{reference}/contact", post(acts::contact))
        .route("/staff/consultations/{reference}/calls", post(acts::call))
        .route("/staff/consultations/{reference}/owner", post(acts::own))
        .route("/staff/consultations/{reference}/notes", post(acts::note))
        .route("/staff/consultations/{reference}/closure", post(acts::close))
        .route("/staff/consultations/{reference}/attention", post(acts::attend))
        .route("/staff/consultations/{reference}/clearance", post(acts::clear))
        .route("/staff/consultations/{reference}/hold", post(acts::hold))
        .route("/staff/consultations/{reference}/release", post(acts::release))
        .merge(bookings::routes())
        .with_state(Desk::new(app, library))
}
