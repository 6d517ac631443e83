//! What a visitor can see: the whole site through its router, on a real database.

mod support;

mod bad_input;
mod check;
mod consultations;
mod contrast;
mod every_page;
mod feeds;
mod finding;
mod forgetting;
mod glossary;
mod library;
mod linked_data;
mod mail;
mod migrations;
mod reports;
mod search;
mod staff;
mod tidy;
mod topics;
