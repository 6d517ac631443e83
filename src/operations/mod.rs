//! What watches over the running site: alarms, health, the retention job, what is erased again after a restore, demonstration data.

pub mod alarms;
pub mod clock_check;
pub mod delivery_reports;
pub mod demo;
mod erase_again;
pub mod letters;
pub mod minute_job;
pub mod retention_job;
pub mod shared_limits;
mod weekly_mail;

pub use erase_again::erase_again;
