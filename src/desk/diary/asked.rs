//! What is asked of the diary: which day, that day or its week, by clinician or by room, and whose.

use form_urlencoded::Serializer;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::consultations::bookings::date_and_time;
use crate::web::form::{FieldErrors, Fields, one_line};

/// Nobody has bookings further away from today than this.
const MOST_YEARS: i32 = 10;

#[derive(Clone)]
pub struct DiaryQuery {
    pub day: Date,
    /// The day as it was typed.
    pub typed: String,
    pub week: bool,
    pub by_room: bool,
    /// The key of the one clinician or room that is shown; empty for all.
    pub only: String,
}

impl DiaryQuery {
    /// A day that makes no sense is an error, and today is shown.
    pub fn read(fields: &Fields, today: Date, errors: &mut FieldErrors) -> DiaryQuery {
        let typed = one_line(&fields.text("day"));
        let day = match typed.as_str() {
            "" => Some(today),
            typed => errors.take("day", date_and_time::date(typed).and_then(|day| near(day, today))),
        };
        let day = day.unwrap_or(today);
        DiaryQuery {
            typed: if errors.is_empty() { day.to_string() } else { typed },
            day,
            week: fields.text("view") == "week",
            by_room: fields.text("by") == "room",
            only: one_line(&fields.text("only")),
        }
    }

    /// The days that are shown, in order.
    pub fn days(&self) -> Vec<Date> {
        if !self.week {
            return vec![self.day];
        }
        let monday = self.day.saturating_sub(i64::from(self.day.weekday().to_monday_zero_offset()).days());
        monday.series(1.day()).take(7).collect()
    }

    /// The address of the same so many days or weeks later.
    pub fn later(&self, steps: i32) -> String {
        let step = if self.week { 7 * steps } else { steps };
        self.address_on(self.day.saturating_add(step.days()))
    }

    pub fn address_on(&self, day: Date) -> String {
        DiaryQuery { day, ..self.clone() }.address()
    }

    /// The address of the day or the week, by clinician or by room. What is one of these is no other: whose is left out.
    pub fn address_of(&self, week: bool, by_room: bool) -> String {
        let only = if by_room == self.by_room { self.only.clone() } else { String::new() };
        DiaryQuery { week, by_room, only, ..self.clone() }.address()
    }

    fn address(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("day", &self.day.to_string());
        for (name, value) in [
            ("view", if self.week { "week" } else { "" }),
            ("by", if self.by_room { "room" } else { "" }),
            ("only", &self.only),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("/staff/diary?{}", query.finish())
    }
}

fn near(day: Date, today: Date) -> Result<Date, String> {
    let (first, last) = (today.saturating_sub(MOST_YEARS.years()), today.saturating_add(MOST_YEARS.years()));
    if (first..=last).contains(&day) {
        return Ok(day);
    }
    let day = day.strftime("%-d %B %Y");
    Err(format!("{day} is more than {MOST_YEARS} years away: enter a date nearer to today"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> (DiaryQuery, FieldErrors) {
        let mut errors = FieldErrors::default();
        let today = "2026-06-04".parse().unwrap();
        (DiaryQuery::read(&Fields::parse(query.as_bytes()), today, &mut errors), errors)
    }

    #[test]
    fn a_day_is_read_as_browsers_send_and_as_people_type_it() {
        for (query, day) in [
            ("", "2026-06-04"),
            ("day=", "2026-06-04"),
            ("day=2026-12-24", "2026-12-24"),
            ("day=24%2F12%2F26", "2026-12-24"),
            ("day=24+December+2026", "2026-12-24"),
        ] {
            let (asked, errors) = asked(query);
            assert_eq!((asked.day.to_string().as_str(), errors.is_empty()), (day, true), "{query}");
        }
    }

    #[test]
    fn a_day_that_makes_no_sense_is_answered_with_words_and_today() {
        for query in [
            "day=someday",
            "day=31/2/2026",
            "day=9999-12-31",
            "day=-9999-01-01",
            "day=2016-06-03",
            "day=%00%ff",
        ] {
            let (asked, errors) = asked(query);
            assert_eq!((asked.day.to_string().as_str(), errors.is_empty()), ("2026-06-04", false), "{query}");
        }
    }

    #[test]
    fn a_week_goes_from_monday_to_sunday_and_its_ways_lead_to_the_next() {
        let (week, _) = asked("day=2026-06-07&view=week&only=3");
        let days = week.days();
        assert_eq!((days[0].to_string(), days[6].to_string()), ("2026-06-01".into(), "2026-06-07".into()));
        assert_eq!(week.later(1), "/staff/diary?day=2026-06-14&view=week&only=3");
        assert_eq!(week.address_of(false, true), "/staff/diary?day=2026-06-07&by=room");
        assert_eq!(asked("day=2026-06-07").0.later(-1), "/staff/diary?day=2026-06-06");
    }
}
