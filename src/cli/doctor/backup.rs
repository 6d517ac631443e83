//! Room on the disk, and how old the last good backup is.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::cli::doctor::finding::DoctorFinding;
use crate::operations::alarms::{BACKUP_LATE, LOW};
use crate::storage::backup;
use crate::storage::clock::{is_ahead, seconds};
use crate::storage::data_dir::DATABASE;
use crate::storage::database::DatabaseHealth;
use crate::storage::place::DataPlace;

const MEGABYTE: u64 = 1024 * 1024;

pub fn disk(folder: &Path, least: u64) -> Vec<DoctorFinding> {
    let Some(free) = DatabaseHealth::of(&folder.join(DATABASE[0])).free() else { return Vec::new() };
    let said = format!("{} MB are free on the disk of the data folder", free / MEGABYTE);
    if free >= least.saturating_mul(LOW) {
        return vec![DoctorFinding::good(format!("{said}."))];
    }
    vec![DoctorFinding::mend(
        format!("{said}, and forms are refused below {} MB.", least / MEGABYTE),
        "To make room, see what is large with: du -xh / | sort -h | tail. Then make room or give the data folder a larger disk: make room before patients come.",
    )]
}

pub fn age(place: &DataPlace, now: Timestamp) -> Vec<DoctorFinding> {
    let folder = &*place.folder;
    if place.server().is_none() && !folder.join(DATABASE[0]).exists() {
        return Vec::new();
    }
    let how =
        "Run: mybackpain backup DIR, or systemctl enable --now mybackpain-backup.timer for one every night.";
    let last = backup::last(folder).map(|at| (at, seconds(now) - at));
    vec![match last {
        None => DoctorFinding::mend("There is no backup.", how),
        Some((at, _)) if is_ahead(at, seconds(now)) => {
            DoctorFinding::mend("The last backup says that it is from a time still to come.", how)
        }
        Some((_, age)) if age > BACKUP_LATE => DoctorFinding::mend(
            format!("The last good backup is {} days old.", SignedDuration::from_secs(age).as_hours() / 24),
            how,
        ),
        Some(_) => DoctorFinding::good(
            "The last good backup is not older than a day. Is its copy on another machine?",
        ),
    }]
}
