//! The queue: its order, its search, requests of one person together, and live updates.

use axum::http::StatusCode;
use http_body_util::BodyExt;
use jiff::SignedDuration;
use mybackpain::clinic::Role;

use crate::support::desk::page;
use crate::support::{Answer, Site, Visitor, consultation, with};

async fn ask<'s>(site: &Site, name: &'s str, email: &'s str, phone: &'s str, concern: &'s str) -> String {
    let form = with(with(consultation(), "name", &[name]), "email", &[email]);
    site.request(&with(with(form, "phone", &[phone]), "concern", &[concern])).await
}

async fn found(staff: &mut Visitor<'_>, typed: &str) -> Vec<String> {
    let answer = staff.post("/staff/search", &[("q", typed)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    names(&answer)
}

fn names(answer: &Answer) -> Vec<String> {
    answer.all("table.queue .who a")
}

#[tokio::test]
async fn who_was_promised_first_comes_first_in_sections_by_urgency() {
    let site = Site::open().await;
    ask(&site, "Late Person", "a@example.org", "07700 900001", "one").await;
    site.clock.advance(SignedDuration::from_hours(23));
    ask(&site, "Today Person", "b@example.org", "07700 900002", "two").await;
    site.clock.advance(SignedDuration::from_hours(24));
    ask(&site, "Later Person", "c@example.org", "07700 900003", "three").await;
    ask(&site, "Numb Person", "d@example.org", "07700 900004", "numb legs").await;
    let booked = ask(&site, "Booked Person", "e@example.org", "07700 900005", "five").await;
    let mut staff = site.staff().await;
    staff.book(&booked).await;
    let queue = staff.get("/staff").await;
    assert_eq!(
        queue.all(".queue-section > h2:not(#ended)"),
        [
            "Signs that need help 1 request",
            "Late 1 request",
            "Due today 1 request",
            "Later 1 request",
            "In hand 1 request"
        ]
    );
    assert_eq!(
        names(&queue),
        ["Numb Person", "Late Person", "Today Person", "Later Person", "Booked Person"]
    );
    assert!(queue.first("section.late .is-late").starts_with("late by"));
    assert!(queue.first("section.later").contains("left"));
}

#[tokio::test]
async fn what_waits_for_us_is_shown_as_such() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    staff.act(&reference, "calls", &[("outcome", "left-message")]).await;
    assert!(staff.get("/staff").await.first("section.in-hand").contains("Ring again from 9am on Thursday"));
    site.clock.advance(SignedDuration::from_hours(24));
    assert!(site.staff().await.get("/staff").await.first("section.waiting").contains("Ada Lovelace"));
}

#[tokio::test]
async fn a_person_is_found_by_name_number_address_and_reference_however_typed() {
    let site = Site::open().await;
    let reference = ask(&site, "Zoë O’Neill", "zoe.oneill@example.org", "07700 900123", "back").await;
    ask(&site, "Tom Wu", "tom@example.org", "020 7946 0958", "neck").await;
    let mut staff = site.staff().await;
    let bare = reference.replace('-', " ").to_lowercase();
    for typed in [
        "zoe",
        "ONEILL zoë",
        "o'neill",
        "+44 7700 900123",
        "07700900123",
        "0123",
        "zoe.oneill@example.org",
        &reference,
        &bare,
    ] {
        assert_eq!(found(&mut staff, typed).await, ["Zoë O’Neill"], "{typed}");
    }
    assert_eq!(found(&mut staff, "example.org").await.len(), 2);
    let nobody = staff.post("/staff/search", &[("q", "<b>nobody")]).await;
    assert!(nobody.words().contains("Nobody matches “<b>nobody”"));
    assert!(found(&mut staff, "--").await.is_empty(), "nothing to look for finds nobody");
    assert_eq!(found(&mut staff, " ").await.len(), 2, "an empty search is the queue");
    assert_eq!(staff.get("/staff/search").await.location(), "/staff");
}

#[tokio::test]
async fn a_search_follows_every_change_and_forgets_who_is_erased() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    assert_eq!(found(&mut staff, "lovelace").await.len(), 1);
    staff.act(&reference, "closure", &[("reason", "dealt with")]).await;
    assert_eq!(found(&mut staff, "lovelace").await.len(), 1, "who is done is found too");
    mybackpain::consultations::withdraw(&site.app, reference).await.unwrap();
    assert!(found(&mut staff, "lovelace").await.is_empty());
    let mut other = site.staff().await;
    ask(&site, "Tom Wu", "tom@example.org", "020 7946 0958", "neck").await;
    assert_eq!(found(&mut other, "wu").await.len(), 1);
    site.app
        .database
        .write(|connection| {
            Box::pin(
                async move { sqlx::query("delete from consultations").execute(connection).await.map(|_| ()) },
            )
        })
        .await
        .unwrap();
    assert!(found(&mut other, "wu").await.is_empty(), "erased whole");
    assert!(names(&other.get("/staff").await).is_empty());
}

