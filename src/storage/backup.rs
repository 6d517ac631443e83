//! Copies the database, proves that the copy opens, and restores it.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use jiff::Timestamp;

use crate::storage::atomic_file;
use crate::storage::clock::seconds;
use crate::storage::data_reader;
use crate::storage::database;
use crate::storage::database::{Database, is_whole};
use crate::storage::encryption::Cipher;
use crate::storage::erasure_log;
use crate::storage::key_check;
use crate::storage::key_check::KeyCheck;
use crate::storage::lock;
use crate::storage::lock::LockPurpose;
use crate::storage::long_work::LongWork;
use crate::storage::place::DataPlace;

/// In the data folder: when the last good backup was made, in seconds since 1970.
pub const RECORD: &str = "last-backup";
/// Beside it: how many accounts that backup holds.
const ACCOUNTS: &str = "last-backup-accounts";

/// Copies the database into a folder, reads the copy for damage, and only then counts it as a backup. Mails keep being
/// sent and forms keep being taken meanwhile. The encryption key is not in it: it is backed up apart.
pub async fn make(
    place: &DataPlace,
    into: &Path,
    now: Timestamp,
    work: &LongWork,
) -> anyhow::Result<PathBuf> {
    let data = &*place.folder;
    let file = place.database_file();
    ensure!(
        place.server().is_some() || file.exists(),
        "there is no database in {}; give its folder with --data",
        data.display()
    );
    let _lock = lock::take(data, LockPurpose::Beside)?;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(into)
        .with_context(|| format!("cannot make the folder {}", into.display()))?;
    let copy = into.join(format!("mybackpain-{}.sqlite", now.strftime("%Y%m%dT%H%M%SZ")));
    let beside = copy.with_extension("part");
    let _ = fs::remove_file(&beside);
    let made = match place.server() {
        Some(address) => copy_from_server(place, address, &beside, work).await,
        None => copy_and_check(place, &file, &beside, work).await,
    };
    // What was erased until now goes along: a restore of an older copy erases it again.
    let made = made.and_then(|accounts| {
        erasure_log::take_over(data, into)
            .and_then(|()| erasure_log::forget(into, now))
            .with_context(|| format!("cannot keep {} in {}", erasure_log::FILE, into.display()))?;
        Ok(accounts)
    });
    let accounts = made.inspect_err(|_| drop(fs::remove_file(&beside)))?;
    fs::rename(&beside, &copy)?;
    fs::File::open(into)?.sync_all()?;
    record(data, now, accounts)?;
    Ok(copy)
}

/// Gives the number of accounts in it.
async fn copy_and_check(place: &DataPlace, file: &Path, copy: &Path, work: &LongWork) -> anyhow::Result<i64> {
    ensure!(
        work.part("reading the database for damage", is_whole(file)).await?,
        "the database {} is damaged, so it was not backed up; restore the last good backup",
        file.display()
    );
    let all = fs::metadata(file)?.len();
    let copied = work.growing("copying the database", copy, all, database::copy(file, copy)).await;
    copied.with_context(|| format!("cannot write {}", copy.display()))?;
    check_copy(place, file, copy, work).await
}

/// The backup of a PostgreSQL database is a SQLite file too: any machine opens it, with no server.
async fn copy_from_server(
    place: &DataPlace,
    address: &str,
    copy: &Path,
    work: &LongWork,
) -> anyhow::Result<i64> {
    data_reader::refuse_older_tables(place).await?;
    let beside = tempfile::tempdir_in(copy.parent().unwrap_or(Path::new(".")))?;
    let file = beside.path().join("mybackpain.sqlite");
    let (server, into) =
        (Database::connect(address, &place.folder).await?, Database::open_for_filling(&file).await?);
    let copied = server.copy_into(&into, work).await;
    server.close().await;
    into.close().await;
    copied.context("the tables of the server were not all copied, so there is no backup")?;
    database::copy(&file, copy).await.with_context(|| format!("cannot write {}", copy.display()))?;
    check_copy(place, &file, copy, work).await
}

