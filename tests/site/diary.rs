//! The diary: what is booked, what is free, when the clinic is closed, and what clashes.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;

use crate::support::desk::page;
use crate::support::engine;
use crate::support::{Answer, Site, Visitor, consultation, with};

const THAT_DAY: &str = "/staff/diary?day=2026-06-04";

/// A request of somebody else each time, whose first name is given.
async fn request_of(site: &Site, first: &str) -> String {
    let (name, email) = (format!("{first} Lovelace"), format!("{first}@example.org").to_lowercase());
    let phone = format!("020 7946 0{:03}", site.count("consultations").await + 100);
    let form = with(with(consultation(), "email", &[&email]), "phone", &[&phone]);
    site.request(&with(form, "name", &[&name])).await
}

/// Books 4 June 2026 for half an hour.
async fn book(staff: &mut Visitor<'_>, reference: &str, time: &str, clinician: &str, room: &str) {
    let when = [("date", "2026-06-04"), ("time", time), ("minutes", "30"), ("setting", "clinic")];
    let held = [("clinician_name", clinician), ("room", room)];
    let done = staff.act(reference, "booking", &[&when[..], &held].concat()).await;
    assert_eq!(done.location(), page(reference), "{}", done.words());
}

/// The titles of the columns, without what is said below them.
fn columns(shown: &Answer) -> Vec<String> {
    let without = |head: String| {
        head.split(" Nothing booked").next().unwrap().split(" 1 booked").next().unwrap().to_owned()
    };
    shown.all(".diary thead th").into_iter().skip(1).map(without).collect()
}

#[tokio::test]
async fn a_day_shows_each_clinician_with_what_is_booked_and_what_is_free() {
    let site = Site::open().await;
    let (ada, grace) = (request_of(&site, "Ada").await, request_of(&site, "Grace").await);
    let mut staff = site.staff().await;
    book(&mut staff, &ada, "10:30", "Priya Shah", "Room 2").await;
    book(&mut staff, &grace, "10:45", "Jo Baines", "").await;
    let day = staff.get(THAT_DAY).await;
    assert_eq!(day.first(".lede"), "Thursday 4 June 2026");
    assert_eq!(columns(&day), ["Jo Baines", "Priya Shah"]);
    let booked = day.all(".diary td.booked");
    assert_eq!(booked[0], format!("10.30am to 11am Ada Lovelace {ada} at the clinic, Room 2"));
    assert_eq!(booked[1], format!("10.45am to 11.15am Grace Lovelace {grace} at the clinic"));
    assert_eq!(
        day.all(".diary td.free"),
        [
            "9am to 10.45am Free: 1 hour 45 minutes",
            "9am to 10.30am Free: 1 hour 30 minutes",
            "11am to 5pm Free: 6 hours",
            "11.15am to 5pm Free: 5 hours 45 minutes"
        ]
    );
    assert_eq!(day.all(".diary tbody th"), ["9am", "10.30am", "10.45am", "11am", "11.15am"]);
    assert!(day.attribute(".diary a", "href").contains(&page(&ada)));
    let words = |part: &str| {
        day.all(part).iter().map(|part| part.trim_start_matches("Now ").to_owned()).collect::<Vec<_>>()
    };
    let (mut table, mut list) = (words(".diary td"), words(".diary-list > li"));
    table.sort();
    list.sort();
    assert_eq!(table, list, "narrow screens say the same");

    let rooms = staff.get(&format!("{THAT_DAY}&by=room")).await;
    assert_eq!(columns(&rooms), ["Room 2", "No room named"]);
    assert!(rooms.all(".diary td.booked")[1].contains("with Jo Baines"), "{:?}", rooms.all(".diary td"));
    let only = staff.get(&format!("{THAT_DAY}&only=name+Jo+Baines")).await;
    assert_eq!(columns(&only), ["Jo Baines"]);
}

