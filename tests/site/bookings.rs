//! Booking a consultation: the mail, its calendar file as a real calendar reads it, changes and cancellation.

use axum::http::StatusCode;
use icalendar::{Calendar, CalendarComponent, CalendarDateTime, Component, DatePerhapsTime};
use jiff::SignedDuration;
use mailparse::ParsedMail;

use crate::support::desk::page;
use crate::support::{Site, consultation, one_line, with};

/// What a calendar makes of a mail.
pub struct Appointment {
    method: String,
    uid: String,
    pub sequence: String,
    start: String,
    end: String,
    whole: String,
}

fn parts<'m>(mail: &'m ParsedMail<'m>) -> Vec<&'m ParsedMail<'m>> {
    mail.parts().filter(|part| part.subparts.is_empty()).collect()
}

fn utc(moment: Option<DatePerhapsTime>) -> String {
    match moment {
        Some(DatePerhapsTime::DateTime(CalendarDateTime::Utc(moment))) => moment.to_string(),
        other => panic!("not in UTC: {other:?}"),
    }
}

/// Reads the calendar part of a mail with a calendar library.
pub fn appointment(mail: &str) -> Appointment {
    let mail = mailparse::parse_mail(mail.as_bytes()).unwrap();
    let parts = parts(&mail);
    let part = parts.iter().find(|part| part.ctype.mimetype == "text/calendar").expect("a calendar part");
    let file = parts.iter().find(|part| part.ctype.mimetype == "application/ics").expect("a calendar file");
    assert_eq!(part.get_body().unwrap(), file.get_body().unwrap());
    let whole = part.get_body().unwrap();
    let calendar: Calendar = whole.parse().expect("a calendar library reads it");
    let events: Vec<_> = calendar.components.iter().filter_map(CalendarComponent::as_event).collect();
    let [event] = events[..] else { panic!("one event in {whole}") };
    let text = |name: &str| event.property_value(name).unwrap_or_default().to_owned();
    let method = calendar.property_value("METHOD").unwrap_or_default().to_owned();
    assert_eq!(part.ctype.params.get("method"), Some(&method), "the part says the same");
    Appointment {
        method,
        uid: event.get_uid().unwrap().to_owned(),
        sequence: text("SEQUENCE"),
        start: utc(event.get_start()),
        end: utc(event.get_end()),
        whole,
    }
}

pub fn words(mail: &str) -> String {
    let mail = mailparse::parse_mail(mail.as_bytes()).unwrap();
    one_line(&parts(&mail).iter().map(|part| part.get_body().unwrap()).collect::<Vec<_>>().join(" "))
}

/// The newest mail about a booking.
async fn last_booking_mail(site: &Site) -> String {
    site.mails().await.into_iter().rfind(|mail| mail.contains("text/calendar")).expect("a booking mail")
}

#[tokio::test]
async fn a_booking_is_confirmed_with_a_file_that_calendars_read() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    assert_eq!(staff.book(&reference).await.location(), page(&reference));
    let mail = last_booking_mail(&site).await;
    let first = appointment(&mail);
    assert_eq!((first.method.as_str(), first.sequence.as_str()), ("REQUEST", "0"));
    assert_eq!(first.start, "2026-06-04 09:30:00 UTC", "summer time is one hour ahead of UTC");
    assert_eq!(first.end, "2026-06-04 10:15:00 UTC");
    let said = words(&mail);
    for told in ["10.30am on Thursday 4 June 2026", "45 minutes", "1 Sample Street", &reference] {
        assert!(said.contains(told), "{told} in {said}");
    }
    let headers = mail.split("\n\n").next().unwrap();
    assert!(
        headers.contains("To: \"Ada Lovelace\" <ada@example.org>") || headers.contains("ada@example.org")
    );
    assert!(first.whole.replace("\r\n ", "").contains("mailto:ada@example.org"));
    // The address that it comes from, and the product that wrote it, are the site's own.
    let shared = first.whole.replace("\r\n ", "").replace("mybackpain", "").replace("-//My Back Pain//", "");
    for personal in ["Ada", "ache", "Back", "back", "slowly"] {
        assert!(!shared.contains(personal), "{personal}: calendars are shared");
    }
    for health in ["ache", "slowly"] {
        assert!(!said.contains(health), "{health}");
    }
    let shown = staff.get(&page(&reference)).await;
    assert!(shown.words().contains("Booked for 10.30am on Thursday 4 June 2026, 45 minutes, at the clinic"));
    assert!(shown.first("section[aria-labelledby=mails]").contains("Booking, to the patient"));
}

