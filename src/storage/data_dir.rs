//! The data folder: created, closed to other users of the machine, and opened.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use rustix::fs::Mode;
use rustix::process::umask;

use crate::storage::backup;
use crate::storage::data_reader;
use crate::storage::database::{self, Database, DatabaseFile};
use crate::storage::encryption::Cipher;
use crate::storage::key_check;
use crate::storage::key_check::KeyCheck;
use crate::storage::key_rotation;
use crate::storage::lock;
use crate::storage::lock::{Lock, LockPurpose};
use crate::storage::place::DataPlace;
use crate::storage::private_file;

/// What SQLite keeps beside a database, and the database itself.
pub const DATABASE: [&str; 3] = ["mybackpain.sqlite", "mybackpain.sqlite-wal", "mybackpain.sqlite-shm"];

/// There from before the key is made until the database is: a first start that was killed is begun again.
const FIRST_START: &str = "first-start";

/// Nobody else on the machine reads what this process makes from now on, whoever makes it: SQLite asks nobody.
pub fn keep_new_files_private() {
    umask(Mode::from_raw_mode(0o077));
}

/// An open data folder, and the lock on it.
pub struct DataDir {
    pub database: Database,
    pub cipher: Cipher,
    pub lock: Lock,
}

/// What is done when there are signs of an earlier site and no database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    Refuse,
    BeginAnew,
}

/// A folder that was named by mistake is not made, and nothing is said to be erased in it.
pub async fn open_data_that_is_there(place: &DataPlace, purpose: LockPurpose) -> anyhow::Result<DataDir> {
    if place.server().is_some() {
        return open_data(place, purpose, Lost::Refuse).await;
    }
    let database = place.database_file();
    ensure!(
        place.key_file().exists() && (database.exists() || !place.has_key_outside()),
        if database.exists() {
            format!(
                "the key of the data in {} is not at {}; say with --key-file where it is, or put it back from its own backup",
                place.folder.display(),
                place.key_file().display()
            )
        } else {
            format!("there is no data in {}; give the folder of the site with --data", place.folder.display())
        }
    );
    open_data(place, purpose, Lost::Refuse).await
}

