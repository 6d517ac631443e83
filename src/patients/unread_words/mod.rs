//! Complaints and corrections from before their signs were stored with them.

mod reading;
mod store;
mod texts;

pub use reading::read;
pub use texts::Texts;
