//! How long before a booking its patient is reminded, as `content/clinic.toml` says it.

use anyhow::ensure;
use serde::Deserialize;

/// Two weeks: earlier, a mail is no reminder.
const EARLIEST: u32 = 14 * 24;
const MOST: usize = 3;

/// `[reminders]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reminders {
    /// Hours before a booking, the nearest to it first once checked; none for no reminders.
    hours_before: Vec<u32>,
}

impl Default for Reminders {
    fn default() -> Reminders {
        Reminders { hours_before: vec![2, 48] }
    }
}

impl Reminders {
    /// Sorts them, or says what is wrong.
    pub fn check(&mut self) -> anyhow::Result<()> {
        self.hours_before.sort_unstable();
        ensure!(self.hours_before.len() <= MOST, "hours_before: give {MOST} times at most");
        for hours in &self.hours_before {
            ensure!((1..=EARLIEST).contains(hours), "hours_before: {hours} is not 1 to {EARLIEST} hours");
        }
        let twice = self.hours_before.windows(2).find(|pair| pair[0] == pair[1]);
        ensure!(twice.is_none(), "hours_before: the same time stands twice");
        Ok(())
    }

    pub fn hours(&self) -> &[u32] {
        &self.hours_before
    }

    /// The earliest first: "2 days and 2 hours".
    pub fn in_words(&self) -> String {
        let words: Vec<String> = self.hours_before.iter().rev().map(|hours| say(*hours)).collect();
        match &words[..] {
            [] => String::new(),
            [only] => only.clone(),
            [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
        }
    }
}

fn say(hours: u32) -> String {
    let (number, unit) = if hours.is_multiple_of(24) { (hours / 24, "day") } else { (hours, "hour") };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(hours: &[u32]) -> Reminders {
        Reminders { hours_before: hours.to_vec() }
    }

    #[test]
    fn reminders_are_said_as_days_and_hours_the_earliest_first() {
        for (hours, words) in [
            (&[][..], ""),
            (&[2, 48], "2 days and 2 hours"),
            (&[1], "1 hour"),
            (&[24, 3, 72], "3 days, 1 day and 3 hours"),
        ] {
            let mut reminders = of(hours);
            reminders.check().unwrap();
            assert_eq!(reminders.in_words(), words);
        }
    }

    #[test]
    fn times_that_make_no_sense_are_refused_in_words() {
        for (hours, words) in [
            (&[0][..], "0 is not 1 to 336 hours"),
            (&[400], "400 is not 1 to 336 hours"),
            (&[2, 2], "the same time stands twice"),
            (&[1, 2, 3, 4], "3 times at most"),
        ] {
            let error = of(hours).check().unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
