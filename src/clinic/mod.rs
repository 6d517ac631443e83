//! What `content/clinic.toml` says: names, phones, opening hours, the promise and the safety words.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use crate::clinic::bank_holidays::BankHolidays;
use crate::clinic::calendar::Calendar;
use crate::clinic::opening_hours::OpeningHours;
use crate::clinic::periods::{Closure, ExtraOpening};
use crate::clinic::reminders::Reminders;

pub mod bank_holidays;
pub mod calendar;
pub mod content_file;
pub mod opening_hours;
pub mod periods;
pub mod promise;
mod reminders;
mod role;
pub mod special_days;

pub use content_file::read_toml;
pub use role::{Role, UnknownRole};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clinic {
    /// Name of the website.
    pub site: String,
    /// Name of the clinic behind it.
    pub clinic: String,
    /// Who answers for the pages and for personal data.
    pub producer: String,
    pub domain: String,
    pub phone: String,
    pub email: String,
    pub notices_to: String,
    /// Who gets the figures of each week by mail; nobody unless the clinic says so.
    #[serde(default)]
    pub insights_to: Vec<String>,
    pub address: Vec<String>,
    #[serde(default)]
    pub prescription_medicines: PrescriptionMedicines,
    hours: OpeningHours,
    #[serde(default)]
    closures: Vec<Closure>,
    #[serde(default)]
    extra_openings: Vec<ExtraOpening>,
    promise: Promise,
    #[serde(default)]
    reminders: Reminders,
    #[serde(skip)]
    calendar: Option<Calendar>,
}

/// Whether a page that names prescription-only medicines offers a consultation. Advertising them to the public is an
/// offence (Human Medicines Regulations 2012, regulation 284), so none does unless the clinic decides otherwise.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrescriptionMedicines {
    #[serde(default)]
    pub offer_consultation: bool,
    /// Slugs of sheets and guides that do the opposite.
    #[serde(default)]
    pub except: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Promise {
    working_days: u32,
}

impl Clinic {
    /// What the clinic and its site are called: never part of a password of the desk.
    pub fn own_names(&self) -> [&str; 4] {
        [&self.clinic, &self.site, &self.producer, &self.domain]
    }

    /// Reads `clinic.toml` and `bank-holidays.toml` from the content folder.
    pub fn load(content: &Path) -> anyhow::Result<Clinic> {
        let mut clinic: Clinic = read_toml(&content.join("clinic.toml"))?;
        let bank_holidays: BankHolidays = read_toml(&content.join("bank-holidays.toml"))?;
        let file = content.join("clinic.toml");
        let closures = std::mem::take(&mut clinic.closures);
        let extra_openings = std::mem::take(&mut clinic.extra_openings);
        let working_days = clinic.promise.working_days;
        let calendar = clinic.hours.calendar(bank_holidays, closures, extra_openings, working_days);
        clinic.calendar = Some(calendar.with_context(|| format!("{}", file.display()))?);
        clinic.reminders.check().with_context(|| format!("{}: reminders", file.display()))?;
        for address in [&clinic.email, &clinic.notices_to].into_iter().chain(&clinic.insights_to) {
            address
                .parse::<lettre::Address>()
                .with_context(|| format!("{}: \"{address}\" is not an email address", file.display()))?;
        }
        Ok(clinic)
    }

    /// True when the sheet of this slug offers a consultation though it names prescription-only medicines.
    pub fn offers_consultation_beside_medicines(&self, slug: &str) -> bool {
        let setting = &self.prescription_medicines;
        setting.offer_consultation != setting.except.iter().any(|except| except == slug)
    }

    pub fn calendar(&self) -> &Calendar {
        self.calendar.as_ref().expect("load sets the calendar")
    }

    /// How many hours before a booking its patient is reminded, the nearest to the booking first.
    pub fn reminder_hours(&self) -> &[u32] {
        self.reminders.hours()
    }

    /// "2 days and 2 hours"; nothing when no reminders are sent.
    pub fn reminders_in_words(&self) -> String {
        self.reminders.in_words()
    }

    /// The phone number as a `tel:` link wants it.
    pub fn phone_link(&self) -> String {
        format!("tel:{}", self.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>())
    }

    /// Opening hours in words, days with equal hours together: "Monday to Friday, 9am to 5pm".
    pub fn opening_hours(&self) -> Vec<String> {
        self.calendar().in_words()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_clinic_loads_and_says_its_hours() {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        assert_eq!(clinic.opening_hours(), ["Monday to Friday, 9am to 5pm"]);
        assert_eq!(clinic.phone_link(), "tel:02079460123");
    }
}
