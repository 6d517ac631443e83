//! A reader reports a mistake, and staff answer it.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::operations::retention_job::forget;
use mybackpain::web::security::Limits;

use crate::support::engine;
use crate::support::{Answer, READING, Site, Visitor};

const NEW: &str = "/corrections/new?about=sleep-and-back-pain";
const WORDS: &str = "The third reference is dead <script>";

async fn tell(site: &Site, reader: &mut Visitor<'_>, more: &[(&str, &str)]) -> Answer {
    let key = reader.get(NEW).await.attribute("input[name=key]", "value")[0].clone();
    site.clock.advance(READING);
    let mut form = vec![("about", "sleep-and-back-pain"), ("words", WORDS), ("key", &key)];
    form.extend(more);
    reader.post("/corrections/new", &form).await
}

#[tokio::test]
async fn a_mistake_told_on_a_sheet_comes_to_the_desk_and_is_answered() {
    let site = Site::open().await;
    let mut reader = site.visitor();
    let sheet = reader.get("/fact-sheets/sleep-and-back-pain").await;
    assert!(sheet.attribute("#about-page ~ dl a, .record a", "href").contains(&NEW.to_owned()));
    assert!(reader.get(NEW).await.first(".lede").contains("Sleep and back pain"));
    let told = tell(&site, &mut reader, &[("name", "Ada"), ("email", "ada@example.org")]).await;
    assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.body);
    let thanks = reader.get(told.location()).await;
    let reference = thanks.first(".ref");
    assert!(reference.starts_with("MP-") && thanks.first("h1").starts_with("Thank you"));

    let mut staff = site.staff_as(Role::Clinician).await;
    let pages = staff.get("/staff/pages").await;
    assert!(pages.first("#corrections").contains("1 report"));
    assert!(pages.words().contains("1 open mistake"), "and it stands at its page");
    let path = format!("/staff/corrections/{reference}");
    assert!(pages.attribute("a.ref", "href").contains(&path));
    let page = staff.get(&path).await;
    assert_eq!(page.first(".said"), WORDS);
    assert!(page.words().contains("ada@example.org") && page.words().contains("Version"));
    let seen = page.attribute("input[name=seen_at]", "value")[0].clone();
    let empty = staff.post(&format!("{path}/answer"), &[("seen_at", &seen)]).await;
    assert_eq!((empty.status, empty.all(".problems a").len()), (StatusCode::UNPROCESSABLE_ENTITY, 1));
    let form = [("seen_at", seen.as_str()), ("answer", "Mended in 1.1")];
    assert_eq!(staff.post(&format!("{path}/answer"), &form).await.location(), path);
    let stale = staff.post(&format!("{path}/answer"), &[("seen_at", &seen), ("answer", "mine")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(stale.first("#answer"), "mine", "what was typed is kept");
    assert!(stale.words().contains("Mended in 1.1"), "and what the other said is shown");
}

#[tokio::test]
async fn a_form_with_mistakes_is_shown_again_with_every_word_kept() {
    let site = Site::open().await;
    let form = [("about", "sleep-and-back-pain"), ("words", ""), ("name", "Ada"), ("email", "ada at home")];
    let again = site.visitor().post("/corrections/new", &form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.first("title").starts_with("Error: "));
    assert_eq!(again.attribute(".problems a", "href"), ["#words", "#email"]);
    assert_eq!(again.attribute("#email", "value"), ["ada at home"]);
    assert_eq!(again.attribute("#name", "value"), ["Ada"]);
    let nowhere = site.visitor().post("/corrections/new", &[("about", "no-such-page"), ("words", "x")]).await;
    assert_eq!(nowhere.attribute(".problems a", "href"), ["#about"]);
    assert!(nowhere.attribute("input[type=radio]", "value").contains(&"privacy".to_owned()));
    let slip = [("about", "privacy"), ("words", "x"), ("email", "ada@hotmial.co.uk")];
    let query = site.visitor().post("/corrections/new", &slip).await;
    assert!(query.first(".problems").contains("did you mean ada@hotmail.co.uk?"));
    assert_eq!(site.count("corrections").await, 0);
}

#[tokio::test]
async fn the_same_form_sent_twice_is_one_mistake_and_a_forged_key_is_none() {
    let site = Site::open().await;
    let mut reader = site.visitor();
    let key = reader.get(NEW).await.attribute("input[name=key]", "value")[0].clone();
    site.clock.advance(READING);
    let form = [("about", "privacy"), ("words", WORDS), ("key", key.as_str())];
    let first = reader.post("/corrections/new", &form).await;
    let second = reader.post("/corrections/new", &form).await;
    assert_eq!(first.location(), second.location());
    let forged =
        reader.post("/corrections/new", &[("about", "privacy"), ("words", WORDS), ("key", "x")]).await;
    assert_eq!(forged.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(forged.first("#words"), WORDS);
    assert_eq!(site.count("corrections").await, 1);
    assert_eq!(reader.get("/corrections/confirmation/x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn one_network_may_send_five_and_the_sixth_keeps_its_words() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut reader = site.visitor();
    for _ in 0..5 {
        assert_eq!(tell(&site, &mut reader, &[]).await.status, StatusCode::SEE_OTHER);
    }
    let sixth = tell(&site, &mut reader, &[]).await;
    assert_eq!(sixth.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(sixth.first("#words"), WORDS);
    assert!(sixth.first(".problems").contains("020 7946 0123"));
}

#[tokio::test]
async fn an_answered_mistake_is_erased_after_90_days_and_an_open_one_never_by_itself() {
    let site = Site::open().await;
    let mut reader = site.visitor();
    tell(&site, &mut reader, &[("email", "quagga@example.org")]).await;
    tell(&site, &mut reader, &[]).await;
    let mut staff = site.staff().await;
    let path = staff.get("/staff/pages").await.attribute("a.ref", "href")[0].clone();
    let seen = staff.get(&path).await.attribute("input[name=seen_at]", "value")[0].clone();
    staff.post(&format!("{path}/answer"), &[("seen_at", &seen), ("answer", "done")]).await;
    site.clock.advance(SignedDuration::from_hours(89 * 24));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("corrections").await, 2);
    site.clock.advance(SignedDuration::from_hours(25));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("corrections").await, 1);
    if engine::is_server() {
        return;
    }
    for file in ["mybackpain.sqlite", "mybackpain.sqlite-wal"] {
        let bytes = std::fs::read(site.folder.path().join(file)).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"quagga"), "{file}");
    }
}

#[tokio::test]
async fn an_administrator_reads_what_is_wrong_and_not_who_told() {
    let site = Site::open().await;
    tell(&site, &mut site.visitor(), &[("email", "ada@example.org")]).await;
    let mut staff = site.staff_as(Role::Administrator).await;
    let path = staff.get("/staff/pages").await.attribute("a.ref", "href")[0].clone();
    let page = staff.get(&path).await;
    assert!(page.words().contains("third reference") && !page.body.contains("ada@example.org"));
}

#[tokio::test]
async fn an_address_from_before_corrections_had_their_name_leads_on() {
    let site = Site::open().await;
    let mut reader = site.visitor();
    for (old, new) in [
        ("/mistakes/new?about=privacy", "/corrections/new?about=privacy"),
        ("/mistakes/confirmation/Ab3x", "/corrections/confirmation/Ab3x"),
        ("/staff/mistakes/MP-3333-4444", "/staff/corrections/MP-3333-4444"),
        ("/staff/unsent", "/staff/expired-forms"),
    ] {
        let led = reader.get(old).await;
        assert_eq!((led.status, led.location()), (StatusCode::PERMANENT_REDIRECT, new), "{old}");
    }
    let form = [("about", "sleep-and-back-pain"), ("words", WORDS)];
    let sent = reader.post("/mistakes/new", &form).await;
    assert_eq!((sent.status, sent.location()), (StatusCode::PERMANENT_REDIRECT, "/corrections/new"));
}