#[tokio::test]
async fn a_week_has_a_column_for_each_day_and_says_who_holds_what() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    book(&mut staff, &reference, "10:30", "Jo Baines", "Line 1").await;
    let week = staff.get(&format!("{THAT_DAY}&view=week")).await;
    assert_eq!(week.first(".lede"), "Monday 1 June to Sunday 7 June 2026");
    let days = ["Monday 1 June", "Tuesday 2 June", "Wednesday 3 June", "Thursday 4 June", "Friday 5 June"];
    assert_eq!(columns(&week), days, "no weekend on which nothing is booked");
    assert!(week.first(".diary td.booked").ends_with("at the clinic, Line 1, with Jo Baines"));
    assert!(
        week.all(".diary td.free").iter().all(|part| part.contains("Nothing booked: ")),
        "of several clinicians"
    );
    let of_one = staff.get(&format!("{THAT_DAY}&view=week&only=name+Jo+Baines")).await;
    assert!(of_one.all(".diary td.free").contains(&"9am to 10.30am Free: 1 hour 30 minutes".to_owned()));
    let ways = week.attribute("nav[aria-label=Days] a", "href");
    assert_eq!(ways[0], "/staff/diary?day=2026-05-28&view=week");
    assert_eq!(ways[2], "/staff/diary?day=2026-06-11&view=week");
    assert_eq!(staff.get(&ways[1]).await.first(".lede"), "Monday 18 May to Sunday 24 May 2026", "today");
    let bank_holiday = staff.get("/staff/diary?day=2026-05-25&view=week").await;
    let closed = bank_holiday.all(".diary td.closed").join(" ");
    assert!(closed.contains("Closed: ") && closed.contains("a bank holiday"), "{closed}");
}

#[tokio::test]
async fn now_is_marked_today_and_on_no_other_day() {
    let site = Site::open().await;
    site.clock.advance(SignedDuration::from_mins(12));
    let mut staff = site.staff().await;
    let today = staff.get("/staff/diary").await;
    assert_eq!(today.first(".diary th.now"), "9am Now: 10.12am");
    assert_eq!(today.all(".diary td.now").len(), 1);
    assert!(staff.get(THAT_DAY).await.all(".now").is_empty());
}

#[tokio::test]
async fn what_clashes_says_so_on_both_sides() {
    let site = Site::open().await;
    let (ada, grace) = (request_of(&site, "Ada").await, request_of(&site, "Grace").await);
    let (mary, joan) = (request_of(&site, "Mary").await, request_of(&site, "Joan").await);
    let mut staff = site.staff().await;
    book(&mut staff, &ada, "10:30", "Jo Baines", "Room 1").await;
    book(&mut staff, &grace, "10:45", "jo baines", "Room 2").await;
    book(&mut staff, &mary, "11:30", "Jo Baines", "Room 2").await;
    book(&mut staff, &joan, "11:30", "Ann Lee", "room 2").await;
    let day = staff.get(THAT_DAY).await;
    assert_eq!(columns(&day).len(), 3, "one Jo Baines, Ann Lee and Priya Shah");
    let together = day.all(".diary td.booked").into_iter().find(|cell| cell.contains(&ada)).unwrap();
    assert!(
        together.contains(&format!("Clashes with {grace}"))
            && together.contains(&format!("Clashes with {ada}"))
    );
    assert_eq!(day.all(".diary .tag-due").len(), 4);
    assert_eq!(site.count("booking_reasons").await, 2, "each was made for a reason");
}

#[tokio::test]
async fn what_is_free_again_is_free_in_the_diary() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    staff.book(&reference).await;
    assert_eq!(
        columns(&staff.get(THAT_DAY).await),
        ["Priya Shah", "No clinician named"],
        "as older bookings are"
    );
    staff.act(&reference, "cancellation", &[]).await;
    let day = staff.get(THAT_DAY).await;
    assert_eq!((columns(&day).len(), day.all(".diary .booked").len()), (1, 0));
}

