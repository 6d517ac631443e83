//! Pages that only staff see yet: taken out of everything that readers and programs are shown.

use jiff::civil::Date;

use crate::library::collection::Library;
use crate::library::day::day;
use crate::library::front_matter::FrontMatter;

impl FrontMatter {
    /// Whether readers see the page on this day. A draft waits, whatever its day.
    pub fn is_shown_on(&self, today: Date) -> bool {
        !self.draft && self.publish.is_none_or(|publish| publish <= today)
    }

    /// "A draft, for staff alone" or "For staff alone until 1 December 2026".
    pub fn waits(&self) -> String {
        match self.publish.filter(|_| !self.draft) {
            Some(publish) => format!("For staff alone until {}", day(&publish)),
            None => "A draft, for staff alone".to_owned(),
        }
    }
}

impl Library {
    /// Takes the pages that are not shown on this day out of the sheets.
    pub(super) fn take_drafts_out(&mut self, today: Date) {
        let (shown, drafts) =
            std::mem::take(&mut self.sheets).into_iter().partition(|sheet| sheet.front.is_shown_on(today));
        (self.sheets, self.drafts) = (shown, drafts);
    }

    /// False when a page has come to its day, or was shown before it because the clock was ahead.
    pub fn is_of(&self, today: Date) -> bool {
        self.sheets.iter().all(|sheet| sheet.front.is_shown_on(today))
            && !self.drafts.iter().any(|draft| draft.front.is_shown_on(today))
    }
}
