//! Odd email addresses through every form that takes one: each is refused with words, or mail can be written to it.

use axum::http::StatusCode;
use mybackpain::clinic::Role;

use crate::consultations::link_in;
use crate::support::desk::page;
use crate::support::{Site, Visitor, consultation, report, with};

/// Mail cannot be written to these, or they are another spelling of a simpler address.
const REFUSED: &[&str] = &[
    "v@[192.168.1.1]",
    "v@[IPv6:2001:db8::1]",
    "v@192.168.1.1",
    "\"a b\"@example.com",
    "\"a;b\"@example.com",
    "\"a,b\"@example.com",
    "\"vi\"@example.com",
    "\"v\\i\"@example.com",
    "\"\"@example.com",
    "vi.@example.com",
    ".vi@example.com",
    "v,i@example.com",
    "v;i@example.com",
    "v:i@example.com",
    "v(i)@example.com",
    "v<i@example.com",
    "v\\i@example.com",
    "v@i@example.com",
    "x%40y.org?bcc=z%40evil.org&body=hi@example.com",
    "=?utf-8?q?x?=@example.com",
    "x`y@example.com",
    "vi@-example.com",
    "vi@example-.com",
    "vi@exam_ple.com",
    "vi@example.c",
    "vi@example.123",
    "vi@example..com",
    "vi@.example.com",
    "víctor@example.com",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com",
];

/// Odd, and good: mail is written to them.
const TAKEN: &[&str] = &[
    "!#$'*+/=^_{|}~-@example.com",
    "o'neill@example.com",
    "a/b=c@example.com",
    "{a|b}@example.com",
    "-@example.com",
    "1@2.example.museum",
    "vi@xn--exmple-cua.com",
    "vi@example.xn--p1ai",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com",
    "VI@EXAMPLE.COM",
    "vi@exämple.com",
    "jack&jill@example.com",
];

/// Without the question about a likely slip.
fn meant<'a>(form: Vec<(&'a str, &'a str)>, email: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut form = with(form, "email", &[email]);
    form.push(("email_queried", email));
    form
}

async fn desk_key(staff: &mut Visitor<'_>) -> String {
    staff.get("/staff/consultations/new").await.attribute("input[name=key]", "value")[0].clone()
}

#[tokio::test]
async fn what_mail_cannot_be_written_to_is_the_form_again_everywhere() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mails = site.mails().await;
    let mail = mails.iter().find(|mail| mail.contains("ada@example.org")).unwrap();
    let own_page = link_in(mail, "http://localhost/consultations/");
    let private = format!("{own_page}/contact");
    let mut admin = site.staff_as(Role::Administrator).await;
    let mut staff = site.staff().await;
    let_fail(&site).await;
    let mail_id = "select id from outbox where state = 'failed' limit 1";
    let mail_id: i64 = sqlx::query_scalar(mail_id).fetch_one(site.app.database.readers()).await.unwrap();
    let readdress = format!("/staff/mail/{mail_id}/address");
    let by_phone = desk_key(&mut staff).await;
    let tables = ["consultations", "reports", "complaints", "corrections", "outbox", "staff_invitations"];
    let mut before = Vec::new();
    for table in tables {
        before.push(site.count(table).await);
    }
    for email in REFUSED {
        let complaint = vec![("name", "Ada"), ("words", "What you did")];
        let mistake = vec![("about", "sleep-and-back-pain"), ("words", "Wrong")];
        let mut phoned = consultation();
        phoned.push(("key", by_phone.as_str()));
        let mut visitor = site.visitor();
        visitor.prove(&own_page, "0123").await;
        for (path, form) in [
            ("/consultations/new", consultation()),
            ("/reports/new", report()),
            ("/complaints", complaint),
            ("/corrections/new", mistake),
            (private.as_str(), with(consultation(), "method", &["phone"])),
        ] {
            let again = visitor.post(path, &meant(form, email)).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{email} in {path}");
            assert!(again.attribute("#email", "value").contains(&(*email).to_owned()), "{email} in {path}");
        }
        for (path, form) in [("/staff/consultations/new", phoned), (readdress.as_str(), vec![])] {
            let again = staff.post(path, &meant(form, email)).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{email} in {path}");
        }
        let invited = admin.post("/staff/people/new", &meant(vec![("role", "reception")], email)).await;
        assert_eq!(invited.status, StatusCode::UNPROCESSABLE_ENTITY, "{email} in an invitation");
        let sign_in = visitor.post("/staff/sign-in", &[("email", email), ("password", "x")]).await;
        assert!(sign_in.status.is_client_error(), "{email} signing in");
    }
    for (table, rows) in tables.iter().zip(before) {
        assert_eq!(site.count(table).await, rows, "{table}");
    }
    assert!(staff.get(&page(&reference)).await.words().contains("ada@example.org"));
}

