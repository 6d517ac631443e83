//! The outbox and its worker, through real conversations with a mail server on this machine.

mod doubt;
mod letters;
mod outages;
mod outbox;
mod running;
mod sending;
