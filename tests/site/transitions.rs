//! Acting on a request: the table of transitions, stale saves, owners, notes, holds, and who sees what.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::operations::retention_job::forget;

use crate::support::desk::page;
use crate::support::{Site, Visitor, consultation, with};

/// Every act of the desk that is a button, with fields that are right.
const ACTS: &[(&str, &[(&str, &str)])] = &[
    ("contact", &[]),
    ("calls", &[("outcome", "spoke")]),
    ("owner", &[("owner", "me")]),
    ("notes", &[("note", "Rang the GP")]),
    ("closure", &[("reason", "dealt with")]),
    ("booking", &[("date", "2026-06-04"), ("time", "10:30"), ("minutes", "45"), ("setting", "clinic")]),
    ("cancellation", &[]),
    ("spam", &[]),
    ("clearance", &[]),
    ("hold", &[("hold", "A complaint")]),
    ("release", &[]),
    ("attention", &[]),
];

async fn in_state(site: &Site, staff: &mut Visitor<'_>, state: &str) -> String {
    let concern = format!("about {state} {}", site.count("consultations").await);
    let reference = site.request(&with(consultation(), "concern", &[&concern])).await;
    match state {
        "contacted" => drop(staff.act(&reference, "contact", &[]).await),
        "booked" => drop(staff.book(&reference).await),
        "closed" => drop(staff.act(&reference, "closure", &[("reason", "twice")]).await),
        "withdrawn" => mybackpain::consultations::withdraw(&site.app, reference.clone()).await.unwrap(),
        _ => {}
    }
    reference
}

#[tokio::test]
async fn only_the_moves_of_the_table_are_possible_and_the_others_are_refused_in_words() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    let possible = [
        (
            "new",
            vec!["contact", "calls", "owner", "notes", "closure", "booking", "spam", "hold", "attention"],
        ),
        ("contacted", vec!["calls", "owner", "notes", "closure", "booking", "spam", "hold", "attention"]),
        (
            "booked",
            vec![
                "contact",
                "calls",
                "owner",
                "notes",
                "booking",
                "cancellation",
                "spam",
                "hold",
                "attention",
            ],
        ),
        ("closed", vec!["notes", "hold", "attention"]),
        ("withdrawn", vec!["notes", "hold", "attention"]),
    ];
    for (state, possible) in possible {
        for (act, fields) in ACTS {
            let reference = in_state(&site, &mut staff, state).await;
            let label = staff.get(&page(&reference)).await.all(".facts .tag:not(.tag-due)")[0].to_lowercase();
            assert_eq!(label, state);
            let answer = staff.act(&reference, act, fields).await;
            let expected = if possible.contains(act) { StatusCode::SEE_OTHER } else { StatusCode::CONFLICT };
            assert_eq!(answer.status, expected, "{act} from {state}");
            if expected == StatusCode::CONFLICT {
                assert!(answer.first(".problems").contains("is not possible"), "{act} from {state}");
                assert!(answer.first("title").starts_with("Error: "));
            }
        }
    }
}

