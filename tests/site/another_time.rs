//! A patient who cannot make the time that is booked: it is free again, the desk knows first, and nothing is lost.

use axum::http::StatusCode;
use jiff::SignedDuration;

use crate::bookings::appointment;
use crate::merges::merge;
use crate::private_page::{KNOWN, asked, owner, text_of};
use crate::support::desk::page;
use crate::support::{Site, consultation, with};

const WISH: &str = "Any afternoon but Friday";

async fn booked(site: &Site) -> (String, String) {
    let (reference, private) = asked(site).await;
    site.staff().await.book(&reference).await;
    site.mails().await;
    (reference, private)
}

#[tokio::test]
async fn a_time_that_cannot_be_made_is_free_and_stands_at_the_top_of_the_queue() {
    let site = Site::open().await;
    let (reference, private) = booked(&site).await;
    site.clock.advance(SignedDuration::from_hours(72));
    site.request(&with(consultation(), "email", &["late@example.org"])).await;
    site.clock.advance(SignedDuration::from_hours(96));
    let mut patient = owner(&site, &private).await;
    let shown = patient.get(&private).await;
    let ways = shown.attribute("main a", "href");
    assert!(ways.contains(&format!("{private}/another-time")), "{ways:?}");
    let ask = patient.get(&format!("{private}/another-time")).await;
    assert!(ask.words().contains("booked for 10.30am on Thursday 4 June 2026"), "{}", ask.words());
    let before = site.mails().await.len();
    for _ in 0..2 {
        let done = patient.post(&format!("{private}/another-time"), &[("wish", WISH)]).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, private.as_str()));
    }
    assert!(patient.get(&private).await.first(".lede").contains("find another"), "nothing is booked");
    let mut staff = site.staff().await;
    let queue = staff.get("/staff").await;
    let sections = queue.attribute("section.queue-section", "class");
    assert!(sections[0].contains("another-time"), "{sections:?}");
    let top = queue.first("section.another-time");
    assert!(top.contains("Cannot make their time") && top.contains("find another with them"), "{top}");
    assert!(sections[1].contains("late"), "{sections:?}");
    let request = staff.get(&page(&reference)).await;
    assert!(request.words().contains(&format!("What would suit: “{WISH}”")), "{}", request.words());
    assert!(request.all(".log li").join(" ").contains("cannot make the time that was booked"));
    let mails = site.mails().await;
    let new = &mails[before..];
    assert_eq!(new.len(), 2, "one to each, though it was pressed twice");
    let to_patient = new.iter().find(|mail| mail.contains("text/calendar")).unwrap();
    assert!(text_of(to_patient).contains("You told us that you cannot make it"), "{}", text_of(to_patient));
    assert_eq!(appointment(to_patient).sequence, "1");
    let notice =
        new.iter().find(|mail| mail.contains("To: desk@mybackpain.co.uk")).map(|mail| text_of(mail)).unwrap();
    assert!(notice.contains("cannot make the time") && notice.contains(&reference), "{notice}");
    assert!(!notice.contains(WISH) && !notice.contains("Ada"), "{notice}");
    staff.book(&reference).await;
    let again = staff.get(&page(&reference)).await.words();
    assert!(!again.contains(WISH) && !again.contains("cannot make their time: find"), "{again}");
}

#[tokio::test]
async fn a_stranger_frees_nothing_and_a_time_that_has_begun_stays() {
    let site = Site::open().await;
    let (reference, private) = booked(&site).await;
    let address = format!("{private}/another-time");
    let mut stranger = site.visitor();
    assert_eq!(stranger.get(&address).await.location(), format!("{private}?to=another-time"));
    assert_eq!(stranger.post(&address, &[("wish", WISH)]).await.location(), private);
    site.clock.advance(SignedDuration::from_hours(24 * 15 + 1));
    let mut patient = owner(&site, &private).await;
    assert!(!patient.get(&private).await.body.contains("another-time"));
    assert_eq!(patient.get(&address).await.location(), private);
    assert_eq!(patient.post(&address, &[("wish", WISH)]).await.location(), private);
    assert_eq!(site.count("bookings where cancelled_at is null").await, 1);
    assert!(!site.staff().await.get(&page(&reference)).await.words().contains(WISH));
}

