//! The private calendar address of a clinician: what it shows, to whom, and that it ends.

use axum::http::StatusCode;
use icalendar::{Calendar, CalendarComponent, Component};
use jiff::SignedDuration;
use mybackpain::clinic::Role;

use crate::support::desk::page;
use crate::support::{Answer, Site, Visitor, consultation, with};

/// Makes an address, and gives its path.
async fn made(staff: &mut Visitor<'_>) -> String {
    let shown = staff.post("/staff/account/calendar", &[]).await;
    assert_eq!((shown.status, shown.header("cache-control")), (StatusCode::OK, "no-store"));
    let address = shown.first("[data-address]");
    assert!(shown.attribute("main a", "href").contains(&address.replace("http://", "webcal://")));
    address.strip_prefix("http://localhost").unwrap().to_owned()
}

/// Books with whoever is signed in.
async fn book_mine(staff: &mut Visitor<'_>, reference: &str, date: &str) {
    let form = staff.get(&format!("{}/booking", page(reference))).await;
    let me = form.attribute("#clinician option[selected]", "value")[0].clone();
    let mine = [
        ("date", date),
        ("time", "10:30"),
        ("minutes", "45"),
        ("setting", "video"),
        ("clinician", &me),
        ("room", "Room 2"),
        ("place", "https://video.example.org/secret"),
    ];
    assert_eq!(staff.act(reference, "booking", &mine).await.location(), page(reference));
}

/// What a calendar library makes of it: for each event its properties of these names.
fn events(answer: &Answer, names: &[&str]) -> Vec<Vec<String>> {
    let calendar: Calendar = answer.body.parse().expect("a calendar library reads it");
    let events = calendar.components.iter().filter_map(CalendarComponent::as_event);
    events
        .map(|event| {
            names.iter().map(|name| event.property_value(name).unwrap_or_default().to_owned()).collect()
        })
        .collect()
}

