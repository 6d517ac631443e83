//! Mails about a booking that follow one another while none goes: what is said last is what stands.

use jiff::SignedDuration;

use mybackpain::mail::Transport;

use crate::bookings::{appointment, words};
use crate::consultations::link_in;
use crate::support::Site;
use crate::support::desk::page;
use crate::support::smtp::{At, Fault, SmtpServer};

/// The bodies of the mails about a booking, the oldest first, and what the calendar makes of each.
async fn booking_mails(site: &Site) -> Vec<(String, String)> {
    let mails = site.mails().await.into_iter().filter(|mail| mail.contains("text/calendar"));
    mails.map(|mail| (appointment(&mail).sequence, words(&mail))).collect()
}

#[tokio::test]
async fn a_booking_that_is_changed_while_its_mail_waits_is_told_once_and_as_it_is() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    staff.book(&reference).await;
    // The first mail is tried and waits for its retry; the newer one would overtake it.
    site.change(
        "update outbox set state = 'retry', due_at = due_at + 600 where purpose = 'consultation-booking'",
    )
    .await
    .unwrap();
    site.clock.advance(SignedDuration::from_secs(60));
    let moved =
        [("date", "5/6/2026"), ("time", "2pm"), ("minutes", "30"), ("setting", "phone"), ("place", "")];
    staff.act(&reference, "booking", &moved).await;
    site.clock.advance(SignedDuration::from_hours(1));
    let [(sequence, said)] = &booking_mails(&site).await[..] else { panic!("one mail") };
    assert_eq!(sequence, "1");
    assert!(
        said.contains("Your consultation is booked") && said.contains("2pm on Friday 5 June 2026"),
        "{said}"
    );
    let list = site.staff().await.get("/staff/mail").await;
    assert!(list.words().contains("Replaced or taken back before it was sent"), "nothing disappears");
}

#[tokio::test]
async fn a_cancellation_replaces_every_mail_about_the_booking_that_failed() {
    for state in ["failed", "needs attention"] {
        let site = Site::open().await;
        let reference = site.one_request().await;
        let mut staff = site.staff().await;
        staff.book(&reference).await;
        let sql = format!("update outbox set state = '{state}' where purpose = 'consultation-booking'");
        site.change(&sql).await.unwrap();
        site.clock.advance(SignedDuration::from_secs(60));
        staff.act(&reference, "cancellation", &[]).await;
        site.clock.advance(SignedDuration::from_hours(1));
        let [(sequence, said)] = &booking_mails(&site).await[..] else { panic!("one mail") };
        assert_eq!(sequence, "1");
        assert!(said.contains("Your consultation is cancelled"), "{state}: {said}");
        assert_eq!(site.count("outbox where state = 'replaced'").await, 1, "{state}");
    }
}

#[tokio::test]
async fn a_booking_that_follows_a_cancelled_one_leaves_its_cancellation_to_be_sent() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    staff.book(&reference).await;
    assert_eq!(booking_mails(&site).await.len(), 1, "the first time is in the patient's calendar");
    // No mail goes between the two.
    staff.act(&reference, "cancellation", &[]).await;
    let later =
        [("date", "11/6/2026"), ("time", "2pm"), ("minutes", "30"), ("setting", "phone"), ("place", "")];
    staff.act(&reference, "booking", &later).await;
    let said: Vec<String> = booking_mails(&site).await.into_iter().map(|(_, words)| words).collect();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said.iter().any(|words| words.contains("Your consultation is cancelled")), "{said:?}");
    assert!(said.iter().any(|words| words.contains("2pm on Thursday 11 June 2026")), "{said:?}");
}

#[tokio::test]
async fn a_booking_that_is_cancelled_before_its_mail_went_is_never_heard_of() {
    for state in ["queued", "retry"] {
        let site = Site::open().await;
        let reference = site.one_request().await;
        let mut staff = site.staff().await;
        staff.book(&reference).await;
        let sql = format!("update outbox set state = '{state}' where purpose = 'consultation-booking'");
        site.change(&sql).await.unwrap();
        let question = staff.get(&format!("{}/cancellation", page(&reference))).await;
        assert!(
            question.words().contains("has not gone yet, so nothing will be sent"),
            "{}",
            question.words()
        );
        staff.act(&reference, "cancellation", &[]).await;
        site.clock.advance(SignedDuration::from_hours(1));
        assert!(booking_mails(&site).await.is_empty(), "{state}");
        assert_eq!(site.count("bookings where cancelled_at is null").await, 0);
        let mut staff = site.staff().await;
        let words = staff.get(&page(&reference)).await.words();
        assert!(words.contains("cancelled the booking before any email about it had gone"), "{words}");
        // What comes after it is told as any first time.
        staff.book(&reference).await;
        let [(sequence, said)] = &booking_mails(&site).await[..] else { panic!("one mail") };
        assert_eq!(sequence, "0");
        assert!(said.contains("Your consultation is booked"), "{said}");
    }
}

