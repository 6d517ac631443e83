//! Reminders of a booking: when they go, when they do not, and how a patient stops them.

use jiff::{SignedDuration, Timestamp};
use mybackpain::clinic::Role;
use mybackpain::consultations::reminders::making::make_due;
use mybackpain::operations::clock_check::ClockCheck;
use mybackpain::operations::minute_job::pass;

use crate::private_page::{asked, asked_with, owner, text_of};
use crate::support::desk::page;
use crate::support::{Site, consultation, with};

/// Two days and two hours before 10.30am on Thursday 4 June 2026, in London.
const TWO_DAYS_BEFORE: &str = "2026-06-02T09:30:00Z";
const TWO_HOURS_BEFORE: &str = "2026-06-04T07:30:00Z";
const BEGINS: &str = "2026-06-04T09:30:00Z";
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn until(site: &Site, moment: &str) {
    let moment: Timestamp = moment.parse().unwrap();
    site.clock.advance(moment.duration_since(site.now()));
}

/// How many reminders are made now.
async fn made(site: &Site) -> usize {
    make_due(&site.app).await.unwrap()
}

/// The words of every reminder that was sent so far.
async fn reminders(site: &Site) -> Vec<String> {
    let mails = site.mails().await;
    mails.iter().filter(|mail| mail.contains("Your consultation is soon")).map(|mail| text_of(mail)).collect()
}

#[tokio::test]
async fn a_patient_is_reminded_two_days_and_two_hours_before_and_at_no_other_time() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    site.staff().await.book(&reference).await;
    assert_eq!(made(&site).await, 0);
    until(&site, TWO_DAYS_BEFORE);
    site.clock.jump(-MINUTE);
    assert_eq!(made(&site).await, 0);
    site.clock.jump(MINUTE);
    assert_eq!((made(&site).await, made(&site).await), (1, 0));
    assert_eq!(reminders(&site).await.len(), 1);
    until(&site, TWO_HOURS_BEFORE);
    assert_eq!((made(&site).await, made(&site).await), (1, 0));
    assert_eq!(reminders(&site).await.len(), 2);
    until(&site, BEGINS);
    assert_eq!(made(&site).await, 0);
    let sent = reminders(&site).await;
    assert_eq!(sent.len(), 2, "and none after it began");
    let words = &sent[0];
    assert!(words.contains("10.30am on Thursday 4 June 2026, for 45 minutes"), "{words}");
    for way in ["/another-time", "/reminders"] {
        assert!(words.contains(&format!("http://localhost{private}{way}")), "{words}");
    }
    let concern = consultation().into_iter().find(|(field, _)| *field == "concern").unwrap().1;
    assert!(!words.contains(concern) && !words.to_lowercase().contains("physio"), "{words}");
    let list = site.staff_as(Role::Reception).await.get("/staff/mail").await;
    assert!(list.words().contains("Reminder of a booking, to the patient"));
}

#[tokio::test]
async fn a_cancelled_or_moved_booking_is_not_reminded_of_at_its_old_time() {
    let site = Site::open().await;
    let (moved, cancelled) =
        (site.one_request().await, site.request(&with(consultation(), "email", &["bob@example.org"])).await);
    let mut staff = site.staff().await;
    for reference in [&moved, &cancelled] {
        staff.book(reference).await;
    }
    until(&site, TWO_DAYS_BEFORE);
    assert_eq!(made(&site).await, 2);
    let mut staff = site.staff().await;
    let later = [("date", "11/6/2026"), ("time", "2pm"), ("minutes", "30"), ("setting", "phone")];
    staff.act(&moved, "booking", &later).await;
    staff.act(&cancelled, "cancellation", &[]).await;
    assert_eq!(reminders(&site).await.len(), 0, "those that waited are taken back");
    until(&site, TWO_HOURS_BEFORE);
    assert_eq!(made(&site).await, 0);
    until(&site, "2026-06-09T13:00:00Z");
    assert_eq!(made(&site).await, 1, "two days before its new time");
    assert!(reminders(&site).await[0].contains("2pm on Thursday 11 June 2026"));
}

#[tokio::test]
async fn who_was_told_of_a_booking_since_a_reminder_was_due_gets_only_the_later_one() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    until(&site, "2026-06-03T09:30:00Z");
    site.staff().await.book(&reference).await;
    assert_eq!(made(&site).await, 0, "booked a day before");
    until(&site, TWO_HOURS_BEFORE);
    assert_eq!(made(&site).await, 1);
}

#[tokio::test]
async fn after_a_standstill_a_patient_is_reminded_once() {
    let site = Site::open().await;
    site.staff().await.book(&site.one_request().await).await;
    until(&site, "2026-06-04T09:00:00Z");
    assert_eq!((made(&site).await, made(&site).await), (1, 0));
    assert_eq!(reminders(&site).await.len(), 1);
}

