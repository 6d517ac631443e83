//! The PostgreSQL server, where the data is on one: reached, of a version and encoding that fit, and keeping what it confirms.

use crate::cli::doctor::finding::DoctorFinding;
use crate::storage::database::{TablesAge, look_at_server};

/// Nothing where the data is a file.
pub async fn look(address: Option<&str>) -> Vec<DoctorFinding> {
    let Some(address) = address else { return Vec::new() };
    let server = match look_at_server(address).await {
        Ok(server) => server,
        Err(error) => {
            return vec![DoctorFinding::failed(
                &error,
                "See docs/two-machines.md for what --database needs.",
            )];
        }
    };
    let mut findings =
        vec![DoctorFinding::good(format!("PostgreSQL {} can be reached with --database.", server.version))];
    if server.may_lose_what_it_confirmed {
        findings.push(DoctorFinding::mend(
            "The PostgreSQL server confirms what is not on its disk yet: a crash loses it.",
            "Set fsync and synchronous_commit to on, or synchronous_commit to remote_apply with a standby.",
        ));
    }
    match server.tables {
        TablesAge::Newer => findings.push(DoctorFinding::mend(
            "The tables there were made by a newer version of mybackpain.",
            "Install that version here too.",
        )),
        TablesAge::Older => findings.push(DoctorFinding::look(
            "The tables there are of an older version of mybackpain: the first start of this one brings them up to date.",
        )),
        TablesAge::Same | TablesAge::None => {}
    }
    findings
}