#[tokio::test]
async fn the_same_person_stands_together_where_the_most_urgent_is_due() {
    let site = Site::open().await;
    let first = ask(&site, "Ada Lovelace", "ada@example.org", "07700 900123", "one").await;
    site.clock.advance(SignedDuration::from_hours(47));
    ask(&site, "Tom Wu", "tom@example.org", "020 7946 0958", "two").await;
    let by_number = ask(&site, "A. Lovelace", "other@example.org", "+44 (0)7700 900123", "three").await;
    let by_address = ask(&site, "Ada L", "A.da+x@example.org", "07700 900999", "four").await;
    let mut staff = site.staff().await;
    let queue = staff.get("/staff").await;
    assert_eq!(names(&queue), ["Ada Lovelace", "A. Lovelace", "Ada L", "Tom Wu"]);
    assert_eq!(queue.all("section.late tr.same .who a"), ["A. Lovelace", "Ada L"]);
    let one = staff.get(&page(&first)).await;
    let same = one.first("section[aria-labelledby=same]");
    assert!(same.contains(&by_number) && same.contains(&by_address) && !same.contains("Tom"));
}

#[tokio::test]
async fn filters_show_only_what_they_say() {
    let site = Site::open().await;
    let taken = ask(&site, "Ada Lovelace", "ada@example.org", "07700 900123", "one").await;
    ask(&site, "Tom Wu", "tom@example.org", "020 7946 0958", "two").await;
    let form = with(with(consultation(), "name", &["Mary O’Neill"]), "email", &["mary@example.org"]);
    site.request(&with(with(form, "method", &["email"]), "phone", &[""])).await;
    let mut staff = site.staff().await;
    staff.act(&taken, "calls", &[("outcome", "spoke")]).await;
    for (filter, left) in [
        ("state=contacted", vec!["Ada Lovelace"]),
        ("state=new", vec!["Tom Wu", "Mary O’Neill"]),
        ("owner=me", vec!["Ada Lovelace"]),
        ("owner=nobody&method=phone", vec!["Tom Wu"]),
        ("method=email", vec!["Mary O’Neill"]),
        ("state=booked", vec![]),
        ("state=moon&owner=nine&method=fax&page=x", vec!["Tom Wu", "Mary O’Neill", "Ada Lovelace"]),
    ] {
        let shown = staff.get(&format!("/staff?{filter}")).await;
        assert_eq!(names(&shown), left, "{filter}");
    }
    let empty = staff.get("/staff?state=booked").await;
    assert!(empty.words().contains("No request matches"));
    staff.act(&taken, "closure", &[("reason", "dealt with")]).await;
    assert_eq!(names(&staff.get("/staff?state=closed").await), ["Ada Lovelace"]);
    assert_eq!(names(&staff.get("/staff?show=done").await), ["Ada Lovelace"]);
}

