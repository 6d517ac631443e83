//! A request's life: submitted, contacted, booked, closed, withdrawn.

mod addressee;
pub mod another_time;
pub mod answers;
pub mod bookings;
pub mod bulk_acts;
pub mod calls;
pub mod contact_change;
pub mod csv;
pub mod handling;
pub mod history;
pub mod letters;
pub mod merges;
pub mod messages;
pub mod notes;
pub mod notifications;
pub mod private_page;
pub mod proof;
pub mod queue_index;
pub mod reminders;
pub mod request;
pub mod request_form;
pub mod request_state;
pub mod saved_replies;
pub mod store;
pub mod submission;
pub mod summaries;
pub mod transitions;
pub mod withdrawal;
mod wrong_address;

pub use contact_change::change_contact;
pub use request::Request;
pub use request_state::RequestState;
pub use submission::{TakenRequest, submit, submit_by_phone};
pub use withdrawal::{erased_at, withdraw};
pub use wrong_address::note_wrong_address;
