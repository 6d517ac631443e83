//! Reads files that hold a secret, and refuses those that everybody on the machine may read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, ensure};

/// Fails with a sentence that says how to close the file to others.
pub fn ensure_private(file: &Path) -> anyhow::Result<()> {
    let found = fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?;
    ensure!(
        found.permissions().mode() & 0o007 == 0,
        "{} holds a secret, and every user of this machine may read or change it; run: chmod 600 {}",
        file.display(),
        file.display()
    );
    Ok(())
}

/// The secret in a file, without the line break at its end.
pub fn read(file: &Path) -> anyhow::Result<String> {
    ensure_private(file)?;
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    ensure!(!secret.is_empty(), "{} is empty", file.display());
    Ok(secret.to_owned())
}
