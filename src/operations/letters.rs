//! Renders each stored mail by the feature that stored it. Here, because the outbox knows no feature.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::consultations::bookings::letter::{BookingLetter, Envelope};
use crate::consultations::letters::{Confirmation, Notice};
use crate::consultations::messages::letter::MessageLetter;
use crate::consultations::reminders::letter::ReminderLetter;
use crate::desk::insights::letter::WeeklyLetter;
use crate::library::Library;
use crate::library::signatures::Signatures;
use crate::mail::limits::stop_link;
use crate::mail::{OutgoingMail, Purpose, RenderedLetter, Renderer};
use crate::patients::complaints::letter::ComplaintNotice;
use crate::patients::reports::letter::ReportLetter;
use crate::staff::people::letter::InvitationLetter;
use crate::web::app::App;
use crate::web::tappable::tappable;

/// The site and its pages as they are now, and who signed them.
type SiteNow = (App, Arc<Library>, Arc<Signatures>);

pub fn renderer(now: impl Fn() -> SiteNow + Send + Sync + 'static) -> Renderer {
    Arc::new(move |mail| render(now(), mail))
}

fn render((app, library, signatures): SiteNow, mail: &OutgoingMail) -> anyhow::Result<RenderedLetter> {
    let (site, reference) = (&app.site, mail.reference);
    let stop = || stop_link(site, &app.cipher, mail.to);
    let letter = match mail.purpose {
        Purpose::ConsultationConfirmation => {
            read::<Confirmation>(mail)?.render(site, reference, mail.created_at, stop())?
        }
        Purpose::ConsultationNotice => read::<Notice>(mail)?.render(site, reference)?,
        Purpose::ConsultationBooking => {
            let OutgoingMail { from, to, created_at, .. } = *mail;
            let envelope = Envelope { reference, from, to, created_at, stop: stop() };
            read::<BookingLetter>(mail)?.render(site, envelope)?
        }
        Purpose::ConsultationReminder => {
            let OutgoingMail { from, to, created_at, .. } = *mail;
            let envelope = Envelope { reference, from, to, created_at, stop: stop() };
            read::<ReminderLetter>(mail)?.0.render(site, envelope)?
        }
        Purpose::ConsultationMessage => read::<MessageLetter>(mail)?.render(site, reference, stop())?,
        Purpose::Report => read::<ReportLetter>(mail)?.render(site, &library, &signatures, stop())?,
        Purpose::StaffInvitation => read::<InvitationLetter>(mail)?.render(site)?,
        Purpose::ComplaintNotice => read::<ComplaintNotice>(mail)?.render(site, reference)?,
        Purpose::WeeklyInsights => read::<WeeklyLetter>(mail)?.render(site)?,
        Purpose::Unknown => anyhow::bail!("no feature of this version wrote this mail"),
    };
    Ok(RenderedLetter { html: tappable(letter.html), ..letter })
}

fn read<T: DeserializeOwned>(mail: &OutgoingMail) -> anyhow::Result<T> {
    Ok(serde_json::from_str(mail.letter)?)
}
