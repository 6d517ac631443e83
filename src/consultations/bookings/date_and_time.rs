//! Dates and times as people type them, each read or answered with words about itself.

use jiff::civil::{Date, Time};

use crate::web::form::one_line;
use crate::web::form::phone::in_plain_digits;

const WRONG_DATE: &str = "Enter the date as day, month and year, like 27/5/2026";
const NO_YEAR: &str = "Enter the year as well, like 27/5/2026";
const WRONG_TIME: &str = "Enter the time, like 2.30pm or 14:30";
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const HOURS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// 2026-05-21 as browsers send it; 21/5/2026, 21/5/26, 21 May 2026 or 21st of May 2026 as people type it, in the digits of
/// any script.
pub fn date(typed: &str) -> Result<Date, String> {
    let typed = in_plain_digits(&one_line(typed)).to_lowercase();
    if typed.is_empty() {
        return Err("Enter the date".to_owned());
    }
    let parts: Vec<&str> = typed
        .split(['-', '/', '／', '.', ',', ' '])
        .filter(|part| !matches!(*part, "" | "the" | "of"))
        .collect();
    let (year, month, day) = match parts[..] {
        [year, month, day] if self::year(year).is_some() && year.len() == 4 => {
            (self::year(year), self::month(month), self::day(day))
        }
        // In the order that is said: "May 27, 2027".
        [month, day, year] if named_month(month).is_some() => {
            (self::year(year), self::month(month), self::day(day))
        }
        [day, month, year] => (self::year(year), self::month(month), self::day(day)),
        [day, month] if self::day(day).is_some() && self::month(month).is_some() => {
            return Err(NO_YEAR.to_owned());
        }
        // A day of the week in front says nothing that the date does not.
        [_, day, month, year] => (self::year(year), self::month(month), self::day(day)),
        _ => (None, None, None),
    };
    let (Some(year), Some(month), Some(day)) = (year, month, day) else { return Err(WRONG_DATE.to_owned()) };
    Date::new(year, month, day)
        .map_err(|_| format!("There is no {typed} in the calendar: enter a date like 27/5/2026"))
}

/// "26" is 2026: nobody books for another century.
fn year(part: &str) -> Option<i16> {
    let year: i16 = part.parse().ok()?;
    match part.len() {
        2 => Some(2000 + year),
        4 => Some(year),
        _ => None,
    }
}

fn month(part: &str) -> Option<i8> {
    part.parse().ok().or_else(|| named_month(part))
}

fn named_month(part: &str) -> Option<i8> {
    let named = MONTHS.iter().position(|name| part.len() >= 3 && name.starts_with(part));
    named.and_then(|at| i8::try_from(at + 1).ok())
}

/// "4", "04" or "4th".
fn day(part: &str) -> Option<i8> {
    part.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()
}

/// 14:30 as browsers send it; 2.30pm, 1430 or half past two in the afternoon as people type it.
pub fn time(typed: &str) -> Result<Time, String> {
    let typed = in_plain_digits(&one_line(typed)).to_lowercase();
    if typed.is_empty() {
        return Err("Enter the time".to_owned());
    }
    if typed == "midday" || typed == "noon" {
        return civil(12, 0);
    }
    let (clock, half) = half_of_day(&typed);
    let (hour, minute) = match said(clock) {
        Some(said) => said,
        None => digits(clock)?,
    };
    match half {
        Some(half) if (1..=12).contains(&hour) => civil(hour % 12 + half, minute.unwrap_or(0)),
        Some(_) => Err(WRONG_TIME.to_owned()),
        // "half past ten" may be morning or evening, and "10" a length as well as a time.
        None if said(clock).is_some() || minute.is_none() => Err(ask_which_half(&typed, hour, minute)),
        None => civil(hour, minute.unwrap_or(0)),
    }
}

/// The time without "pm" or "in the afternoon", and the hours that this adds.
fn half_of_day(typed: &str) -> (&str, Option<i8>) {
    let endings = [
        ("am", 0),
        ("a.m.", 0),
        ("a.m", 0),
        ("in the morning", 0),
        ("pm", 12),
        ("p.m.", 12),
        ("p.m", 12),
        ("in the afternoon", 12),
        ("in the evening", 12),
        ("noon", 12),
    ];
    let found = endings.iter().find_map(|(ending, adds)| Some((typed.strip_suffix(ending)?, *adds)));
    let (clock, half) = found.map_or((typed, None), |(clock, adds)| (clock, Some(adds)));
    let clock = clock.trim();
    (clock.strip_suffix("o'clock").or(clock.strip_suffix("o’clock")).unwrap_or(clock).trim(), half)
}

