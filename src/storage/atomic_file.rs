//! Writes files that are there whole or not at all, whenever the machine stops, readable by their owner alone.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::Context;
use tempfile::NamedTempFile;

/// Writes beside the file, waits for the disk, moves it into place, and waits for the folder.
pub fn write(file: &Path, mut from: impl Read) -> anyhow::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut written = || -> std::io::Result<()> {
        let mut beside = NamedTempFile::new_in(folder)?;
        std::io::copy(&mut from, &mut beside)?;
        beside.flush()?;
        beside.as_file().sync_all()?;
        beside.persist(file)?;
        File::open(folder)?.sync_all()
    };
    written().with_context(|| format!("cannot write {}", file.display()))
}
