//! What a visitor can see: the whole site through its router, on a real database.

mod support;

mod assessment;
mod bad_input;
mod bookings;
mod calls;
mod check;
mod complaints;
mod consultations;
mod contrast;
mod crowd;
mod drafts;
mod every_page;
mod feeds;
mod finding;
mod forgetting;
mod glossary;
mod library;
mod linked_data;
mod mail;
mod migrations;
mod moves;
mod patient;
mod people;
mod phone_requests;
mod queue;
mod reports;
mod rights;
mod roles;
mod search;
mod signing_in;
mod staff;
mod summaries;
mod summary_words;
mod tidy;
mod topics;
