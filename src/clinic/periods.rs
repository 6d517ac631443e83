//! Periods of a day, closures and extra openings, as `content/clinic.toml` writes them.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Deserializer};

/// A part of a day in which the clinic is open; the moment of closing is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    pub opens: Time,
    pub closes: Time,
}

/// `[[closures]]`: days on which the clinic is closed though the week says that it is open.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closure {
    /// The first closed day.
    pub from: Date,
    /// The last closed day; the same when only one is closed.
    #[serde(default)]
    pub to: Option<Date>,
    /// What patients read: "We are closed from 24 December …".
    pub words: String,
}

/// `[[extra_openings]]`: the hours of one day in place of what the week, a closure or a bank holiday says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraOpening {
    pub date: Date,
    #[serde(deserialize_with = "periods")]
    pub periods: Vec<Period>,
    /// What patients read: "We are open on Saturday 5 December."
    pub words: String,
}

/// One period may stand without the brackets of a list.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "write the open periods of a day like this: [{ opens = \"09:00\", closes = \"17:00\" }]"
)]
enum Periods {
    One(Period),
    Several(Vec<Period>),
}

/// Reads one period or a list of them.
pub(super) fn periods<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Period>, D::Error> {
    Ok(match Periods::deserialize(deserializer)? {
        Periods::One(period) => vec![period],
        Periods::Several(periods) => periods,
    })
}

impl Closure {
    pub fn last_day(&self) -> Date {
        self.to.unwrap_or(self.from)
    }

    pub fn covers(&self, date: Date) -> bool {
        (self.from..=self.last_day()).contains(&date)
    }
}
