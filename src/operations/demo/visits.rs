//! What visitors of the made-up month read, searched for and got wrong: counts, as the site would have made them.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::library::Library;
use crate::operations::demo::chance::Chance;
use crate::web::app::App;
use crate::web::counts;
use crate::web::counts::{Counted, FoundNothing};

/// Pages opened on an ordinary day.
const READS: u64 = 260;
/// Of them, so many in a hundred are the first pages of the library: a few pages are read by most people.
const WELL_READ: u64 = 55;
/// How many pages those are.
const WELL_READ_PAGES: usize = 6;
/// What several people looked for, and no page says.
const NOT_FOUND: [&str; 3] = ["inversion table", "kinesio tape", "magnetic belt"];
/// What one person looked for: not shown.
const TYPED_ONCE: &str = "zzz";
const WRONG: [(&str, u64); 5] = [
    ("consultation: phone", 4),
    ("consultation: email", 3),
    ("report: email", 3),
    ("consultation: method", 2),
    ("correction: words", 1),
];

/// Counts for each day from the first one to the last.
pub async fn fill(app: &App, library: &Library, first: Date, last: Date, seed: u64) -> sqlx::Result<()> {
    let mut chance = Chance::new(seed ^ 0x5eed);
    let days: Vec<_> = first.series(1.day()).take_while(|day| *day <= last).collect();
    for day in days {
        let counted = a_day(library, day, &mut chance);
        let missed = if (last - day).get_days() < 7 { searches(&mut chance) } else { Vec::new() };
        let cipher = app.cipher.clone();
        let write = app.database.write(move |connection| {
            Box::pin(async move {
                counts::store::add(connection, day, &counted).await?;
                counts::store::note_missed(connection, &cipher, day, &missed).await
            })
        });
        write.await?;
    }
    Ok(())
}

fn a_day(library: &Library, day: Date, chance: &mut Chance) -> Vec<(Counted, String, u32)> {
    // People look for help on Mondays, and at weekends less.
    let busy = match day.weekday() {
        Weekday::Monday => 130,
        Weekday::Saturday | Weekday::Sunday => 60,
        _ => 100,
    };
    let about = |chance: &mut Chance, number: u64| {
        let least = number * busy / 125;
        u32::try_from(least + chance.below(number * busy / 250 + 1)).unwrap_or(u32::MAX)
    };
    let mut counted = Vec::new();
    for _ in 0..about(chance, READS) {
        let (well_read, others) = library.sheets.split_at(WELL_READ_PAGES.min(library.sheets.len()));
        let among = if chance.percent(WELL_READ) || others.is_empty() { well_read } else { others };
        counted.push((Counted::Read, chance.one(among).path(), 1));
    }
    counted.push((Counted::Read, "/".to_owned(), about(chance, 70)));
    counted.push((Counted::Search, String::new(), about(chance, 45)));
    let begun = about(chance, 14);
    counted.push((Counted::AssessmentBegun, String::new(), begun));
    counted.push((Counted::AssessmentFinished, String::new(), begun * 7 / 10));
    for (field, number) in WRONG {
        counted.push((Counted::WrongField, field.to_owned(), about(chance, number)));
    }
    counted.retain(|(.., times)| *times > 0);
    counted
}

fn searches(chance: &mut Chance) -> Vec<FoundNothing> {
    let mut found = |query: &str, least: usize| FoundNothing {
        query: query.to_owned(),
        networks: least + usize::try_from(chance.below(3)).unwrap_or_default(),
    };
    let mut searches: Vec<FoundNothing> = NOT_FOUND.iter().map(|query| found(query, 2)).collect();
    searches.push(FoundNothing { query: TYPED_ONCE.to_owned(), networks: 1 });
    searches
}
