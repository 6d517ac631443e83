//! What was withdrawn or erased stays so when an older backup is restored.

use mybackpain::clinic::Role;
use mybackpain::consultations::withdrawal::withdraw;
use mybackpain::operations::erase_again;
use mybackpain::storage::erasure_log;

use crate::private_page::{asked, owner};
use crate::support::desk::page;
use crate::support::engine;
use crate::support::{Site, consultation, with};

#[tokio::test]
async fn a_request_that_was_withdrawn_after_the_backup_is_withdrawn_when_it_is_restored() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    let other = site.request(&with(consultation(), "email", &["grace@example.org"])).await;
    site.change("create table backup as select * from consultations").await.unwrap();
    owner(&site, &private).await.post(&format!("{private}/withdrawal"), &[]).await;
    assert_eq!(site.count("consultations where state = 'withdrawn' and name is null").await, 1);
    withdraw(&site.app, reference.clone()).await.unwrap();
    let lines = erasure_log::read(site.app.database.condition().folder()).unwrap();
    assert_eq!(lines.len(), 1, "what is withdrawn already adds no line");
    assert_eq!(erase_again(&site.app).await.unwrap(), 0, "nothing was restored");
    site.change("delete from consultations").await.unwrap();
    // The order of arrival is PostgreSQL's own column.
    let overriding = if engine::is_server() { "overriding user value" } else { "" };
    let restored = format!("insert into consultations {overriding} select * from backup");
    site.change(&restored).await.unwrap();
    assert_eq!(site.count("consultations where state = 'withdrawn'").await, 0);
    assert_eq!(erase_again(&site.app).await.unwrap(), 1);
    assert_eq!(site.count("consultations where state = 'withdrawn' and name is null").await, 1);
    assert_eq!(erase_again(&site.app).await.unwrap(), 0, "once");
    let mut staff = site.staff_as(Role::Reception).await;
    assert!(staff.get(&page(&other)).await.words().contains("grace@example.org"), "nobody else's");
    assert!(!staff.get(&page(&reference)).await.body.contains("Lovelace"));
    assert_eq!(site.count("audit where what = 'erased again what a restored backup held'").await, 1);
}
