//! The data folder: made, kept from other people of the machine, and opened.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use rustix::fs::Mode;
use rustix::process::umask;

use crate::storage::database::Database;
use crate::storage::encryption::Cipher;

/// What SQLite keeps beside a database, and the database itself.
const DATABASE: [&str; 3] = ["mybackpain.sqlite", "mybackpain.sqlite-wal", "mybackpain.sqlite-shm"];

/// Nobody else on the machine reads what this process makes from now on, whoever makes it: SQLite asks nobody.
pub fn keep_new_files_private() {
    umask(Mode::from_raw_mode(0o077));
}

/// A folder that was named by mistake is not made, and nothing is said to be erased in it.
pub async fn open_data_that_is_there(folder: &Path) -> anyhow::Result<(Database, Cipher)> {
    ensure!(
        key_file(folder).exists(),
        "there is no data in {}; give the folder of the site with --data",
        folder.display()
    );
    open_data(folder).await
}

pub async fn open_data(folder: &Path) -> anyhow::Result<(Database, Cipher)> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(|| {
        format!(
            "cannot make the data folder {}; give a folder that can be written with --data",
            folder.display()
        )
    })?;
    close_to_others(folder).with_context(|| {
        format!(
            "other people of this machine may read the data folder {}, and it cannot be closed to them; run chmod 700 on it",
            folder.display()
        )
    })?;
    let file = folder.join(DATABASE[0]);
    let cipher = Cipher::open(&key_file(folder), !file.exists())
        .with_context(|| format!("the data folder {} cannot be used", folder.display()))?;
    let database = Database::open(&file).await.with_context(|| {
        format!("cannot open the database {}; give a folder that can be written with --data", file.display())
    })?;
    Ok((database, cipher))
}

pub fn key_file(folder: &Path) -> PathBuf {
    folder.join("sealing.key")
}

/// What an earlier version or an administrator left open. A folder with other files and none of ours, or one that
/// is everyone's such as /tmp, is not ours to close: in it, each of our files is closed by itself.
fn close_to_others(folder: &Path) -> io::Result<()> {
    let ours = key_file(folder).exists() || fs::read_dir(folder)?.next().is_none();
    let is_everyones = fs::metadata(folder)?.permissions().mode() & 0o1000 != 0;
    if ours && !is_everyones {
        close(folder, 0o700)?;
    }
    for name in DATABASE {
        let file = folder.join(name);
        if file.exists() {
            close(&file, 0o600)?;
        }
    }
    Ok(())
}

fn close(path: &Path, mode: u32) -> io::Result<()> {
    let is_open = fs::metadata(path)?.permissions().mode() & 0o077 != 0;
    if is_open { fs::set_permissions(path, Permissions::from_mode(mode)) } else { Ok(()) }
}
