//! What `content/clinic.toml` says: names, phones, opening hours, the promise and the safety words.

use std::path::Path;

use anyhow::{Context, ensure};
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::clinic::promise::{Calendar, Holidays, OpenDay};

pub mod content_file;
pub mod promise;
mod role;

pub use content_file::read_toml;
pub use role::Role;

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
    pub address: Vec<String>,
    #[serde(default)]
    pub prescription_medicines: PrescriptionMedicines,
    hours: Hours,
    promise: Promise,
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
struct Hours {
    time_zone: String,
    monday: Option<Day>,
    tuesday: Option<Day>,
    wednesday: Option<Day>,
    thursday: Option<Day>,
    friday: Option<Day>,
    saturday: Option<Day>,
    sunday: Option<Day>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
struct Day {
    opens: Time,
    closes: Time,
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
        let holidays: Holidays = read_toml(&content.join("bank-holidays.toml"))?;
        let file = content.join("clinic.toml");
        clinic.calendar = Some(
            clinic
                .hours
                .calendar(&clinic.promise, holidays)
                .with_context(|| format!("{}", file.display()))?,
        );
        for address in [&clinic.email, &clinic.notices_to] {
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

    /// The phone number as a `tel:` link wants it.
    pub fn phone_link(&self) -> String {
        format!("tel:{}", self.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>())
    }

    /// Opening hours in words, days with equal hours together: "Monday to Friday, 9am to 5pm".
    pub fn opening_hours(&self) -> Vec<String> {
        self.calendar().in_words()
    }
}

impl Hours {
    fn calendar(&self, promise: &Promise, holidays: Holidays) -> anyhow::Result<Calendar> {
        let zone = TimeZone::get(&self.time_zone).context("hours.time_zone is not a known time zone")?;
        let days = [
            (Weekday::Monday, self.monday),
            (Weekday::Tuesday, self.tuesday),
            (Weekday::Wednesday, self.wednesday),
            (Weekday::Thursday, self.thursday),
            (Weekday::Friday, self.friday),
            (Weekday::Saturday, self.saturday),
            (Weekday::Sunday, self.sunday),
        ];
        let mut open = Vec::new();
        for (weekday, day) in days {
            let Some(day) = day else { continue };
            ensure!(day.opens < day.closes, "hours: {weekday:?} closes before it opens");
            open.push(OpenDay { weekday, opens: day.opens, closes: day.closes });
        }
        ensure!(!open.is_empty(), "hours: the clinic is never open; give at least one day");
        ensure!((1..=20).contains(&promise.working_days), "promise.working_days must be 1 to 20");
        Ok(Calendar::new(zone, open, holidays, promise.working_days))
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
