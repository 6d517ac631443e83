//! The output of `mybackpain config`: what is in force, and where it came from.

use toml::Value;

use crate::cli::parse::SettingInForce;
use crate::cli::settings_file::{SettingKind, hide_password};

/// One line for each setting, as it could stand in the settings file. Secrets are hidden.
pub fn show(settings: &[SettingInForce]) -> String {
    settings.iter().map(|setting| format!("{}\n", line(setting))).collect()
}

fn line(setting: &SettingInForce) -> String {
    let SettingInForce { name, kind, value, origin } = setting;
    let Some(value) = value else { return format!("# {name} is not set") };
    let shown = match kind {
        SettingKind::Text if ["smtp", "database"].contains(&name.as_str()) => {
            Value::from(hide_password(value)).to_string()
        }
        SettingKind::Text => Value::from(value.as_str()).to_string(),
        SettingKind::Number | SettingKind::Switch => value.clone(),
    };
    format!("{name} = {shown}  # {origin}")
}
