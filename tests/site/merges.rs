//! Doubles: two requests of one person are dealt with as one by one press, and stand alone again by another.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::operations::retention_job::forget;

use crate::private_page::{asked_with, owner};
use crate::support::desk::page;
use crate::support::{Answer, Site, Visitor, consultation, with};

const NUMB: &str = "numb between my legs";

/// Two requests of one person, the second with a sign and a later promise: references, and the private pages.
pub async fn two(site: &Site) -> ([String; 2], [String; 2]) {
    let (first, private) = asked_with(site, &consultation()).await;
    site.clock.advance(SignedDuration::from_hours(24));
    let mut patient = site.visitor();
    let form = with(with(consultation(), "concern", &[NUMB]), "email", &["ada@example.net"]);
    let sent = patient.submit("/consultations/new", &form).await;
    let confirmed = patient.get(sent.location()).await;
    let links = confirmed.attribute("main a", "href");
    let other =
        links.into_iter().find(|link| link.starts_with("/consultations/") && link.len() > 50).unwrap();
    ([first, confirmed.first(".ref")], [private, other])
}

/// What the button sends that merges `other` into `into`: also one that is not shown, since it would be refused.
async fn button(staff: &mut Visitor<'_>, into: &str, other: &str) -> Vec<(&'static str, String)> {
    let (shown, there) = (staff.get(&page(into)).await, staff.get(&page(other)).await);
    let hidden = |answer: &Answer, name: &str| {
        answer
            .attribute(&format!("main form input[name={name}]"), "value")
            .into_iter()
            .next()
            .unwrap_or_default()
    };
    vec![
        ("seen_at", hidden(&shown, "seen_at")),
        ("opened_at", hidden(&shown, "opened_at")),
        ("other_seen_at", hidden(&there, "seen_at")),
        ("other", other.to_owned()),
    ]
}

async fn press(staff: &mut Visitor<'_>, into: &str, form: &[(&'static str, String)]) -> Answer {
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    staff.post(&format!("{}/merge", page(into)), &form).await
}

pub async fn merge(staff: &mut Visitor<'_>, into: &str, other: &str) -> Answer {
    let form = button(staff, into, other).await;
    press(staff, into, &form).await
}

async fn separate(staff: &mut Visitor<'_>, merged: &str, from: &str) -> Answer {
    staff.post(&format!("{}/separation", page(merged)), &[("from", from)]).await
}

/// State, promise, sign and end of every request.
async fn standing(site: &Site) -> Vec<String> {
    let sql = "select concat_ws(' ', state, due_at, sign, attention, closed_because, ended_at is null, contacted_at is null) \
        from consultations order by created_at";
    sqlx::query_scalar(sql).fetch_all(site.app.database.readers()).await.unwrap()
}

