//! The settings file: TOML with a line for each setting, by the name of its flag.

use std::fs;
use std::path::Path;

use anyhow::{Context, anyhow, bail, ensure};
use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Command, value_parser};
use toml::Value;

use crate::storage::private_file;

/// As near as this, of 1, and a name is taken for a mistyped one.
const NEAR: f64 = 0.75;

/// Whether a flag can also stand in the environment and in the file: the others are for one call alone.
pub fn is_setting(arg: &Arg) -> bool {
    arg.get_env().is_some() && !arg.is_global_set()
}

/// Reads the file, and gives each key with its value as a flag would have it. `known` are all flags of the program.
pub fn read(file: &Path, known: &[Arg]) -> anyhow::Result<Vec<(String, String)>> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("cannot read the settings file {}; see --config", file.display()))?;
    // The error of the crate shows the line, which may hold a password.
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
        anyhow!("{}, line {line}: {}", file.display(), error.message())
    })?;
    let settings = table.iter().map(|(key, value)| {
        let given = one(key, value, known).with_context(|| format!("{} cannot be used", file.display()))?;
        if ["smtp", "database"].contains(&key.as_str()) && holds_password(&given) {
            private_file::ensure_private(file)?;
        }
        Ok((key.clone(), given))
    });
    settings.collect()
}

fn one(key: &str, value: &Value, known: &[Arg]) -> anyhow::Result<String> {
    let mut named = known.iter().filter(|arg| arg.get_long() == Some(key)).peekable();
    let is_flag = named.peek().is_some();
    let Some(arg) = named.find(|arg| is_setting(arg)) else {
        ensure!(!is_flag, "{key} is no setting but a flag for one call: leave it out, and give --{key}");
        match nearest(key, known) {
            Some(near) => bail!("{key} is no setting; did you mean {near}?"),
            None => bail!("{key} is no setting; `mybackpain config` prints those that there are"),
        }
    };
    let kind = SettingKind::of(arg);
    let text = match (kind, value) {
        (SettingKind::Text, Value::String(text)) => text.clone(),
        (SettingKind::Number, Value::Integer(number)) => number.to_string(),
        (SettingKind::Switch, Value::Boolean(is_on)) => return Ok(is_on.to_string()),
        _ => bail!("{key} must be {}, and is {value}", kind.expected()),
    };
    let trial = Command::new("settings").no_binary_name(true).arg(arg.clone().env(None::<&str>));
    let tried = trial.try_get_matches_from([format!("--{key}={text}")]);
    tried.map_err(|error| anyhow!("{key} is not right: {}", reason(&error)))?;
    Ok(text)
}

/// What a value in the file is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    Text,
    Number,
    Switch,
}

impl SettingKind {
    pub fn of(arg: &Arg) -> SettingKind {
        let number: ValueParser = value_parser!(u64).into();
        match arg.get_action() {
            ArgAction::SetTrue => SettingKind::Switch,
            _ if arg.get_value_parser().type_id() == number.type_id() => SettingKind::Number,
            _ => SettingKind::Text,
        }
    }

    fn expected(self) -> &'static str {
        match self {
            SettingKind::Text => "text in quotes",
            SettingKind::Number => "a whole number",
            SettingKind::Switch => "true or false",
        }
    }
}

/// The first line of what clap says of a value, without its "error:".
fn reason(error: &clap::Error) -> String {
    let said = error.to_string();
    said.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

fn nearest<'a>(key: &str, known: &'a [Arg]) -> Option<&'a str> {
    let plain = key.to_lowercase().replace('_', "-");
    let names = known.iter().filter(|arg| is_setting(arg)).filter_map(Arg::get_long);
    let rated = names.map(|name| (strsim::jaro_winkler(&plain, name), name));
    rated.filter(|(near, _)| *near >= NEAR).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

fn holds_password(url: &str) -> bool {
    hide_password(url) != url
}

/// The address of a mail server or a database without the password in it. What cannot be told apart is hidden whole.
pub fn hide_password(url: &str) -> String {
    if let Some((before, _)) = url.split_once("password=") {
        return format!("{}password=hidden", hide_password(before));
    }
    let Some((before, after)) = url.rsplit_once('@') else {
        return if url.contains("://") { url.to_owned() } else { "hidden".to_owned() };
    };
    match before.split_once("//") {
        None => "hidden".to_owned(),
        Some((scheme, user)) => match user.split_once(':') {
            Some((user, _)) => format!("{scheme}//{user}:hidden@{after}"),
            None => url.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_hidden_however_the_address_is_mistyped() {
        for (url, shown) in [
            ("smtps://ada:secret@host", "smtps://ada:hidden@host"),
            ("smtps://ada:sec@ret@host:465?tls=required", "smtps://ada:hidden@host:465?tls=required"),
            ("smtps://ada@host", "smtps://ada@host"),
            ("smtp://host?tls=required", "smtp://host?tls=required"),
            ("ada:secret@host", "hidden"),
            ("secret", "hidden"),
        ] {
            assert_eq!(hide_password(url), shown);
        }
    }
}
