//! The settings of an installation, from flags and the environment, or a clear refusal to start.

// The comments here are what --help prints: an address stands in them without brackets.
#![allow(rustdoc::bare_urls)]

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{bail, ensure};
use axum_client_ip::ClientIpSource;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::clinic::Role;
use crate::storage::database::health::LEAST_FREE;

/// A clinic's patient education website.
///
/// Without a command it serves the site: http://127.0.0.1:8080, content from ./content, data under ./var.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub serve: Serve,
}

#[derive(Subcommand)]
pub enum Command {
    /// Serve the site (also what happens without a command)
    Serve(Box<Serve>),
    /// Check the content without serving it: errors fail, warnings do not
    Check(CheckCommand),
    /// Write a page to fill in
    #[command(subcommand)]
    New(NewCommand),
    /// Manage the people who work the desk
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Copy the database into a folder, check the copy, and remember when; the site may run meanwhile
    Backup(Backup),
    /// Put a backup into a data folder that has no database; the encryption key comes from its own backup
    Restore(Restore),
    /// Ask a running site whether it is ready: it must be served with --health-address
    Healthcheck(Healthcheck),
    /// Fill an empty data folder with a made-up month, to see a living desk
    Demo(Demo),
    /// Answer a data-protection request: everything held about one person
    #[command(subcommand)]
    Person(PersonCommand),
    /// Keep the signatures of pages in a file beside the content
    #[command(subcommand)]
    Signatures(SignaturesCommand),
    /// Answer a clock that jumped: nothing is erased until its time is confirmed
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Read a delivery report or a complaint from standard input, as a mail server hands it over
    Bounce(Data),
    /// Add a new encryption key and encrypt every personal field with it; stop the server first
    RotateKey(Data),
}

#[derive(Subcommand)]
pub enum NewCommand {
    /// A fact sheet: short, and about one thing
    FactSheet(NewPage),
    /// A guide: long, with a list of contents
    Guide(NewPage),
}

#[derive(Args)]
pub struct NewPage {
    /// The end of its address: small letters, digits and hyphens
    pub slug: String,
    #[command(flatten)]
    pub content: Content,
}

#[derive(Subcommand)]
pub enum StaffCommand {
    /// Make an account; the password is read from standard input
    Add(StaffAdd),
    /// Print a link with which someone who lost their phone and their recovery codes sets up the second step again
    Reset(StaffReset),
}

#[derive(Subcommand)]
pub enum ClockCommand {
    /// Say that the time of this machine is right now
    Confirm(ConfirmClock),
}

#[derive(Args)]
pub struct ConfirmClock {
    #[command(flatten)]
    pub data: Data,
    /// The machine was off for all of the time that the clock jumped over: what is kept for a time is older by it. It has
    /// no effect where the program ran when the clock jumped
    #[arg(long)]
    pub was_off: bool,
}

#[derive(Subcommand)]
pub enum SignaturesCommand {
    /// Write every signature, and the words it holds for, to standard output as TOML
    Export(Data),
    /// Take the signatures of such a file; those that are there already stay once
    Import(SignaturesImport),
}

#[derive(Args)]
pub struct SignaturesImport {
    /// The file that `signatures export` wrote
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub data: Data,
}

#[derive(Subcommand)]
pub enum PersonCommand {
    /// Write everything held about a person to standard output, as JSON
    Export(PersonAsked),
    /// Erase everything held about a person, and say the reference of the proof
    Erase(PersonAsked),
}

#[derive(Args)]
pub struct PersonAsked {
    /// Their email address or phone number
    pub person: String,
    #[command(flatten)]
    pub data: Data,
}

#[derive(Args)]
pub struct StaffReset {
    /// Email address that they sign in with
    pub email: String,
    /// They choose a new password too
    #[arg(long)]
    pub password: bool,
    /// Address of the site, to print the link with [default: the link without it]
    #[arg(long, env = "MYBACKPAIN_BASE_URL", value_name = "URL", default_value = "")]
    pub base_url: String,
    #[command(flatten)]
    pub data: Data,
}

#[derive(Args)]
pub struct Backup {
    /// Folder for the copy; made when it is missing
    #[arg(value_name = "DIR")]
    pub into: PathBuf,
    #[command(flatten)]
    pub data: Data,
}

#[derive(Args)]
pub struct Restore {
    /// The copy that `backup` made
    #[arg(value_name = "FILE")]
    pub backup: PathBuf,
    #[command(flatten)]
    pub data: Data,
}

#[derive(Args)]
pub struct Healthcheck {
    /// The address that the site was given as --health-address
    #[arg(long, env = "MYBACKPAIN_HEALTH_ADDRESS", value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    pub health_address: SocketAddr,
}

#[derive(Args)]
pub struct Demo {
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub content: Content,
    /// How many people asked for a consultation in that month
    #[arg(long, value_name = "NUMBER", default_value_t = 200)]
    pub requests: u32,
    /// Another number makes other people
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

#[derive(Args)]
pub struct StaffAdd {
    /// Email address to sign in with
    pub email: String,
    /// Name that colleagues see
    #[arg(long)]
    pub name: String,
    #[arg(long, value_enum, default_value_t = Role::Reception)]
    pub role: Role,
    #[command(flatten)]
    pub data: Data,
}

#[derive(Args, Clone)]
pub struct Data {
    /// Folder for the database, the encryption key and mail files; made when it is missing
    #[arg(id = "data", long = "data", env = "MYBACKPAIN_DATA", value_name = "DIR", default_value = "var")]
    pub folder: PathBuf,
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
pub struct CheckCommand {
    #[command(flatten)]
    pub content: Content,
    /// How to tell what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    Text,
    Json,
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
    #[arg(long, env = "MYBACKPAIN_SMTP", value_name = "URL", hide_env_values = true)]
    pub smtp: Option<String>,
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
    use super::*;

    fn serve(arguments: &[&str]) -> Serve {
        Cli::try_parse_from([&["mybackpain"], arguments].concat()).unwrap_or_else(|e| panic!("{e}")).serve
    }

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
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
