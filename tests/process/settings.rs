//! Settings from flags, the environment and one file, in that order, and what the program says of them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::client::get;
use crate::program::{Ended, Program, command, data_folder, run};

fn settings(folder: &Path, text: &str) -> PathBuf {
    let file = folder.join("mybackpain.toml");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    file
}

/// What `mybackpain config` says.
fn in_force(file: &Path, environment: &[(&str, &str)], flags: &[&str]) -> Ended {
    let mut words = command(&[&["config", "--config", file.to_str().unwrap()], flags].concat());
    words.envs(environment.iter().copied());
    run(words, "")
}

fn refusal(folder: &Path, text: &str) -> String {
    let ended = in_force(&settings(folder, text), &[], &[]);
    assert_eq!(ended.code, Some(1), "{}{}", ended.output, ended.errors);
    assert_eq!(ended.output, "");
    ended.errors
}

#[test]
fn a_flag_comes_before_the_environment_that_before_the_file_and_that_before_the_default() {
    let (folder, _) = data_folder();
    let file = settings(
        folder.path(),
        "listen = \"127.0.0.1:1111\"\ndata = \"/of/the/file\"\ncontent = \"/of/the/file\"\nleast-free = 5\nlog-json = true\n",
    );
    let said = in_force(
        &file,
        &[("MYBACKPAIN_DATA", "/of/the/environment"), ("MYBACKPAIN_LISTEN", "127.0.0.1:2222")],
        &["--listen", "127.0.0.1:3333"],
    );
    assert_eq!(said.code, Some(0), "{}", said.errors);
    let from_file = format!("file {}", file.display());
    for line in [
        "listen = \"127.0.0.1:3333\"  # flag --listen".to_owned(),
        "data = \"/of/the/environment\"  # environment MYBACKPAIN_DATA".to_owned(),
        format!("content = \"/of/the/file\"  # {from_file}"),
        format!("least-free = 5  # {from_file}"),
        format!("log-json = true  # {from_file}"),
        "client-ip = \"ConnectInfo\"  # default".to_owned(),
        "mail-to-files = false  # default".to_owned(),
        "# base-url is not set".to_owned(),
    ] {
        assert!(said.output.lines().any(|found| found == line), "{line}\n{}", said.output);
    }
    let again = settings(folder.path(), &said.output);
    assert_eq!(in_force(&again, &[], &[]).code, Some(0), "what it prints can be a settings file");
}

#[test]
fn no_secret_is_printed() {
    let (folder, _) = data_folder();
    let file =
        settings(folder.path(), "smtp = \"smtps://ada%40clinic.example:s3cret@mail.clinic.example\"\n");
    let said = in_force(&file, &[], &[]);
    assert!(
        said.output.contains("smtp = \"smtps://ada%40clinic.example:hidden@mail.clinic.example\""),
        "{}{}",
        said.output,
        said.errors
    );
    let help = run(command(&["serve", "--help", "--config", file.to_str().unwrap()]), "");
    let broken = in_force(&file, &[("MYBACKPAIN_SMTP", "smtp:s3cret")], &[]);
    for ended in [said, help, broken] {
        assert!(!format!("{}{}", ended.output, ended.errors).contains("s3cret"), "{}", ended.output);
    }
}

#[test]
fn every_command_takes_the_settings_that_it_has_from_the_file() {
    let (folder, data) = data_folder();
    let file = settings(
        folder.path(),
        &format!(
            "data = \"{}\"\nlisten = \"127.0.0.1:0\"\nhealth-address = \"127.0.0.1:0\"\n",
            data.display()
        ),
    );
    let mut words = command(&["serve", "--no-limits"]);
    words.env("MYBACKPAIN_CONFIG", &file);
    let program = Program::of(words, &data);
    assert_eq!(get(program.address, "/").unwrap().status, 200);
    assert_eq!(get(program.health(), "/health/live").unwrap().status, 200);
    let copies = folder.path().join("copies");
    let made = run(command(&["backup", copies.to_str().unwrap(), "--config", file.to_str().unwrap()]), "");
    assert_eq!(made.code, Some(0), "{}", made.errors);
    program.stop();
    let held = run(command(&["person", "export", "ada@example.org", "--config", file.to_str().unwrap()]), "");
    assert!(held.output.contains("\"held\": []"), "{}{}", held.output, held.errors);
}

