//! Where mail goes: to a mail server, as `--smtp` says, or to files.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use axum::http::Uri;
use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;

use crate::mail::outcome::{Stage, Trouble};
use crate::mail::smtp::{Security, Server};

pub enum Transport {
    Smtp(Box<Server>),
    Files(PathBuf),
    /// For made-up data: nothing is ever sent. Kept in a folder or, without one, only taken. Addresses that can reach
    /// nobody are refused, as a real server would.
    Demo(Option<PathBuf>),
}

/// Never repeats what was given: it holds a password.
const HOW_TO: &str = "--smtp is not understood; write smtps://user:password@host, \
    smtp://user:password@host?tls=required, or smtp://localhost for a mail server on this machine; \
    with --smtp-password-file leave :password out; \
    in the user and the password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F and % as %25";

impl Transport {
    /// Mail goes to `folder` when no mail server is given.
    pub fn parse(smtp: Option<&str>, folder: PathBuf) -> anyhow::Result<Transport> {
        smtp.map_or(Ok(Transport::Files(folder)), |url| Ok(Transport::Smtp(Box::new(server(url)?))))
    }

    /// For the line at the start. Never the user or the password.
    pub fn describe(&self) -> String {
        match self {
            Transport::Smtp(server) => server.describe(),
            Transport::Demo(_) => "this is a demonstration: no mail is sent".to_owned(),
            Transport::Files(folder) => format!("mail is written to files in {}", folder.display()),
        }
    }
}

fn server(url: &str) -> anyhow::Result<Server> {
    // An address ends at '#' to most parsers, which would cut a password short in silence.
    ensure!(url.is_ascii() && !url.contains(['#', ' ', '\\']), HOW_TO);
    let uri: Uri = url.parse().ok().context(HOW_TO)?;
    let authority = uri.authority().context(HOW_TO)?;
    let host = authority.host().trim_matches(['[', ']']);
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
    ensure!(!host.is_empty() && host.chars().all(plain) && matches!(uri.path(), "" | "/"), HOW_TO);
    let local = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let (security, usual_port) = match (uri.scheme_str(), uri.query()) {
        (Some("smtps"), None | Some("tls=required")) => (Security::FromTheStart, 465),
        (Some("smtp"), Some("tls=required")) => (Security::Required, 587),
        (Some("smtp"), None) => (Security::WhenOffered, 587),
        (Some("smtp"), Some("tls=none")) if local => (Security::None, 587),
        (Some("smtp"), Some("tls=none")) => {
            bail!("--smtp has tls=none, which is for a mail server on this machine only; write tls=required")
        }
        _ => bail!(HOW_TO),
    };
    let after_user = authority.as_str().rsplit('@').next().unwrap_or_default();
    // Not `Uri`'s own port: it takes "host:" and "host:99999" for a host without one.
    let port = match after_user.strip_prefix(authority.host()).unwrap_or_default() {
        "" => usual_port,
        port => port.trim_start_matches(':').parse().ok().filter(|port| *port > 0).context(HOW_TO)?,
    };
    let credentials = authority.as_str().rsplit_once('@').map(|(user, _)| credentials(user)).transpose()?;
    Server::new(host, port, security, local, credentials)
}

fn credentials(user_and_password: &str) -> anyhow::Result<Credentials> {
    let (user, password) = user_and_password.split_once(':').context(HOW_TO)?;
    // '+' stays '+': this is not a form.
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(String::from).ok().context(HOW_TO);
    let (user, password) = (decoded(user)?, decoded(password)?);
    ensure!(!user.is_empty() && !password.is_empty(), HOW_TO);
    ensure!(!format!("{user}{password}").contains(char::is_control), HOW_TO);
    Ok(Credentials::new(user, password))
}

/// What a real server would say to an address that reaches nobody.
pub fn demo_refusal(to: &lettre::Address) -> Option<Trouble> {
    let words = match (to.user(), to.domain()) {
        (_, domain) if domain.ends_with(".ogr") => "5.1.2 Domain not found",
        ("nobody", _) => "5.1.1 No such user here",
        _ => return None,
    };
    Some(Trouble { stage: Stage::RcptTo, code: Some(550), words: words.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(url: &str) -> String {
        Transport::parse(Some(url), "var/mail".into())
            .unwrap_or_else(|error| panic!("{url}: {error}"))
            .describe()
    }

    #[test]
    fn a_mail_server_is_described_without_who_signs_in() {
        for (url, words) in [
            ("smtps://user:secret@mail.example.org", "mail goes to mail.example.org, port 465, with TLS"),
            (
                "smtps://user:secret@mail.example.org:8465/",
                "mail goes to mail.example.org, port 8465, with TLS",
            ),
            (
                "smtp://mail.example.org?tls=required",
                "mail goes to mail.example.org, port 587, with STARTTLS",
            ),
            (
                "smtp://u:p%40ss@mail.example.org",
                "mail goes to mail.example.org, port 587, with STARTTLS when offered",
            ),
            ("smtp://localhost:25?tls=none", "mail goes to localhost, port 25, without TLS"),
            ("smtp://[::1]:2525?tls=none", "mail goes to ::1, port 2525, without TLS"),
        ] {
            assert_eq!(described(url), words);
        }
        assert_eq!(
            Transport::parse(None, "var/mail".into()).unwrap().describe(),
            "mail is written to files in var/mail"
        );
    }

    #[test]
    fn a_wrong_address_says_what_to_write_and_never_the_password() {
        for url in [
            "",
            "mail.example.org",
            "http://user:secret@host",
            "smtp://",
            "smtp://user:secret@",
            "smtp://user@host",
            "smtp://:secret@host",
            "smtp://user:@host",
            "smtp://user:sec#secret@host",
            "smtp://user:sec/secret@host",
            "smtp://user:secret@host:99999",
            "smtp://user:secret@host:",
            "smtp://user:secret@host:0",
            "smtp://user:secret@host/path",
            "smtp://user:secret@host?tls=maybe",
            "smtps://user:secret@host?tls=none",
            "smtp://user:secret@host?tls=none",
            "smtp://user:secret%0d%0a@host",
            "smtp://user:secret%ff@host",
        ] {
            let words = format!("{:#}", Transport::parse(Some(url), PathBuf::new()).err().expect(url));
            assert!(words.contains("--smtp") && words.contains("write"), "{words}");
            assert!(!words.contains("secret"), "{words}");
        }
    }

    #[test]
    fn a_user_and_password_are_decoded_and_a_plus_stays_a_plus() {
        let decoded = credentials("ada%40example.org:a+b%2F%3A%25:c").unwrap();
        assert!(decoded == Credentials::new("ada@example.org".into(), "a+b/:%:c".into()));
    }
}