async fn let_fail(site: &Site) {
    let failed = "update outbox set state = 'failed', message = x'00' \
                    where purpose = 'consultation-confirmation'";
    site.change(failed).await.unwrap();
}

#[tokio::test]
async fn what_is_taken_goes_through_every_form_into_mail_and_a_link_of_the_desk() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    for email in TAKEN {
        let mut visitor = site.visitor();
        let sent = visitor.submit("/consultations/new", &meant(consultation(), email)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{email}: {}", sent.body);
        let reference = visitor.get(sent.location()).await.first(".ref");
        let sent = visitor.submit("/reports/new", &meant(report(), email)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{email}: {}", sent.body);
        assert_eq!(staff.book(&reference).await.status, StatusCode::SEE_OTHER, "{email}");
        site.mails().await;
        site.clock.advance(jiff::SignedDuration::from_secs(31));
        assert_eq!(staff.act(&reference, "cancellation", &[]).await.status, StatusCode::SEE_OTHER, "{email}");
        let links = staff.get(&page(&reference)).await.attribute("dl a", "href");
        let link = links.iter().find_map(|link| link.strip_prefix("mailto:")).unwrap();
        assert!(!link.contains(['?', '&', '#', '/', '=', '{', '|', '\'']), "{link}");
        let typed = percent_decoded(link);
        assert_eq!(typed, *email);
    }
    site.mails().await;
    let unsent = "outbox where state <> 'sent'";
    assert_eq!(site.count(unsent).await, 0, "each could be sent");
    assert_eq!(site.count("outbox").await, 5 * i64::try_from(TAKEN.len()).unwrap());
}

fn percent_decoded(link: &str) -> String {
    form_urlencoded::parse(format!("x={link}").as_bytes()).next().unwrap().1.into_owned()
}

/// An address from before the check was as strict as it is.
#[tokio::test]
async fn a_booking_is_made_changed_and_cancelled_even_when_its_mail_cannot_be_written() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let cipher = site.app.cipher.clone();
    let about = reference.clone();
    site.app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let place = mybackpain::storage::encryption::FieldId {
                    table: "consultations",
                    reference: &about,
                    column: "email",
                };
                let encrypted = cipher.encrypt(place, "\"a b\"@example.com");
                sqlx::query("update consultations set email = $1")
                    .bind(encrypted)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    let mut staff = site.staff().await;
    assert_eq!(staff.book(&reference).await.status, StatusCode::SEE_OTHER);
    let notice = |answer: crate::support::Answer| answer.all(".notice").join(" ");
    let shown = notice(staff.get(&page(&reference)).await);
    assert!(shown.contains("not told by email") && shown.contains("phone"), "{shown}");
    assert_eq!(staff.book(&reference).await.status, StatusCode::SEE_OTHER);
    assert_eq!(staff.act(&reference, "cancellation", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.count("bookings where cancelled_at is not null").await, 1);
    assert_eq!(site.count("outbox where purpose = 'consultation-booking'").await, 0);
}
