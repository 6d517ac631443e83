//! Puts the settings together: flags, then the environment, then the settings file, then credentials of systemd, then
//! the defaults; and remembers where each came from.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory, FromArgMatches};

use crate::cli::arguments::Cli;
use crate::cli::settings_file;
use crate::cli::settings_file::{SettingKind, is_setting};

/// The secrets that systemd hands to a service, by their names, and the settings that take them.
const CREDENTIALS: [(&str, &str); 2] = [("smtp-password", "smtp-password-file"), ("sealing.key", "key-file")];

/// EX_TEMPFAIL of sysexits.h: a mail server tries again later.
const TRY_AGAIN_LATER: u8 = 75;

/// The command line, and every setting that its command has.
pub struct CommandLine {
    pub cli: Cli,
    pub settings: Vec<SettingInForce>,
}

/// One setting that is in force, and where it came from.
pub struct SettingInForce {
    pub name: String,
    pub kind: SettingKind,
    /// Nothing where it is not set.
    pub value: Option<String>,
    pub origin: String,
}

/// A value that comes before the default, and where it is from.
struct Given {
    value: String,
    origin: String,
}

/// Prints help, versions and mistakes by itself, and ends the program then.
pub fn command_line() -> Result<CommandLine, ExitCode> {
    let arguments: Vec<OsString> = env::args_os().collect();
    let first = first_look(&arguments);
    let given = given(first.as_ref()).map_err(|error| {
        eprintln!("mybackpain: {error:#}");
        let is_bounce = first.is_some_and(|matches| matches.subcommand_name() == Some("bounce"));
        if is_bounce { ExitCode::from(TRY_AGAIN_LATER) } else { ExitCode::FAILURE }
    })?;
    let matches = with_defaults(Cli::command(), &given).get_matches_from(arguments);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    Ok(CommandLine { settings: in_force(&matches, &given), cli })
}

/// Only for the name of the settings file and of the command: mistakes are for the second look. Nothing for --help.
fn first_look(arguments: &[OsString]) -> Option<ArgMatches> {
    Cli::command().ignore_errors(true).try_get_matches_from(arguments).ok()
}

/// What the file and systemd give, by the name of the flag.
fn given(first: Option<&ArgMatches>) -> anyhow::Result<BTreeMap<String, Given>> {
    let mut all = BTreeMap::new();
    if let Some(folder) = env::var_os("CREDENTIALS_DIRECTORY") {
        for (name, setting) in CREDENTIALS {
            let file = Path::new(&folder).join(name);
            if let (true, Some(value)) = (file.exists(), file.to_str()) {
                let origin = format!("credential {name} of systemd");
                all.insert(setting.to_owned(), Given { value: value.to_owned(), origin });
            }
        }
    }
    if let Some(file) = first.and_then(|matches| matches.get_one::<PathBuf>("config")) {
        let origin = format!("file {}", file.display());
        for (key, value) in settings_file::read(file, &flags())? {
            all.insert(key, Given { value, origin: origin.clone() });
        }
    }
    Ok(all)
}

/// Every flag there is.
fn flags() -> Vec<Arg> {
    fn of(command: &clap::Command, found: &mut Vec<Arg>) {
        found.extend(command.get_arguments().filter(|arg| arg.get_long().is_some()).cloned());
        command.get_subcommands().for_each(|below| of(below, found));
    }
    let mut found = Vec::new();
    of(&Cli::command(), &mut found);
    found
}

fn with_defaults(command: clap::Command, given: &BTreeMap<String, Given>) -> clap::Command {
    let set = |arg: Arg| match arg.get_long().and_then(|name| given.get(name)) {
        Some(found) if is_setting(&arg) => arg.default_value(found.value.clone()),
        _ => arg,
    };
    command.mut_args(set).mut_subcommands(|below| with_defaults(below, given))
}

/// The settings that the command has, in the order of --help.
fn in_force(matches: &ArgMatches, given: &BTreeMap<String, Given>) -> Vec<SettingInForce> {
    let (mut command, mut matches) = (Cli::command(), matches);
    while let Some((name, below)) = matches.subcommand() {
        command = command.find_subcommand(name).cloned().unwrap_or_default();
        matches = below;
    }
    command.get_arguments().filter(|arg| is_setting(arg)).map(|arg| setting(arg, matches, given)).collect()
}

fn setting(arg: &Arg, matches: &ArgMatches, given: &BTreeMap<String, Given>) -> SettingInForce {
    let (id, name) = (arg.get_id().as_str(), arg.get_long().unwrap_or_default());
    let raw = matches.get_raw(id).and_then(|mut values| values.next());
    let value = raw.map(|value| value.to_string_lossy().into_owned());
    let origin = match (matches.value_source(id), given.get(name)) {
        (Some(ValueSource::CommandLine), _) => format!("flag --{name}"),
        (Some(ValueSource::EnvVariable), _) => {
            format!("environment {}", arg.get_env().unwrap_or_default().to_string_lossy())
        }
        (Some(_), Some(found)) => found.origin.clone(),
        _ => "default".to_owned(),
    };
    SettingInForce { name: name.to_owned(), kind: SettingKind::of(arg), value, origin }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_is_given_is_taken_by_every_command_that_has_the_setting() {
        let value = |text: &str| Given { value: text.to_owned(), origin: String::new() };
        let given = BTreeMap::from([
            ("data".to_owned(), value("/given")),
            ("log-json".to_owned(), value("true")),
            ("begin-anew".to_owned(), value("true")),
        ]);
        let parse = |words: &[&str]| {
            let words = [&["mybackpain"], words].concat();
            let matches = with_defaults(Cli::command(), &given).get_matches_from(words);
            Cli::from_arg_matches(&matches).unwrap()
        };
        let serve = parse(&[]).serve;
        assert_eq!(serve.data.at.folder, Path::new("/given"));
        assert!(serve.log_json && !serve.begin_anew);
        assert_eq!(parse(&["--data", "/flag"]).serve.data.at.folder, Path::new("/flag"));
        let Some(crate::cli::arguments::Command::Backup(backup)) = parse(&["backup", "/into"]).command else {
            panic!("a backup")
        };
        assert_eq!(backup.data.at.folder, Path::new("/given"));
    }
}
