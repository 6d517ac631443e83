//! Limits on mail that anyone may have sent to an address that nobody has confirmed, and addresses that get none.

mod address_hashes;
mod allowance;
mod asking;
mod stops;
mod store;

pub use address_hashes::{mailbox_hash, open_stop_token, stop_link, stop_token};
pub use allowance::{Allowance, MOST_AN_HOUR_IN_ALL, NotSent};
pub use asking::{ask, forget};
pub use stops::{is_stopped, lift_stop, stop};
pub use store::{Cause, sent_since};
