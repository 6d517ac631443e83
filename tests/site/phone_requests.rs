//! Requests that come by phone: the same form, checks and promise, typed in on the desk.

use axum::http::StatusCode;
use mybackpain::clinic::Role;

use crate::support::{Answer, Site, Visitor, consultation, with};

const NEW: &str = "/staff/consultations/new";

async fn save(staff: &mut Visitor<'_>, form: &[(&str, &str)]) -> Answer {
    let key = staff.get(NEW).await.attribute("input[name=key]", "value")[0].clone();
    let mut form = form.to_vec();
    form.push(("key", &key));
    staff.post(NEW, &form).await
}

#[tokio::test]
async fn a_call_that_is_typed_in_is_a_request_with_the_same_promise() {
    let site = Site::open().await;
    let mut sam = site.staff_as(Role::Reception).await;
    assert!(sam.get(NEW).await.first(".lede").contains("you will hear from us by 5pm on Thursday 21 May"));
    let saved = save(&mut sam, &consultation()).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let page = sam.get(saved.location()).await;
    assert!(page.first(".tag-due").contains("5pm on Thursday 21 May 2026"));
    assert!(page.words().contains("A phone call") && page.first(".kicker").contains("phoned at"));
    assert!(page.all(".log li").join(" ").contains("Sam Reed typed it in from a call"));
    let mails = site.mails().await;
    assert_eq!(mails.len(), 1, "the patient's confirmation; the desk knows already");
    assert!(mails[0].contains("ada@example.org"));
    assert_eq!(site.count("consultations where channel = 'phone'").await, 1);
    assert_eq!(site.count("audit where what = 'typed in a call'").await, 1);
}

#[tokio::test]
async fn without_an_address_there_is_no_mail() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    assert_eq!(save(&mut staff, &with(consultation(), "email", &[""])).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.count("outbox").await, 0);
}

#[tokio::test]
async fn the_checks_are_those_of_the_public_form_and_nothing_typed_is_lost() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    let wrong = with(with(consultation(), "name", &[""]), "method", &[]);
    let again = save(&mut staff, &wrong).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(again.attribute(".problems a", "href"), ["#name", "#method"]);
    assert_eq!(again.first("#concern"), "Lower back ache for 3 months");
    assert_eq!(again.attribute("#phone", "value"), ["07700 900123"]);
    let slip = with(consultation(), "email", &["ada@hotmial.co.uk"]);
    let query = save(&mut staff, &slip).await;
    assert!(query.first(".problems").contains("did they mean ada@hotmail.co.uk?"));
    let mut stands = slip.clone();
    stands.extend([("email_queried", "ada@hotmial.co.uk"), ("email_meant", "")]);
    assert_eq!(save(&mut staff, &stands).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn safety_words_are_read_out_before_the_call_is_saved() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    let form = with(consultation(), "concern", &["numb between my legs since Sunday"]);
    let asked = save(&mut staff, &form).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(asked.first(".notice mark").contains("numb"));
    assert!(asked.all(".care-emergency h2")[0].contains("Call 999"));
    assert_eq!(site.count("consultations").await, 0);
    let mut read = form.clone();
    read.push(("read_out", "yes"));
    assert_eq!(save(&mut staff, &read).await.status, StatusCode::SEE_OTHER);
    assert!(staff.get("/staff").await.first("section.safety").contains("Ada Lovelace"));
}

#[tokio::test]
async fn saving_twice_makes_one_request_and_a_forged_key_makes_none() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    let key = staff.get(NEW).await.attribute("input[name=key]", "value")[0].clone();
    let mut form = consultation();
    form.push(("key", &key));
    let first = staff.post(NEW, &form).await;
    let second = staff.post(NEW, &form).await;
    assert_eq!((first.status, first.location()), (StatusCode::SEE_OTHER, second.location()));
    assert_eq!(site.count("consultations").await, 1);
    let forged = staff.post(NEW, &with(consultation(), "concern", &["another"])).await;
    assert_eq!(forged.status, StatusCode::OK, "the form again, filled in");
    assert_eq!(forged.attribute("#name", "value"), ["Ada Lovelace"]);
    assert_eq!(site.count("consultations").await, 1);
}
