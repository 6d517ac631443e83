//! The addresses of the pages about requests.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::desk::state::{DeskMemory, DeskState};
use crate::desk::{
    bookings, bulk_acts, calls, contact_details, live, merges, messages, phone_requests, queue, request,
    request_actions,
};
use crate::library::Library;
use crate::web::app::App;

pub fn routes(app: App, library: Arc<Library>, memory: &DeskMemory) -> Router {
    Router::new()
        .route("/staff", get(queue::index))
        .route("/staff/search", get(queue::no_search).post(queue::search))
        .route("/staff/events", get(live::queue))
        .route("/staff/bulk-acts", get(bulk_acts::no_list).post(bulk_acts::create))
        .route("/staff/bulk-acts/{id}", get(bulk_acts::show))
        .route("/staff/bulk-acts/{id}/undo", post(bulk_acts::take_back))
        .route("/staff/calls", get(calls::index))
        .route("/staff/consultations/new", get(phone_requests::new).post(phone_requests::create))
        .route("/staff/consultations/{reference}", get(request::show))
        .route("/staff/consultations/{reference}/events", get(live::request))
        .route("/staff/consultations/{reference}/contact", post(request_actions::contact))
        .route("/staff/consultations/{reference}/calls", post(request_actions::call))
        .route("/staff/consultations/{reference}/owner", post(request_actions::owner))
        .route("/staff/consultations/{reference}/notes", post(request_actions::note))
        .route("/staff/consultations/{reference}/closure", post(request_actions::closure))
        .route("/staff/consultations/{reference}/reopening", post(request_actions::reopening))
        .route("/staff/consultations/{reference}/merge", post(merges::merge))
        .route("/staff/consultations/{reference}/separation", post(merges::separation))
        .route("/staff/consultations/{reference}/attention", post(request_actions::attention))
        .route("/staff/consultations/{reference}/spam", post(request_actions::spam))
        .route("/staff/consultations/{reference}/clearance", post(request_actions::clearance))
        .route("/staff/consultations/{reference}/hold", post(request_actions::hold))
        .route("/staff/consultations/{reference}/release", post(request_actions::release))
        .merge(bookings::routes())
        .merge(contact_details::routes())
        .merge(messages::routes())
        .with_state(DeskState::new(app, library, memory))
}
