//! The figures of the last twelve weeks, put together for the page, the file and the weekly mail.

use jiff::civil::{Date, Time, Weekday};
use jiff::{Timestamp, ToSpan};

use crate::desk::insights::store;
use crate::desk::insights::store::{MissedSearch, PageCount, Promises, PromisesOfDay, Useful};
use crate::library::Library;
use crate::web::app::App;
use crate::web::counts::Counted;

/// Weeks that are shown, this one included. Requests are erased 90 days after they were closed.
pub const WEEKS: usize = 12;
/// Reading and forms are shown for so many days: words change, and old ones mislead.
const DAYS_OF_READING: i32 = 28;
/// A search is shown when a week of days knows it.
const DAYS_OF_SEARCHES: i32 = 7;
/// Fields that are shown.
const MOST_FIELDS: usize = 12;

/// One week, from Monday.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeekFigures {
    pub from: Date,
    pub promises: Promises,
    /// Seconds until half of the patients had heard from the clinic; nothing when none has.
    pub median: Option<i64>,
    /// Seconds until nine in ten had.
    pub nine_in_ten: Option<i64>,
    pub reports: i64,
    pub assessments_begun: i64,
    pub assessments_finished: i64,
    pub reads: i64,
    pub searches: i64,
}

/// How a page was read, and whether it was useful.
#[derive(Debug, PartialEq)]
pub struct PageFigures {
    pub title: String,
    pub path: String,
    pub reads: i64,
    pub useful: i64,
    pub not_useful: i64,
}

pub struct Figures {
    /// The last is this week, which is not over.
    pub weeks: Vec<WeekFigures>,
    pub weekdays: Vec<(Weekday, Promises)>,
    /// The most read first.
    pub pages: Vec<PageFigures>,
    pub missed_searches: Vec<MissedSearch>,
    /// "form: field", and how often it was complained about.
    pub fields: Vec<PageCount>,
}

impl Figures {
    pub async fn read(app: &App, library: &Library, now: Timestamp) -> sqlx::Result<Figures> {
        let (readers, calendar) = (app.database.readers(), app.site.clinic.calendar());
        let today = calendar.local(now).date();
        let first = first_monday(today);
        let from = calendar.at(first, Time::midnight()).timestamp();
        let days_ago = |days: i32| today.saturating_sub(days.days());
        let reading_from = days_ago(DAYS_OF_READING - 1);
        let offset = i64::from(calendar.local(now).offset().seconds());
        let promises = store::promises(readers, from, now, offset).await?;
        Ok(Figures {
            weeks: weeks(app, first, from, &promises).await?,
            weekdays: weekdays(&promises),
            pages: pages(
                library,
                store::by_subject(readers, Counted::Read.as_str(), reading_from).await?,
                store::usefulness(readers, reading_from).await?,
            ),
            missed_searches: store::missed_searches(readers, &app.cipher, days_ago(DAYS_OF_SEARCHES - 1))
                .await?,
            fields: {
                let mut fields =
                    store::by_subject(readers, Counted::WrongField.as_str(), reading_from).await?;
                fields.truncate(MOST_FIELDS);
                fields
            },
        })
    }

    /// The last week that is over.
    pub fn last_week(&self) -> &WeekFigures {
        &self.weeks[WEEKS - 2]
    }

    /// All promises whose moment has come.
    pub fn promises(&self) -> Promises {
        sum(self.weeks.iter().map(|week| week.promises))
    }
}

/// The Monday with which the first week begins.
fn first_monday(today: Date) -> Date {
    let days = i32::from(today.weekday().to_monday_zero_offset()) + 7 * (WEEKS as i32 - 1);
    today.saturating_sub(days.days())
}

fn sum(promises: impl Iterator<Item = Promises>) -> Promises {
    promises.fold(Promises::default(), |mut sum, more| {
        sum += more;
        sum
    })
}

