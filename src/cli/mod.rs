//! The commands, their settings, how the program starts and stops.

pub mod arguments;
pub mod commands;
pub mod parse;
pub mod publication;
pub mod settings;
mod settings_file;
pub mod show_settings;
pub mod signatures;
mod smtp_password;
pub mod staff;
pub mod start;
mod today;
