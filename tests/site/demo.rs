//! The made-up month: what a newcomer sees on the desk, and that it never mixes with real data.

use std::path::Path;

use mybackpain::operations::demo::{self, DemoMonth};
use mybackpain::storage::database::Database;
use sqlx::AssertSqlSafe;

fn asked_for(folder: &Path, requests: u32) -> DemoMonth<'_> {
    DemoMonth { folder, content: Path::new("content"), requests, seed: 1, work: Default::default() }
}

#[tokio::test]
async fn a_month_has_late_ones_wrong_addresses_safety_words_spam_and_one_person_twice() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let now = "2026-11-16T09:00:00Z".parse().unwrap();
    let colleagues = demo::fill(&asked_for(&data, 200), now).await.unwrap();
    let roles: Vec<&str> = colleagues.iter().map(|colleague| colleague.role).collect();
    assert_eq!(roles, ["administrator", "reception", "clinician"]);
    assert!(demo::is_demo(&data));

    let database = Database::open(&data.join("mybackpain.sqlite")).await.unwrap();
    let count = async |what: &str| -> i64 {
        let sql = AssertSqlSafe(format!("select count(*) from {what}"));
        sqlx::query_scalar(sql).fetch_one(database.readers()).await.unwrap()
    };
    let weekend = count("consultations where created_at >= unixepoch('2026-11-13 17:00')").await;
    assert!((60..=75).contains(&weekend), "{weekend} on the weekend");
    assert_eq!(count("consultations where spam = 1").await, 3);
    assert!(count("consultations where sign <> '' and state = 'new'").await >= 4);
    let late =
        count("consultations where state = 'new' and spam = 0 and due_at < unixepoch('2026-11-16 09:00')")
            .await;
    assert!((1..=12).contains(&late), "{late} late");
    assert_eq!(
        count("outbox where state = 'failed' and settled_at is null and recipient is not null").await,
        2
    );
    assert_eq!(count("outbox where state in ('queued', 'retry', 'sending', 'needs attention')").await, 0);
    let ahead = "cancelled_at is null and starts_at > unixepoch('2026-11-16 09:00')";
    for kind in ["clinician_id is not null", "clinician <> ''", "room <> ''"] {
        assert!(count(&format!("bookings where {kind} and {ahead}")).await > 0, "{kind}");
    }
    assert!(count("bookings where clinician = '' and clinician_id is null").await > 0, "nobody named");
    let outside = count("bookings where strftime('%w', starts_at, 'unixepoch') in ('0', '6')").await;
    assert_eq!((outside, count("booking_reasons").await > 0), (0, true));
    for state in ["new", "contacted", "booked", "closed", "withdrawn"] {
        assert!(count(&format!("consultations where state = '{state}'")).await > 0, "{state}");
    }
    assert!(count("reports").await > 20 && count("usefulness").await > 20 && count("corrections").await == 3);
    assert_eq!(
        count("consultations where created_at > unixepoch('2026-11-16 09:00')").await,
        0,
        "none of tomorrow"
    );
    database.close().await;
}

#[tokio::test]
async fn the_passwords_of_each_demonstration_are_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let now = "2026-11-16T09:00:00Z".parse().unwrap();
    let mut seen = std::collections::HashSet::new();
    for name in ["one", "other"] {
        for colleague in demo::fill(&asked_for(&folder.path().join(name), 1), now).await.unwrap() {
            assert!(colleague.password.len() >= 20 && seen.insert(colleague.password), "{name}");
        }
    }
}

#[tokio::test]
async fn a_folder_that_holds_anything_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sealing.key"), "mine").unwrap();
    let refused = demo::fill(&asked_for(folder.path(), 5), jiff::Timestamp::now()).await.err().unwrap();
    assert!(refused.to_string().contains("never mixed with real data"), "{refused}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let empty = folder.path().join("empty");
    demo::fill(&asked_for(&empty, 5), jiff::Timestamp::now()).await.unwrap();
    let again = demo::fill(&asked_for(&empty, 5), jiff::Timestamp::now()).await.err().unwrap();
    assert!(again.to_string().contains("holds a demonstration already"), "{again}");
}
