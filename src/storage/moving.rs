//! Moves a site from a SQLite file into a PostgreSQL database and back: every row, counted on both sides, overwriting nothing.

use std::fs;
use std::os::unix::fs::DirBuilderExt;

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;

use crate::storage::data_dir::{DATABASE, DataDir, open_data_that_is_there};
use crate::storage::database::{CopiedTable, Database, ensure_nobody_serves};
use crate::storage::lock;
use crate::storage::lock::LockPurpose;
use crate::storage::long_work::LongWork;
use crate::storage::place::DataPlace;

/// Copies all rows from one place to the other; one of the two is on a server. No program serves either meanwhile. A file
/// that was moved gets another name, so that nothing is served from it by mistake; a server keeps what it had.
pub async fn move_data(
    from: &DataPlace,
    to: &DataPlace,
    now: Timestamp,
    work: &LongWork,
) -> anyhow::Result<Vec<CopiedTable>> {
    ensure!(
        from.server().is_some() || to.server().is_some(),
        "say with --to which PostgreSQL database, or with --database from which; a folder is copied with `backup` and \
         `restore`"
    );
    let DataDir { database: source, lock: _lock, .. } =
        open_data_that_is_there(from, LockPurpose::Change("move")).await?;
    let moved = async {
        ensure!(
            !source.condition().is_damaged(),
            "the database is damaged; restore the last good backup first"
        );
        let _alone = source.take_alone().await?;
        match to.server() {
            Some(address) => into_server(&source, address, to, work).await,
            None => into_folder(&source, from, to, work).await,
        }
    };
    let moved = moved.await;
    source.close().await;
    let copied = moved?;
    if from.server().is_none() {
        fs::rename(from.database_file(), from.moved_file(now))?;
    }
    Ok(copied)
}

async fn into_server(
    source: &Database,
    address: &str,
    to: &DataPlace,
    work: &LongWork,
) -> anyhow::Result<Vec<CopiedTable>> {
    ensure_nobody_serves(address).await?;
    let target = Database::connect(address, &to.folder).await?;
    let copied = async {
        let _alone = target.take_alone().await?;
        if let Some(table) = target.first_with_rows().await? {
            bail!(
                "the PostgreSQL database has rows in {table} already, and a move overwrites nothing; make an empty one"
            );
        }
        Ok(source.copy_into(&target, work).await?)
    };
    let copied = copied.await;
    target.close().await;
    copied
}

async fn into_folder(
    source: &Database,
    from: &DataPlace,
    to: &DataPlace,
    work: &LongWork,
) -> anyhow::Result<Vec<CopiedTable>> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&to.folder)
        .with_context(|| format!("cannot make the folder {}", to.folder.display()))?;
    let is_another = fs::canonicalize(&to.folder)? != fs::canonicalize(&from.folder)?;
    let _lock = is_another.then(|| lock::take(&to.folder, LockPurpose::Change("move"))).transpose()?;
    for name in DATABASE {
        let there = to.folder.join(name);
        ensure!(
            !there.exists(),
            "{} is there already, and a move overwrites nothing; give another folder",
            there.display()
        );
    }
    // In a folder of its own until it is whole: what was begun and not ended is no database.
    let beside = tempfile::tempdir_in(&to.folder)?;
    let file = beside.path().join(DATABASE[0]);
    let target = Database::open(&file).await?;
    let copied = source.copy_into(&target, work).await;
    target.close().await;
    let copied = copied?;
    fs::rename(&file, to.database_file())?;
    fs::File::open(&to.folder)?.sync_all()?;
    Ok(copied)
}
