//! A clinic with lunch breaks, closures and an extra opening: what patients read of them, and when.

use axum::http::StatusCode;
use jiff::SignedDuration;

use crate::private_page::{asked, text_of};
use crate::support::{Site, consultation};

const CLOSED: &str = "We are closed from 24 December to 1 January.";
const SATURDAY: &str = "We are open on Saturday 5 December from 10am to 1pm.";
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn christmas(shipped: String) -> String {
    let lunch = shipped.replace(
        r#"[{ opens = "09:00", closes = "17:00" }]"#,
        r#"[{ opens = "09:00", closes = "12:30" }, { opens = "13:30", closes = "17:00" }]"#,
    );
    format!(
        r#"{lunch}
        [[closures]]
        from = "2026-12-24"
        to = "2027-01-01"
        words = "{CLOSED}"
        [[extra_openings]]
        date = "2026-12-05"
        periods = [{{ opens = "10:00", closes = "13:00" }}]
        words = "{SATURDAY}"
        "#
    )
}

#[tokio::test]
async fn the_contact_page_is_right_on_each_day() {
    let site = Site::of_clinic(christmas, "2026-12-04T23:59:00Z").await;
    let mut patient = site.visitor();
    let before = patient.get("/contact").await;
    assert_eq!(before.status, StatusCode::OK);
    assert!(before.words().contains("Monday to Friday, 9am to 12.30pm and 1.30pm to 5pm"));
    assert_eq!(before.all("dd.special span"), [SATURDAY, CLOSED]);
    assert_eq!(patient.get("/contact").await.header("etag"), before.header("etag"), "rendered once");
    site.clock.advance(DAY + DAY);
    let after = patient.get("/contact").await;
    assert_eq!(after.all("dd.special span"), [CLOSED], "the extra opening is over");
    assert_ne!(after.header("etag"), before.header("etag"));
    assert!(!after.header("cache-control").contains("stale"), "{}", after.header("cache-control"));
    assert!(after.body.contains(r#""validFrom":"2026-12-24""#), "search engines read the closure too");
    for _ in 6..=31 {
        site.clock.advance(DAY);
    }
    assert_eq!(patient.get("/contact").await.all("dd.special span"), [CLOSED], "on 1 January");
    site.clock.advance(DAY);
    assert_eq!(patient.get("/contact").await.all("dd.special span"), [""; 0], "and then no more");
}

#[tokio::test]
async fn a_closure_that_moves_the_promise_is_told_wherever_the_promise_is() {
    let site = Site::of_clinic(christmas, "2026-12-23T15:00:00Z").await;
    let promise = format!("by 5pm on Monday 4 January. {CLOSED}");
    let promised = format!("by 5pm on Monday 4 January 2027. {CLOSED}");
    let mut patient = site.visitor();
    let form = patient.get("/consultations/new").await;
    assert!(form.first(".lede").contains(&promise), "{}", form.first(".lede"));
    let check = patient.post("/consultations/new", &consultation()).await;
    assert!(check.first(".lede").contains(&promise), "{}", check.first(".lede"));
    let done = patient.submit("/consultations/new", &consultation()).await;
    let confirmation = patient.get(done.location()).await;
    assert!(confirmation.first(".done").contains("4 January 2027."), "{}", confirmation.first(".done"));
    assert!(confirmation.first(".done").contains(CLOSED));
    let mails = site.mails().await;
    let mail =
        mails.iter().find(|mail| mail.contains("To: ") && text_of(mail).contains("/reports/stop/")).unwrap();
    assert!(text_of(mail).contains(&promised), "{}", text_of(mail));
    let private = crate::consultations::link_in(mail, "http://localhost/consultations/");
    assert!(patient.get(&private).await.first(".lede").contains(&promised));
    let desk = site.staff().await.get("/staff/consultations/new").await;
    assert!(desk.first(".lede").contains(&promise), "{}", desk.first(".lede"));
    // When the closure is over it is not told any more.
    site.clock.advance(SignedDuration::from_hours(24 * 10));
    let later = patient.get(&private).await.first(".lede");
    assert!(later.contains("4 January 2027") && !later.contains("closed"), "{later}");
}

#[tokio::test]
async fn a_closure_that_moves_nothing_is_not_told_with_the_promise() {
    let site = Site::of_clinic(christmas, "2026-12-21T10:00:00Z").await;
    let (_, private) = asked(&site).await;
    for path in ["/consultations/new", &private] {
        let words = site.visitor().get(path).await.first(".lede");
        assert!(words.contains("Tuesday 22 December") && !words.contains("closed"), "{words}");
    }
}

#[tokio::test]
async fn the_nation_of_the_clinic_decides_which_bank_holidays_it_keeps() {
    for (nation, due) in [
        ("england-and-wales", "5pm on Monday 30 November"),
        ("northern-ireland", "5pm on Monday 30 November"),
        ("scotland", "5pm on Tuesday 1 December"),
    ] {
        let set =
            |shipped: String| shipped.replace("england-and-wales\"\nmonday", &format!("{nation}\"\nmonday"));
        let site = Site::of_clinic(set, "2026-11-27T10:00:00Z").await;
        let form = site.visitor().get("/consultations/new").await.first(".lede");
        assert!(form.contains(due), "{nation}: {form}");
    }
}