#[tokio::test]
async fn a_calendar_reads_what_is_booked_with_its_owner_and_nothing_about_health() {
    let site = Site::open().await;
    let mine = site.one_request().await;
    let grace = with(with(consultation(), "email", &["grace@example.org"]), "phone", &["020 7946 0992"]);
    let other = site.request(&with(grace, "name", &["Grace Hopper"])).await;
    let mut staff = site.staff().await;
    let path = made(&mut staff).await;
    book_mine(&mut staff, &mine, "2026-06-04").await;
    staff.book(&other).await;
    let read = site.visitor().get(&path).await;
    assert_eq!(read.status, StatusCode::OK);
    assert_eq!(read.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(read.header("cache-control"), "private, no-store");
    assert_eq!((read.header("x-robots-tag"), read.header("set-cookie")), ("noindex", ""));
    let names = ["UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "STATUS"];
    let found = events(&read, &names);
    let [event] = &found[..] else { panic!("one event in {}", read.body) };
    assert_eq!(event[1..4], ["0", "20260604T093000Z", "20260604T101500Z"]);
    assert!(event[4].starts_with("Ada") && event[4].ends_with(&mine) && event[5] == "Room 2", "{event:?}");
    // The event's own id is random, and may hold anything.
    let said = read.body.replace(&event[0], "");
    assert_ne!(said, read.body);
    for secret in ["Lovelace", "ache", "slowly", "07700", "ada@", "video.example.org", &other] {
        assert!(!said.contains(secret), "{secret}");
    }
    assert!(read.body.contains("REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n"));
    assert!(read.body.contains("DTSTAMP:20260520T09"));
    let again = site.visitor().get(&path).await;
    assert_eq!(again.body, read.body, "what has not changed reads the same");

    site.clock.advance(SignedDuration::from_secs(60));
    book_mine(&mut staff, &mine, "2026-06-05").await;
    let moved = events(&site.visitor().get(&path).await, &names);
    assert_eq!((&moved[0][0], moved[0][1].as_str()), (&event[0], "1"), "the same event, and newer");
    assert_eq!(moved[0][2], "20260605T093000Z");
    staff.act(&mine, "cancellation", &[]).await;
    assert!(events(&site.visitor().get(&path).await, &names).is_empty(), "it drops out");
}

#[tokio::test]
async fn a_calendar_tells_of_the_last_month_and_the_coming_year() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    let path = made(&mut staff).await;
    book_mine(&mut staff, &reference, "2026-06-04").await;
    for (days, told) in [(15, 1), (29, 1), (2, 0)] {
        site.clock.advance(SignedDuration::from_hours(24 * days));
        assert_eq!(events(&site.visitor().get(&path).await, &["UID"]).len(), told, "{}", site.now());
    }
}

#[tokio::test]
async fn an_address_ends_when_it_is_renewed_ended_or_its_owner_leaves() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    let account = staff.get("/staff/account").await;
    assert!(!account.words().contains("End the address"));
    let first = made(&mut staff).await;
    let second = made(&mut staff).await;
    assert!(
        staff
            .get("/staff/account")
            .await
            .words()
            .contains("Your address was made at 10am on Wednesday 20 May 2026")
    );
    assert_eq!(staff.get("/staff/account/calendar").await.location(), "/staff/account");
    let mut anyone = site.visitor();
    let gone = anyone.get(&first).await;
    assert_eq!(
        (gone.status, gone.first("h1").as_str()),
        (StatusCode::NOT_FOUND, "There is no calendar at this address")
    );
    assert!(gone.words().contains("020 7946 0123") && gone.header("x-robots-tag") == "noindex");
    assert_eq!(anyone.get(&second).await.status, StatusCode::OK);
    let (token, hash) =
        (second.trim_start_matches("/calendar/").trim_end_matches(".ics"), "calendar_addresses");
    assert_eq!((token.len(), site.count(hash).await), (40, 1), "160 bits");
    assert_eq!(site.count(&format!("{hash} where instr(token_hash, '{token}') > 0")).await, 0);
    site.change("update staff set role = 'reception'").await.unwrap();
    assert_eq!(anyone.get(&second).await.status, StatusCode::NOT_FOUND, "holds no consultations any more");
    site.change("update staff set role = 'clinician', disabled_at = 1").await.unwrap();
    assert_eq!(anyone.get(&second).await.status, StatusCode::NOT_FOUND, "left");
    site.change("update staff set disabled_at = null").await.unwrap();
    assert_eq!(anyone.get(&second).await.status, StatusCode::OK);
    assert_eq!(staff.post("/staff/account/calendar/end", &[]).await.location(), "/staff/account");
    assert_eq!(anyone.get(&second).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.count("audit where what like '% a calendar address'").await, 3);
    staff.post("/staff/account/calendar/end", &[]).await;
    assert_eq!(site.count("audit where what = 'ended a calendar address'").await, 1, "ended once");
}

#[tokio::test]
async fn an_account_that_was_disabled_has_no_address_when_it_is_enabled_again() {
    let site = Site::open().await;
    let address = made(&mut site.staff().await).await;
    let mut admin = site.staff_as(mybackpain::clinic::Role::Administrator).await;
    for act in ["disabling", "enabling"] {
        assert_eq!(site.visitor().get(&address).await.status == StatusCode::OK, act == "disabling");
        let done = admin.post(&format!("/staff/people/1/{act}"), &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{act}");
    }
    assert_eq!(site.visitor().get(&address).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn odd_calendar_addresses_are_answered_with_a_sentence() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    let right = made(&mut staff).await;
    let mut anyone = site.visitor();
    for path in [
        "/calendar/.ics".to_owned(),
        "/calendar/x.ics".to_owned(),
        "/calendar/%00.ics".to_owned(),
        format!("/calendar/{}.ics", "a".repeat(5000)),
        right.replace(".ics", ""),
        right.replace(".ics", ".ics.ics"),
        right.to_uppercase().replace("CALENDAR", "calendar"),
    ] {
        let answer = anyone.get(&path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.words().contains("020 7946 0123"), "{path}");
    }
    let unreadable = anyone.get("/calendar/%FF.ics").await;
    assert!(unreadable.status.is_client_error() && unreadable.words().contains("020 7946 0123"));
    assert_eq!(anyone.post(&right, &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
    for role in [Role::Reception, Role::Administrator] {
        let mut other = site.staff_as(role).await;
        assert!(!other.get("/staff/account").await.words().contains("calendar"), "{}", role.as_str());
    }
}
