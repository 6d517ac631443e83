//! The commands and what each takes. The comments here are what --help prints.

// An address stands in them without brackets.
#![allow(rustdoc::bare_urls)]

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::settings::{Content, Data, Folder, Serve};
use crate::clinic::Role;

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
    /// File with settings: one line a setting, by the names of the flags with a variable. A flag comes first, then a variable, then the file
    #[arg(long, global = true, env = CONFIG, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The variable that names the settings file.
pub const CONFIG: &str = "MYBACKPAIN_CONFIG";

#[derive(Subcommand)]
pub enum Command {
    /// Serve the site (also what happens without a command)
    Serve(Box<Serve>),
    /// Print what is set, with secrets hidden, and where each setting came from
    Config(Box<Serve>),
    /// Look for what a first evening gets wrong, and say how to mend it: folders, key, clock, mail server, address, disk, backup
    Doctor(Box<DoctorCommand>),
    /// Show the content to who writes it, on this machine alone: drafts too, with what the check says on each page
    Preview(PreviewCommand),
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
    /// Copy everything from a data folder into an empty PostgreSQL database, or back, with a count of every table on both
    /// sides; stop the site first
    Move(MoveCommand),
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
    RotateKey(RotateKey),
    /// Write the manual pages and the completions of shells into a folder
    #[command(hide = true)]
    Manual {
        #[arg(value_name = "DIR")]
        into: PathBuf,
    },
}

#[derive(Args, Clone, Copy)]
pub struct Quiet {
    /// Do not say how far it is
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Args)]
pub struct RotateKey {
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub quiet: Quiet,
}

#[derive(Args)]
pub struct DoctorCommand {
    #[command(flatten)]
    pub serve: Serve,
    /// Send one mail to this address, to see that it arrives
    #[arg(long, value_name = "ADDRESS")]
    pub mail_to: Option<String>,
}

#[derive(Args)]
pub struct PreviewCommand {
    #[command(flatten)]
    pub content: Content,
    /// Address and port to listen on, of this machine
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
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
    #[command(flatten)]
    pub quiet: Quiet,
}

#[derive(Args)]
pub struct Restore {
    /// The copy that `backup` made
    #[arg(value_name = "FILE")]
    pub backup: PathBuf,
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub quiet: Quiet,
}

#[derive(Args)]
pub struct MoveCommand {
    /// Where to: postgres://user:password@host/name, or a folder for what --database holds
    #[arg(long, value_name = "URL or DIR")]
    pub to: String,
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub quiet: Quiet,
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
    pub data: Folder,
    #[command(flatten)]
    pub content: Content,
    /// How many people asked for a consultation in that month
    #[arg(long, value_name = "NUMBER", default_value_t = 200)]
    pub requests: u32,
    /// Another number makes other people
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub quiet: Quiet,
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
pub struct CheckCommand {
    #[command(flatten)]
    pub content: Content,
    /// How to tell what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    #[command(flatten)]
    pub quiet: Quiet,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    Text,
    Json,
}