#[tokio::test]
async fn a_stale_save_is_refused_shows_both_versions_and_keeps_what_was_typed() {
    let site = Site::open().await;
    let mut sam = site.staff_as(Role::Reception).await;
    let mut priya = site.staff().await;
    for (act, fields) in
        ACTS.iter().filter(|(act, _)| !matches!(*act, "clearance" | "release" | "cancellation"))
    {
        let reference = in_state(&site, &mut priya, "new").await;
        let seen_at = priya.seen_at(&reference).await;
        let opened_at = site.now().as_second().to_string();
        sam.act(&reference, "calls", &[("outcome", "no-answer")]).await;
        let mut form = vec![("seen_at", seen_at.as_str()), ("opened_at", opened_at.as_str())];
        form.extend(*fields);
        let stale = priya.post(&format!("{}/{act}", page(&reference)), &form).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{act}");
        let problem = stale.first(".problems");
        assert!(problem.contains("Nothing was saved"), "{act}");
        assert!(problem.contains("Sam Reed rang: no answer at 10am"), "{act}: {problem}");
        let kept = match *act {
            "notes" => stale.first("#note"),
            "closure" => stale.attribute("input[name=reason][checked]", "value").join(" "),
            "booking" => stale.attribute("#date", "value").join(" "),
            "hold" => stale.attribute("#hold", "value").join(" "),
            _ => String::new(),
        };
        assert!(kept.is_empty() || fields.iter().any(|(_, value)| kept.contains(value)), "{act}: {kept}");
        // Pressed again with the new stamp, it is saved.
        let again = stale.attribute("input[name=seen_at]", "value")[0].clone();
        form[0] = ("seen_at", &again);
        let saved = priya.post(&format!("{}/{act}", page(&reference)), &form).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{act}");
    }
    let reference = in_state(&site, &mut priya, "new").await;
    for forged in ["soon", "", "-1", "99999999999999999999"] {
        let answer = priya.post(&format!("{}/contact", page(&reference)), &[("seen_at", forged)]).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn a_request_moves_on_and_each_step_and_view_is_told() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    for (act, fields) in [
        ("contact", vec![]),
        ("notes", vec![("note", "Likes to be called Countess")]),
        ("closure", vec![("reason", "not reached")]),
    ] {
        site.clock.advance(SignedDuration::from_secs(5));
        let moved = staff.act(&reference, act, &fields).await;
        assert_eq!((moved.status, moved.location()), (StatusCode::SEE_OTHER, page(&reference).as_str()));
    }
    site.clock.advance(SignedDuration::from_secs(5));
    let closed = staff.get(&page(&reference)).await;
    let history = closed.all(".log li").join("\n");
    for told in [
        "Priya Shah closed: we could not reach them",
        "Priya Shah wrote a note",
        "Priya Shah marked it as contacted",
        "Priya Shah opened it 4 times",
        "The patient asked",
    ] {
        assert!(history.contains(told), "{told} in {history}");
    }
    assert!(closed.first("section[aria-labelledby=keep]").contains("Erased on 18 August 2026"));
    assert_eq!(site.count("audit where what like 'closed%'").await, 1);
}

#[tokio::test]
async fn who_acts_first_deals_with_it_and_may_give_it_away() {
    let site = Site::open().await;
    let mut sam = site.staff_as(Role::Reception).await;
    let reference = site.one_request().await;
    let mut priya = site.staff().await;
    priya.act(&reference, "calls", &[("outcome", "spoke")]).await;
    assert_eq!(priya.get(&page(&reference)).await.first("#owner-head"), "Dealt with by you");
    let colleagues = priya.get(&page(&reference)).await.attribute("#owner option", "value");
    assert_eq!(priya.act(&reference, "owner", &[("owner", &colleagues[0])]).await.status, 303);
    assert_eq!(sam.get(&page(&reference)).await.first("#owner-head"), "Dealt with by you");
    sam.act(&reference, "owner", &[("owner", "nobody")]).await;
    assert_eq!(sam.get(&page(&reference)).await.first("#owner-head"), "Dealt with by nobody yet");
    let forged = sam.act(&reference, "owner", &[("owner", "4711")]).await;
    assert_eq!(forged.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(forged.all(".problems a"), ["Select who takes it"]);
    let seen_at = sam.seen_at(&reference).await;
    let taken = sam
        .post(
            &format!("{}/owner", page(&reference)),
            &[("seen_at", &seen_at), ("owner", "me"), ("from", "queue")],
        )
        .await;
    assert_eq!(taken.location(), "/staff");
}

#[tokio::test]
async fn what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    let long = "é".repeat(2001);
    for (act, fields, field, says) in [
        ("closure", vec![], "#reason", "Select why you close it"),
        ("closure", vec![("reason", "bored")], "#reason", "Select why you close it"),
        ("notes", vec![("note", " ")], "#note", "Enter a note"),
        ("notes", vec![("note", long.as_str())], "#note", "Note must be 2000 characters or less"),
        ("hold", vec![("hold", "")], "#hold", "Enter why it must be kept"),
        ("calls", vec![("outcome", "sang")], "#outcome", "Select what came of the call"),
    ] {
        let answer = staff.act(&reference, act, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{act}");
        assert_eq!(answer.all(".problems a"), [says], "{act}");
        assert_eq!(answer.attribute(".problems a", "href"), [field], "{act}");
        assert_eq!(answer.attribute(&format!("[id='{}']", &field[1..]), "id").len(), 1, "{act}");
        assert!(
            fields
                .iter()
                .all(|(_, value)| answer.body.contains(value) || *value == "bored" || *value == "sang")
        );
    }
    assert_eq!(site.count("consultation_notes").await, 0);
}

#[tokio::test]
async fn reception_sees_whom_to_reach_and_clinicians_what_was_said() {
    let site = Site::open().await;
    let reference =
        site.request(&with(consultation(), "concern", &["numb between my legs since Monday"])).await;
    let mut priya = site.staff().await;
    priya.act(&reference, "notes", &[("note", "Ask about the zeppelin"), ("clinical", "yes")]).await;
    priya.act(&reference, "notes", &[("note", "Prefers Ada")]).await;
    let whole = priya.get(&page(&reference)).await.words();
    for said in ["numb between my legs since Monday", "Please speak slowly", "zeppelin", "Prefers Ada"] {
        assert!(whole.contains(said), "{said}");
    }
    for role in [Role::Reception, Role::Administrator] {
        let mut staff = site.staff_as(role).await;
        // Only who may read a clinical note can write one.
        staff.act(&reference, "notes", &[("note", "From the desk"), ("clinical", "yes")]).await;
        let part = staff.get(&page(&reference)).await;
        for hidden in ["numb between", "slowly", "zeppelin"] {
            assert!(!part.body.contains(hidden), "{hidden}");
        }
        for shown in ["Ada Lovelace", "07700 900123", "Emergency words", "Prefers Ada", "From the desk"] {
            assert!(part.words().contains(shown), "{shown}");
        }
        assert_eq!(part.all("#clinical").len(), 0);
    }
}

#[tokio::test]
async fn what_is_kept_for_a_reason_outlives_ninety_days_and_not_its_release() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    staff.act(&reference, "closure", &[("reason", "dealt with")]).await;
    staff.act(&reference, "hold", &[("hold", "A complaint of 3 June")]).await;
    let kept = staff.get(&page(&reference)).await.first("section[aria-labelledby=keep]");
    assert!(kept.contains("A complaint of 3 June"), "{kept}");
    site.clock.advance(SignedDuration::from_hours(91 * 24));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("consultations").await, 1);
    let mut staff = site.staff().await;
    assert_eq!(staff.act(&reference, "release", &[]).await.status, StatusCode::SEE_OTHER);
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("consultations").await, 0);
}

