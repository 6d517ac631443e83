//! The history of one request as the desk shows it: what happened, who looked, and what was done since a page was opened.

use crate::consultations::bookings;
use crate::consultations::handling::store;
use crate::consultations::history;
use crate::consultations::history::store::HistoryEvent;
use crate::desk::history_words::{name_of, who};
use crate::desk::merged_requests::MergedRequest;
use crate::desk::state::DeskState;
use crate::library::count;
use crate::storage::clock::moment;
use crate::web::error::Result;

/// Openings by one person with no more than this between them are shown as one.
const SAME_VISIT_SECONDS: i64 = 30 * 60;

impl DeskState {
    /// What happened and who looked, the newest first: who, what, when.
    pub async fn history(
        &self,
        reference: &str,
        merged: &[MergedRequest],
        names: &[(i64, String)],
    ) -> Result<Vec<(String, String, String)>> {
        let calendar = self.app.site.clinic.calendar();
        let mut told = self.told(reference, names).await?;
        for MergedRequest { request, .. } in merged {
            let of = &request.reference;
            let theirs = self.told(of, names).await?;
            told.extend(theirs.into_iter().map(|(at, who, what)| (at, who, format!("{what} ({of})"))));
        }
        told.sort_by_key(|(at, _, _)| *at);
        let say = |(at, who, what): (i64, String, String)| (who, what, calendar.say_with_year(moment(at)));
        Ok(told.into_iter().rev().map(say).collect())
    }

    /// The same of one request, the oldest first: when, who, what.
    async fn told(&self, reference: &str, names: &[(i64, String)]) -> Result<Vec<(i64, String, String)>> {
        let readers = self.app.database.readers();
        let reasons = bookings::reasons::store::of(readers, &self.app.cipher, reference).await?;
        let what = |event: &HistoryEvent| match reasons.iter().find(|(of, _)| *of == event.id) {
            Some((_, why)) => format!("{}: “{why}”", event.what),
            None => event.what.clone(),
        };
        let mut told: Vec<(i64, String, String)> = history::store::events(readers, reference)
            .await?
            .into_iter()
            .map(|event| (event.happened_at, who(&event, names), what(&event)))
            .collect();
        told.reverse();
        let mut visits: Vec<(i64, String, usize)> = Vec::new();
        for (at, staff) in store::views(readers, reference).await? {
            let name = name_of(staff, names);
            match visits.iter_mut().rev().find(|(_, known, _)| *known == name) {
                Some((last, _, times)) if at.saturating_sub(*last) < SAME_VISIT_SECONDS => {
                    *last = at;
                    *times += 1;
                }
                _ => visits.push((at, name, 1)),
            }
        }
        told.extend(visits.into_iter().map(|(at, name, times)| match times {
            1 => (at, name, "opened it".to_owned()),
            times => (at, name, format!("opened it {}", count(times, "time"))),
        }));
        told.sort_by_key(|(at, _, _)| *at);
        Ok(told)
    }

    /// What others did since someone opened the page, the newest first.
    pub async fn news_since(&self, reference: &str, since: i64) -> Result<Vec<String>> {
        let readers = self.app.database.readers();
        let names = store::names(readers).await?;
        let events = history::store::events(readers, reference).await?;
        let calendar = self.app.site.clinic.calendar();
        let told = |event: HistoryEvent| {
            let at = calendar.say(moment(event.happened_at));
            format!("{} {} at {at}", who(&event, &names), event.what)
        };
        Ok(events.into_iter().take_while(|event| event.happened_at >= since).map(told).collect())
    }
}