#[tokio::test]
async fn a_change_and_a_cancellation_are_of_the_same_appointment_and_newer() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    staff.book(&reference).await;
    let first = appointment(&last_booking_mail(&site).await);
    site.clock.advance(SignedDuration::from_secs(60));
    let form = staff.get(&format!("{}/booking", page(&reference))).await;
    assert_eq!(form.first("h1"), "Change the booking");
    assert_eq!(form.attribute("#time", "value"), ["10:30"], "filled in as it stands");
    let link = "https://video.example.org/r/1";
    let moved =
        [("date", "5/6/2026"), ("time", "2pm"), ("minutes", "30"), ("setting", "video"), ("place", link)];
    staff.act(&reference, "booking", &moved).await;
    let mail = last_booking_mail(&site).await;
    let second = appointment(&mail);
    assert_eq!((second.method.as_str(), second.sequence.as_str()), ("REQUEST", "1"));
    assert_eq!((&second.uid, second.start.as_str()), (&first.uid, "2026-06-05 13:00:00 UTC"));
    assert!(words(&mail).contains("Your consultation has changed") && words(&mail).contains(link));

    site.clock.advance(SignedDuration::from_secs(60));
    let question = staff.get(&format!("{}/cancellation", page(&reference))).await;
    assert!(question.first("h1").ends_with('?'));
    assert_eq!(site.count("bookings where cancelled_at is null").await, 1, "the question changes nothing");
    staff.act(&reference, "cancellation", &[]).await;
    let mail = last_booking_mail(&site).await;
    let third = appointment(&mail);
    assert_eq!((third.method.as_str(), third.sequence.as_str(), &third.uid), ("CANCEL", "2", &first.uid));
    assert!(third.whole.contains("STATUS:CANCELLED"));
    assert!(words(&mail).contains("Your consultation is cancelled"));
    let shown = staff.get(&page(&reference)).await;
    assert_eq!(shown.all(".facts .tag:not(.tag-due)"), ["Contacted"]);
    assert_eq!(staff.get(&format!("{}/cancellation", page(&reference))).await.status, StatusCode::NOT_FOUND);

    site.clock.advance(SignedDuration::from_secs(60));
    staff.book(&reference).await;
    let again = appointment(&last_booking_mail(&site).await);
    assert_ne!(again.uid, first.uid, "another booking is another appointment");
}

#[tokio::test]
async fn a_booking_form_with_mistakes_is_shown_again_with_every_word_kept() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    let wrong =
        [("date", "31/2/2026"), ("time", "late"), ("minutes", "0"), ("setting", ""), ("place", "Room 2")];
    let again = staff.act(&reference, "booking", &wrong).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.first("title").starts_with("Error: "));
    assert_eq!(again.attribute(".problems a", "href"), ["#date", "#time", "#minutes", "#setting"]);
    for (field, value) in [("#date", "31/2/2026"), ("#time", "late"), ("#minutes", "0"), ("#place", "Room 2")]
    {
        assert_eq!(again.attribute(field, "value"), [value]);
    }
    let past = [("date", "2026-05-20"), ("time", "9am"), ("minutes", "30"), ("setting", "clinic")];
    assert!(staff.act(&reference, "booking", &past).await.first(".problems").contains("in the future"));
    assert_eq!(site.count("bookings").await, 0);
}

#[tokio::test]
async fn who_gave_no_address_is_booked_without_a_mail() {
    let site = Site::open().await;
    let reference = site.request(&with(consultation(), "email", &[""])).await;
    let mut staff = site.staff().await;
    assert!(
        staff
            .get(&format!("{}/booking", page(&reference)))
            .await
            .words()
            .contains("tell them the time by phone")
    );
    staff.book(&reference).await;
    assert_eq!(site.count("bookings").await, 1);
    assert_eq!(site.count("outbox where purpose = 'consultation-booking'").await, 0);
}

#[tokio::test]
async fn a_stale_booking_shows_what_is_booked_and_what_was_typed() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    let seen_at = staff.seen_at(&reference).await;
    staff.book(&reference).await;
    let form = [
        ("seen_at", seen_at.as_str()),
        ("date", "2026-07-01"),
        ("time", "09:00"),
        ("minutes", "30"),
        ("setting", "phone"),
    ];
    let stale = staff.post(&format!("{}/booking", page(&reference)), &form).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.first(".problems").contains("10.30am on Thursday 4 June 2026"));
    assert_eq!(stale.attribute("#date", "value"), ["2026-07-01"]);
    assert_eq!(site.count("outbox where purpose = 'consultation-booking'").await, 1);
}

#[tokio::test]
async fn a_request_with_a_time_to_come_is_not_closed_over_the_patients_head() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    staff.book(&reference).await;
    let refused = staff.act(&reference, "closure", &[("reason", "dealt with")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.first(".problems").contains("Cancel the consultation first"));
    site.clock.advance(SignedDuration::from_hours(16 * 24));
    let mut staff = site.staff().await;
    assert!(staff.get("/staff").await.first("section.waiting").contains("Ada"), "the time has passed");
    assert_eq!(
        staff.act(&reference, "closure", &[("reason", "dealt with")]).await.status,
        StatusCode::SEE_OTHER
    );
}

