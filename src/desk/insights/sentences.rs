//! What each chart and table shows, in a sentence.

use jiff::civil::Weekday;

use crate::desk::insights::figures::{Figures, PageFigures, WeekFigures};
use crate::desk::insights::store::Promises;
use crate::library::count;

impl Figures {
    pub fn promises_in_words(&self) -> String {
        let Promises { kept, missed, .. } = self.promises();
        if kept + missed == 0 {
            return "No promise has come due in the last 12 weeks.".to_owned();
        }
        let week = self.last_week();
        let last = match (week.promises.kept, week.promises.missed) {
            (0, 0) => String::new(),
            (kept, missed) => format!(" Last week: {kept} of {}.", kept + missed),
        };
        format!(
            "We kept {kept} of {} promises to be in touch in the last 12 weeks, {}.{last}",
            kept + missed,
            in_a_hundred(kept, kept + missed)
        )
    }

    pub fn weekdays_in_words(&self) -> String {
        let due = |(_, of): &&(Weekday, Promises)| of.kept + of.missed > 0;
        // The smallest share of kept ones; of two alike the one with more of them missed.
        let worst =
            self.weekdays.iter().filter(due).filter(|(_, of)| of.missed > 0).min_by(|(_, a), (_, b)| {
                let (of_a, of_b) = (a.kept * (b.kept + b.missed), b.kept * (a.kept + a.missed));
                of_a.cmp(&of_b).then(b.missed.cmp(&a.missed))
            });
        match worst {
            Some((day, of)) => format!(
                "Promises for a {} were missed most often: {} of {}.",
                day_name(*day),
                of.missed,
                of.kept + of.missed
            ),
            None if self.weekdays.iter().any(|day| due(&day)) => {
                "No promise was missed on any day of the week.".to_owned()
            }
            None => "No promise has come due in the last 12 weeks.".to_owned(),
        }
    }

    pub fn waiting_in_words(&self) -> String {
        match self.weeks.iter().rev().find_map(|week| Some((week, week.median?, week.nine_in_ten?))) {
            Some((week, median, nine_in_ten)) => format!(
                "Of the people who asked in the week of {}, half heard from us within {}, and nine in ten within {}.",
                week.from.strftime("%-d %B"),
                length(median),
                length(nine_in_ten)
            ),
            None => "Nobody has heard from us in the last 12 weeks.".to_owned(),
        }
    }

    pub fn forms_in_words(&self) -> String {
        let (requests, reports) = (self.promises().requests, self.sum(|week| week.reports));
        format!(
            "In 12 weeks people sent {} and asked for {} by email.",
            counted(requests, "request"),
            counted(reports, "report")
        )
    }

    pub fn assessments_in_words(&self) -> String {
        let (begun, finished) =
            (self.sum(|week| week.assessments_begun), self.sum(|week| week.assessments_finished));
        match begun {
            0 => "Nobody has begun the self-assessment in the last 12 weeks.".to_owned(),
            begun => format!(
                "Of {} in 12 weeks, {finished} came to their end, {}.",
                counted(begun, "self-assessment"),
                in_a_hundred(finished, begun)
            ),
        }
    }

    pub fn visits_in_words(&self) -> String {
        let week = self.last_week();
        format!(
            "Last week people opened {} and made {}.",
            counted(week.reads, "page"),
            match week.searches {
                1 => "1 search".to_owned(),
                searches => format!("{searches} searches"),
            }
        )
    }

    fn sum(&self, of: fn(&WeekFigures) -> i64) -> i64 {
        self.weeks.iter().map(of).sum()
    }

    pub fn reading_in_words(&self) -> String {
        match self.pages.first() {
            Some(PageFigures { title, reads, .. }) => {
                format!("“{title}” was opened most in the last 4 weeks: {}.", counted(*reads, "time"))
            }
            None => "No page has been opened in the last 4 weeks.".to_owned(),
        }
    }

    pub fn searches_in_words(&self) -> String {
        match self.missed_searches.len() {
            0 => "No search of several people has found nothing this week.".to_owned(),
            1 => "Several people searched for this in the last week, and found nothing.".to_owned(),
            searches => format!(
                "Several people searched for each of these {searches} in the last week, and found nothing."
            ),
        }
    }

    pub fn fields_in_words(&self) -> String {
        match self.fields.first() {
            Some(field) => format!(
                "“{}” was sent back most in the last 4 weeks: {}.",
                field.subject,
                counted(field.times, "time")
            ),
            None => "No form has been sent back in the last 4 weeks.".to_owned(),
        }
    }
}

/// "97 in 100".
fn in_a_hundred(part: i64, whole: i64) -> String {
    format!("{} in 100", (part * 100 + whole / 2) / whole.max(1))
}

fn counted(number: i64, what: &str) -> String {
    count(usize::try_from(number).unwrap_or_default(), what)
}

/// "20 minutes", "5 hours", "3 days": as exact as anyone says it.
pub fn length(seconds: i64) -> String {
    match seconds {
        ..5_400 => counted(((seconds + 30) / 60).max(1), "minute"),
        5_400..129_600 => counted((seconds + 1_800) / 3_600, "hour"),
        _ => counted((seconds + 43_200) / 86_400, "day"),
    }
}

pub fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_said_as_people_say_it() {
        let said: Vec<String> = [20, 60, 5_399, 5_400, 7_200, 129_599, 129_600, 604_800].map(length).into();
        let expected =
            ["1 minute", "1 minute", "90 minutes", "2 hours", "2 hours", "36 hours", "2 days", "7 days"];
        assert_eq!(said, expected);
        assert_eq!(in_a_hundred(81, 87), "93 in 100");
    }
}