async fn check_copy(place: &DataPlace, file: &Path, copy: &Path, work: &LongWork) -> anyhow::Result<i64> {
    fs::set_permissions(copy, fs::Permissions::from_mode(0o600))?;
    fs::File::open(copy)?.sync_all()?;
    let whole = work.part("reading the copy for damage", is_whole(copy)).await?;
    ensure!(whole, "the copy {} is damaged and was not kept", copy.display());
    refuse_what_is_not_this_site(place, file, copy).await
}

/// What stands in the place of the database may be anything: a copy of it would push the good ones out.
async fn refuse_what_is_not_this_site(place: &DataPlace, file: &Path, copy: &Path) -> anyhow::Result<i64> {
    let data = &*place.folder;
    let file = file.display();
    ensure!(
        database::is_ours(copy).await?,
        "{file} is empty, of another program or of a newer version, so it was not backed up; restore the last good backup"
    );
    let key = key_check::look_without_log(copy, &Cipher::open(&place.key_file(), false)?).await;
    ensure!(
        key != KeyCheck::Other,
        "{file} is the database of another site, so it was not backed up; put the right one back"
    );
    let accounts = database::count(copy, "staff").await?;
    let had_some = last_accounts(data).is_some_and(|last| last > 0) || key == KeyCheck::None;
    ensure!(
        accounts > 0 || !had_some,
        "{file} holds no account, and the last good backup did, so it was not backed up; restore the last good backup, or \
         remove {} if the site was begun anew",
        data.join(RECORD).display()
    );
    Ok(accounts)
}

/// Puts a backup into a data folder that has no database, or an empty one, and what the file beside it says was erased.
/// Nothing is ever overwritten.
pub async fn restore(backup: &Path, data: &Path, work: &LongWork) -> anyhow::Result<()> {
    ensure!(backup.is_file(), "there is no backup at {}", backup.display());
    let whole = work.part("reading the backup for damage", is_whole(backup)).await?;
    ensure!(whole, "the backup {} is damaged; take an older one", backup.display());
    ensure!(
        database::is_ours(backup).await?,
        "{} is not a backup of mybackpain, or of a newer one; take a file that `mybackpain backup` made",
        backup.display()
    );
    fs::DirBuilder::new().recursive(true).mode(0o700).create(data)?;
    let _lock = lock::take(data, LockPurpose::Change("restore"))?;
    for name in ["mybackpain.sqlite", "mybackpain.sqlite-wal"] {
        let there = data.join(name);
        let holds_something = fs::metadata(&there).is_ok_and(|found| found.len() > 0);
        ensure!(
            !holds_something,
            "{} is there already, and a restore overwrites nothing; stop the site, move it away, and restore again",
            there.display()
        );
    }
    // Before the database: with one, there is no second restore into this folder.
    erasure_log::take_over(backup.parent().unwrap_or(Path::new(".")), data)?;
    let from = fs::File::open(backup)?;
    let all = from.metadata()?.len();
    atomic_file::write(&data.join("mybackpain.sqlite"), work.reading("copying the backup", all, from))
}

/// When the last good backup of this data folder was made.
pub fn last(data: &Path) -> Option<i64> {
    number_in(&data.join(RECORD))
}

/// How many accounts it held; nothing without one. Older versions did not write that down: then there was one.
fn last_accounts(data: &Path) -> Option<i64> {
    last(data).map(|_| number_in(&data.join(ACCOUNTS)).unwrap_or(1))
}

fn number_in(file: &Path) -> Option<i64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

fn record(data: &Path, now: Timestamp, accounts: i64) -> anyhow::Result<()> {
    atomic_file::write(&data.join(ACCOUNTS), format!("{accounts}\n").as_bytes())?;
    atomic_file::write(&data.join(RECORD), format!("{}\n", seconds(now)).as_bytes())
}
