//! Mail as files, for a machine without a mail server: one `.eml` per message, whole or not there at all.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::mail::Purpose;
use crate::sealing::random_token;

/// Held while a name is chosen and taken: two mails of one second must not take the same.
static NAMING: Mutex<()> = Mutex::new(());

/// Writes a message. The same message twice is one file; another of the same second and reference gets a number.
pub fn keep(
    folder: &Path,
    created_at: Timestamp,
    purpose: Purpose,
    reference: &str,
    message: &[u8],
) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let reference: String = reference.chars().map(safe).collect();
    let name = format!("{}-{}-{reference}", created_at.strftime("%Y%m%dT%H%M%SZ"), purpose.word());
    let beside = folder.join(format!(".{}.new", random_token()));
    let written = write(&beside, message).and_then(|()| {
        let _naming = NAMING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut number = 1;
        loop {
            let file = match number {
                1 => folder.join(format!("{name}.eml")),
                _ => folder.join(format!("{name}-{number}.eml")),
            };
            match fs::read(&file) {
                Ok(same) if same == message => return fs::remove_file(&beside),
                Ok(_) => number += 1,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    fs::rename(&beside, &file)?;
                    return fs::File::open(folder)?.sync_all();
                }
                Err(error) => return Err(error),
            }
        }
    });
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write(file: &Path, message: &[u8]) -> std::io::Result<()> {
    let mut output = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    output.write_all(message)?;
    output.sync_all()
}
