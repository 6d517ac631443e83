//! Mail as staff see it, and what they do about what was not delivered.

mod actions;
mod filter;
mod list;
mod mail;
mod store;

pub use actions::{FollowUpRefused, leave, readdress, reference_of, resend};
pub use filter::{Filter, PAGE, Show};
pub use list::{find, list, tasks};
pub use mail::Mail;
