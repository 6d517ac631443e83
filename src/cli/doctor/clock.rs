//! The time of this machine, against the time that the site last believed.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::cli::doctor::finding::DoctorFinding;
use crate::cli::today::in_london;
use crate::operations::clock_check::FURTHEST_DRIFT;
use crate::storage::believed_time;
use crate::storage::place::DataPlace;

const HALF_A_DAY: SignedDuration = SignedDuration::from_hours(12);

/// Says the time first of all: whoever reads it sees whether it is right.
pub fn head(now: Timestamp) -> String {
    let time = in_london(now).strftime("%A %-d %B %Y, %H:%M");
    format!("It is {time} in London, where the site keeps its time whatever the zone of this machine.")
}

pub async fn look(place: &DataPlace, now: Timestamp) -> Vec<DoctorFinding> {
    let mut findings = Vec::new();
    let believed = believed_time::find_in(place).await.unwrap_or(None);
    let drift = believed.map(|then| then.at.duration_until(now));
    match drift.filter(|drift| drift.abs() > FURTHEST_DRIFT) {
        None => findings.push(DoctorFinding::good("The clock goes on from where the site last saw it.")),
        Some(drift) => findings.push(DoctorFinding::mend(
            format!(
                "The clock is {} days {} the time that the site last believed, so nothing is erased and no reminders are sent.",
                (drift.abs() + HALF_A_DAY).as_hours() / 24,
                if drift.is_positive() { "after" } else { "before" }
            ),
            "Set it with: timedatectl set-ntp true\nIf it is right now, say so with: mybackpain clock confirm, and add --was-off if the machine was off.",
        )),
    }
    let has_systemd = Path::new("/run/systemd/system").exists();
    if has_systemd && !Path::new("/run/systemd/timesync/synchronized").exists() {
        findings.push(DoctorFinding::look(
            "See whether the network keeps the clock right: timedatectl says so under \"System clock synchronized\".",
        ));
    }
    findings
}
