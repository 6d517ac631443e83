//! Every page staff see: the queue, one request, calls, bookings, the diary, mail, page reviews, complaints, corrections, data rights, people, audit.

pub mod absences;
pub mod account;
pub mod audit;
pub mod bookings;
pub mod bulk_acts;
pub mod calendar_addresses;
pub mod calls;
pub mod clock;
pub mod complaints;
pub mod components;
pub mod corrections;
pub mod csv;
pub mod data_rights;
pub mod diary;
pub mod expired_forms;
mod history_words;
pub mod live;
pub mod mail;
pub mod messages;
pub mod page_reviews;
pub mod people;
pub mod phone_requests;
pub mod presence;
pub mod queue;
pub mod queue_groups;
pub mod queue_rows;
pub mod request;
pub mod request_actions;
mod request_history;
mod routes;
pub mod saved_replies;
pub mod second_step;
pub mod sign_in;
pub mod state;
pub mod welcome;

pub use routes::routes;
