//! What the page of insights shows: for each question a heading, a sentence, and where there is anything a drawing and a
//! table of the same figures.

use crate::desk::insights::chart::{Chart, Series, Shape};
use crate::desk::insights::figures::{Figures, WeekFigures};
use crate::desk::insights::sentences::{day_name, length};

/// Pages that stand in the table.
const MOST_PAGES: usize = 40;

pub struct InsightSection {
    /// Of its heading.
    pub id: &'static str,
    pub title: &'static str,
    pub sentence: String,
    pub chart: Option<Chart>,
    pub table: Option<CountTable>,
}

/// A row for each thing, and a number in each other column.
pub struct CountTable {
    pub caption: &'static str,
    pub columns: Vec<&'static str>,
    pub rows: Vec<CountRow>,
}

pub struct CountRow {
    pub head: String,
    /// Where the head leads to, or nothing.
    pub link: String,
    pub cells: Vec<String>,
}

/// A figure of one week; nothing where there is none.
type OfWeek = fn(&WeekFigures) -> Option<f64>;
/// A figure of one week in words.
type InWords = fn(&WeekFigures) -> String;

fn hours(seconds: i64) -> f64 {
    seconds as f64 / 3_600.0
}

fn waited(seconds: Option<i64>) -> String {
    seconds.map_or_else(|| "–".to_owned(), length)
}

impl CountTable {
    /// Nothing when there is no row.
    fn of(
        caption: &'static str,
        columns: &[&'static str],
        rows: impl Iterator<Item = CountRow>,
    ) -> Option<CountTable> {
        let rows: Vec<CountRow> = rows.collect();
        (!rows.is_empty()).then(|| CountTable { caption, columns: columns.to_vec(), rows })
    }
}

fn row<const N: usize>(head: impl Into<String>, numbers: [i64; N]) -> CountRow {
    CountRow {
        head: head.into(),
        link: String::new(),
        cells: numbers.map(|number| number.to_string()).into(),
    }
}

impl Figures {
    /// Those with a drawing.
    pub fn charted(&self) -> Vec<InsightSection> {
        vec![
            self.by_week(
                ("promises", "Promises, week by week", "Promises by the week in which people asked"),
                self.promises_in_words(),
                (
                    Shape::Bars,
                    [
                        ("Kept", |week| Some(week.promises.kept as f64)),
                        ("Missed", |week| Some(week.promises.missed as f64)),
                    ],
                ),
                &[
                    ("Requests", |week| week.promises.requests.to_string()),
                    ("Kept", |week| week.promises.kept.to_string()),
                    ("Missed", |week| week.promises.missed.to_string()),
                ],
            ),
            self.by_weekday(),
            self.by_week(
                (
                    "waiting",
                    "How long people waited to hear",
                    "Time until people heard from us, by the week in which they asked",
                ),
                self.waiting_in_words(),
                (
                    Shape::Lines,
                    [
                        ("Half heard within, in hours", |week| week.median.map(hours)),
                        ("Nine in ten, in hours", |week| week.nine_in_ten.map(hours)),
                    ],
                ),
                &[
                    ("Half heard within", |week| waited(week.median)),
                    ("Nine in ten within", |week| waited(week.nine_in_ten)),
                ],
            ),
            self.by_week(
                ("forms", "What people sent", "Requests and reports by week"),
                self.forms_in_words(),
                (
                    Shape::Lines,
                    [
                        ("Requests", |week| Some(week.promises.requests as f64)),
                        ("Reports", |week| Some(week.reports as f64)),
                    ],
                ),
                &[
                    ("Requests", |week| week.promises.requests.to_string()),
                    ("Reports", |week| week.reports.to_string()),
                ],
            ),
            self.by_week(
                ("assessments", "Self-assessments", "Self-assessments by week"),
                self.assessments_in_words(),
                (
                    Shape::Lines,
                    [
                        ("Begun", |week| Some(week.assessments_begun as f64)),
                        ("Finished", |week| Some(week.assessments_finished as f64)),
                    ],
                ),
                &[
                    ("Begun", |week| week.assessments_begun.to_string()),
                    ("Finished", |week| week.assessments_finished.to_string()),
                ],
            ),
            self.by_week(
                ("visits", "How much people read", "Pages opened and searches by week"),
                self.visits_in_words(),
                (
                    Shape::Lines,
                    [
                        ("Pages opened", |week| Some(week.reads as f64)),
                        ("Searches", |week| Some(week.searches as f64)),
                    ],
                ),
                &[
                    ("Pages opened", |week| week.reads.to_string()),
                    ("Searches", |week| week.searches.to_string()),
                ],
            ),
        ]
    }

