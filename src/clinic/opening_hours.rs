//! Makes the calendar of what `content/clinic.toml` says of opening hours, or says what makes no sense.

use anyhow::{Context, bail, ensure};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::clinic::bank_holidays::{BankHolidays, Nation};
use crate::clinic::calendar::Calendar;
use crate::clinic::periods::{Closure, ExtraOpening, Period, periods};

/// The longest closure, in days: a longer one is a slip in the year.
const LONGEST_CLOSURE: i32 = 92;

/// `[hours]`: a day that is missing is a day the clinic is closed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningHours {
    time_zone: String,
    #[serde(default)]
    bank_holidays: Nation,
    #[serde(default, deserialize_with = "periods")]
    monday: Vec<Period>,
    #[serde(default, deserialize_with = "periods")]
    tuesday: Vec<Period>,
    #[serde(default, deserialize_with = "periods")]
    wednesday: Vec<Period>,
    #[serde(default, deserialize_with = "periods")]
    thursday: Vec<Period>,
    #[serde(default, deserialize_with = "periods")]
    friday: Vec<Period>,
    #[serde(default, deserialize_with = "periods")]
    saturday: Vec<Period>,
    #[serde(default, deserialize_with = "periods")]
    sunday: Vec<Period>,
}

impl OpeningHours {
    /// The calendar that follows, or a sentence that says what is wrong.
    pub fn calendar(
        &self,
        bank_holidays: BankHolidays,
        closures: Vec<Closure>,
        extra_openings: Vec<ExtraOpening>,
        working_days: u32,
    ) -> anyhow::Result<Calendar> {
        let zone = TimeZone::get(&self.time_zone).context("hours.time_zone is not a known time zone")?;
        let mut week = Vec::new();
        for (weekday, periods) in self.week() {
            check(periods).with_context(|| format!("hours.{}", format!("{weekday:?}").to_lowercase()))?;
            if !periods.is_empty() {
                week.push((weekday, periods.to_vec()));
            }
        }
        ensure!(!week.is_empty(), "hours: the clinic is never open; give at least one day");
        ensure!((1..=20).contains(&working_days), "promise.working_days must be 1 to 20");
        for closure in &closures {
            let days = closure.from.until(closure.last_day())?.get_days();
            ensure!(days >= 0, "closures: {} ends before it begins", closure.from);
            ensure!(
                days < LONGEST_CLOSURE,
                "closures: {} to {} is more than three months",
                closure.from,
                closure.last_day()
            );
            ensure!(!closure.words.trim().is_empty(), "closures: {} has no words for patients", closure.from);
        }
        for opening in &extra_openings {
            check(&opening.periods).with_context(|| format!("extra_openings: {}", opening.date))?;
            ensure!(!opening.periods.is_empty(), "extra_openings: {} has no period", opening.date);
            ensure!(!opening.words.trim().is_empty(), "extra_openings: {} has no words", opening.date);
        }
        check_apart(&closures, &extra_openings)?;
        let bank_holidays = bank_holidays.of(self.bank_holidays).context("bank-holidays.toml")?;
        Ok(Calendar::new(zone, week, bank_holidays, closures, extra_openings, working_days))
    }

    fn week(&self) -> [(Weekday, &[Period]); 7] {
        [
            (Weekday::Monday, &self.monday),
            (Weekday::Tuesday, &self.tuesday),
            (Weekday::Wednesday, &self.wednesday),
            (Weekday::Thursday, &self.thursday),
            (Weekday::Friday, &self.friday),
            (Weekday::Saturday, &self.saturday),
            (Weekday::Sunday, &self.sunday),
        ]
    }
}

/// The periods of one day: each ends after it begins, and the next begins after that.
fn check(periods: &[Period]) -> anyhow::Result<()> {
    for period in periods {
        ensure!(
            period.opens < period.closes,
            "the period from {} closes before it opens",
            period.opens.strftime("%H:%M")
        );
    }
    for pair in periods.windows(2) {
        ensure!(
            pair[0].closes < pair[1].opens,
            "the period from {} must begin after the one before it has closed",
            pair[1].opens.strftime("%H:%M")
        );
    }
    Ok(())
}

