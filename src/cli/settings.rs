//! The settings of an installation, or a clear refusal to start.

// The comments here are what --help prints: an address stands in them without brackets.
#![allow(rustdoc::bare_urls)]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};
use axum_client_ip::ClientIpSource;
use clap::Args;

use crate::cli::smtp_password;
use crate::storage::database::health::LEAST_FREE;
use crate::storage::place::DataPlace;

#[derive(Args, Clone)]
pub struct Folder {
    /// Folder for the database, the encryption key and mail files; made when it is missing
    #[arg(id = "data", long = "data", env = "MYBACKPAIN_DATA", value_name = "DIR", default_value = "var")]
    pub folder: PathBuf,
}

#[derive(Args, Clone)]
pub struct Data {
    #[command(flatten)]
    pub at: Folder,
    /// File with the encryption keys; made at a first start [default: sealing.key in the data folder]
    #[arg(long, env = "MYBACKPAIN_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// PostgreSQL database for several programs at once: postgres://user:password@host/name [default: a SQLite file in the data folder]
    #[arg(
        long,
        env = "MYBACKPAIN_DATABASE",
        value_name = "URL",
        hide_env_values = true,
        hide_default_value = true
    )]
    pub database: Option<String>,
}

impl Data {
    pub fn place(&self) -> DataPlace {
        DataPlace::new(&self.at.folder, self.key_file.as_deref()).with_server(self.database.clone())
    }

    /// The same site with its rows elsewhere: at the address of a PostgreSQL database, or in a folder.
    pub fn place_at(&self, to: &str) -> DataPlace {
        if to.starts_with("postgres://") || to.starts_with("postgresql://") {
            return self.place().with_server(Some(to.to_owned()));
        }
        DataPlace::new(Path::new(to), self.key_file.as_deref())
    }
}

#[derive(Args, Clone)]
pub struct Content {
    /// Folder with the pages and clinic.toml
    #[arg(
        id = "content",
        long = "content",
        env = "MYBACKPAIN_CONTENT",
        value_name = "DIR",
        default_value = "content"
    )]
    pub folder: PathBuf,
}

#[derive(Args, Clone)]
pub struct Serve {
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub content: Content,
    /// Address and port to listen on
    #[arg(long, env = "MYBACKPAIN_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address that people and mails use, such as https://mybackpain.co.uk [default: http://LISTEN]
    #[arg(long, env = "MYBACKPAIN_BASE_URL", value_name = "URL")]
    pub base_url: Option<String>,
    /// Mail server: smtps://user:password@host or smtp://host?tls=required [default: files under DATA/mail]
    #[arg(
        long,
        env = "MYBACKPAIN_SMTP",
        value_name = "URL",
        hide_env_values = true,
        hide_default_value = true
    )]
    pub smtp: Option<String>,
    /// File with the password of the mail server, as it is; --smtp then names the user alone
    #[arg(long, env = "MYBACKPAIN_SMTP_PASSWORD_FILE", value_name = "FILE")]
    pub smtp_password_file: Option<PathBuf>,
    /// Sender of mail [default: the clinic's address in clinic.toml]
    #[arg(long, env = "MYBACKPAIN_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Where mail servers report what they could not deliver, for `bounce` to read; a star, as in bounces+*@clinic.example, stands for what is signed for each mail [default: the sender]
    #[arg(long, env = "MYBACKPAIN_MAIL_BOUNCES_TO", value_name = "ADDRESS")]
    pub mail_bounces_to: Option<String>,
    /// Allow an https site to write mail to files instead of sending it
    #[arg(long, env = "MYBACKPAIN_MAIL_TO_FILES")]
    pub mail_to_files: bool,
    /// Where a visitor's network address is read from: ConnectInfo, or behind a proxy RightmostXForwardedFor
    #[arg(long, env = "MYBACKPAIN_CLIENT_IP", value_name = "SOURCE", default_value = "ConnectInfo", value_parser = client_ip)]
    pub client_ip: ClientIpSource,
    /// Address for /health/live, /health/ready and /metrics; never one that the public reaches [default: none]
    #[arg(long, env = "MYBACKPAIN_HEALTH_ADDRESS", value_name = "ADDRESS")]
    pub health_address: Option<SocketAddr>,
    /// Refuse forms while fewer bytes than this are free on the disk
    #[arg(long, env = "MYBACKPAIN_LEAST_FREE", value_name = "BYTES", default_value_t = LEAST_FREE)]
    pub least_free: u64,
    /// Make a new, empty database where one was lost for good
    #[arg(long)]
    pub begin_anew: bool,
    /// Let one network send any number of forms and hold any number of connections: for load tests on this machine, never with https
    #[arg(long)]
    pub no_limits: bool,
    /// Write logs as JSON
    #[arg(long, env = "MYBACKPAIN_LOG_JSON")]
    pub log_json: bool,
}

