//! The bank holidays of the clinic's nation, from `content/bank-holidays.toml`.

use std::fmt;

use anyhow::bail;
use jiff::civil::Date;
use serde::Deserialize;

/// Warn when the list reaches less far ahead than this.
pub const WARNING_DAYS: i64 = 60;

/// Whose bank holidays the clinic keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nation {
    #[default]
    EnglandAndWales,
    Scotland,
    NorthernIreland,
}

/// `content/bank-holidays.toml`, or the part of it that one nation keeps.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankHolidays {
    /// The last day that the list speaks for.
    until: Date,
    holidays: Vec<Holiday>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    date: Date,
    name: String,
    /// Who keeps it; nobody named means every nation.
    #[serde(default)]
    nations: Vec<Nation>,
}

impl BankHolidays {
    /// Only those of `nation`. Fails when a day stands twice for it, which a slip of copying would do.
    pub fn of(mut self, nation: Nation) -> anyhow::Result<BankHolidays> {
        self.holidays.retain(|holiday| holiday.nations.is_empty() || holiday.nations.contains(&nation));
        self.holidays.sort_by_key(|holiday| holiday.date);
        for pair in self.holidays.windows(2) {
            if pair[0].date == pair[1].date {
                bail!("{} is a bank holiday twice for {nation}", pair[0].date);
            }
        }
        Ok(self)
    }

    /// The name of the bank holiday on a day, if it is one.
    pub fn on(&self, date: Date) -> Option<&str> {
        let at = self.holidays.binary_search_by_key(&date, |holiday| holiday.date).ok()?;
        Some(&self.holidays[at].name)
    }

    /// Each day and its name, in order.
    pub fn days(&self) -> impl Iterator<Item = (Date, &str)> {
        self.holidays.iter().map(|holiday| (holiday.date, holiday.name.as_str()))
    }

    /// Days left on the list, when they are few enough to warn about. Negative when it has run out.
    pub fn run_out_in(&self, today: Date) -> Option<i64> {
        let days = i64::from(today.until(self.until).ok()?.get_days());
        (days < WARNING_DAYS).then_some(days)
    }
}

impl fmt::Display for Nation {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Nation::EnglandAndWales => "England and Wales",
            Nation::Scotland => "Scotland",
            Nation::NorthernIreland => "Northern Ireland",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::clinic::read_toml;

    fn of(nation: Nation) -> BankHolidays {
        read_toml::<BankHolidays>(Path::new("content/bank-holidays.toml")).unwrap().of(nation).unwrap()
    }

    #[test]
    fn each_nation_keeps_its_own_days() {
        let on = |nation, date: &str| of(nation).on(date.parse().unwrap()).map(str::to_owned);
        use Nation::{EnglandAndWales, NorthernIreland, Scotland};
        for (date, keepers) in [
            ("2027-01-04", &[Scotland][..]),
            ("2027-03-17", &[NorthernIreland]),
            ("2027-03-29", &[EnglandAndWales, NorthernIreland]),
            ("2027-07-12", &[NorthernIreland]),
            ("2027-08-02", &[Scotland]),
            ("2027-08-30", &[EnglandAndWales, NorthernIreland]),
            ("2027-11-30", &[Scotland]),
            ("2027-12-27", &[EnglandAndWales, NorthernIreland, Scotland]),
            ("2027-12-25", &[]),
        ] {
            for nation in [EnglandAndWales, NorthernIreland, Scotland] {
                assert_eq!(on(nation, date).is_some(), keepers.contains(&nation), "{date} {nation}");
            }
        }
    }

    #[test]
    fn the_list_warns_60_days_before_it_runs_out() {
        let left = |today: &str| of(Nation::Scotland).run_out_in(today.parse().unwrap());
        assert_eq!(left("2026-11-20"), None);
        assert_eq!(left("2028-11-02"), Some(59));
        assert_eq!(left("2029-01-05"), Some(-5));
    }

    #[test]
    fn a_day_that_stands_twice_is_refused() {
        let text = "until = \"2028-12-31\"\nholidays = [{ date = \"2027-01-01\", name = \"A\" }, { date = \"2027-01-01\", name = \"B\" }]";
        let list: BankHolidays = toml::from_str(text).unwrap();
        assert_eq!(
            list.of(Nation::Scotland).unwrap_err().to_string(),
            "2027-01-01 is a bank holiday twice for Scotland"
        );
    }
}