#[tokio::test]
async fn a_booking_names_a_clinician_and_a_room_and_a_change_shows_them_again() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    let form = format!("{}/booking", page(&reference));
    let offered = staff.get(&form).await;
    let me = offered.attribute("#clinician option[selected]", "value")[0].clone();
    assert_eq!(offered.first("#clinician option[selected]"), "Priya Shah", "who books it, to begin with");
    let mine = [
        ("date", "2026-06-04"),
        ("time", "10:30"),
        ("minutes", "45"),
        ("setting", "phone"),
        ("clinician", &me),
        ("room", "Line 1"),
    ];
    staff.act(&reference, "booking", &mine).await;
    let shown = staff.get(&page(&reference)).await;
    assert!(shown.words().contains("45 minutes, by phone, Line 1, with Priya Shah"), "{}", shown.words());
    let again = staff.get(&form).await;
    assert_eq!(again.first("#clinician option[selected]"), "Priya Shah");
    assert_eq!(again.attribute("#room", "value"), ["Line 1"]);
    assert_eq!(again.attribute("#room-offered option", "value"), ["Line 1"]);
    let both = [&mine[..4], &[("clinician", me.as_str()), ("clinician_name", "Jo Baines")]].concat();
    let refused = staff.act(&reference, "booking", &both).await;
    assert_eq!(refused.attribute(".problems a", "href"), ["#clinician_name"]);
    assert!(!site.mails().await.join(" ").contains("Line 1"), "for the desk alone");
    site.app
        .database
        .write(|tables| {
            Box::pin(async move {
                sqlx::query("update staff set disabled_at = 1, name = 'Priya Left' where role = 'clinician'")
                    .execute(tables)
                    .await
            })
        })
        .await
        .unwrap();
    let mut reception = site.staff_as(Role::Reception).await;
    assert_eq!(columns(&reception.get(THAT_DAY).await), ["Priya Left"]);
    assert_eq!(
        reception.get(&form).await.first("#clinician option[selected]"),
        "Priya Left",
        "while it stands"
    );
}

#[tokio::test]
async fn one_person_is_not_booked_twice_without_a_reason() {
    let site = Site::open().await;
    let first = site.one_request().await;
    let second = site.request(&with(consultation(), "concern", &["another"])).await;
    let mut staff = site.staff().await;
    book(&mut staff, &first, "10:30", "Jo Baines", "").await;
    let seen_at = staff.seen_at(&second).await;
    let form = [
        ("seen_at", seen_at.as_str()),
        ("date", "2026-06-11"),
        ("time", "9am"),
        ("minutes", "30"),
        ("setting", "phone"),
    ];
    let asked = staff.post(&format!("{}/booking", page(&second)), &form).await;
    let words = format!("The same person is booked already, for 10.30am on Thursday 4 June 2026: {first}.");
    assert!(asked.first(".problems").contains(&words), "{}", asked.first(".problems"));
    staff.act(&second, "booking", &form[1..]).await;
    let history = staff.get(&page(&second)).await.all(".log li").join(" ");
    assert!(
        history.contains("booked all the same, twice for one person: “They can only come then”"),
        "{history}"
    );
    staff.act(&first, "booking", &form[1..]).await;
    assert_eq!(site.count("booking_reasons").await, 2, "a change is asked about as well");
    site.change("update consultations set state = 'new', changed_at = changed_at + 1").await.unwrap();
}

#[tokio::test]
async fn a_reason_goes_with_its_request() {
    let site = Site::open().await;
    let (reference, private) = crate::private_page::asked(&site).await;
    let mut staff = site.staff().await;
    book(&mut staff, &reference, "20:00", "Jo Baines", "Room 1").await;
    assert_eq!(site.count("booking_reasons").await, 1);
    let mut patient = crate::private_page::owner(&site, &private).await;
    patient.post(&format!("{private}/withdrawal"), &[]).await;
    assert_eq!(site.count("booking_reasons").await, 0);
    assert_eq!(site.count("bookings where clinician <> '' or room <> '' or place is not null").await, 0);
}

