//! The data folder: there, ours to write, and closed to others.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{Access, access};
use rustix::process::geteuid;

use crate::cli::doctor::finding::DoctorFinding;
use crate::storage::data_dir::DATABASE;

pub fn look(folder: &Path) -> Vec<DoctorFinding> {
    let shown = folder.display();
    let found = match fs::metadata(folder) {
        Ok(found) if found.is_dir() => found,
        Ok(_) => {
            return vec![DoctorFinding::mend(
                format!("{shown} is no folder."),
                "Give the folder of the site with --data.",
            )];
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return vec![DoctorFinding::look(format!(
                "There is no data folder {shown} yet: the first start makes it."
            ))];
        }
        Err(error) => {
            return vec![DoctorFinding::mend(
                format!("The data folder {shown} cannot be read: {error}."),
                "Run this as the user of the site, such as: mybackpain-admin doctor",
            )];
        }
    };
    let mut findings = Vec::new();
    if access(folder, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK).is_err() {
        findings.push(DoctorFinding::mend(
            format!("The data folder {shown} cannot be written by this user."),
            format!("Run this as the user of the site, or give it the folder: chown -R mybackpain: {shown}"),
        ));
    }
    let is_open = |mode: u32| mode & 0o077 != 0;
    if is_open(found.permissions().mode()) {
        findings.push(DoctorFinding::mend(
            format!("The data folder {shown} is open to other people of this machine."),
            format!("Run: chmod 700 {shown}"),
        ));
    }
    for file in DATABASE.map(|name| folder.join(name)) {
        if fs::metadata(&file).is_ok_and(|found| is_open(found.permissions().mode())) {
            findings.push(DoctorFinding::mend(
                format!("{} is open to other people of this machine.", file.display()),
                format!("Run: chmod 600 {}", file.display()),
            ));
        }
    }
    if findings.is_empty() {
        findings.push(DoctorFinding::good(format!(
            "The data folder {shown} can be written, and nobody else reads it."
        )));
    }
    if geteuid().is_root() && found.uid() != 0 {
        findings.push(DoctorFinding::look(
            "You are root, and the site is not: run this as its user, who may not be able to do what you can.",
        ));
    }
    findings
}
