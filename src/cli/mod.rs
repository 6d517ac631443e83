//! The commands, their settings, how the program starts and stops.

pub mod commands;
pub mod publication;
pub mod settings;
pub mod signatures;
pub mod staff;
pub mod start;
mod today;
