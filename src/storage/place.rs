//! Where a site keeps its data: a folder, and the file with the encryption keys, in it or elsewhere.

use std::path::{Path, PathBuf};

use crate::storage::encryption;

#[derive(Clone, Debug)]
pub struct DataPlace {
    pub folder: PathBuf,
    /// Nothing when the keys stand in the folder.
    outside: Option<PathBuf>,
}

impl DataPlace {
    pub fn new(folder: &Path, key_file: Option<&Path>) -> DataPlace {
        let beside = encryption::key_file(folder);
        let outside = key_file.filter(|file| *file != beside).map(Path::to_owned);
        DataPlace { folder: folder.to_owned(), outside }
    }

    pub fn key_file(&self) -> PathBuf {
        self.outside.clone().unwrap_or_else(|| encryption::key_file(&self.folder))
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
