//! The encryption key: there, closed to others, and the one of this database.

use crate::cli::doctor::finding::DoctorFinding;
use crate::storage::data_dir::DATABASE;
use crate::storage::encryption::Cipher;
use crate::storage::key_check;
use crate::storage::key_check::KeyCheck;
use crate::storage::place::DataPlace;
use crate::storage::private_file;

const PUT_BACK: &str =
    "Put the key file that belongs to this database back from its own backup, before anything else.";

pub async fn look(place: &DataPlace) -> Vec<DoctorFinding> {
    let (file, database) = (place.key_file(), place.folder.join(DATABASE[0]));
    let shown = file.display();
    if !file.exists() && !database.exists() {
        return vec![DoctorFinding::look(format!(
            "There is no encryption key at {shown} yet: the first start makes it."
        ))];
    }
    if !file.exists() {
        return vec![DoctorFinding::mend(format!("The encryption key {shown} is missing."), PUT_BACK)];
    }
    if let Err(error) = private_file::ensure_private(&file) {
        return vec![DoctorFinding::failed(&error, format!("Run: chmod 600 {shown}"))];
    }
    let cipher = match Cipher::open(&file, false) {
        Ok(cipher) => cipher,
        Err(error) => return vec![DoctorFinding::failed(&error, PUT_BACK)],
    };
    if database.exists() && key_check::look_without_log(&database, &cipher).await == KeyCheck::Other {
        return vec![DoctorFinding::mend(
            format!("{shown} and the database do not belong together."),
            PUT_BACK,
        )];
    }
    vec![
        DoctorFinding::good(format!("The encryption key {shown} is there, and for its owner alone.")),
        DoctorFinding::look(format!(
            "Keep a copy of {shown} away from this machine and from its backups: without it nobody can read them."
        )),
    ]
}
