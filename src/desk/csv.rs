//! The queue as a file that a spreadsheet opens safely (RFC 4180).

use crate::consultations::csv::store;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::clinic::calendar::Calendar;
use crate::staff;
use crate::staff::session::QueueTaker;
use crate::storage::clock::moment;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::page;

/// Signs with which a spreadsheet begins a formula, and their full-width forms.
const DANGEROUS: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

const HEADINGS: [&str; 11] = [
    "Reference",
    "State",
    "Asked at",
    "Promised",
    "Sign",
    "Spam",
    "Name",
    "Phone",
    "Email",
    "Prefers",
    "Best time",
];

pub fn routes(app: App) -> Router {
    Router::new().route("/staff/consultations.csv", get(show)).with_state(app)
}

/// Contact details and safety marks, never what patients wrote: that is for clinicians, on the desk.
async fn show(State(app): State<App>, QueueTaker(me): QueueTaker) -> Result<Response> {
    let rows = store::all(app.database.readers(), &app.cipher).await?;
    staff::note(&app, me.id, "took the queue away as a file", String::new()).await?;
    let calendar = app.site.clinic.calendar();
    let mut text = line(&HEADINGS);
    for row in rows {
        text.push_str(&line(&row.cells(calendar)));
    }
    Ok(file_of(&app, "requests", text))
}

/// Lines as a file of today, for one visitor.
pub fn file_of(app: &App, called: &str, lines: String) -> Response {
    let day = app.site.clinic.calendar().local(app.clock.now()).date();
    let name = format!("attachment; filename=\"{called}-{day}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, name.as_str()),
        (header::CACHE_CONTROL, page::PRIVATE),
    ];
    // The mark at the start makes a spreadsheet read it as UTF-8.
    (headers, format!("\u{feff}{lines}")).into_response()
}

impl store::CsvRow {
    fn cells(self, calendar: &Calendar) -> [String; 11] {
        let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
        let time = |at: i64| calendar.local(moment(at)).strftime("%Y-%m-%d %H:%M").to_string();
        [
            self.reference,
            match self.merged_into {
                Some(into) => format!("merged into {into}"),
                None => self.state,
            },
            time(self.created_at),
            time(self.due_at),
            self.sign,
            yes(self.spam),
            self.name,
            self.phone,
            self.email,
            self.method,
            self.times,
        ]
    }
}

/// One row of the file: each cell quoted, and none a formula.
pub fn line<T: AsRef<str>>(cells: &[T]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| format!("\"{}\"", guard_formula(cell.as_ref()).replace('"', "\"\"")))
        .collect();
    cells.join(",") + "\r\n"
}

/// A cell that no spreadsheet takes for a formula: an apostrophe in front makes it text.
fn guard_formula(cell: &str) -> String {
    // Some programs drop spaces first.
    if cell.trim_start_matches(' ').starts_with(DANGEROUS) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_every_cell_stays_one() {
        for formula in
            ["=1+1", "+44 7700", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", " =1"]
        {
            assert!(guard_formula(formula).starts_with('\''), "{formula:?}");
        }
        assert_eq!(guard_formula("O'Brien, Ada"), "O'Brien, Ada");
        assert_eq!(line(&["a \"b\", c", "=x\r\ny"]), "\"a \"\"b\"\", c\",\"'=x\r\ny\"\r\n");
    }
}
