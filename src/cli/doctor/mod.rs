//! `mybackpain doctor`: looks for what a first evening gets wrong, and says how to mend it.

mod address;
mod backup;
mod clock;
mod content;
mod database;
mod dns_records;
mod finding;
mod folders;
mod key;
mod mail;
mod run;

pub use run::run;
