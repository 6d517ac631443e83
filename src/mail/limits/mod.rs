//! Mail that anyone may have sent to an address nobody has confirmed: how much of it, and to whom none is sent any more.

mod allowance;
mod asking;
mod marks;
mod stops;
mod store;

pub use allowance::{Allowance, MOST_AN_HOUR_IN_ALL, NotSent};
pub use asking::{ask, forget};
pub use marks::{mark, open_stop_token, stop_link, stop_token};
pub use stops::{is_stopped, lift_stop, stop};
pub use store::Cause;
