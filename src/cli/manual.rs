//! Writes the manual pages and the completions of shells, which the package brings.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::arguments::Cli;

const NAME: &str = "mybackpain";

/// What the package puts where, for the end of the first page.
const FILES: &str = r".SH FILES
.TP
.I /etc/mybackpain/mybackpain.toml
The settings of the service.
.TP
.I /etc/mybackpain/content
The pages and clinic.toml.
.TP
.I /etc/credstore/mybackpain.smtp\-password, /etc/credstore/mybackpain.sealing.key
The password of the mail server and the encryption key, for root alone, where they are kept there.
.TP
.I /var/lib/mybackpain
The database, and sealing.key without which no backup can be read.
.TP
.I /var/backups/mybackpain
Nightly backups, kept for 35 days.
.SH SEE ALSO
/usr/share/doc/mybackpain/administrator.md
";

/// One page for each command, and completions for bash, zsh and fish.
pub fn write(into: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(into).with_context(|| format!("cannot make the folder {}", into.display()))?;
    clap_mangen::generate_to(Cli::command(), into)?;
    let first = into.join(format!("{NAME}.1"));
    fs::OpenOptions::new().append(true).open(&first)?.write_all(FILES.as_bytes())?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut Cli::command(), NAME, into)?;
    }
    println!("The manual pages and completions are in {}.", into.display());
    Ok(())
}
