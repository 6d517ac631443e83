//! Rules about callouts: how those about 999 and 111 begin, and that what they claim has a source.

use std::sync::LazyLock;

use crate::library::check::matching::Phrases;
use crate::library::check::prose::{Callout, Prose};
use crate::library::check::report::CheckFinding;
use crate::library::check::source::SourceFile;
use crate::library::check::words;
use crate::library::markdown::CalloutKind;

/// That 999 and 111 are worded as the house does.
pub fn titles(source: &SourceFile, prose: &Prose) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    for Callout { place, kind, title, .. } in &prose.callouts {
        let openings = match kind {
            CalloutKind::Emergency => words::EMERGENCY_OPENINGS,
            CalloutKind::Urgent => words::URGENT_OPENINGS,
            CalloutKind::NonUrgent | CalloutKind::Note => continue,
        };
        let begins = |opening: &&str| {
            title.strip_prefix(*opening).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        };
        if !openings.iter().any(begins) {
            let message = format!("{title:?} does not begin as the house does, such as {:?}", openings[0]);
            findings.push(source.in_text(*place, "house-wording", message));
        }
    }
    findings
}

/// Signs and notes rest on a source, or say that there is none. When to ask a GP is advice and needs none.
pub fn sources(source: &SourceFile, prose: &Prose) -> Vec<CheckFinding> {
    static NO_SOURCE: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(words::NO_SOURCE.iter().copied()));
    let claims = |callout: &&Callout| {
        callout.kind != CalloutKind::NonUrgent && !callout.cited && !NO_SOURCE.is_in(&callout.words)
    };
    let said = |callout: &Callout| {
        let message = format!("{:?} cites no source", callout.title);
        source.in_text(callout.place, "callout-without-source", message)
    };
    prose.callouts.iter().filter(claims).map(said).collect()
}