/// Hour and minute of "half past ten", "quarter to 3" or "ten"; nothing when it is not said in words.
fn said(clock: &str) -> Option<(i8, Option<i8>)> {
    let hour = |word: &str| {
        let named = HOURS.iter().position(|name| *name == word).and_then(|at| i8::try_from(at + 1).ok());
        named.or_else(|| word.parse().ok()).filter(|hour| (1..=12).contains(hour))
    };
    let words: Vec<&str> = clock.split(' ').filter(|word| !matches!(*word, "a" | "minutes")).collect();
    let minutes = |word: &str| match word {
        "half" => Some(30),
        "quarter" => Some(15),
        "five" => Some(5),
        "ten" => Some(10),
        "twenty" => Some(20),
        _ => word.parse::<i8>().ok().filter(|minutes| (1..=30).contains(minutes)),
    };
    match words[..] {
        [after, "past", at] => Some((hour(at)?, Some(minutes(after)?))),
        [before, "to", at] => Some(((hour(at)? + 10) % 12 + 1, Some(60 - minutes(before)?))),
        ["half", at] => Some((hour(at)?, Some(30))),
        [at] if !at.starts_with(|c: char| c.is_ascii_digit()) => Some((hour(at)?, None)),
        _ => None,
    }
}

/// Hour and minute of "14:30", "2.30", "1430" or "14".
fn digits(clock: &str) -> Result<(i8, Option<i8>), String> {
    let number = |part: &str| match part.bytes().all(|byte| byte.is_ascii_digit()) {
        true => part.parse::<i8>().map_err(|_| WRONG_TIME.to_owned()),
        false => Err(WRONG_TIME.to_owned()),
    };
    let parts: Vec<&str> = clock.split([':', '.']).map(str::trim).collect();
    match parts[..] {
        [hour, minute] if minute.len() == 1 => {
            Err(format!("Enter two digits for the minutes: is it {hour}.0{minute} or {hour}.{minute}0?"))
        }
        // The seconds that some browsers add.
        [hour, minute] | [hour, minute, "00"] => Ok((number(hour)?, Some(number(minute)?))),
        [both] if both.len() == 4 && both.is_ascii() => Ok((number(&both[..2])?, Some(number(&both[2..])?))),
        [hour] => Ok((number(hour)?, None)),
        _ => Err(WRONG_TIME.to_owned()),
    }
}

fn ask_which_half(typed: &str, hour: i8, minute: Option<i8>) -> String {
    if hour > 12 || hour == 0 {
        return WRONG_TIME.to_owned();
    }
    let clock = match minute {
        Some(minute) => format!("{hour}.{minute:02}"),
        None => hour.to_string(),
    };
    format!("Is “{typed}” {clock}am or {clock}pm? Enter the one you mean")
}

fn civil(hour: i8, minute: i8) -> Result<Time, String> {
    Time::new(hour, minute, 0, 0).map_err(|_| WRONG_TIME.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_type_them() {
        for typed in [
            "27/5/27",
            "27.05.27",
            "27-5-2027",
            "2027-05-27",
            "27 May 2027",
            "27th may 27",
            "Thu, 27 May 2027",
            "27th of May 2027",
            "May 27, 2027",
            "٢٧/٥/٢٠٢٧",
            "２７／５／２０２７",
        ] {
            assert_eq!(date(typed).unwrap().to_string(), "2027-05-27", "{typed}");
        }
        for typed in ["27/5", "1 Dec", "Monday 27 May"] {
            assert!(date(typed).is_err(), "{typed}");
        }
        assert_eq!(date("1 Dec"), Err(NO_YEAR.to_owned()));
        for typed in ["27/5/027", "tomorrow", "may", "27 mayo 2027"] {
            assert_eq!(date(typed), Err(WRONG_DATE.to_owned()), "{typed}");
        }
        assert_eq!(
            date("31/2/2027"),
            Err("There is no 31/2/2027 in the calendar: enter a date like 27/5/2026".to_owned())
        );
    }

    #[test]
    fn times_are_read_as_people_type_them() {
        for (typed, read) in [
            ("14:30", "14:30:00"),
            ("14:30:00", "14:30:00"),
            ("1430", "14:30:00"),
            ("2.30 p.m.", "14:30:00"),
            ("half past two in the afternoon", "14:30:00"),
            ("half 2 pm", "14:30:00"),
            ("quarter to three pm", "14:45:00"),
            ("twenty past 10 am", "10:20:00"),
            ("quarter to one pm", "12:45:00"),
            ("ten to one am", "00:50:00"),
            ("10 o'clock in the morning", "10:00:00"),
            ("ten am", "10:00:00"),
            ("12 noon", "12:00:00"),
            ("midday", "12:00:00"),
        ] {
            assert_eq!(time(typed).map(|time| time.to_string()), Ok(read.to_owned()), "{typed}");
        }
    }

    #[test]
    fn a_time_that_may_be_two_is_answered_with_both() {
        for (typed, words) in [
            ("10:5", "Enter two digits for the minutes: is it 10.05 or 10.50?"),
            ("half past ten", "Is “half past ten” 10.30am or 10.30pm? Enter the one you mean"),
            ("quarter to one", "Is “quarter to one” 12.45am or 12.45pm? Enter the one you mean"),
            ("10", "Is “10” 10am or 10pm? Enter the one you mean"),
            ("ten o’clock", "Is “ten o’clock” 10am or 10pm? Enter the one you mean"),
            ("14", WRONG_TIME),
            ("half past", WRONG_TIME),
            ("13pm", WRONG_TIME),
            ("soon", WRONG_TIME),
        ] {
            assert_eq!(time(typed), Err(words.to_owned()), "{typed}");
        }
    }
}