/// No day has two closures or two extra openings: only one of them could be meant.
fn check_apart(closures: &[Closure], extra_openings: &[ExtraOpening]) -> anyhow::Result<()> {
    for (at, closure) in closures.iter().enumerate() {
        let other = closures[..at]
            .iter()
            .find(|other| other.from <= closure.last_day() && closure.from <= other.last_day());
        if let Some(other) = other {
            bail!("closures: {} and {} overlap; make them one", other.from, closure.from);
        }
    }
    for (at, opening) in extra_openings.iter().enumerate() {
        let twice = extra_openings[..at].iter().any(|other| other.date == opening.date);
        ensure!(!twice, "extra_openings: {} stands twice; give its periods in one", opening.date);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(hours: &str, rest: &str) -> String {
        #[derive(Deserialize)]
        struct File {
            hours: OpeningHours,
            #[serde(default)]
            closures: Vec<Closure>,
            #[serde(default)]
            extra_openings: Vec<ExtraOpening>,
        }
        let text = format!("[hours]\ntime_zone = \"Europe/London\"\n{hours}\n{rest}");
        let file: File = toml::from_str(&text).unwrap();
        let none: BankHolidays = toml::from_str("until = \"2030-12-31\"\nholidays = []").unwrap();
        match file.hours.calendar(none, file.closures, file.extra_openings, 1) {
            Ok(_) => String::new(),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn a_day_with_one_period_may_be_written_without_brackets() {
        assert_eq!(problem(r#"monday = { opens = "09:00", closes = "17:00" }"#, ""), "");
        let error = toml::from_str::<OpeningHours>(
            "time_zone = \"Europe/London\"\nmonday = { opens = \"9am\", closes = \"17:00\" }",
        );
        assert!(error.err().unwrap().message().starts_with("write the open periods of a day like this"));
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_a_sentence_that_names_it() {
        let week =
            r#"monday = [{ opens = "09:00", closes = "12:30" }, { opens = "13:30", closes = "17:00" }]"#;
        assert_eq!(problem(week, ""), "");
        for (hours, rest, expected) in [
            ("", "", "hours: the clinic is never open; give at least one day"),
            (
                r#"monday = [{ opens = "17:00", closes = "09:00" }]"#,
                "",
                "hours.monday: the period from 17:00 closes before it opens",
            ),
            (
                r#"monday = [{ opens = "09:00", closes = "13:00" }, { opens = "13:00", closes = "17:00" }]"#,
                "",
                "hours.monday: the period from 13:00 must begin after the one before it has closed",
            ),
            (
                week,
                "[[closures]]\nfrom = \"2026-12-24\"\nto = \"2026-12-01\"\nwords = \"Closed\"",
                "closures: 2026-12-24 ends before it begins",
            ),
            (
                week,
                "[[closures]]\nfrom = \"2026-12-24\"\nto = \"2028-01-02\"\nwords = \"Closed\"",
                "closures: 2026-12-24 to 2028-01-02 is more than three months",
            ),
            (
                week,
                "[[closures]]\nfrom = \"2026-12-24\"\nwords = \" \"",
                "closures: 2026-12-24 has no words for patients",
            ),
            (
                week,
                "[[extra_openings]]\ndate = \"2026-12-05\"\nperiods = []\nwords = \"Open\"",
                "extra_openings: 2026-12-05 has no period",
            ),
            (
                week,
                "[[closures]]\nfrom = \"2026-12-28\"\nwords = \"Closed\"\n[[closures]]\nfrom = \"2026-12-24\"\nto = \"2026-12-31\"\nwords = \"Closed\"",
                "closures: 2026-12-28 and 2026-12-24 overlap; make them one",
            ),
            (
                week,
                "[[extra_openings]]\ndate = \"2026-12-05\"\nperiods = [{ opens = \"10:00\", closes = \"13:00\" }]\nwords = \"Open\"\n[[extra_openings]]\ndate = \"2026-12-05\"\nperiods = { opens = \"14:00\", closes = \"15:00\" }\nwords = \"Open\"",
                "extra_openings: 2026-12-05 stands twice; give its periods in one",
            ),
        ] {
            assert_eq!(problem(hours, rest), expected);
        }
    }
}
