//! The commands, their settings, how the program starts and stops.

pub mod commands;
pub mod settings;
pub mod start;
