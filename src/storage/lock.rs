//! Locks on the data folder, so that no two programs change it in ways that do not go together.
//!
//! The system lets go of a lock when its program ends, however it ends: a lock file that is left means nothing.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};

/// Says who serves the folder or changes it as a whole. The lock itself is on the folder, which nobody deletes by mistake.
const SERVER: &str = "server.lock";
/// Held together by all that read or write the database, and alone by who changes the folder as a whole.
const DATA: &str = "data.lock";

/// Names of the lock files, which are no data.
pub const FILES: [&str; 2] = [SERVER, DATA];

/// What a program does with the folder, and therefore what may run beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LockPurpose {
    /// Serves it. Commands that read it, or change single rows, may run meanwhile.
    Serve,
    /// Changes it as a whole, alone: `restore`, `rotate-key`, `demo`.
    Change(&'static str),
    /// Runs beside the server: `backup`, `staff`, `person`, `clock`. SQLite lets them and the server write one after the
    /// other, and the server's lists go by the revisions in the tables, so that even `person erase` needs no stop.
    Beside,
}

/// Held until it is dropped.
pub struct Lock {
    _files: Vec<File>,
}

/// Takes the lock on an existing folder. The error says in one sentence who holds it.
pub fn take(folder: &Path, purpose: LockPurpose) -> anyhow::Result<Lock> {
    let mut files = Vec::new();
    if purpose != LockPurpose::Beside {
        let whole = File::open(folder).with_context(|| format!("cannot lock {}", folder.display()))?;
        let alone = taken(whole.try_lock())?;
        let mut file = open(folder, SERVER)?;
        if !alone {
            let mut holder = String::new();
            // Who has just taken it may not have written who they are.
            let _ = file.read_to_string(&mut holder);
            let holder = if holder.is_empty() { "another mybackpain" } else { holder.trim() };
            bail!("{} is in use by {holder}; stop it first", folder.display());
        }
        let name = if let LockPurpose::Change(name) = purpose { name } else { "serve" };
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "mybackpain {name} (process {})", std::process::id())?;
        files.push(whole);
    }
    let data = open(folder, DATA)?;
    let alone = matches!(purpose, LockPurpose::Change(_));
    if !taken(if alone { data.try_lock() } else { data.try_lock_shared() })? {
        let holder = match std::fs::read_to_string(folder.join(SERVER)) {
            Ok(holder) if !alone && !holder.is_empty() => holder,
            _ => "another command of mybackpain, such as backup or person".to_owned(),
        };
        bail!("{} is in use by {holder}; wait until it has ended", folder.display());
    }
    files.push(data);
    Ok(Lock { _files: files })
}

/// True while a program serves the folder or changes it as a whole.
pub fn is_served(folder: &Path) -> anyhow::Result<bool> {
    let whole = File::open(folder).with_context(|| format!("cannot lock {}", folder.display()))?;
    Ok(!taken(whole.try_lock_shared())?)
}

fn open(folder: &Path, name: &str) -> anyhow::Result<File> {
    let file = folder.join(name);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(&file).with_context(|| {
        format!("cannot lock {}; give a folder that can be written with --data", file.display())
    })
}

/// False when another program holds it.
fn taken(tried: Result<(), TryLockError>) -> std::io::Result<bool> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_run_beside_what() {
        let rotate = LockPurpose::Change("rotate-key");
        for (held, asked, together) in [
            (LockPurpose::Serve, LockPurpose::Serve, false),
            (LockPurpose::Serve, rotate, false),
            (LockPurpose::Serve, LockPurpose::Beside, true),
            (LockPurpose::Beside, LockPurpose::Beside, true),
            (LockPurpose::Beside, LockPurpose::Serve, true),
            (LockPurpose::Beside, rotate, false),
            (rotate, LockPurpose::Serve, false),
            (rotate, LockPurpose::Beside, false),
            (rotate, rotate, false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let _held = take(folder.path(), held).unwrap();
            let result = take(folder.path(), asked).map(drop);
            assert_eq!(result.is_ok(), together, "{asked:?} beside {held:?}: {result:?}");
        }
    }

    #[test]
    fn the_refusal_says_who_holds_it_and_an_ended_program_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let held = take(folder.path(), LockPurpose::Serve).unwrap();
        let refused = take(folder.path(), LockPurpose::Change("restore")).map(drop).unwrap_err().to_string();
        let holder = format!("in use by mybackpain serve (process {}); stop it first", std::process::id());
        assert!(refused.contains(&holder), "{refused}");
        drop(held);
        let _rotating = take(folder.path(), LockPurpose::Change("rotate-key")).unwrap();
        let refused = take(folder.path(), LockPurpose::Beside).map(drop).unwrap_err().to_string();
        assert!(refused.contains("in use by mybackpain rotate-key (process "), "{refused}");
    }
}