#[tokio::test]
async fn an_odd_address_of_the_diary_is_answered_with_words() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    for (query, words) in [
        ("day=someday", "Enter the date as day, month and year, like 27/5/2026"),
        ("day=31/2/2026", "There is no 31/2/2026 in the calendar: enter a date like 27/5/2026"),
        (
            "day=9999-12-31&view=week",
            "31 December 9999 is more than 10 years away: enter a date nearer to today",
        ),
    ] {
        let refused = staff.get(&format!("/staff/diary?{query}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert_eq!(refused.all(".problems a"), [words]);
        assert!(refused.first("title").starts_with("Error: ") && refused.first(".lede").contains("May 2026"));
    }
    let kept = staff.get("/staff/diary?day=%3Cscript%3E%22").await;
    assert_eq!(kept.attribute("#day", "value"), ["<script>\""]);
    for query in [
        "view=year&by=moon&only=%3Cscript%3E",
        "only=%00%FF&day=",
        "day=2026-06-04&day=2026-06-05",
        &format!("only={}", "x".repeat(4000)),
        "%=%&&&",
    ] {
        assert_eq!(staff.get(&format!("/staff/diary?{query}")).await.status, StatusCode::OK, "{query}");
    }
}

#[tokio::test]
async fn odd_words_about_a_booking_are_shown_as_words() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    let odd = "<script>alert(1)</script>\0\u{202e}\r\nATTENDEE:x";
    let (name, room) = (&format!("{odd} Jo"), "\"><b>Room\0\r\n2");
    book(&mut staff, &reference, "20:00", name, room).await;
    for path in [
        THAT_DAY.to_owned(),
        format!("{THAT_DAY}&by=room"),
        format!("{THAT_DAY}&view=week"),
        page(&reference),
    ] {
        let shown = staff.get(&path).await;
        assert!(shown.words().contains("\"><b>Room 2") || shown.words().contains("ATTENDEE:x Jo"), "{path}");
        let inside = shown.all("main script, main b");
        assert!(inside.is_empty() && !shown.body.contains("<script>alert"), "{path}");
    }
    let key = staff
        .get(THAT_DAY)
        .await
        .attribute("#only option", "value")
        .into_iter()
        .find(|key| key.contains("Jo"))
        .unwrap();
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("only", &key).finish();
    assert_eq!(
        staff.get(&format!("{THAT_DAY}&{query}")).await.all(".diary thead th").len(),
        2,
        "of them alone"
    );
    let long = [("date", "2026-06-04"), ("time", "10:30"), ("minutes", "30"), ("setting", "phone")];
    let (name, room, why) = ("n".repeat(101), "r".repeat(41), "w".repeat(20_000));
    let too_long = [("clinician_name", name.as_str()), ("room", &room), ("why", &why), ("clinician", "")];
    let refused = staff.act(&reference, "booking", &[&long[..], &too_long].concat()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.attribute(".problems a", "href"), ["#clinician_name", "#room"]);
    assert_eq!(refused.attribute("#room", "value"), [room]);
    let forged = [&long[..], &[("clinician", "999")]].concat();
    assert_eq!(
        staff.act(&reference, "booking", &forged).await.attribute(".problems a", "href"),
        ["#clinician"]
    );
    let repeated =
        [&long[..], &[("clinician", ""), ("room", ""), ("room", "Line 1"), ("room", "Line 2")]].concat();
    staff.act(&reference, "booking", &repeated).await;
    assert_eq!(site.count("bookings where room = 'Line 1' and clinician = ''").await, 1);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_and_hides_no_other() {
    if engine::is_server() {
        return;
    }
    let site = Site::open().await;
    let (ada, grace) = (request_of(&site, "Ada").await, request_of(&site, "Grace").await);
    let mut staff = site.staff().await;
    book(&mut staff, &ada, "10:30", "Jo Baines", "").await;
    book(&mut staff, &grace, "13:00", "Jo Baines", "").await;
    let break_ada = format!(
        "update consultations set name = x'0011' where reference = '{ada}';
         update bookings set setting = cast(x'ff41fe' as text) where reference = '{ada}'"
    );
    broken(&site, break_ada).await;
    let day = staff.get(THAT_DAY).await;
    assert_eq!(day.status, StatusCode::OK);
    let booked = day.all(".diary td.booked");
    assert!(
        booked[0].contains(&ada) && booked[0].contains("Cannot be read: kind of consultation, name"),
        "{booked:?}"
    );
    assert!(booked[1].contains("Grace Lovelace"));
    broken(&site, format!("update bookings set starts_at = 9223372036854775807 where reference = '{ada}'"))
        .await;
    let day = staff.get(THAT_DAY).await;
    assert!(day.first(".notice").contains(&format!("their time cannot be read: {ada}")), "{}", day.words());
    assert!(day.first(".diary").contains("Grace Lovelace"));
}

async fn broken(site: &Site, sql: String) {
    let written = site.app.database.write(|tables| {
        Box::pin(async move {
            sqlx::raw_sql("pragma ignore_check_constraints = on").execute(&mut *tables).await?;
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *tables).await.map(|_| ())
        })
    });
    written.await.unwrap();
}