/// The weekdays that something was promised for, from Monday.
fn weekdays(promises: &[PromisesOfDay]) -> Vec<(Weekday, Promises)> {
    let of = |day: i64| promises.iter().filter(move |of| of.weekday == day).map(|of| of.promises);
    let known = (0..7).filter(|day| of(*day).next().is_some());
    known.filter_map(|day| Some((weekday(day)?, sum(of(day))))).collect()
}

fn weekday(from_monday: i64) -> Option<Weekday> {
    Weekday::from_monday_zero_offset(i8::try_from(from_monday).ok()?).ok()
}

async fn weeks(
    app: &App,
    first: Date,
    from: Timestamp,
    promises: &[PromisesOfDay],
) -> sqlx::Result<Vec<WeekFigures>> {
    let readers = app.database.readers();
    let begins = |week: usize| first.saturating_add((7 * week as i64).days());
    let mut weeks: Vec<WeekFigures> =
        (0..WEEKS).map(|week| WeekFigures { from: begins(week), ..WeekFigures::default() }).collect();
    for of in promises {
        if let Some(week) = week_of(&mut weeks, of.week) {
            week.promises += of.promises;
        }
    }
    for waiting in store::waiting(readers, from).await? {
        if let Some(week) = week_of(&mut weeks, waiting.of) {
            week.median = week.median.or(waiting.is_median.then_some(waiting.seconds));
            week.nine_in_ten = week.nine_in_ten.or(waiting.is_nine_in_ten.then_some(waiting.seconds));
        }
    }
    for (of, reports) in store::reports(readers, from).await? {
        if let Some(week) = week_of(&mut weeks, of) {
            week.reports = reports;
        }
    }
    for (day, what, times) in store::counts(readers, first).await? {
        let Ok(day) = day.parse::<Date>() else { continue };
        let Some(week) = week_of(&mut weeks, i64::from((day - first).get_days() / 7)) else { continue };
        match what.as_str() {
            "read" => week.reads += times,
            "search" => week.searches += times,
            "assessment-begun" => week.assessments_begun += times,
            "assessment-finished" => week.assessments_finished += times,
            _ => {}
        }
    }
    Ok(weeks)
}

/// A clock that was ahead may have left rows beyond this week: they belong to none.
fn week_of(weeks: &mut [WeekFigures], number: i64) -> Option<&mut WeekFigures> {
    usize::try_from(number).ok().and_then(|number| weeks.get_mut(number))
}

/// Pages that were read or voted on, by their titles.
fn pages(library: &Library, reads: Vec<PageCount>, votes: Vec<Useful>) -> Vec<PageFigures> {
    let votes_of = |slug: &str| votes.iter().find(|votes| votes.about == slug);
    let figures = |read: PageCount| {
        let sheet = library.sheets.iter().find(|sheet| sheet.path() == read.subject);
        let votes = sheet.and_then(|sheet| votes_of(&sheet.slug));
        PageFigures {
            title: title_of(library, &read.subject),
            useful: votes.map_or(0, |votes| votes.useful),
            not_useful: votes.map_or(0, |votes| votes.not_useful),
            path: read.subject,
            reads: read.times,
        }
    };
    reads.into_iter().map(figures).collect()
}

fn title_of(library: &Library, path: &str) -> String {
    let sheet = library.sheets.iter().find(|sheet| sheet.path() == path).map(|sheet| &sheet.front.title);
    let plain = || library.pages.iter().find(|page| page.path() == path).map(|page| &page.front.title);
    match (sheet.or_else(plain), path) {
        (Some(title), _) => title.clone(),
        (None, "/") => "Home".to_owned(),
        (None, path) => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn weeks_begin_on_monday_and_the_last_is_this_one() {
        for day in 23..=29 {
            assert_eq!(first_monday(date(2026, 11, day)), date(2026, 9, 7), "{day}");
        }
        assert_eq!(weekday(0), Some(Weekday::Monday));
        assert_eq!(weekday(7), None);
    }
}