#[tokio::test]
async fn a_booking_moved_there_and_back_before_its_mail_went_is_announced_once_as_booked() {
    for at in [None, Some(At::Data), Some(At::Dot)] {
        let server = SmtpServer::start().await;
        let site = Site::open().await;
        let reference = site.one_request().await;
        site.mails().await;
        let worker = site.worker_with(Transport::parse(Some(&server.url()), "unused".into()).unwrap());
        let mut staff = site.staff().await;
        staff.book(&reference).await;
        if let Some(at) = at {
            // The server has heard the first mail, and refused it for now.
            server.fail(at, Fault::Say("451 later"), 1);
            worker.step().await.unwrap();
            assert_eq!(site.count("outbox where state = 'retry'").await, 1, "{at:?}");
        }
        let moved =
            [("date", "5/6/2026"), ("time", "2pm"), ("minutes", "30"), ("setting", "phone"), ("place", "")];
        site.clock.advance(SignedDuration::from_secs(60));
        staff.act(&reference, "booking", &moved).await;
        site.clock.advance(SignedDuration::from_secs(60));
        staff.book(&reference).await;
        site.clock.advance(SignedDuration::from_hours(1));
        let [(_, said)] = &booking_mails(&site).await[..] else { panic!("one mail: {at:?}") };
        assert!(said.contains("Your consultation is booked"), "{at:?}: {said}");
        assert!(said.contains("10.30am on Thursday 4 June 2026"), "{at:?}: {said}");
    }
}

/// The patient's address stopped mail: the desk hears that before it books, changes and cancels, not afterwards.
#[tokio::test]
async fn the_desk_says_beforehand_that_no_mail_goes_to_an_address_that_stopped_mail() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    let form = format!("{}/booking", page(&reference));
    let before = staff.get(&form).await.words();
    assert!(before.contains("will get an email with a calendar file"), "{before}");
    let mail = site.mails().await.into_iter().find(|mail| mail.contains("/reports/stop/")).unwrap();
    site.visitor().post(&link_in(&mail, "http://localhost/reports/stop/"), &[]).await;

    let new = staff.get(&form).await;
    assert!(
        new.words().contains("asked us to send nothing more: tell them the time by phone"),
        "{}",
        new.words()
    );
    assert_eq!(new.first("form.booking button"), "Book");
    staff.book(&reference).await;
    assert_eq!(staff.get(&form).await.first("form.booking button"), "Save");
    let question = staff.get(&format!("{}/cancellation", page(&reference))).await.words();
    assert!(question.contains("They will get no email"), "{question}");
    assert!(!question.contains("takes it out of their calendar"), "{question}");
}

/// The mail server was away while a booking that the patient knew was moved, and then moved back or cancelled.
#[tokio::test]
async fn what_was_moved_while_no_mail_went_is_told_from_the_time_that_the_patient_knows() {
    for cancelled in [true, false] {
        let site = Site::open().await;
        let reference = site.one_request().await;
        let mut staff = site.staff().await;
        staff.book(&reference).await;
        assert_eq!(booking_mails(&site).await.len(), 1, "they know of 10.30am");
        let moved =
            [("date", "5/6/2026"), ("time", "2pm"), ("minutes", "30"), ("setting", "phone"), ("place", "")];
        site.clock.advance(SignedDuration::from_secs(60));
        staff.act(&reference, "booking", &moved).await;
        site.clock.advance(SignedDuration::from_secs(60));
        match cancelled {
            true => staff.act(&reference, "cancellation", &[]).await,
            false => staff.book(&reference).await,
        };
        site.clock.advance(SignedDuration::from_hours(1));
        let mails = booking_mails(&site).await;
        let said = &mails.last().unwrap().1;
        assert_eq!(mails.len(), 2, "{mails:?}");
        assert!(said.contains("10.30am on Thursday 4 June 2026") && !said.contains("2pm"), "{said}");
        let heading =
            if cancelled { "Your consultation is cancelled" } else { "Your consultation is booked" };
        assert!(said.contains(heading) && !said.contains("has changed"), "{said}");
    }
}