pub async fn open_data(place: &DataPlace, purpose: LockPurpose, lost: Lost) -> anyhow::Result<DataDir> {
    let folder = &*place.folder;
    if place.has_key_outside() && place.key_file().exists() {
        private_file::ensure_private(&place.key_file())?;
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(|| {
        format!(
            "cannot make the data folder {}; give a folder that can be written with --data",
            folder.display()
        )
    })?;
    close_to_others(place).with_context(|| {
        format!(
            "other people of this machine may read the data folder {}, and it cannot be closed to them; run chmod 700 on it",
            folder.display()
        )
    })?;
    let lock = lock::take(folder, purpose)?;
    if purpose == LockPurpose::Beside {
        data_reader::refuse_older_tables(place).await?;
    }
    if let (LockPurpose::Change(_), Some(address)) = (purpose, place.server()) {
        database::ensure_nobody_serves(address).await?;
    }
    let (database, cipher) = match place.server() {
        Some(address) => open_server(place, address).await?,
        None => open_file(place, lost).await?,
    };
    Ok(DataDir { database, cipher, lock })
}

async fn open_file(place: &DataPlace, lost: Lost) -> anyhow::Result<(Database, Cipher)> {
    let folder = &*place.folder;
    let file = folder.join(DATABASE[0]);
    let first_start = folder.join(FIRST_START);
    let found = database::look(&file).await;
    let begins = matches!(found, DatabaseFile::Nothing | DatabaseFile::Empty);
    ensure!(
        found != DatabaseFile::OfAnotherProgram,
        "{} is the database of another program; give another folder with --data",
        file.display()
    );
    if begins {
        if lost == Lost::Refuse && !first_start.exists() {
            refuse_a_lost_database(place, found)?;
        }
        fs::write(&first_start, "").with_context(|| format!("cannot write {}", first_start.display()))?;
    }
    let cipher = open_keys(place, begins)?;
    refuse_a_log_of_another(folder, &cipher).await?;
    let database = Database::open(&file).await.with_context(|| {
        format!("cannot open the database {}; give a folder that can be written with --data", file.display())
    })?;
    if !database.condition().is_damaged() {
        let may_be_empty = begins || lost == Lost::BeginAnew || first_start.exists();
        check_key(place, &database, &cipher, may_be_empty).await?;
    }
    if first_start.exists() {
        fs::remove_file(&first_start)?;
    }
    Ok((database, cipher))
}

/// Programs that share a database share its key: only the first of them, with nothing in the tables yet, makes one.
async fn open_server(place: &DataPlace, address: &str) -> anyhow::Result<(Database, Cipher)> {
    let database = Database::connect(address, &place.folder).await?;
    let begins =
        !key_check::is_noted(database.readers()).await? && !key_check::holds_anything(&database).await?;
    let cipher = open_keys(place, begins).context(
        "programs that share a database share its key: copy the key file of the first to this machine, and say with \
         --key-file where it is",
    )?;
    check_key(place, &database, &cipher, true).await?;
    // Another program may have begun in the same moment, with a key of its own.
    check_key(place, &database, &cipher, true).await?;
    Ok((database, cipher))
}

fn open_keys(place: &DataPlace, make: bool) -> anyhow::Result<Cipher> {
    Cipher::open(&place.key_file(), make)
        .with_context(|| format!("the data folder {} cannot be used", place.folder.display()))
}

/// A database that was begun with another key, or was emptied, is not the one of this folder.
async fn check_key(
    place: &DataPlace,
    database: &Database,
    cipher: &Cipher,
    may_be_empty: bool,
) -> anyhow::Result<()> {
    ensure!(
        key_rotation::is_key_of(database, cipher).await?,
        "{} is not the key of the database beside it, and nothing that is stored could be read: put back the key file \
         that belongs to it from its own backup",
        place.key_file().display()
    );
    match key_check::look(database.readers(), cipher).await? {
        KeyCheck::Right => return Ok(()),
        KeyCheck::Other => bail!(
            "{} and the database beside it do not belong together: the last key of the file is not the one that the \
             database was begun with, and every address that was stopped would get mail again; put back the key file \
             that belongs to it from its own backup, and never take a line out of it",
            place.key_file().display()
        ),
        KeyCheck::None => {}
    }
    if !may_be_empty && !key_check::holds_anything(database).await? {
        refuse_a_lost_database(place, DatabaseFile::Empty)?;
    }
    Ok(key_check::note(database, cipher).await?)
}

/// SQLite would put what is in a log that was left into whatever database stands beside it.
async fn refuse_a_log_of_another(folder: &Path, cipher: &Cipher) -> anyhow::Result<()> {
    let (file, log) = (folder.join(DATABASE[0]), folder.join(DATABASE[1]));
    let holds_something = fs::metadata(&log).is_ok_and(|found| found.len() > 0);
    ensure!(
        !holds_something || !database::is_put_away(&file),
        "{} is a backup, and {} is the log of the database that was there before: move that log away and start again, or \
         move both away and use `mybackpain restore`",
        file.display(),
        log.display()
    );
    ensure!(
        !holds_something || key_check::look_without_log(&file, cipher).await != KeyCheck::Other,
        "{} is not the database that {} belongs to, and would be mixed with what is in it: put back the database of this \
         site, or move the other file away too",
        file.display(),
        log.display()
    );
    Ok(())
}

/// Where a site has been before, a missing database is lost, and a new one in its place would look healthy.
fn refuse_a_lost_database(place: &DataPlace, found: DatabaseFile) -> anyhow::Result<()> {
    let folder = &*place.folder;
    let what = if found == DatabaseFile::Nothing { "missing" } else { "empty" };
    let wal = folder.join(DATABASE[1]);
    // A key that stands elsewhere may be there before the first start.
    let key = if place.has_key_outside() { wal.clone() } else { place.key_file() };
    let traces = [key, wal, folder.join(backup::RECORD), folder.join("mail")];
    let Some(trace) = traces.iter().find(|trace| trace.exists()) else { return Ok(()) };
    if let Some(moved) = place.moved_away() {
        bail!(
            "the data of {} was moved to a PostgreSQL server, and {} is how it was then: say with --database where it is now",
            folder.display(),
            moved.display()
        );
    }
    bail!(
        "{} is there, but its database is {what}: put the last backup back with `mybackpain restore FILE --data {}`, \
         or begin anew, with nothing in it, with --begin-anew",
        trace.display(),
        folder.display()
    )
}

/// What an earlier version or an administrator left open. A folder with other files and none of ours, or one that
/// is everyone's such as /tmp, is not ours to close: in it, each of our files is closed by itself.
fn close_to_others(place: &DataPlace) -> io::Result<()> {
    let folder = &*place.folder;
    let ours_alone = if place.has_key_outside() { folder.join(DATABASE[0]) } else { place.key_file() };
    let ours = ours_alone.exists() || fs::read_dir(folder)?.next().is_none();
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