#[tokio::test]
async fn words_that_call_for_help_lead_to_it_before_they_are_sent() {
    let site = Site::open().await;
    let (reference, private) = booked(&site).await;
    let address = format!("{private}/another-time");
    let mut patient = owner(&site, &private).await;
    let grave = "I cannot feel when I wee and my legs are numb";
    let help = patient.post(&address, &[("wish", grave)]).await;
    assert_eq!(help.first("h1"), "Read this before you ask");
    assert!(help.words().contains("999") && help.first("textarea").contains(grave));
    assert_eq!(site.count("bookings where cancelled_at is null").await, 1, "nothing is done yet");
    // Whoever may not be safe with themselves need not deny it to be heard.
    let crisis = patient.post(&address, &[("wish", "never mind, I want to end my life")]).await;
    assert_eq!(crisis.all("form.prose .row button"), ["Send this as well"]);
    let before = site.mails().await.len();
    patient.post(&address, &[("wish", grave), ("help", "shown")]).await;
    assert_eq!(site.count("bookings where cancelled_at is null").await, 0);
    assert!(site.staff().await.get(&page(&reference)).await.first(".facts").contains("Emergency words"));
    assert!(
        site.mails().await[before..].iter().any(|mail| mail.contains("Subject: Read first: Another time"))
    );
    // What comes after leads with the help too.
    let after = patient.get(&private).await;
    assert_eq!(after.all("h1"), ["Do not wait for us"]);
    assert!(after.words().contains("We will get in touch with you to find another"), "{}", after.words());
    let mails = site.mails().await;
    let led =
        mails.iter().find(|mail| mail.contains("Subject: Do not wait for us")).map(|mail| text_of(mail));
    let said = led.unwrap();
    assert!(said.find("call 999").unwrap() < said.find("Your consultation is cancelled").unwrap(), "{said}");
}

#[tokio::test]
async fn odd_words_are_kept_and_said_so_or_taken_as_they_are() {
    let site = Site::open().await;
    let (_, private) = booked(&site).await;
    let address = format!("{private}/another-time");
    let mut patient = owner(&site, &private).await;
    let long = "a".repeat(301);
    let again = patient.post(&address, &[("wish", &long)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.words().contains("Your answer must be 300 characters or less"));
    assert!(again.first("textarea").contains(&long) && again.body.contains("<title>Error: "));
    let odd = "<script>\0\u{202e}\r\nBcc: x@example.org";
    assert_eq!(patient.post(&address, &[("wish", odd)]).await.location(), private);
    assert!(!site.mails().await.iter().any(|mail| mail.contains("Bcc: x@")));
}

/// The mail's link leads there, and the question stands before it.
#[tokio::test]
async fn who_answers_the_question_comes_to_the_part_of_the_page_that_they_asked_for() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    site.staff().await.book(&reference).await;
    for part in ["another-time", "contact", "reminders", "withdrawal"] {
        let mut patient = site.visitor();
        let to = patient.get(&format!("{private}/{part}")).await;
        assert_eq!(to.location(), format!("{private}?to={part}"));
        let question = patient.get(to.location()).await;
        assert_eq!(question.attribute("main form input[name=to]", "value"), [part]);
        let wrong = patient.post(&private, &[("answer", "9999"), ("to", part)]).await;
        assert_eq!(wrong.attribute("main form input[name=to]", "value"), [part], "a slip keeps it");
        let right = patient.post(&private, &[("answer", KNOWN), ("to", part)]).await;
        assert_eq!(right.location(), format!("{private}/{part}"));
        assert_eq!(patient.get(right.location()).await.status, StatusCode::OK, "{part}");
    }
    for odd in ["//evil.example", "not-mine", "", "..", "another-time/../../.."] {
        let mut patient = site.visitor();
        let right = patient.post(&private, &[("answer", KNOWN), ("to", odd)]).await;
        assert_eq!(right.location(), private, "{odd}");
        assert!(!patient.get(&format!("{private}?to={odd}")).await.body.contains("evil"));
    }
}

#[tokio::test]
async fn what_would_suit_is_shown_with_the_request_that_theirs_was_merged_into() {
    let site = Site::open().await;
    let (reference, private) = booked(&site).await;
    let mut patient = owner(&site, &private).await;
    patient.post(&format!("{private}/another-time"), &[("wish", WISH)]).await;
    let other = site.request(&with(consultation(), "concern", &["And my neck"])).await;
    let mut staff = site.staff().await;
    let merged = merge(&mut staff, &other, &reference).await;
    assert_eq!(merged.location(), page(&other), "{}", merged.words());
    let shown = staff.get(&page(&other)).await.words();
    let told = format!("could not make the time that was booked in {reference}. What would suit: “{WISH}”");
    assert!(shown.contains(&told), "{shown}");
}
