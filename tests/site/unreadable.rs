//! What cannot be decrypted, because its key is gone or the file is damaged, is named where it stands; the rest works.

use axum::http::StatusCode;
use mybackpain::clinic::Role;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions};

use crate::support::desk::page;
use crate::support::engine;
use crate::support::{PASSWORD, READING, Site, consultation, with};

/// A request of Grace that opens, and one of Ada whose name does not. Gives the latter's reference.
async fn one_does_not_open() -> (Site, String) {
    let site = Site::open().await;
    let grace = with(with(consultation(), "name", &["Grace Hopper"]), "email", &["grace@example.org"]);
    site.request(&with(grace, "phone", &["07700 900456"])).await;
    let reference = site.one_request().await;
    break_it(&site, "update consultations set name = x'00112233' where reference = $1", &reference).await;
    (site, reference)
}

async fn break_it(site: &Site, sql: &str, reference: &str) {
    let (sql, reference) = (AssertSqlSafe(engine::with_bytes(sql)), reference.to_owned());
    let write = site.app.database.write(move |connection| {
        Box::pin(async move { sqlx::query(sql).bind(reference).execute(connection).await.map(|_| ()) })
    });
    write.await.unwrap();
}

#[tokio::test]
async fn a_request_that_cannot_be_opened_is_in_the_queue_with_what_is_known_of_it() {
    let (site, reference) = one_does_not_open().await;
    let mut staff = site.staff_as(Role::Reception).await;
    let queue = staff.get("/staff").await;
    assert_eq!(queue.status, StatusCode::OK);
    let rows = queue.all("table.queue tbody tr");
    assert_eq!(rows.len(), 2, "{rows:?}");
    let row = rows.iter().find(|row| row.contains(&reference)).expect("its reference");
    for said in ["This request cannot be opened", "Promised by 5pm on Thursday 21 May", "New"] {
        assert!(row.contains(said), "{said} in {row}");
    }
    assert!(queue.words().contains("Grace Hopper"));
    let said = queue.all(".alarms li");
    assert!(said[0].starts_with("1 request cannot be opened"), "{said:?}");
    assert_eq!(staff.get("/staff/calls").await.status, StatusCode::OK);
    let found = staff.post("/staff/search", &[("q", "grace")]).await;
    assert!(found.status == StatusCode::OK && found.words().contains("Grace Hopper"));
    let file = staff.get("/staff/consultations.csv").await;
    assert!(file.body.contains("Grace Hopper") && file.body.contains(&reference), "{}", file.body);
    assert!(file.body.contains("cannot be opened"), "{}", file.body);
}

