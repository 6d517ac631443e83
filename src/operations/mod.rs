//! What watches over the running site: alarms, health, the retention job, demonstration data.

pub mod alarms;
pub mod clock_check;
pub mod delivery_reports;
pub mod demo;
pub mod letters;
pub mod minute_job;
pub mod retention_job;
mod weekly_mail;
