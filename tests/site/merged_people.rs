//! Two requests that were merged and may be of two people: what each of them may see, change and have erased.

use axum::http::StatusCode;
use mybackpain::clinic::Role;

use crate::merges::{merge, two};
use crate::private_page::{CONTACT, asked_with, owner};
use crate::support::desk::page;
use crate::support::{Site, consultation, with};

#[tokio::test]
async fn what_was_merged_under_another_address_is_given_and_erased_when_its_reference_is_named() {
    let site = Site::open().await;
    let (first, _) = asked_with(&site, &with(consultation(), "phone", &["07700 900123"])).await;
    let form = with(with(consultation(), "email", &["ada@example.net"]), "concern", &["xylophone"]);
    let second = site.request(&form).await;
    let mut admin = site.staff_as(Role::Administrator).await;
    merge(&mut admin, &first, &second).await;
    let asked = [("person", "ada@example.org"), ("also", second.as_str())];
    let file = admin.post("/staff/data-rights/file", &asked).await;
    assert!(file.body.contains("xylophone") && file.body.contains(&second), "{}", file.body);
    let erase = [asked.as_slice(), &[("step", "erase"), ("sure", "yes")]].concat();
    assert_eq!(admin.post("/staff/data-rights/erasure", &erase).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.count("consultations").await + site.count("consultation_merges").await, 0);
}

/// Two people of one household share a phone, and staff merged their requests.
#[tokio::test]
async fn what_is_erased_for_one_person_leaves_what_another_asked_though_it_was_merged() {
    let site = Site::open().await;
    let (first, _) = asked_with(&site, &consultation()).await;
    let form = with(with(consultation(), "email", &["wanda@example.net"]), "concern", &["xylophone"]);
    let second = site.request(&form).await;
    let mut admin = site.staff_as(Role::Administrator).await;
    merge(&mut admin, &first, &second).await;
    let found = admin.post("/staff/data-rights", &[("person", "ada@example.org")]).await;
    assert_eq!(found.attribute("input[name=also]", "value"), [second.as_str()]);
    let file = admin.post("/staff/data-rights/file", &[("person", "ada@example.org")]).await;
    assert!(!file.body.contains("xylophone") && !file.body.contains("wanda"), "{}", file.body);
    let erase = [("person", "ada@example.org"), ("step", "erase"), ("sure", "yes")];
    assert_eq!(admin.post("/staff/data-rights/erasure", &erase).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.count("consultations").await, 1);
    let state: String = sqlx::query_scalar("select state from consultations where merged_into is null")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    assert_eq!(state, "new", "nobody has been in touch about it");
    assert!(site.staff().await.get("/staff").await.body.contains(&second));
}

#[tokio::test]
async fn a_patient_whose_request_was_merged_corrects_a_phone_number_and_the_other_request_says_so() {
    let site = Site::open().await;
    let ([first, second], [_, private]) = two(&site).await;
    let mut staff = site.staff().await;
    merge(&mut staff, &first, &second).await;
    let mut patient = owner(&site, &private).await;
    let contact = format!("{private}/contact");
    assert!(patient.get(&private).await.attribute("main a", "href").contains(&contact));
    let form = with(CONTACT.to_vec(), "email", &["ada@example.net"]);
    for _ in 0..2 {
        assert_eq!(patient.post(&contact, &form).await.location(), private);
    }
    let told = staff.get(&page(&first)).await.words();
    let line = format!("changed how to reach them in {second}");
    assert_eq!(told.matches(&line).count(), 1, "{told}");
    assert!(staff.get(&page(&second)).await.body.contains("020 7946 0958"));
    staff.act(&first, "closure", &[("reason", "dealt with")]).await;
    assert_eq!(patient.post(&contact, CONTACT).await.status, StatusCode::NOT_FOUND, "both are over");
}
