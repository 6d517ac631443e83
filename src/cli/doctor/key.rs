//! The encryption key: there, closed to others, and the one of this database.

use crate::cli::doctor::finding::DoctorFinding;
use crate::storage::data_reader;
use crate::storage::encryption::Cipher;
use crate::storage::key_check;
use crate::storage::key_check::KeyCheck;
use crate::storage::place::DataPlace;
use crate::storage::private_file;

const PUT_BACK: &str = "Put the key file that belongs to this database back from its own backup, or from another machine of \
                        the same site, before anything else.";

pub async fn look(place: &DataPlace) -> Vec<DoctorFinding> {
    let file = place.key_file();
    let shown = file.display();
    if !file.exists() {
        return vec![match is_begun(place).await {
            Ok(false) => DoctorFinding::look(format!(
                "There is no encryption key at {shown} yet: the first start makes it."
            )),
            Ok(true) => DoctorFinding::mend(format!("The encryption key {shown} is missing."), PUT_BACK),
            Err(error) => DoctorFinding::failed(&error, "See what is said of the database."),
        }];
    }
    if let Err(error) = private_file::ensure_private(&file) {
        return vec![DoctorFinding::failed(&error, format!("Run: chmod 600 {shown}"))];
    }
    let cipher = match Cipher::open(&file, false) {
        Ok(cipher) => cipher,
        Err(error) => return vec![DoctorFinding::failed(&error, PUT_BACK)],
    };
    if belongs(place, &cipher).await == KeyCheck::Other {
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

/// True when there is a database, on a server one that a program has begun with a key.
async fn is_begun(place: &DataPlace) -> anyhow::Result<bool> {
    if place.server().is_none() {
        return Ok(place.database_file().exists());
    }
    let mut reader = data_reader::open(place).await?;
    // Before a first start there is no such table.
    Ok(key_check::is_noted(&mut reader).await.unwrap_or(false))
}

async fn belongs(place: &DataPlace, cipher: &Cipher) -> KeyCheck {
    if place.server().is_none() {
        return key_check::look_without_log(&place.database_file(), cipher).await;
    }
    match data_reader::open(place).await {
        Ok(mut reader) => key_check::look(&mut reader, cipher).await.unwrap_or(KeyCheck::None),
        // Said of the database already.
        Err(_) => KeyCheck::None,
    }
}
