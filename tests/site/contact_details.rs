//! Staff correct how to reach a patient: what was said goes to the new address, and nobody who waits is lost from sight.

use axum::http::StatusCode;
use mybackpain::clinic::Role;

use crate::private_page::{asked, text_of};
use crate::support::desk::page;
use crate::support::{Answer, Site, Visitor, consultation, with};

fn details(reference: &str) -> String {
    format!("{}/details", page(reference))
}

/// Opens the form and sends it with one field changed.
async fn correct(staff: &mut Visitor<'_>, reference: &str, field: &'static str, value: &str) -> Answer {
    let shown = staff.get(&details(reference)).await;
    let seen_at = shown.attribute("main input[name=seen_at]", "value").concat();
    let mut form = with(consultation(), field, &[value]);
    form.push(("seen_at", &seen_at));
    staff.post(&details(reference), &form).await
}

#[tokio::test]
async fn what_was_told_goes_to_the_corrected_address_and_the_link_in_the_old_mail_ends() {
    for role in [Role::Reception, Role::Clinician] {
        let site = Site::open().await;
        let (reference, private) = asked(&site).await;
        let mut staff = site.staff_as(role).await;
        staff.book(&reference).await;
        site.mails().await;
        let shown = staff.get(&details(&reference)).await;
        assert_eq!(shown.attribute("#email", "value"), ["ada@example.org"]);
        assert!(shown.body.contains("Lovelace"));
        let done = correct(&mut staff, &reference, "email", "ada@example.net").await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, page(&reference).as_str()));
        let mails = site.mails().await;
        let to_new: Vec<&String> = mails.iter().filter(|mail| mail.contains("ada@example.net")).collect();
        let [mail] = to_new[..] else { panic!("{} mails", to_new.len()) };
        assert!(text_of(mail).contains("10.30am on Thursday 4 June"), "{}", text_of(mail));
        assert_eq!(site.visitor().get(&private).await.status, StatusCode::NOT_FOUND);
        let request = staff.get(&page(&reference)).await;
        let history = request.all(".log li").join("\n");
        assert!(history.contains("corrected their email address"), "{history}");
        assert!(!history.contains("example.net"), "the fact, never the address: {history}");
        assert_eq!(site.count("audit where what = 'corrected their email address'").await, 1);
        let again = correct(&mut staff, &reference, "email", "ada@example.net").await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "a second press is no mistake");
        assert_eq!(site.count("audit where what like 'corrected%'").await, 1);
    }
}

#[tokio::test]
async fn who_could_not_be_reached_at_a_wrong_number_is_rung_at_the_right_one() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    let mut staff = site.staff_as(Role::Reception).await;
    staff.act(&reference, "contact", &[]).await;
    staff.act(&reference, "calls", &[("outcome", "wrong-number")]).await;
    assert!(!staff.get("/staff/calls").await.body.contains(&reference), "nobody is rung at a wrong number");
    correct(&mut staff, &reference, "phone", "07700 900456").await;
    let request = staff.get(&page(&reference)).await;
    assert!(request.words().contains("07700 900456"), "{}", request.words());
    assert!(!request.words().contains("Wrong number: find another"), "{}", request.words());
    assert!(staff.get("/staff").await.first("section.waiting").contains("Lovelace"));
    assert!(staff.get("/staff/calls").await.body.contains(&reference), "somebody waits for a call");
    let mut patient = site.visitor();
    patient.prove(&private, "0456").await;
    assert!(patient.get(&private).await.words().contains("Ada Lovelace"), "their link still leads to it");
}

#[tokio::test]
async fn a_wrong_detail_is_said_and_kept_and_one_that_changed_meanwhile_is_shown_first() {
    let site = Site::open().await;
    let (reference, _) = asked(&site).await;
    let mut staff = site.staff_as(Role::Reception).await;
    let wrong = correct(&mut staff, &reference, "email", "ada@@example").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.attribute("#email", "value"), ["ada@@example"]);
    let slip = correct(&mut staff, &reference, "email", "ada@gmial.com").await;
    assert!(slip.words().contains("did they mean"), "{}", slip.words());
    let empty = correct(&mut staff, &reference, "phone", "").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "they are to be rung");
    let mut form = with(consultation(), "phone", &["07700 900789"]);
    form.push(("seen_at", "1"));
    let stale = staff.post(&details(&reference), &form).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(stale.attribute("#phone", "value"), ["07700 900789"]);
    assert!(stale.words().contains("Someone changed this request"), "{}", stale.words());
    assert_eq!(site.count("audit where what like 'corrected%'").await, 0);
    staff.act(&reference, "closure", &[("reason", "dealt with")]).await;
    let over = correct(&mut staff, &reference, "phone", "07700 900789").await;
    assert_eq!(over.status, StatusCode::CONFLICT);
    assert!(over.words().contains("Open it again before"), "{}", over.words());
}

#[tokio::test]
async fn an_address_that_was_not_theirs_is_seen_to_by_correcting_it() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    site.visitor().post(&format!("{private}/not-mine"), &[]).await;
    let mut staff = site.staff_as(Role::Reception).await;
    assert!(staff.get(&page(&reference)).await.words().contains("The email address may be wrong"));
    correct(&mut staff, &reference, "email", "ada@example.net").await;
    let request = staff.get(&page(&reference)).await.words();
    assert!(!request.contains("The email address may be wrong"), "{request}");
    let mails = site.mails().await;
    assert!(mails.iter().any(|mail| mail.contains("To: ") && mail.contains("ada@example.net")));
}
