//! The length of a consultation as people type it: "45", "1 hr 30", "half an hour".

use crate::web::form::one_line;
use crate::web::form::phone::in_plain_digits;

const WRONG_LENGTH: &str = "Enter a length of 5 to 240 minutes, like 45";
/// Minutes.
const LENGTHS: std::ops::RangeInclusive<i64> = 5..=240;

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// What has been read of a length.
#[derive(Default)]
struct Reading {
    minutes: f64,
    /// A number whose unit has not come yet.
    pending: Option<f64>,
    has_hours: bool,
}

/// Minutes of "30", "30 mins", "1:30", "1 hr 15", "1.5 hours", "half an hour" or "an hour and a half".
pub fn length(typed: &str) -> Result<i64, String> {
    let typed = one_line(&in_plain_digits(typed)).to_lowercase();
    if typed.is_empty() {
        return Err("Enter the length in minutes".to_owned());
    }
    let clock = typed.split_once(':').filter(|(_, minutes)| minutes.len() == 2);
    let plain = clock.map_or_else(|| typed.clone(), |(hours, minutes)| format!("{hours} h {minutes}"));
    let minutes = words(&plain).iter().try_fold(Reading::default(), |reading, word| reading.take(word));
    minutes.and_then(Reading::whole_minutes).ok_or_else(|| WRONG_LENGTH.to_owned())
}

/// Numbers and words apart, however they are written: "1h30" is 1, h, 30.
fn words(typed: &str) -> Vec<String> {
    let spelt =
        typed.replace(" ½", "½").replace('½', ".5").replace('¼', ".25").replace('¾', ".75").replace(',', " ");
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in spelt.chars() {
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        // A hyphen joins words ("forty-five") and is a part of what else it stands beside.
        let c = if c == '-' && before.is_alphabetic() { ' ' } else { c };
        match words.last_mut() {
            Some(word) if before != ' ' && is_number(before) == is_number(c) && c != ' ' => word.push(c),
            _ if c == ' ' => {}
            _ => words.push(c.to_string()),
        }
        before = c;
    }
    words.iter().map(|word| word.trim_end_matches('.').to_owned()).filter(|word| !word.is_empty()).collect()
}

impl Reading {
    /// The reading with one word more, or nothing when it does not fit.
    fn take(mut self, word: &str) -> Option<Reading> {
        match word {
            "a" | "an" | "and" | "of" | "about" => {}
            "half" => self.add_fraction(0.5),
            "quarter" => self.add_fraction(0.25),
            "quarters" => self.pending = Some(self.pending? / 4.0),
            "h" | "hr" | "hrs" | "hour" | "hours" => {
                self.minutes += self.pending.take().unwrap_or(1.0) * 60.0;
                self.has_hours = true;
            }
            "m" | "min" | "mins" | "minute" | "minutes" => self.minutes += self.pending.take()?,
            word => self.pending = Some(self.with_number(word)?),
        }
        Some(self)
    }

    /// "One and a half", or "half" alone.
    fn add_fraction(&mut self, fraction: f64) {
        self.pending = Some(self.pending.unwrap_or(0.0) + fraction);
    }

    /// A number in digits or in words; "forty" and "five" are one.
    fn with_number(&self, word: &str) -> Option<f64> {
        let place = |list: &[&str], times: u8| {
            let at = list.iter().position(|one| *one == word)?;
            u8::try_from(at).ok().map(|at| f64::from(at * times))
        };
        match self.pending {
            None if word.starts_with(|c: char| c.is_ascii_digit() || c == '.') => word.parse().ok(),
            None => place(&ONES, 1).or_else(|| place(&TENS, 10)),
            Some(tens) if tens >= 20.0 && tens % 10.0 == 0.0 => Some(tens + place(&ONES[..10], 1)?),
            Some(_) => None,
        }
    }

    /// What is left without a unit is minutes, and after hours a fraction is of an hour: "an hour and a half".
    fn whole_minutes(self) -> Option<i64> {
        let left = self.pending.unwrap_or(0.0);
        let left = if self.has_hours && left < 1.0 { left * 60.0 } else { left };
        let minutes = self.minutes + left;
        LENGTHS.clone().find(|whole| (*whole as f64 - minutes).abs() < 1e-6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_with_and_without_their_unit() {
        for typed in
            ["30", "30 mins", "30min", "30 min.", "30 Minutes", "30m", "0:30", "٣٠", "３０", "thirty"]
        {
            assert_eq!(length(typed), Ok(30), "{typed}");
        }
        for typed in ["75", "1h15", "1 hour 15 minutes", "1 hr 15", "1:15", "1 hr. 15 min.", "1h 15m"] {
            assert_eq!(length(typed), Ok(75), "{typed}");
        }
        for typed in ["240", "4 hours", "4h", "4:00"] {
            assert_eq!(length(typed), Ok(240), "{typed}");
        }
        for typed in ["4", "241", "5 hours", "30 seconds", "-30", "99999999999999999 hours", "30-45", "1.30"]
        {
            assert_eq!(length(typed), Err(WRONG_LENGTH.to_owned()), "{typed}");
        }
        assert_eq!(length(" "), Err("Enter the length in minutes".to_owned()));
    }

    #[test]
    fn lengths_are_read_in_words() {
        for (minutes, ways) in [
            (15, vec!["a quarter of an hour", "quarter of an hour", "fifteen minutes", "¼ hour"]),
            (
                30,
                vec![
                    "half an hour",
                    "half hour",
                    "half-hour",
                    "a half hour",
                    "Half an Hour",
                    "½ hour",
                    "0.5h",
                ],
            ),
            (
                45,
                vec![
                    "three quarters of an hour",
                    "forty-five",
                    "forty five minutes",
                    "3 quarters of an hour",
                ],
            ),
            (60, vec!["an hour", "one hour", "1h", "1 hr", "hour", "1 hour", "60 minutes", "sixty"]),
            (75, vec!["an hour and a quarter", "one and a quarter hours", "an hour and 15"]),
            (
                90,
                vec![
                    "90",
                    "1 hr 30",
                    "1h30",
                    "an hour and a half",
                    "hour and a half",
                    "1.5 hours",
                    "1½ hours",
                ],
            ),
            (
                90,
                vec![
                    "one and a half hours",
                    "1 and a half hours",
                    "1 hour and a half",
                    "an hour and thirty minutes",
                ],
            ),
            (120, vec!["two hours", "2 hrs"]),
        ] {
            for typed in ways {
                assert_eq!(length(typed), Ok(minutes), "{typed}");
            }
        }
        for typed in ["an", "half", "minutes", "soon", "half past", "two three", "an hour or two"] {
            assert_eq!(length(typed), Err(WRONG_LENGTH.to_owned()), "{typed}");
        }
    }
}
