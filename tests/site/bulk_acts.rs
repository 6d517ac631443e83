//! Several requests at once: taken, given away or closed, and undone in one press; what changed meanwhile is left alone.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::operations::retention_job::forget;

use crate::support::desk::page;
use crate::support::{Answer, Site, Visitor, consultation, with};

async fn three(site: &Site) -> [String; 3] {
    let mut all = Vec::new();
    for concern in ["one", "two", "three"] {
        all.push(site.request(&with(consultation(), "concern", &[concern])).await);
    }
    all.try_into().unwrap()
}

/// What a tick at each of them sends, as the queue shows them now.
async fn ticks(staff: &mut Visitor<'_>, of: &[&String]) -> Vec<String> {
    let all = staff.get("/staff").await.attribute("input[name=chosen]", "value");
    let tick = |reference: &&String| all.iter().find(|tick| tick.starts_with(reference.as_str())).cloned();
    of.iter().map(|reference| tick(reference).unwrap_or_default()).collect()
}

async fn press(staff: &mut Visitor<'_>, ticks: &[String], button: &[(&str, &str)]) -> Answer {
    let mut form: Vec<(&str, &str)> = ticks.iter().map(|tick| ("chosen", tick.as_str())).collect();
    form.extend(button);
    let done = staff.post("/staff/bulk-acts", &form).await;
    if done.status != StatusCode::SEE_OTHER {
        return done;
    }
    let path = done.location().to_owned();
    staff.get(&path).await
}

