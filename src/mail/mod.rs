//! The outbox: mail is stored with its cause, sent by a worker, retried and reported on.

pub mod bounces;
mod delivery;
mod files;
pub mod follow_up;
mod letter;
pub mod limits;
mod message;
mod notices;
mod outbox;
mod outcome;
mod prepare;
mod progress;
mod purpose;
mod smtp;
mod smtp_limit;
mod smtp_replies;
mod store;
mod transport;
mod waiting;
mod worker;

pub use files::{FOLDER, forget_files, forget_old_files};
pub use letter::{CalendarFile, Letter, NewMail, OutgoingMail, RenderedLetter, Renderer};
pub use message::{Sender, message_id as new_message_id};
pub use notices::{ClinicNotice, notify_clinic};
pub use outbox::{
    can_go_to, cancel_waiting, enqueue, forget, forget_recipients, give_up_expired, has_expired,
    may_have_gone, only_waits, take_all_unsent, take_unsent, trouble_of, waits,
};
pub use outcome::{Outcome, Stage, State, Trouble};
pub use progress::{MAIL_WORKER, Progress};
pub use purpose::Purpose;
pub use smtp::{Server, Timeouts};
pub use store::{MailState, mails_of};
pub use transport::Transport;
pub use worker::Worker;
