//! The patient’s side of a consultation request: the form, its check page and confirmation, and the private page.

mod another_time;
mod contact;
mod not_mine;
pub mod pages;
pub mod private_page;
mod reminders;
mod state;
mod visit;
mod withdrawal;