#[tokio::test]
async fn hostile_words_in_every_field_are_shown_as_text() {
    let site = Site::open().await;
    let hostile = "\"><script>alert(1)</script>'{{7*7}}";
    let form = with(with(consultation(), "name", &[hostile]), "concern", &[hostile]);
    let reference = site.request(&with(form, "needs", &[hostile])).await;
    let mut staff = site.staff().await;
    staff.act(&reference, "notes", &[("note", hostile)]).await;
    staff.act(&reference, "hold", &[("hold", hostile)]).await;
    let place = [
        ("date", "2026-06-04"),
        ("time", "10:30"),
        ("minutes", "45"),
        ("setting", "clinic"),
        ("place", hostile),
    ];
    assert_eq!(staff.act(&reference, "booking", &place).await.status, StatusCode::SEE_OTHER);
    let mut pages = vec![
        staff.get("/staff").await,
        staff.get("/staff/calls").await,
        staff.get(&page(&reference)).await,
        staff.get(&format!("{}/booking", page(&reference))).await,
        staff.get(&format!("{}/cancellation", page(&reference))).await,
        staff.post("/staff/search", &[("q", hostile)]).await,
        staff
            .post("/staff/consultations/new", &[("name", hostile), ("concern", hostile), ("needs", hostile)])
            .await,
    ];
    staff.act(&reference, "cancellation", &[]).await;
    staff.act(&reference, "calls", &[("outcome", "no-answer")]).await;
    pages.push(staff.get("/staff/calls").await);
    for shown in pages {
        let own = shown.attribute("script", "src").len();
        assert_eq!(shown.all("script").len(), own, "no script but ours: {}", shown.first("h1"));
        assert!(!shown.body.contains("<script>alert"), "{}", shown.first("h1"));
        let ids = shown.attribute("[id]", "id");
        let unique: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "an id twice on {}", shown.first("h1"));
    }
}