#[tokio::test]
async fn two_requests_are_one_with_both_histories_and_two_again_as_they_were() {
    for role in [Role::Reception, Role::Clinician, Role::Administrator] {
        let site = Site::open().await;
        let ([first, second], _) = two(&site).await;
        let mut staff = site.staff_as(role).await;
        let (me, _) = crate::support::staff::person(role);
        staff.act(&second, "notes", &[("note", "Rings back after 4")]).await;
        staff.act(&second, "calls", &[("outcome", "no-answer")]).await;
        let before = standing(&site).await;
        let done = merge(&mut staff, &first, &second).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, page(&first).as_str()));

        let one = staff.get(&page(&first)).await;
        let words = one.words();
        assert!(words.contains(&format!("Also asked, in {second}")), "{words}");
        assert_eq!(one.words().contains(NUMB), role == Role::Clinician, "the words are for clinicians");
        assert!(words.contains("ada@example.net") && words.contains("Rings back after 4"), "{words}");
        assert!(words.contains("No answer:"), "and the calls: {words}");
        assert!(one.first(".facts").contains("Emergency words"), "the graver sign is that of both");
        let history = one.all(".log li").join("\n");
        assert!(history.contains(&format!("{me} merged {second} into it")), "{history}");
        assert!(
            history.contains(&format!("The patient asked ({second})"))
                && history.contains("The patient asked ")
        );
        let other = staff.get(&page(&second)).await;
        assert!(other.words().contains(&format!("Merged into {first}, where both are dealt with.")));
        assert!(other.words().contains(&format!("Erased together with {first}.")));
        assert!(!other.words().contains("Open it again"), "it is separated, not opened");
        let seen_at = staff.seen_at(&second).await;
        let opened = staff.post(&format!("{}/reopening", page(&second)), &[("seen_at", &seen_at)]).await;
        assert_eq!(opened.status, StatusCode::CONFLICT);

        // One place in the queue, none among what is done, and both are found.
        assert_eq!(staff.get("/staff").await.all("table.queue .who a").len(), 1);
        assert!(staff.get("/staff?show=done").await.all("table.queue .who a").is_empty());
        let found = staff.post("/staff/search", &[("q", &second)]).await;
        assert!(found.first("table.queue").contains(&format!("Merged into {first}")), "{}", found.words());
        if role != Role::Clinician {
            let file = staff.get("/staff/consultations.csv").await;
            assert!(file.body.contains(&format!("\"merged into {first}\"")), "{}", file.body);
        }
        // The earlier promise, and nobody heard from us by this.
        let due =
            "select count(*) from consultations where contacted_at is not null and closed_because = 'twice'";
        assert_eq!(
            sqlx::query_scalar::<_, i64>(due).fetch_one(site.app.database.readers()).await.unwrap(),
            0
        );

        let parted = separate(&mut staff, &second, &first).await;
        assert_eq!((parted.status, parted.location()), (StatusCode::SEE_OTHER, page(&first).as_str()));
        assert_eq!(standing(&site).await, before);
        assert!(!staff.get(&page(&first)).await.words().contains("Also asked"));
        let again = separate(&mut staff, &second, "").await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.first(".problems").contains("It is not merged any more"), "{}", again.words());
        assert_eq!(site.count("consultation_merges").await, 0);
    }
}

#[tokio::test]
async fn the_earlier_promise_holds_for_both_whichever_stays() {
    let site = Site::open().await;
    let ([first, second], [private, other]) = two(&site).await;
    let mut staff = site.staff().await;
    merge(&mut staff, &second, &first).await;
    assert!(staff.get(&page(&second)).await.first(".facts").contains("Promised by 5pm on Thursday 21 May"));
    let joined = owner(&site, &private).await.get(&private).await;
    let said = joined.first(".lede");
    assert!(
        said.contains(&format!("We joined this request with your other one, {second}, and deal with both")),
        "{said}"
    );
    assert!(said.contains("You will hear from us by 5pm on Thursday 21 May 2026"), "{said}");
    assert!(
        !joined.words().contains(NUMB) && !joined.body.contains("ada@example.net"),
        "nothing of the other one"
    );
    assert!(joined.attribute("main a", "href").contains(&format!("{private}/withdrawal")));
    assert!(joined.attribute("main a", "href").contains(&format!("{private}/contact")));
    let stays = owner(&site, &other).await.get(&other).await.words();
    assert!(stays.contains(&format!("We joined your request {first} with this one")), "{stays}");
    staff.act(&second, "calls", &[("outcome", "spoke")]).await;
    assert!(!owner(&site, &private).await.get(&private).await.words().contains("You will hear from us by"));
}

