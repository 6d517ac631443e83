//! Where a site keeps its data: a folder, the file with the encryption keys, in it or elsewhere, and for several programs a
//! PostgreSQL server.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::storage::encryption;

/// How the name of a file begins whose rows are on a server since.
const MOVED: &str = "mybackpain-moved-";

#[derive(Clone)]
pub struct DataPlace {
    pub folder: PathBuf,
    /// Nothing when the keys stand in the folder.
    outside: Option<PathBuf>,
    /// Address of the PostgreSQL database; nothing when there is a SQLite file in the folder.
    server: Option<String>,
}

impl DataPlace {
    pub fn new(folder: &Path, key_file: Option<&Path>) -> DataPlace {
        let beside = encryption::key_file(folder);
        let outside = key_file.filter(|file| *file != beside).map(Path::to_owned);
        DataPlace { folder: folder.to_owned(), outside, server: None }
    }

    /// The same folder and keys with the tables in the PostgreSQL database at this address.
    pub fn with_server(self, address: Option<String>) -> DataPlace {
        DataPlace { server: address, ..self }
    }

    pub fn server(&self) -> Option<&str> {
        self.server.as_deref()
    }

    pub fn key_file(&self) -> PathBuf {
        self.outside.clone().unwrap_or_else(|| encryption::key_file(&self.folder))
    }

    /// Where the tables are, unless they are on a server.
    pub fn database_file(&self) -> PathBuf {
        self.folder.join("mybackpain.sqlite")
    }

    /// The name of the database file once its rows are on a server.
    pub fn moved_file(&self, now: Timestamp) -> PathBuf {
        self.folder.join(format!("{MOVED}{}.sqlite", now.strftime("%Y%m%dT%H%M%SZ")))
    }

    /// The newest such file.
    pub fn moved_away(&self) -> Option<PathBuf> {
        let all = fs::read_dir(&self.folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        let is_moved =
            |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(MOVED));
        all.filter(is_moved).max()
    }

    /// The keys stand elsewhere: that they are there says nothing about the folder.
    pub fn has_key_outside(&self) -> bool {
        self.outside.is_some()
    }
}

impl From<&Path> for DataPlace {
    fn from(folder: &Path) -> DataPlace {
        DataPlace::new(folder, None)
    }
}