#[tokio::test]
async fn the_page_of_what_cannot_be_opened_says_what_to_do() {
    let (site, reference) = one_does_not_open().await;
    let mut staff = site.staff_as(Role::Clinician).await;
    let shown = staff.get(&page(&reference)).await;
    assert_eq!((shown.status, shown.first("h1")), (StatusCode::OK, reference.clone()));
    for said in ["cannot be read: name", "sealing.key", "restore", "was not erased", "07700 900123"] {
        assert!(shown.words().contains(said), "{said} in {}", shown.words());
    }
    assert!(shown.words().contains("Lower back ache for 3 months"), "the rest is there");
    assert_eq!(staff.get(&format!("{}/booking", page(&reference))).await.status, StatusCode::OK);
    assert_eq!(staff.act(&reference, "contact", &[]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn when_it_opens_again_the_queue_and_the_banner_say_so() {
    let (site, reference) = one_does_not_open().await;
    let mut staff = site.staff_as(Role::Reception).await;
    assert_eq!(staff.get("/staff").await.all(".alarms li").len(), 1);
    break_it(
        &site,
        "update consultations set name = null, changed_at = changed_at + 1 where reference = $1",
        &reference,
    )
    .await;
    let queue = staff.get("/staff").await;
    assert!(!queue.body.contains("cannot be opened") || queue.all(".alarms li").len() == 1);
    let queue = staff.get("/staff").await;
    assert!(!queue.body.contains("cannot be opened"), "{}", queue.words());
}

#[tokio::test]
async fn the_data_of_others_is_found_and_erased_and_what_cannot_be_opened_is_named() {
    let (site, reference) = one_does_not_open().await;
    break_it(&site, "update consultations set email = x'00', phone = x'00' where reference = $1", &reference)
        .await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let found = admin.post("/staff/data-rights", &[("person", "grace@example.org")]).await;
    assert_eq!(found.status, StatusCode::OK);
    assert!(found.first("main ul").contains("Consultation request BP-"), "{}", found.words());
    assert!(found.words().contains(&format!("Consultation request {reference} cannot be opened")));
    let file = admin.post("/staff/data-rights/file", &[("person", "grace@example.org")]).await;
    assert!(file.body.contains("Grace Hopper"));
    let form = [("person", "grace@example.org"), ("step", "erase"), ("sure", "yes")];
    assert_eq!(admin.post("/staff/data-rights/erasure", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.count("consultations").await, 1, "only what is Grace’s");
}

#[tokio::test]
async fn lists_of_complaints_and_mistakes_show_the_others_too() {
    let site = Site::open().await;
    for name in ["Ada Lovelace", "Grace Hopper"] {
        let form = [("name", name), ("email", "ada@example.org"), ("words", "You spelt my name wrong")];
        assert_eq!(site.visitor().submit("/complaints", &form).await.status, 303);
        let mut reader = site.visitor();
        let key = reader.get("/corrections/new").await.attribute("input[name=key]", "value")[0].clone();
        let told = [("about", "privacy"), ("words", "a slip"), ("name", name), ("key", &key)];
        site.clock.advance(READING);
        assert_eq!(reader.post("/corrections/new", &told).await.status, 303);
    }
    break_it(
        &site,
        "update complaints set name = x'00' where rowid = (select min(rowid) from complaints) and $1 = ''",
        "",
    )
    .await;
    break_it(
        &site,
        "update corrections set words = x'00' where rowid = (select min(rowid) from corrections) and $1 = ''",
        "",
    )
    .await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let register = admin.get("/staff/complaints").await;
    assert_eq!(register.status, StatusCode::OK);
    assert!(register.words().contains("Grace Hopper") && register.words().contains("cannot be opened"));
    let pages = admin.get("/staff/pages").await;
    assert_eq!(pages.status, StatusCode::OK);
    assert_eq!(pages.all("a[href^='/staff/corrections/']").len(), 2, "{}", pages.words());
}

#[tokio::test]
async fn each_part_that_cannot_be_read_says_so_in_its_place_and_hides_nothing_else() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    for note in ["Prefers mornings", "Has moved house"] {
        staff.act(&reference, "notes", &[("note", note)]).await;
    }
    staff.book(&reference).await;
    let note = "update consultation_notes set words = x'00' \
        where rowid = (select min(rowid) from consultation_notes where reference = $1)";
    break_it(&site, note, &reference).await;
    break_it(&site, "update bookings set place = x'00' where reference = $1", &reference).await;
    break_it(&site, "update consultations set needs = x'00' where reference = $1", &reference).await;
    let words = staff.get(&page(&reference)).await.words();
    for said in [
        "cannot be read: needs, place of the consultation",
        "Needs Cannot be read",
        "cannot be read Priya Shah",
        "Has moved house",
        "07700 900123",
        "Ada Lovelace",
    ] {
        assert!(words.contains(said), "{said} in {words}");
    }
    assert!(!words.contains("Prefers mornings"));

    let seen_at = staff.seen_at(&reference).await;
    site.clock.advance(jiff::SignedDuration::from_mins(20));
    let path = format!("{}/notes", page(&reference));
    for note in ["She phoned", "She phoned again"] {
        staff.post(&path, &[("seen_at", seen_at.as_str()), ("note", note)]).await;
    }
    let one = "update expired_forms set fields = x'00' where rowid = 1 and $1 <> ''";
    break_it(&site, one, &reference).await;
    let mut staff = site.staff().await;
    let waiting = staff.get("/staff/expired-forms").await;
    assert_eq!(waiting.status, StatusCode::OK);
    assert!(waiting.words().contains("She phoned again") && waiting.words().contains("cannot be read"));
    assert_eq!(waiting.all("button:not([formaction])").iter().filter(|one| *one == "Send it now").count(), 1);
}

#[tokio::test]
async fn a_role_that_this_version_does_not_know_hides_no_account() {
    if engine::is_server() {
        return;
    }
    let site = Site::open().await;
    site.staff_as(Role::Reception).await;
    let mut admin = site.staff_as(Role::Administrator).await;
    break_it(&site, "pragma ignore_check_constraints = on", "").await;
    let role = "update staff set role = 'physician' where name = 'Sam Reed' and $1 = ''";
    break_it(&site, role, "").await;
    let people = admin.get("/staff/people").await;
    assert_eq!(people.status, StatusCode::OK);
    assert!(people.words().contains("Sam Reed") && people.words().contains("cannot be read"));
}

#[tokio::test]
async fn an_account_whose_own_row_is_damaged_has_a_desk_or_is_told_what_to_do() {
    if engine::is_server() {
        return;
    }
    let site = Site::open().await;
    let mut tables = SqliteConnectOptions::new()
        .filename(site.folder.path().join("mybackpain.sqlite"))
        .pragma("ignore_check_constraints", "on")
        .connect()
        .await
        .unwrap();
    let mut administrator = site.staff_as(Role::Administrator).await;
    let mut priya = site.staff().await;
    for damage in ["name = cast(x'ff41fe' as text)", "email = cast(x'ff41fe' as text)", "name = ''"] {
        let sql = format!("update staff set {damage} where role = 'clinician'");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut tables).await.unwrap();
        for path in ["/staff", "/staff/calls", "/staff/account", "/staff/mail"] {
            let shown = priya.get(path).await;
            assert_eq!(shown.status, StatusCode::OK, "{damage} {path}: {}", shown.words());
        }
    }
    let mended = "update staff set name = 'Priya Shah', email = 'priya@example.org' where role = 'clinician'";
    sqlx::raw_sql(mended).execute(&mut tables).await.unwrap();
    for role in ["''", "'owner'", "cast(x'ff41fe' as text)"] {
        let sql = format!("update staff set role = {role} where email = 'priya@example.org'");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut tables).await.unwrap();
        let sign_in = [("email", "priya@example.org"), ("password", PASSWORD)];
        let signing_in = site.visitor().post("/staff/sign-in", &sign_in).await;
        for shown in [priya.get("/staff").await, priya.post("/staff/people/new", &[]).await, signing_in] {
            assert_eq!(shown.status, StatusCode::FORBIDDEN, "{role}");
            assert!(shown.words().contains("choose your role again under People"), "{}", shown.words());
        }
        assert_eq!(administrator.get("/staff/people").await.status, StatusCode::OK);
    }
    let chosen = administrator.post("/staff/people/2/role", &[("role", "clinician")]).await;
    assert_eq!(chosen.location(), "/staff/people/2");
    assert_eq!(priya.get("/staff").await.status, StatusCode::OK);
}