impl Serve {
    /// The mail server with the password that stands in a file of its own.
    pub fn smtp_url(&self) -> anyhow::Result<Option<String>> {
        match (&self.smtp, &self.smtp_password_file) {
            (Some(url), Some(file)) => smtp_password::put_into(url, file).map(Some),
            (url, _) => Ok(url.clone()),
        }
    }

    /// The public address without a slash at its end. Refuses combinations that would fail patients silently.
    pub fn checked_base_url(&self) -> anyhow::Result<String> {
        let base_url = match &self.base_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        };
        let authority = base_url
            .strip_prefix("https://")
            .or_else(|| base_url.strip_prefix("http://"))
            .unwrap_or_default();
        ensure!(
            !authority.is_empty() && !authority.contains(['/', '?', '#', ' ', '@', '"', '<', '>', ';', ',']),
            "--base-url must be http:// or https:// and a host, without a path; it is {base_url:?}"
        );
        ensure!(
            !(self.no_limits && base_url.starts_with("https://")),
            "--no-limits is for load tests on this machine; leave it out with an https --base-url"
        );
        if base_url.starts_with("https://") && self.smtp.is_none() && !self.mail_to_files {
            bail!(
                "--base-url is https, but no mail server is set, so patients would get no mail; \
                 give --smtp, or --mail-to-files if files are what you want"
            );
        }
        Ok(base_url)
    }
}

fn client_ip(source: &str) -> Result<ClientIpSource, String> {
    source.parse().map_err(|_| {
        "use ConnectInfo, RightmostXForwardedFor, XRealIp, CfConnectingIp, TrueClientIp or FlyClientIp"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::arguments::Cli;

    fn serve(arguments: &[&str]) -> Serve {
        Cli::try_parse_from([&["mybackpain"], arguments].concat()).unwrap_or_else(|e| panic!("{e}")).serve
    }

    #[test]
    fn no_configuration_is_a_site_on_this_machine() {
        assert_eq!(serve(&[]).checked_base_url().unwrap(), "http://127.0.0.1:8080");
    }

    #[test]
    fn an_https_site_without_a_mail_server_refuses_to_start_unless_told() {
        let https = ["--base-url", "https://example.org"];
        assert!(serve(&https).checked_base_url().unwrap_err().to_string().contains("--smtp"));
        assert!(serve(&[&https[..], &["--mail-to-files"]].concat()).checked_base_url().is_ok());
        assert!(serve(&[&https[..], &["--smtp", "smtp://localhost"]].concat()).checked_base_url().is_ok());
    }

    #[test]
    fn a_base_url_is_a_scheme_and_a_host() {
        for wrong in [
            "example.org",
            "ftp://example.org",
            "http://",
            "http://a/b",
            "http://a b",
            "http://u@h",
            "http://a\"b",
        ] {
            assert!(serve(&["--base-url", wrong]).checked_base_url().is_err(), "{wrong}");
        }
        assert_eq!(serve(&["--base-url", "http://a:1/"]).checked_base_url().unwrap(), "http://a:1");
    }
}