#[tokio::test]
async fn fifty_stand_on_a_page_and_the_next_page_goes_on() {
    let site = Site::open().await;
    for number in 0..53 {
        let (name, email) = (format!("Person {number:02}"), format!("p{number}@example.org"));
        let form = with(with(consultation(), "name", &[&name]), "email", &[&email]);
        let phone = format!("07700 9{number:05}");
        let form = with(form, "phone", &[&phone]);
        site.request(&form).await;
    }
    let mut staff = site.staff().await;
    let first = staff.get("/staff?method=phone").await;
    assert_eq!(names(&first).len(), 50);
    assert_eq!(first.attribute(".pager a", "href"), ["/staff?method=phone", "/staff?method=phone&page=2"]);
    let second = staff.get("/staff?method=phone&page=2").await;
    assert_eq!(names(&second), ["Person 50", "Person 51", "Person 52"]);
    assert!(names(&staff.get("/staff?page=99").await).is_empty());
    let searched = staff.post("/staff/search", &[("q", "person"), ("page", "2")]).await;
    assert_eq!(names(&searched).len(), 3);
    assert_eq!(searched.attribute("form.pager input[name=q]", "value"), ["person"]);
}

#[tokio::test]
async fn a_name_is_found_with_and_without_its_accents() {
    let site = Site::open().await;
    ask(&site, "Agnieszka Zielińska", "a@example.org", "07700 900001 after 6", "one").await;
    let mut staff = site.staff().await;
    for typed in
        ["zielinska", "ZIELIŃSKA", "Zielin\u{301}ska", "agnieszka zielinska", "07700 900001", "900001"]
    {
        assert_eq!(found(&mut staff, typed).await, ["Agnieszka Zielińska"], "{typed}");
    }
    assert!(found(&mut staff, "zielona").await.is_empty());
}

#[tokio::test]
async fn only_staff_put_a_request_among_spam_and_one_press_puts_it_back() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff_as(Role::Reception).await;
    assert!(staff.get("/staff").await.first("#spam").contains("0 requests"));
    assert_eq!(staff.act(&reference, "spam", &[]).await.location(), page(&reference));
    assert!(names(&staff.get("/staff").await).is_empty());
    assert!(staff.get(&page(&reference)).await.all(".log li").join(" ").contains("marked it as spam"));
    assert_eq!(staff.act(&reference, "spam", &[]).await.status, StatusCode::CONFLICT, "once is enough");
    assert_eq!(found(&mut staff, "lovelace").await, ["Ada Lovelace"], "a search finds it all the same");
    let spam = staff.get("/staff?show=spam").await;
    assert_eq!(
        (names(&spam), spam.first("#spam").contains("1 request")),
        (vec!["Ada Lovelace".into()], true)
    );
    let seen_at = spam.attribute("td input[name=seen_at]", "value")[0].clone();
    let clearance = format!("{}/clearance", page(&reference));
    let cleared = staff.post(&clearance, &[("seen_at", &seen_at), ("from", "spam")]).await;
    assert_eq!(cleared.location(), "/staff?show=spam");
    assert_eq!(names(&staff.get("/staff").await), ["Ada Lovelace"]);
    assert_eq!(staff.act(&reference, "clearance", &[]).await.status, StatusCode::CONFLICT, "once is enough");
    assert_eq!(site.count("outbox").await, 2, "its mails went out when it was asked, once");
}

#[tokio::test]
async fn words_that_need_help_are_never_hidden_among_spam() {
    let site = Site::open().await;
    ask(&site, "Tom Wu", "tom@example.org", "020 7946 0958", "an ordinary ache").await;
    let numb = ask(&site, "Numb Person", "d@example.org", "07700 900004", "numb legs, cheap links").await;
    let mut staff = site.staff_as(Role::Clinician).await;
    staff.act(&numb, "spam", &[]).await;
    let queue = staff.get("/staff").await;
    assert_eq!(names(&queue), ["Numb Person", "Tom Wu"], "first, as if nobody had put it there");
    assert!(queue.first("section.safety").contains("Spam"), "and it says so");
    let shown = staff.get(&page(&numb)).await;
    assert!(shown.first(".said mark").contains("numb"), "{}", shown.body);
    assert!(shown.words().contains("so it stays in the queue all the same"));
    let calls = staff.get("/staff/calls").await;
    assert!(calls.words().contains("Numb Person") && calls.words().contains("Tom Wu"));
    site.clock.advance(SignedDuration::from_hours(72));
    let (_, metrics) = crate::alarms::ask(&site, "/metrics").await;
    assert!(metrics.contains("mybackpain_requests_late 2\n"), "and late it is late: {metrics}");
}

