//! The rules of the alarms: what counts as wrong, and the sentence that says so and what to do.

use jiff::SignedDuration;

use crate::clinic::calendar::Calendar;
use crate::library::count;
use crate::storage::clock::{is_ahead, moment};
use crate::storage::database::DatabaseHealth;
use crate::storage::encryption::KeyFile;
use crate::web::metrics::{Alarm, AlarmLink, Gauge};

use crate::operations::alarms::store::AlarmCounts;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
/// A mail should have left long before this.
const MAIL_LATE: i64 = 15 * MINUTE;
/// A daily backup, and time for a slow night.
pub const BACKUP_LATE: i64 = 26 * HOUR;
/// An alarm is raised when free disk space falls below this many times the reserve.
pub const LOW: u64 = 8;

const MAIL: Option<AlarmLink> = Some(AlarmLink { to: "/staff/mail", words: "Open mail" });

pub struct Seen<'a> {
    /// Nothing when the database could not be read.
    pub counts: Option<AlarmCounts>,
    /// When the last good backup was made.
    pub backup: Option<i64>,
    pub condition: &'a DatabaseHealth,
    pub key: KeyFile,
    pub now: i64,
    pub calendar: &'a Calendar,
}

impl Seen<'_> {
    /// The gravest first.
    pub fn alarms(&self) -> Vec<Alarm> {
        let counts = self.counts.unwrap_or_default();
        [
            self.damage(),
            self.key(),
            self.disk(),
            self.guessed(counts),
            self.undelivered(counts),
            self.stuck(counts),
            self.held(counts),
            self.backup(counts),
            self.holidays(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn damage(&self) -> Option<Alarm> {
        if self.condition.is_damaged() {
            return alarm(
                "database-damaged",
                "The database is damaged and nothing is saved: stop the site and restore the last good backup.",
                None,
            );
        }
        if let Some(missing) = self.condition.missing() {
            return alarm("database-gone", format!("Nothing is saved: {}.", missing.words()), None);
        }
        let words = "The database cannot be read: tell whoever looks after the site at once, and answer the phone meanwhile.";
        if self.counts.is_none() { alarm("database-unreadable", words, None) } else { None }
    }

    /// The program goes on with the keys in its memory, and the next start would not find them.
    fn key(&self) -> Option<Alarm> {
        let (name, words) = match self.key {
            KeyFile::AsRead => return None,
            KeyFile::Missing => (
                "key-missing",
                "The key file is gone, and after the next stop nothing that is stored can be read: put sealing.key back from its own backup now.",
            ),
            KeyFile::Other => (
                "key-changed",
                "The key file is not the one that the site runs with, and after the next stop nothing that is stored can be read: put sealing.key back from its own backup now.",
            ),
        };
        alarm(name, words, None)
    }

    fn disk(&self) -> Option<Alarm> {
        let (free, least) = (self.condition.free()?, self.condition.least_free());
        if free >= least.saturating_mul(LOW) {
            return None;
        }
        let words = if free < least {
            format!(
                "The disk is full ({} MB are free) and forms are refused: make room now.",
                megabytes(free)
            )
        } else {
            let least = megabytes(least);
            format!(
                "The disk is nearly full: make room before the free {} MB fall to {least} MB, when forms are refused.",
                megabytes(free)
            )
        };
        alarm("disk-low", words, None)
    }

    fn guessed(&self, counts: AlarmCounts) -> Option<Alarm> {
        if counts.guessed_codes == 0 {
            return None;
        }
        let words = "Someone knows a colleague’s password and is guessing their codes: an administrator can see in the audit whose it is, and that person must change it today.";
        alarm("codes-guessed", words, None)
    }

    fn undelivered(&self, counts: AlarmCounts) -> Option<Alarm> {
        match counts.failed_mails + counts.attention_mails {
            0 => None,
            1 => alarm(
                "mail-undelivered",
                "1 mail was not delivered: correct its address, send it again or phone the patient.",
                MAIL,
            ),
            many => alarm(
                "mail-undelivered",
                format!(
                    "{many} mails were not delivered: correct their addresses, send them again or phone the patients."
                ),
                MAIL,
            ),
        }
    }

    fn stuck(&self, counts: AlarmCounts) -> Option<Alarm> {
        let waited = self.now - counts.oldest_due?;
        if waited <= MAIL_LATE {
            return None;
        }
        let words = format!(
            "Mail has waited for {} and does not leave: tell whoever looks after the site that the mail server does not take it.",
            in_words(waited)
        );
        alarm("mail-stuck", words, MAIL)
    }

    fn held(&self, counts: AlarmCounts) -> Option<Alarm> {
        let held = usize::try_from(counts.held_mails).unwrap_or(0);
        if held == 0 {
            return None;
        }
        let words = format!(
            "{} {} for an hour or longer because more than 60 were asked for in one: tell whoever looks after the site, as someone may be misusing the forms.",
            count(held, "mail"),
            if held == 1 { "waits" } else { "wait" }
        );
        alarm("mails-held", words, None)
    }

    fn backup(&self, counts: AlarmCounts) -> Option<Alarm> {
        self.counts?;
        let is_recent = |at: i64| !is_ahead(at, self.now) && self.now - at <= BACKUP_LATE;
        let words = match self.backup {
            Some(at) if is_recent(at) => return None,
            // Made, or said to be made, while the clock was ahead: nobody knows how old it is.
            Some(at) if is_ahead(at, self.now) => format!(
                "The last backup says that it is from {}, which is still to come: tell whoever looks after the site to make one now.",
                self.calendar.say_with_year(moment(at))
            ),
            Some(at) => format!(
                "The last good backup is from {}: tell whoever looks after the site to see why there is none since.",
                self.calendar.say_with_year(moment(at))
            ),
            None if self.now - counts.installed_at <= BACKUP_LATE => return None,
            None => {
                "There is no backup: tell whoever looks after the site to run “mybackpain backup” every night.".to_owned()
            }
        };
        alarm("backup-late", words, None)
    }

    fn holidays(&self) -> Option<Alarm> {
        let days = self.calendar.bank_holidays_run_out_in(moment(self.now))?;
        let when = match usize::try_from(days) {
            Ok(days) => format!("runs out in {}", count(days, "day")),
            Err(_) => "has run out, and promises may fall on a holiday".to_owned(),
        };
        alarm(
            "holidays-run-out",
            format!("The list of bank holidays {when}: add the next years to bank-holidays.toml."),
            None,
        )
    }

    /// The same for Prometheus: numbers alone.
    pub fn gauges(&self) -> Vec<Gauge> {
        let counts = self.counts.unwrap_or_default();
        let gauge = |name, help, label: &str, value| Gauge { name, help, label: label.to_owned(), value };
        let mail = "Mails in the outbox that are not sent, by what keeps them";
        let mut gauges = vec![
            gauge("mail_unsent", mail, "state=\"waiting\"", counts.waiting_mails),
            gauge("mail_unsent", mail, "state=\"failed\"", counts.failed_mails),
            gauge("mail_unsent", mail, "state=\"needs attention\"", counts.attention_mails),
            gauge(
                "mail_oldest_seconds",
                "How long the mail that is due longest has waited",
                "",
                counts.oldest_due.map_or(0, |due| (self.now - due).max(0)),
            ),
            gauge(
                "mails_held",
                "Mails held back in the last hour, of those that anyone may ask for",
                "",
                counts.held_mails,
            ),
            gauge(
                "database_damaged",
                "1 when the database is damaged or cannot be read",
                "",
                i64::from(self.damage().is_some()),
            ),
        ];
        if let Some(at) = self.backup.filter(|at| !is_ahead(*at, self.now)) {
            gauges.push(gauge("backup_age_seconds", "Age of the last good backup", "", self.now - at));
        }
        if let Some(free) = self.condition.free() {
            gauges.push(gauge(
                "disk_free_bytes",
                "Bytes free in the data folder",
                "",
                i64::try_from(free).unwrap_or(i64::MAX),
            ));
        }
        gauges
    }
}

fn alarm(name: &'static str, sentence: impl Into<String>, link: Option<AlarmLink>) -> Option<Alarm> {
    Some(Alarm { name, sentence: sentence.into(), link })
}

fn megabytes(bytes: u64) -> u64 {
    bytes / (1024 * 1024)
}

/// "22 minutes", "3 hours", "2 days".
fn in_words(seconds: i64) -> String {
    let span = SignedDuration::from_secs(seconds.max(0));
    let (number, what) = match span.as_hours() {
        0 => (span.as_mins(), "minute"),
        hours @ 1..48 => (hours, "hour"),
        hours => (hours / 24, "day"),
    };
    count(usize::try_from(number).unwrap_or(0), what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        assert_eq!(in_words(22 * 60), "22 minutes");
        assert_eq!(in_words(119 * 60), "1 hour");
        assert_eq!(in_words(47 * 3600), "47 hours");
        assert_eq!(in_words(50 * 3600), "2 days");
        assert_eq!(in_words(-5), "0 minutes");
    }
}
