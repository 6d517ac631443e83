//! A request that was closed too early is opened again while it is kept.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::operations::retention_job::forget;

use crate::support::Site;
use crate::support::desk::page;

#[tokio::test]
async fn a_closed_request_is_opened_again_and_waits_for_us() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    let early = staff.act(&reference, "reopening", &[]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "it is open");
    assert!(early.first(".problems").contains("“Open it again” is not possible: this request is new"));
    staff.act(&reference, "closure", &[("reason", "dealt with")]).await;
    let closed = staff.get(&page(&reference)).await;
    assert!(closed.all("main button").iter().any(|words| words == "Open it again"), "{}", closed.words());

    assert_eq!(staff.act(&reference, "reopening", &[]).await.status, StatusCode::SEE_OTHER);
    let open = staff.get(&page(&reference)).await.words();
    assert!(open.contains("Opened again: see to what is still to be done"), "{open}");
    assert!(open.contains("opened it again") && open.contains("Erased 90 days after it is closed"), "{open}");
    let queue = staff.get("/staff").await;
    assert!(queue.first(".queue-section.waiting").contains("Ada Lovelace"), "{}", queue.words());
}

#[tokio::test]
async fn what_was_opened_again_is_erased_90_days_after_it_was_closed_once_more() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    staff.act(&reference, "closure", &[("reason", "dealt with")]).await;
    staff.act(&reference, "reopening", &[]).await;
    site.clock.advance(SignedDuration::from_hours(24 * 100));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("consultations").await, 1, "an open request is kept");
    let mut staff = site.staff().await;
    staff.act(&reference, "closure", &[("reason", "dealt with")]).await;
    site.clock.advance(SignedDuration::from_hours(24 * 91));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("consultations").await, 0);
}