    pub fn searches(&self) -> InsightSection {
        let rows =
            self.missed_searches.iter().map(|missed| row(&missed.query, [missed.days, missed.networks]));
        InsightSection {
            id: "searches",
            title: "What people looked for and did not find",
            sentence: self.searches_in_words(),
            chart: None,
            table: CountTable::of(
                "Searches without a result",
                &["Words", "Days of the last 7", "Networks"],
                rows,
            ),
        }
    }

    /// Those with a table alone.
    pub fn listed(&self) -> Vec<InsightSection> {
        let pages = self.pages.iter().take(MOST_PAGES).map(|page| CountRow {
            link: page.path.clone(),
            ..row(&page.title, [page.reads, page.useful, page.not_useful])
        });
        let fields = self.fields.iter().map(|field| row(&field.subject, [field.times]));
        vec![
            InsightSection {
                id: "reading",
                title: "What people read",
                sentence: self.reading_in_words(),
                chart: None,
                table: CountTable::of(
                    "Pages of the last 4 weeks, the most opened first",
                    &["Page", "Opened", "Useful", "Not useful"],
                    pages,
                ),
            },
            InsightSection {
                id: "fields",
                title: "What people get wrong on forms",
                sentence: self.fields_in_words(),
                chart: None,
                table: CountTable::of(
                    "Fields that were sent back in the last 4 weeks",
                    &["Form and field", "Times"],
                    fields,
                ),
            },
        ]
    }

    fn by_week(
        &self,
        (id, title, caption): (&'static str, &'static str, &'static str),
        sentence: String,
        (shape, series): (Shape, [(&'static str, OfWeek); 2]),
        columns: &[(&'static str, InWords)],
    ) -> InsightSection {
        let labels = self.weeks.iter().map(|week| week.from.strftime("%-d %b").to_string()).collect();
        let series = series.map(|(name, of)| Series { name, values: self.weeks.iter().map(of).collect() });
        let rows = self.weeks.iter().map(|week| CountRow {
            head: week.from.strftime("%-d %B").to_string(),
            link: String::new(),
            cells: columns.iter().map(|(_, of)| of(week)).collect(),
        });
        let titles: Vec<&str> =
            std::iter::once("Week from").chain(columns.iter().map(|(name, _)| *name)).collect();
        InsightSection {
            id,
            title,
            chart: Some(Chart::new(shape, sentence.clone(), labels, series.into())),
            table: CountTable::of(caption, &titles, rows),
            sentence,
        }
    }

    fn by_weekday(&self) -> InsightSection {
        let sentence = self.weekdays_in_words();
        let values = |of: fn(&crate::desk::insights::store::Promises) -> i64| {
            self.weekdays.iter().map(|(_, promises)| Some(of(promises) as f64)).collect()
        };
        let labels = self.weekdays.iter().map(|(day, _)| day_name(*day)[..3].to_owned()).collect();
        let series = vec![
            Series { name: "Kept", values: values(|promises| promises.kept) },
            Series { name: "Missed", values: values(|promises| promises.missed) },
        ];
        let chart = Chart::new(Shape::Bars, sentence.clone(), labels, series);
        let rows =
            self.weekdays.iter().map(|(day, promises)| row(day_name(*day), [promises.kept, promises.missed]));
        InsightSection {
            id: "weekdays",
            title: "Promises, by the day they were for",
            sentence,
            chart: (!self.weekdays.is_empty()).then_some(chart),
            table: CountTable::of(
                "Promises by the weekday on which they came due",
                &["Day", "Kept", "Missed"],
                rows,
            ),
        }
    }
}