#[test]
fn what_is_wrong_in_the_file_is_said_with_its_key_and_what_is_expected() {
    let (folder, data) = data_folder();
    let folder = folder.path();
    for (text, words) in [
        ("lisen = \"127.0.0.1:1\"", &["lisen", "did you mean listen?"][..]),
        ("Base_URL = \"http://a\"", &["Base_URL", "did you mean base-url?"]),
        ("whatever = 1", &["whatever", "no setting"]),
        ("begin-anew = true", &["begin-anew", "flag"]),
        ("[serve]\nlisten = \"127.0.0.1:1\"", &["serve", "no setting"]),
        ("listen = 8080", &["listen", "text in quotes", "8080"]),
        ("listen = \"8080\"", &["listen", "invalid socket address"]),
        ("least-free = \"64 MB\"", &["least-free", "a whole number"]),
        ("least-free = -1", &["least-free", "-1"]),
        ("log-json = \"yes\"", &["log-json", "true or false"]),
        ("client-ip = \"Proxy\"", &["client-ip", "RightmostXForwardedFor"]),
        ("listen = ", &["line 1"]),
    ] {
        let said = refusal(folder, text);
        assert!(said.contains("mybackpain.toml"), "{said}");
        for words in words {
            assert!(said.contains(words), "{text}: {said}");
        }
        assert!(!said.contains("error:"), "{said}");
    }
    let missing = in_force(&folder.join("missing.toml"), &[], &[]);
    assert_eq!(missing.code, Some(1));
    assert!(
        missing.errors.contains("missing.toml") && missing.errors.contains("--config"),
        "{}",
        missing.errors
    );
    assert!(!data.exists());
}

#[test]
fn a_password_in_a_file_that_others_may_read_is_refused() {
    let (folder, _) = data_folder();
    let file = settings(folder.path(), "smtp = \"smtps://ada:s3cret@mail.clinic.example\"\n");
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let said = in_force(&file, &[], &[]);
    assert_eq!(said.code, Some(1));
    assert!(said.errors.contains("every user of this machine"), "{}", said.errors);
    assert!(!said.errors.contains("s3cret"), "{}", said.errors);
    let file = settings(folder.path(), "smtp = \"smtps://ada@mail.clinic.example\"\n");
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    assert_eq!(in_force(&file, &[], &[]).code, Some(0), "without a password it is nobody's secret");
}

#[test]
fn the_sample_file_names_every_setting_and_no_other() {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/mybackpain.toml");
    let text = fs::read_to_string(sample).unwrap();
    let every = run(command(&["config"]), "");
    let key = |line: &str| line.trim_start_matches("# ").split([' ', '=']).next().unwrap().to_owned();
    let known: Vec<String> = every.output.lines().map(key).collect();
    assert!(known.len() > 10, "{}{}", every.output, every.errors);
    let named: Vec<String> = text
        .lines()
        .filter(|line| line.contains(" = "))
        .map(|line| key(&line.replacen('#', "# ", 1)))
        .collect();
    assert_eq!(
        {
            let mut known = known;
            known.sort();
            known
        },
        {
            let mut named = named.clone();
            named.sort();
            named
        }
    );
    // Every line is one that may stand there.
    let (folder, _) = data_folder();
    let uncommented: String = text
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if setting.contains(" = ") && !setting.starts_with(' ') => format!("{setting}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let said = in_force(&settings(folder.path(), &uncommented), &[], &[]);
    assert_eq!(said.code, Some(0), "{}", said.errors);
    assert_eq!(
        said.output.lines().filter(|line| line.contains("# file ")).count(),
        named.len(),
        "{}",
        said.output
    );
}
