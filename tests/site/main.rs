//! What a visitor can see: the whole site through its router, on a real database.

mod support;

mod bad_input;
mod bookings;
mod calls;
mod check;
mod consultations;
mod contrast;
mod crowd;
mod every_page;
mod feeds;
mod finding;
mod forgetting;
mod glossary;
mod library;
mod mail;

mod migrations;
mod moves;
mod patient;
mod phone_requests;
mod queue;
mod reports;
mod search;
mod staff;
mod tidy;
mod topics;