#[tokio::test]
async fn merging_a_request_that_was_just_withdrawn_and_others_that_cannot_be_is_answered_clearly() {
    let site = Site::open().await;
    let ([first, second], _) = two(&site).await;
    let stranger = with(with(consultation(), "email", &["tom@example.org"]), "phone", &["020 7946 0958"]);
    let stranger = site.request(&stranger).await;
    let mut staff = site.staff().await;
    let form = button(&mut staff, &first, &second).await;
    let refused = async |staff: &mut Visitor<'_>, into: &str, form: &[(&'static str, String)], says: &str| {
        let answer = press(staff, into, form).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{says}");
        assert!(answer.first(".problems").contains(says), "{says}: {}", answer.first(".problems"));
    };
    let to = |other: &str| -> Vec<(&'static str, String)> {
        form.iter()
            .map(|(name, value)| (*name, if *name == "other" { other.to_owned() } else { value.clone() }))
            .collect()
    };
    refused(&mut staff, &first, &to(&stranger), "no such request of the same person").await;
    for odd in ["", "BP-0000-0000", "\u{202e}<script>\0\r\nx", &"w".repeat(3000)] {
        refused(&mut staff, &first, &to(odd), "no such request of the same person").await;
    }
    refused(&mut staff, &first, &to(&first), "not merged into itself").await;
    let old: Vec<_> = form
        .iter()
        .map(|(name, value)| (*name, if *name == "other" { value.clone() } else { "1".to_owned() }))
        .collect();
    refused(&mut staff, &first, &old, "after you opened it").await;
    staff.act(&second, "notes", &[("note", "Rings back")]).await;
    refused(
        &mut staff,
        &first,
        &form,
        &format!("Someone changed this request or {second} after you opened it"),
    )
    .await;
    staff.book(&second).await;
    let form = button(&mut staff, &first, &second).await;
    refused(&mut staff, &first, &form, &format!("{second} has a time that is still to come")).await;
    mybackpain::consultations::withdraw(&site.app, second.clone()).await.unwrap();
    refused(&mut staff, &first, &form, &format!("The patient has just withdrawn {second}")).await;
    assert_eq!(site.count("consultations where merged_into is not null").await, 0);
    // What nobody has answered stays in sight, and what waits for us waits with the other.
    staff.act(&first, "calls", &[("outcome", "spoke")]).await;
    let fresh = site.request(&with(consultation(), "concern", &[NUMB])).await;
    let shown = staff.get(&page(&first)).await;
    let offers = |shown: &Answer| shown.attribute("form[action$='/merge'] input[name=other]", "value");
    assert!(!offers(&shown).contains(&fresh), "what would be refused is not offered");
    assert!(shown.words().contains("Open it to merge this one into it"), "{}", shown.words());
    let other = staff.get(&page(&fresh)).await;
    assert!(offers(&other).contains(&first));
    let form = button(&mut staff, &first, &fresh).await;
    refused(&mut staff, &first, &form, &format!("Nobody has been in touch about {fresh} yet")).await;
    assert!(merge(&mut staff, &fresh, &first).await.status.is_redirection());
    separate(&mut staff, &first, "").await;
    // Nothing is merged into what is over, nor a request that has another in it.
    let third = site.request(&with(consultation(), "concern", &["a third"])).await;
    let fourth = site.request(&with(consultation(), "concern", &["a fourth"])).await;
    merge(&mut staff, &third, &fourth).await;
    let form = button(&mut staff, &first, &third).await;
    refused(&mut staff, &first, &form, &format!("Others are merged into {third}")).await;
    let form = button(&mut staff, &first, &third).await;
    staff.act(&first, "closure", &[("reason", "dealt with")]).await;
    let seen: Vec<_> = form.iter().map(|(name, value)| (*name, value.clone())).collect();
    refused(&mut staff, &first, &seen, "after you opened it").await;
    let elsewhere = Request::builder()
        .method(Method::POST)
        .uri(format!("{}/merge", page(&first)))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from("other=x"))
        .unwrap();
    assert_eq!(site.send(elsewhere).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        staff.post("/staff/consultations/BP-2222-3333/merge", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_sign_of_what_is_still_merged_stays_when_another_is_separated() {
    let site = Site::open().await;
    let ([first, second], _) = two(&site).await;
    let third = site.request(&with(consultation(), "concern", &["I cannot pee and my legs are numb"])).await;
    let mut staff = site.staff().await;
    for (merged, after) in [(&second, &third), (&third, &second)] {
        for one in [merged, after] {
            let done = staff.get(&page(&first)).await;
            let others = done.attribute("form[action$='/merge'] input[name=other]", "value");
            let stamps = done.attribute("form[action$='/merge'] input[name=other_seen_at]", "value");
            let at = others.iter().position(|other| other == one).unwrap();
            let form = [
                ("seen_at", staff.seen_at(&first).await),
                ("other", one.clone()),
                ("other_seen_at", stamps[at].clone()),
            ];
            assert_eq!(press(&mut staff, &first, &form).await.status, StatusCode::SEE_OTHER);
        }
        separate(&mut staff, merged, "").await;
        assert!(
            staff.get(&page(&first)).await.first(".facts").contains("Emergency words"),
            "of the other one"
        );
        separate(&mut staff, after, "").await;
        assert!(!staff.get(&page(&first)).await.first(".facts").contains("Emergency words"));
    }
}

#[tokio::test]
async fn who_withdraws_one_withdraws_that_one_and_the_other_stands_alone_again() {
    let site = Site::open().await;
    let ([first, second], [private, other]) = two(&site).await;
    let mut staff = site.staff().await;
    merge(&mut staff, &first, &second).await;
    let mut patient = owner(&site, &private).await;
    let asks = patient.get(&format!("{private}/withdrawal")).await;
    assert!(
        asks.words()
            .contains(&format!("We joined your request {second} with this one. It will stand alone again."))
    );
    patient.post(&format!("{private}/withdrawal"), &[]).await;
    let back = staff.get(&page(&second)).await;
    assert!(back.first(".facts").contains("New") && back.words().contains(NUMB), "{}", back.words());
    assert!(back.words().contains(&format!("separated it from {first}, which the patient withdrew")));
    assert_eq!(
        staff.get("/staff").await.all("table.queue .who a"),
        ["Ada Lovelace"],
        "it waits for us again"
    );
    // The other way round: what is left keeps its own promise and sign.
    let third = site.request(&with(consultation(), "concern", &["a third"])).await;
    merge(&mut staff, &third, &second).await;
    assert!(staff.get(&page(&third)).await.first(".facts").contains("Emergency words"));
    let mut patient = owner(&site, &other).await;
    assert!(
        patient.get(&format!("{other}/withdrawal")).await.status == StatusCode::OK,
        "a joined one can be withdrawn"
    );
    patient.post(&format!("{other}/withdrawal"), &[]).await;
    let left = staff.get(&page(&third)).await;
    assert!(
        !left.first(".facts").contains("Emergency words") && !left.words().contains(NUMB),
        "{}",
        left.words()
    );
    assert!(
        left.words().contains(&format!("withdrew {second}, which was merged into it")),
        "{}",
        left.words()
    );
    assert_eq!(site.count("consultations where merged_into is not null").await, 0);
    assert_eq!(site.count("consultations where name is not null").await, 1);
}

#[tokio::test]
async fn a_merged_request_is_erased_with_the_other_and_neither_while_one_is_kept() {
    let site = Site::open().await;
    let ([first, second], _) = two(&site).await;
    let mut staff = site.staff().await;
    merge(&mut staff, &first, &second).await;
    site.clock.advance(SignedDuration::from_hours(24 * 91));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("consultations").await, 2, "the other one is open still");
    let mut staff = site.staff().await;
    staff.act(&first, "closure", &[("reason", "dealt with")]).await;
    staff.act(&second, "hold", &[("hold", "A complaint")]).await;
    site.clock.advance(SignedDuration::from_hours(24 * 91));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("consultations").await, 2, "one of them is kept");
    site.staff().await.act(&second, "release", &[]).await;
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("consultations").await + site.count("consultation_merges").await, 0);
}

#[tokio::test]
async fn what_comes_back_and_what_comes_again_is_noted_with_the_request_that_is_open() {
    let site = Site::open().await;
    let (first, _) = asked_with(&site, &consultation()).await;
    let form = with(consultation(), "concern", &["the same again"]);
    let second = site.request(&form).await;
    let mut staff = site.staff().await;
    merge(&mut staff, &first, &second).await;
    let (about, now) = (second.clone(), site.now());
    let write = site.app.database.write(move |connection| {
        Box::pin(
            async move { mybackpain::consultations::notifications::came_back(connection, &about, now).await },
        )
    });
    write.await.unwrap();
    let events = "consultation_events where what like '%came back%' and reference";
    assert_eq!(site.count(&format!("{events} = '{first}'")).await, 1);
    assert_eq!(site.count(&format!("{events} = '{second}'")).await, 0);
    assert_eq!(site.request(&form).await, second, "the same words within a day are the same request still");
    assert_eq!(site.count("consultations").await, 2);
    staff.act(&first, "closure", &[("reason", "dealt with")]).await;
    assert_ne!(site.request(&form).await, second, "after that they are a new one");
}
