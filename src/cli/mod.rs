//! The commands, their settings, how the program starts and stops.

pub mod arguments;
pub mod commands;
pub mod doctor;
pub mod manual;
pub mod parse;
pub mod preview;
mod progress;
pub mod publication;
mod service_manager;
pub mod settings;
mod settings_file;
pub mod show_settings;
pub mod signatures;
mod smtp_password;
pub mod staff;
pub mod start;
mod today;