#[tokio::test]
async fn a_reminder_that_was_held_up_is_not_sent_after_the_booking_began() {
    let site = Site::open().await;
    site.staff().await.book(&site.one_request().await).await;
    assert_eq!(site.mails().await.len(), 3);
    until(&site, TWO_HOURS_BEFORE);
    assert_eq!(made(&site).await, 1);
    site.change(
        "update outbox set state = 'retry', due_at = due_at + 7100 where purpose = 'consultation-reminder'",
    )
    .await
    .unwrap();
    until(&site, BEGINS);
    assert_eq!(reminders(&site).await.len(), 0);
    assert_eq!(made(&site).await, 0);
    assert_eq!(reminders(&site).await.len(), 0);
    let list = site.staff_as(Role::Reception).await.get("/staff/mail").await;
    assert!(list.all(".tasks h3").is_empty(), "no task for anyone");
    assert!(list.words().contains("of no use any more, so it was given up"), "{}", list.words());
}

#[tokio::test]
async fn while_the_time_is_not_believed_no_reminder_goes_and_none_is_lost() {
    let hours = SignedDuration::from_hours;
    let site = Site::open().await;
    site.staff().await.book(&site.one_request().await).await;
    let mut clock = ClockCheck::default();
    assert_eq!(pass(&site.app, &mut clock, hours(1)).await.unwrap(), 0);
    let ahead = TWO_DAYS_BEFORE.parse::<Timestamp>().unwrap().duration_since(site.now());
    site.clock.jump(ahead);
    assert_eq!(pass(&site.app, &mut clock, hours(1)).await.unwrap(), 0, "twelve days ahead");
    let said = site.staff().await.get("/staff").await.all(".alarms li");
    assert!(said.iter().any(|line| line.contains("no reminders are sent")), "{said:?}");
    site.clock.jump(-ahead);
    site.clock.advance(ahead);
    assert_eq!(pass(&site.app, &mut clock, hours(1) + ahead).await.unwrap(), 1, "in its time");
}

#[tokio::test]
async fn a_patient_stops_reminders_and_has_them_again() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    site.staff().await.book(&reference).await;
    let address = format!("{private}/reminders");
    let mut stranger = site.visitor();
    let asked = format!("{private}?to=reminders");
    assert_eq!(stranger.get(&address).await.location(), asked, "the question comes first");
    stranger.post(&address, &[("reminders", "off")]).await;
    let mut patient = owner(&site, &private).await;
    let shown = patient.get(&private).await.words();
    assert!(shown.contains("remind you by email 2 days and 2 hours before"), "{shown}");
    assert!(patient.get(&address).await.first("h1").contains("stop reminders"), "a stranger changed nothing");
    for odd in
        [&[][..], &[("reminders", "")], &[("reminders", "\0")], &[("reminders", "off "), ("reminders", "on")]]
    {
        patient.post(&address, odd).await;
    }
    assert_eq!(patient.post(&address, &[("reminders", "off")]).await.location(), private);
    assert!(patient.get(&private).await.words().contains("You asked for no reminders"));
    until(&site, TWO_DAYS_BEFORE);
    assert_eq!(made(&site).await, 0);
    let history = site.staff().await.get(&page(&reference)).await.all(".log li").join(" ");
    assert!(history.contains("asked for no reminders"), "{history}");
    let mut patient = owner(&site, &private).await;
    patient.post(&address, &[("reminders", "on")]).await;
    until(&site, TWO_HOURS_BEFORE);
    assert_eq!(made(&site).await, 1);
    let mut patient = owner(&site, &private).await;
    patient.post(&address, &[("reminders", "off")]).await;
    assert_eq!(reminders(&site).await.len(), 0, "one that waited is taken back");
}

#[tokio::test]
async fn nobody_without_an_address_that_takes_our_mail_is_reminded() {
    let site = Site::open().await;
    let (reference, _) = asked_with(&site, &consultation()).await;
    site.staff().await.book(&reference).await;
    site.change("update outbox set state = 'sent' where state = 'queued'").await.unwrap();
    let mail = site.mails().await.into_iter().find(|mail| mail.contains("/reports/stop/")).unwrap();
    let stop = crate::consultations::link_in(&mail, "http://localhost/reports/stop/");
    site.visitor().post(&stop, &[]).await;
    until(&site, TWO_DAYS_BEFORE);
    assert_eq!(made(&site).await, 0);
    assert_eq!(site.count("outbox where purpose = 'consultation-reminder'").await, 0);
}