/// Posts a booking as it is typed, without pressing again.
async fn book_at(
    staff: &mut crate::support::Visitor<'_>,
    reference: &str,
    date: &str,
    time: &str,
    (asked, why): (&str, &str),
) -> crate::support::Answer {
    let seen_at = staff.seen_at(reference).await;
    let form = [
        ("seen_at", seen_at.as_str()),
        ("date", date),
        ("time", time),
        ("minutes", "30 mins"),
        ("setting", "phone"),
        ("asked", asked),
        ("why", why),
    ];
    staff.post(&format!("{}/booking", page(reference)), &form).await
}

#[tokio::test]
async fn an_odd_booking_is_asked_about_with_the_day_in_view_and_made_all_the_same_by_who_says_why() {
    let site = Site::open().await;
    let other = site.one_request().await;
    let grace = with(with(consultation(), "email", &["grace@example.org"]), "phone", &["020 7946 0992"]);
    let reference = site.request(&with(grace, "name", &["Grace Hopper"])).await;
    let mut staff = site.staff().await;
    staff.book(&other).await;
    for (date, time, words) in [
        ("25/5/26", "10:00", "a bank holiday"),
        ("6/6/26", "03:00", "The clinic is closed on Saturdays."),
        ("4/6/26", "20:00", "The clinic is open from 9am to 5pm that day."),
        ("4/6/26", "11:00", "is booked from 10.30am to 11.15am."),
        ("25/10/26", "01:30", "1.30am comes twice"),
    ] {
        let asked = book_at(&mut staff, &reference, date, time, ("", "")).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY, "{date} {time}");
        assert!(asked.first(".problems").contains(words), "{date} {time}: {}", asked.first(".problems"));
        assert_eq!(asked.attribute("#time", "value"), [time], "what was typed is kept");
        assert_eq!(asked.attribute("#minutes", "value"), ["30 mins"]);
    }
    assert_eq!(site.count("bookings").await, 1, "nothing was booked by asking");

    let asked = book_at(&mut staff, &reference, "4/6/26", "11:00", ("", "")).await;
    let day = asked.first("section[aria-labelledby=day]");
    assert!(day.starts_with("Thursday 4 June 2026") && day.contains(&other), "{day}");
    let mark = asked.attribute("input[name=asked]", "value")[0].clone();
    let why = "She has a scan at noon";
    let moved = book_at(&mut staff, &reference, "4/6/26", "10:45", (&mark, why)).await;
    assert_eq!(moved.status, StatusCode::UNPROCESSABLE_ENTITY, "another time is asked about anew");
    let unsaid = book_at(&mut staff, &reference, "4/6/26", "11:00", (&mark, " ")).await;
    assert_eq!(unsaid.all(".problems a"), ["Enter why it is to be booked all the same"]);
    assert!(unsaid.first("title").starts_with("Error: ") && !asked.first("title").starts_with("Error: "));
    assert_eq!(site.count("bookings").await, 1);
    let booked = book_at(&mut staff, &reference, "4/6/26", "11:00", (&mark, why)).await;
    assert_eq!(booked.location(), page(&reference), "{}", booked.body);
    assert_eq!(site.count("bookings").await, 2);
    let history = staff.get(&page(&reference)).await.all(".log li").join(" ");
    let said = "Priya Shah booked all the same, over another booking: “She has a scan at noon”";
    assert!(history.contains(said), "{history}");
    let stored = site.count("booking_reasons where instr(why, 'scan') > 0").await;
    assert_eq!((stored, site.count("booking_reasons").await), (0, 1), "encrypted");
    let usual = book_at(&mut staff, &other, "5/6/26", "10:00", ("", "")).await;
    assert_eq!(usual.location(), page(&other), "a usual time is not asked about");
}

#[tokio::test]
async fn a_time_that_does_not_exist_is_refused_in_words_about_the_clock() {
    let site = Site::open().await;
    site.clock.advance(SignedDuration::from_hours(300 * 24));
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    let refused = book_at(&mut staff, &reference, "28/3/27", "01:30", ("", "")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = "There is no 1.30am on 28 March 2027: the clocks go forward that night. Enter another time";
    assert_eq!(refused.all(".problems a"), [words]);
}

#[tokio::test]
async fn the_organizer_of_the_calendar_file_is_who_the_mail_is_from() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    site.staff().await.book(&reference).await;
    let worker = site.worker_from("appointments@example.org");
    while worker.step().await.unwrap() > 0 {}
    let mail = last_booking_mail(&site).await;
    let from = mail.lines().find(|line| line.starts_with("From:")).unwrap();
    assert!(from.contains("<appointments@example.org>"), "{from}");
    let file = appointment(&mail).whole.replace("\r\n ", "");
    assert!(file.contains("mailto:appointments@example.org") && !file.contains("mailto:hello@"), "{file}");
}
