//! Staff who are away: what is theirs is given to a colleague or to nobody on the first day, and nobody gives them more.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::consultations::handling::hand_over::hand_over_due;

use crate::support::Site;
use crate::support::desk::page;

/// The number of the account with which the tests sign in for a role.
async fn id_of(site: &Site, role: Role) -> String {
    let (_, email) = crate::support::staff::person(role);
    let id: i64 = sqlx::query_scalar("select id from staff where email = $1")
        .bind(email)
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    id.to_string()
}

async fn owner(site: &Site) -> Option<i64> {
    sqlx::query_scalar("select owner_id from consultations")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap()
}

#[tokio::test]
async fn what_is_theirs_goes_to_the_cover_on_the_first_day_and_the_history_says_why() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut away = site.staff_as(Role::Reception).await;
    site.staff_as(Role::Clinician).await;
    let cover = id_of(&site, Role::Clinician).await;
    away.act(&reference, "owner", &[("owner", "me")]).await;
    let form = [("from", "21/5/2026"), ("until", "22/5/2026"), ("cover", cover.as_str())];
    assert_eq!(away.post("/staff/absences", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(hand_over_due(&site.app).await.unwrap(), 0, "today they are here");
    assert_ne!(owner(&site).await.map(|id| id.to_string()), Some(cover.clone()));

    site.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(hand_over_due(&site.app).await.unwrap(), 1);
    assert_eq!(hand_over_due(&site.app).await.unwrap(), 0, "once");
    assert_eq!(owner(&site).await.map(|id| id.to_string()), Some(cover));
    let mut clinician = site.staff_as(Role::Clinician).await;
    let words = clinician.get(&page(&reference)).await.words();
    assert!(words.contains("is away") && words.contains("Dealt with by you"), "{words}");
}

#[tokio::test]
async fn what_a_cover_cannot_take_is_nobodys() {
    for (until, trouble) in [
        ("", ""),
        ("22/5/2026", "update staff set disabled_at = 1 where role = 'clinician'"),
        (
            "22/5/2026",
            "insert into staff_absences (staff_id, from_day, until_day, made_at) \
                       select id, '2026-05-20', '2026-05-21', 1 from staff where role = 'clinician'",
        ),
    ] {
        let site = Site::open().await;
        let reference = site.one_request().await;
        let mut away = site.staff_as(Role::Reception).await;
        site.staff_as(Role::Clinician).await;
        let cover = if until.is_empty() { String::new() } else { id_of(&site, Role::Clinician).await };
        away.act(&reference, "owner", &[("owner", "me")]).await;
        let form = [("from", "2026-05-21"), ("until", "2026-05-22"), ("cover", cover.as_str())];
        assert_eq!(away.post("/staff/absences", &form).await.status, StatusCode::SEE_OTHER);
        if !trouble.is_empty() {
            site.change(trouble).await.unwrap();
        }
        site.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(hand_over_due(&site.app).await.unwrap(), 1, "{trouble}");
        assert_eq!(owner(&site).await, None, "{trouble}");
    }
}

#[tokio::test]
async fn an_absence_that_begins_today_gives_away_at_once_and_nobody_gives_them_more() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut colleague = site.staff_as(Role::Clinician).await;
    let mut away = site.staff_as(Role::Reception).await;
    away.act(&reference, "owner", &[("owner", "me")]).await;
    let form = [("from", "20 May 2026"), ("until", "22 May 2026"), ("cover", "")];
    assert_eq!(away.post("/staff/absences", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(owner(&site).await, None);

    let theirs = id_of(&site, Role::Reception).await;
    let shown = colleague.get(&page(&reference)).await;
    assert!(shown.words().contains("is away until Friday 22 May"), "{}", shown.words());
    assert!(!shown.attribute("#owner option", "value").contains(&theirs));
    let refused = colleague.act(&reference, "owner", &[("owner", &theirs)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.first(".problems").contains("is away until Friday 22 May"));
    assert_eq!(owner(&site).await, None);
    // On the day after the last one they are here again.
    site.clock.advance(SignedDuration::from_hours(72));
    let mut colleague = site.staff_as(Role::Clinician).await;
    assert_eq!(colleague.act(&reference, "owner", &[("owner", &theirs)]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_that_is_wrong_keeps_what_was_typed_and_says_what_to_do() {
    let site = Site::open().await;
    site.staff_as(Role::Clinician).await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let (one, me) = (id_of(&site, Role::Clinician).await, id_of(&site, Role::Administrator).await);
    let taken = [("staff", one.as_str()), ("from", "1/6/2026"), ("until", "5/6/2026"), ("cover", "")];
    assert_eq!(admin.post("/staff/absences", &taken).await.status, StatusCode::SEE_OTHER);
    for (staff, from, until, cover, error) in [
        (me.as_str(), "", "", "", "Enter the first day"),
        (&me, "soon", "1/6/2026", "", "Enter the date as day, month and year"),
        (&me, "5/6/2026", "4/6/2026", "", "must not be before the first"),
        (&me, "1/5/2026", "19/5/2026", "", "must be today or later"),
        (&me, "1/6/2026", "2/6/2027", "", "at most a year long"),
        (&me, "1/6/2026", "2/6/2026", &me, "Select a colleague who is here, or nobody"),
        (&me, "1/6/2026", "2/6/2026", "999", "Select a colleague who is here, or nobody"),
        (&me, "5/6/2026", "8/6/2026", &one, "They are away on some of these days"),
        (&one, "5/6/2026", "8/6/2026", "", "in the list already"),
        ("\u{202e}<script>", "1/6/2026", "2/6/2026", "", "Select who is away"),
    ] {
        let form = [("staff", staff), ("from", from), ("until", until), ("cover", cover)];
        let again = admin.post("/staff/absences", &form).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{error}");
        assert!(again.first(".problems").contains(error), "{error}: {}", again.first(".problems"));
        assert_eq!(again.attribute("#from", "value"), [from], "{error}");
        assert_eq!(again.attribute("#until", "value"), [until], "{error}");
    }
    assert_eq!(site.count("staff_absences").await, 1);
}

#[tokio::test]
async fn an_absence_is_removed_by_who_is_away_or_an_administrator_and_nobody_else() {
    let site = Site::open().await;
    let mut clinician = site.staff_as(Role::Clinician).await;
    let form = [("from", "1/6/2026"), ("until", "5/6/2026"), ("cover", "")];
    clinician.post("/staff/absences", &form).await;
    let mut other = site.staff_as(Role::Reception).await;
    let list = other.get("/staff/absences").await;
    assert!(list.words().contains("Monday 1 June 2026") && list.all("main td form").is_empty());
    assert_eq!(other.post("/staff/absences/1/removal", &[]).await.status, StatusCode::FORBIDDEN);
    for unknown in ["/staff/absences/2/removal", "/staff/absences/one/removal"] {
        assert_eq!(other.post(unknown, &[]).await.status, StatusCode::NOT_FOUND);
    }
    let mut admin = site.staff_as(Role::Administrator).await;
    assert_eq!(admin.post("/staff/absences/1/removal", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.count("staff_absences").await, 0);
}