#[tokio::test]
async fn news_of_the_queue_comes_while_the_page_is_open() {
    let site = Site::open().await;
    site.one_request().await;
    let mut staff = site.staff().await;
    let events = staff.get("/staff").await.attribute("[data-events]", "data-events")[0].clone();
    site.clock.advance(SignedDuration::from_secs(10));
    let changed = ask(&site, "Tom Wu", "tom@example.org", "020 7946 0958", "two").await;
    ask(&site, "Mary O’Neill", "mary@example.org", "07700 900321", "three").await;
    assert_eq!(first_event(&mut staff, &events).await, "event: news\ndata: 2 new requests\n\n");
    staff.act(&changed, "calls", &[("outcome", "spoke")]).await;
    assert_eq!(first_event(&mut staff, &events).await, "event: news\ndata: 1 new request and 1 change\n\n");
}

/// What a stream says first.
async fn first_event(staff: &mut Visitor<'_>, path: &str) -> String {
    let response = staff.open(path).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let frame = tokio::time::timeout(std::time::Duration::from_secs(5), body.frame()).await;
    let bytes = frame.expect("news within 5 seconds").unwrap().unwrap().into_data().unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn news_ends_with_the_session_it_is_told_to() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    for path in ["/staff/events".to_owned(), format!("{}/events", page(&reference))] {
        let mut staff = site.staff().await;
        let mut body = staff.open(&path).await.into_body();
        site.staff().await.post("/staff/account/sessions/others/end", &[]).await;
        let ended = tokio::time::timeout(std::time::Duration::from_secs(10), async {
            while body.frame().await.is_some() {}
        });
        assert!(ended.await.is_ok(), "{path} goes on");
    }
}

#[tokio::test]
async fn two_people_on_one_request_see_each_other() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut priya = site.staff().await;
    let mut sam = site.staff_as(Role::Reception).await;
    assert!(priya.get(&page(&reference)).await.attribute("[data-here]", "hidden").len() == 1, "nobody else");
    site.clock.advance(SignedDuration::from_mins(2));
    let here = sam.get(&page(&reference)).await;
    assert_eq!(here.first("[data-here]"), "Priya Shah has had this open since 10am.");
    let events = here.attribute("[data-events]", "data-events")[0].clone();
    assert!(first_event(&mut sam, &events).await.contains("data: Priya Shah has had this open since 10am."));
    assert!(priya.get(&page(&reference)).await.first("[data-here]").contains("Sam Reed"));
    sam.get("/staff").await;
    site.clock.advance(SignedDuration::from_secs(20));
    assert!(
        !priya.get(&page(&reference)).await.body.contains("Sam Reed has had"),
        "Sam went back to the queue"
    );
}

#[tokio::test]
async fn a_stream_about_a_request_tells_that_it_has_changed() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut priya = site.staff().await;
    let events = priya.get(&page(&reference)).await.attribute("[data-events]", "data-events")[0].clone();
    site.staff_as(Role::Reception).await.act(&reference, "owner", &[("owner", "me")]).await;
    site.clock.advance(SignedDuration::from_mins(11));
    assert!(first_event(&mut priya, &events).await.contains("event: news\ndata: This request has changed"));
    let unknown = priya.get("/staff/consultations/BP-3333-4444/events").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_calm_request_of_the_same_person_does_not_stand_among_the_signs() {
    let site = Site::open().await;
    ask(&site, "Ann Ash", "ann@example.org", "07700 900111", "numb between my legs and cannot wee").await;
    ask(&site, "Ann Ash", "ann@example.org", "07700 900111", "Lower back ache for 3 months").await;
    ask(&site, "Cy Coe", "cy@example.org", "07700 900222", "I cannot feel when I wee").await;
    let queue = site.staff().await.get("/staff").await;
    assert_eq!(queue.all(".queue-section.safety tbody tr").len(), 2, "{}", queue.words());
    assert!(queue.first(".queue-section.safety h2").contains("2 requests"), "{}", queue.words());
}
