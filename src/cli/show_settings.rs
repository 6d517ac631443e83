//! The output of `mybackpain config`: what is in force, and where it came from.

use toml::Value;

use crate::cli::parse::Setting;
use crate::cli::settings_file::{Kind, hide_password};

/// One line for each setting, as it could stand in the settings file. Secrets are hidden.
pub fn show(settings: &[Setting]) -> String {
    settings.iter().map(|setting| format!("{}\n", line(setting))).collect()
}

fn line(setting: &Setting) -> String {
    let Setting { name, kind, value, origin } = setting;
    let Some(value) = value else { return format!("# {name} is not set") };
    let shown = match kind {
        Kind::Text if name == "smtp" => Value::from(hide_password(value)).to_string(),
        Kind::Text => Value::from(value.as_str()).to_string(),
        Kind::Number | Kind::Switch => value.clone(),
    };
    format!("{name} = {shown}  # {origin}")
}
