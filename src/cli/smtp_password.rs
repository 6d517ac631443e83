//! Puts the password of the mail server, which stands in a file of its own, into the address of the server.

use std::path::Path;

use anyhow::{Context, ensure};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::storage::private_file;

/// Never repeats the address: a password may stand in it by mistake.
pub fn put_into(url: &str, file: &Path) -> anyhow::Result<String> {
    let (before, after) = url.rsplit_once('@').context(
        "--smtp-password-file is for a user: write the name of the user into --smtp, as smtps://user@host",
    )?;
    let user = before.rsplit_once("//").map_or(before, |(_, user)| user);
    ensure!(
        !user.contains(':'),
        "the password of the mail server is given twice: take it out of --smtp, or leave --smtp-password-file out"
    );
    let password = private_file::read(file)
        .context("the password of the mail server is not there; see --smtp-password-file")?;
    Ok(format!("{before}:{}@{after}", utf8_percent_encode(&password, NON_ALPHANUMERIC)))
}