async fn undo(staff: &mut Visitor<'_>, shown: &Answer) -> Answer {
    let path = shown.attribute("main form", "action").into_iter().next().unwrap();
    let done = staff.post(&path, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    staff.get(done.location()).await
}

/// State and owner of each.
async fn standing(site: &Site, of: &[String; 3]) -> Vec<String> {
    let mut all = Vec::new();
    for reference in of {
        let sql = "select concat_ws(' ', state, closed_because, (select name from staff where id = owner_id), \
            case when ended_at is not null then 'ended' end, case when contacted_at is not null then 'heard' end) from consultations where reference = $1";
        let row: String =
            sqlx::query_scalar(sql).bind(reference).fetch_one(site.app.database.readers()).await.unwrap();
        all.push(row.trim().replace("  ", " "));
    }
    all
}

#[tokio::test]
async fn several_are_taken_given_and_closed_and_each_act_is_undone_in_one_press() {
    for role in [Role::Reception, Role::Clinician, Role::Administrator] {
        let site = Site::open().await;
        let all = three(&site).await;
        site.staff_as(Role::Clinician).await;
        let mut staff = site.staff_as(role).await;
        let (me, _) = crate::support::staff::person(role);
        staff.act(&all[2], "calls", &[("outcome", "no-answer")]).await;
        let before = standing(&site, &all).await;
        assert_eq!(before[..2], ["new", "new"]);

        let chosen = ticks(&mut staff, &[&all[0], &all[1]]).await;
        let taken = press(&mut staff, &chosen, &[("act", "take")]).await;
        assert_eq!(taken.first("h1"), "Done to 2 requests");
        assert_eq!(standing(&site, &all).await[..2], [format!("new {me}"), format!("new {me}")]);
        let undone = undo(&mut staff, &taken).await;
        assert_eq!((undone.first("h1"), undone.all("main form").len()), ("Undone for 2 requests".into(), 0));
        assert_eq!(standing(&site, &all).await, before);
        let history = staff.get(&page(&all[0])).await.all(".log li").join("\n");
        assert!(
            history.contains(&format!("{me} took it")) && history.contains(&format!("{me} undid “took it”"))
        );

        let chosen = ticks(&mut staff, &[&all[0], &all[1], &all[2]]).await;
        let closed = press(&mut staff, &chosen, &[("act", "close"), ("reason", "not reached")]).await;
        assert_eq!(closed.first("h1"), "Done to 3 requests");
        let ended = standing(&site, &all).await;
        assert!(
            ended.iter().all(|one| one.starts_with("closed not reached") && one.ends_with("ended heard")),
            "{ended:?}"
        );
        undo(&mut staff, &closed).await;
        assert_eq!(standing(&site, &all).await, before, "as if it had not been");
        site.clock.advance(SignedDuration::from_hours(24 * 91));
        forget(&site.app).await.unwrap();
        assert_eq!(site.count("consultations").await, 3, "open again, so kept");
        assert_eq!(site.count("bulk_acts").await, 0, "after a day there is nothing to undo");
    }
}

#[tokio::test]
async fn several_are_given_to_a_colleague_who_is_here() {
    let site = Site::open().await;
    let all = three(&site).await;
    site.staff_as(Role::Clinician).await;
    let mut staff = site.staff_as(Role::Reception).await;
    let chosen = ticks(&mut staff, &[&all[0], &all[2]]).await;
    let to = staff.get("/staff").await.attribute("#to option", "value")[1].clone();
    let given = press(&mut staff, &chosen, &[("act", "give"), ("to", &to)]).await;
    assert!(given.words().contains("“gave it to Priya Shah”"), "{}", given.words());
    assert_eq!(standing(&site, &all).await, ["new Priya Shah", "new", "new Priya Shah"]);
    // Their account is disabled before it is undone: nobody gets back what is theirs.
    let mut priya = site.staff().await;
    let theirs = ticks(&mut priya, &[&all[0]]).await;
    let taken = press(&mut priya, &theirs, &[("act", "close"), ("reason", "twice")]).await;
    site.change("update staff set disabled_at = 1 where role = 'reception'").await.unwrap();
    site.change("update bulk_act_rows set owner_id = (select id from staff where role = 'reception') where act_id = 2").await.unwrap();
    undo(&mut priya, &taken).await;
    assert_eq!(standing(&site, &all).await[0], "new");
}

#[tokio::test]
async fn what_changed_meanwhile_is_named_and_left_alone_by_the_act_and_by_its_undo() {
    let site = Site::open().await;
    let all = three(&site).await;
    let mut colleague = site.staff_as(Role::Clinician).await;
    let mut staff = site.staff_as(Role::Reception).await;
    let chosen = ticks(&mut staff, &[&all[0], &all[1], &all[2]]).await;
    colleague.act(&all[1], "notes", &[("note", "Rings back")]).await;
    let taken = press(&mut staff, &chosen, &[("act", "take")]).await;
    assert_eq!(taken.first("h1"), "Done to 2 requests");
    let left = taken.first("section[aria-labelledby=left]");
    assert!(left.contains(&all[1]) && left.contains("Someone changed it after the list was shown"), "{left}");
    colleague.act(&all[2], "notes", &[("note", "Rings back")]).await;
    let undone = undo(&mut staff, &taken).await;
    assert_eq!(undone.first("h1"), "Undone for 1 request");
    assert!(undone.words().contains("Someone changed it since, so it stays as it is now."));
    assert_eq!(standing(&site, &all).await, ["new", "new", "new Sam Reed"]);
    // Undone once is undone, and a colleague neither sees nor undoes it.
    let path = taken.attribute("main form", "action")[0].clone();
    assert_eq!(staff.post(&path, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(standing(&site, &all).await[2], "new Sam Reed");
    for refused in [colleague.post(&path, &[]).await, colleague.get("/staff/bulk-acts/1").await] {
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_request_with_a_sign_or_a_time_that_is_still_to_come_is_not_closed_with_the_others() {
    let site = Site::open().await;
    let all = three(&site).await;
    let numb = site.request(&with(consultation(), "concern", &["numb between my legs"])).await;
    let mut staff = site.staff().await;
    staff.book(&all[1]).await;
    let chosen = ticks(&mut staff, &[&all[0], &all[1], &numb]).await;
    let closed = press(&mut staff, &chosen, &[("act", "close"), ("reason", "dealt with")]).await;
    assert_eq!(closed.first("h1"), "Done to 1 request");
    let left = closed.all("section[aria-labelledby=left] li").join("\n");
    assert!(
        left.contains(&numb) && left.contains("It holds a sign that needs help. Open it, read it"),
        "{left}"
    );
    assert!(left.contains(&all[1]) && left.contains("its time is still to come"), "{left}");
    assert_eq!(site.count("consultations where state = 'closed'").await, 1);
    assert_eq!(site.count("bookings where cancelled_at is null").await, 1);
    let only = ticks(&mut staff, &[&numb]).await;
    let taken = press(&mut staff, &only, &[("act", "take")]).await;
    assert_eq!(taken.first("h1"), "Done to 1 request", "it may be taken");
    // What was withdrawn meanwhile is over, and what was erased is not named.
    let chosen = ticks(&mut staff, &[&all[2], &numb]).await;
    mybackpain::consultations::withdraw(&site.app, all[2].clone()).await.unwrap();
    site.change("delete from consultations where sign <> ''").await.unwrap();
    let left = press(&mut staff, &chosen, &[("act", "take")]).await;
    assert_eq!((left.first("h1"), left.all("main li").len()), ("Nothing was done".into(), 1));
}

#[tokio::test]
async fn a_press_that_says_too_little_keeps_the_ticks_and_the_list() {
    let site = Site::open().await;
    let all = three(&site).await;
    site.staff_as(Role::Clinician).await;
    let mut staff = site.staff_as(Role::Reception).await;
    let chosen = ticks(&mut staff, &[&all[1]]).await;
    let many: Vec<String> = (0..101).map(|number| format!("BP-{number}:1")).collect();
    let none = Vec::new();
    for (ticked, button, says) in [
        (&none, &[("act", "take")][..], "Tick at least one request"),
        (&chosen, &[], "Choose what to do with them"),
        (&chosen, &[("act", "\u{202e}<script>\0")], "Choose what to do with them"),
        (&chosen, &[("act", "give")], "Select who gets them"),
        (&chosen, &[("act", "give"), ("to", "999")], "Select who gets them"),
        (&chosen, &[("act", "close"), ("reason", "because\r\nBcc:")], "Select why you close them"),
        (&many, &[("act", "take")], "Tick 100 requests or fewer"),
        (&vec!["<b>:x".to_owned(), "BP".to_owned()], &[("act", "take")], "Tick at least one request"),
    ] {
        let form = [&[("show", ""), ("state", "new"), ("owner", "nobody")], button].concat();
        let again = press(&mut staff, ticked, &form).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(again.first(".problems").contains(says) && again.body.contains("<title>Error: "), "{says}");
        let field = again.attribute(".problems a", "href")[0].replace('#', "");
        assert_eq!(again.attribute(&format!("[id='{field}']"), "id").len(), 1, "{says} leads to its field");
        if ticked == &chosen {
            assert_eq!(again.attribute("input[name=chosen][checked]", "value"), chosen, "{says}");
        }
        assert_eq!(again.attribute("#state option[selected]", "value"), ["new"], "the same list: {says}");
    }
    let found = [("chosen", chosen[0].as_str()), ("q", "lovelace"), ("act", "")];
    let search = staff.post("/staff/bulk-acts", &found).await;
    assert!(search.words().contains("3 requests match “lovelace”"), "{}", search.words());
    let twice = [chosen[0].clone(), chosen[0].clone()];
    assert_eq!(press(&mut staff, &twice, &[("act", "take")]).await.first("h1"), "Done to 1 request");
    assert_eq!(site.count("bulk_acts").await, 1);
    for unknown in ["/staff/bulk-acts/999", "/staff/bulk-acts/one"] {
        assert_eq!(staff.get(unknown).await.status, StatusCode::NOT_FOUND, "{unknown}");
        assert_eq!(
            staff.post(&format!("{unknown}/undo"), &[]).await.status,
            StatusCode::NOT_FOUND,
            "{unknown}"
        );
    }
    assert_eq!(staff.get("/staff/bulk-acts").await.location(), "/staff");
    for done in ["/staff?show=done", "/staff?show=spam"] {
        assert!(staff.get(done).await.attribute("[name=chosen], #several", "id").is_empty(), "{done}");
    }
    let elsewhere = Request::builder()
        .method(Method::POST)
        .uri("/staff/bulk-acts")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from("act=take"))
        .unwrap();
    assert_eq!(site.send(elsewhere).await.status, StatusCode::FORBIDDEN);
}
