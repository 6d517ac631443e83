//! Erased data is gone from the files too, and data that is kept cannot be read from them.

use jiff::SignedDuration;
use mybackpain::operations::retention_job::forget;
use mybackpain::storage::encryption::Cipher;
use mybackpain::storage::key_rotation::{is_key_of, rotate_key};

use crate::assessment::answer_all;
use crate::support::engine;
use crate::support::{READING, Site, consultation, report, with};

/// Words that stand nowhere else than in what a visitor typed.
const MARKERS: &[&str] = &["Zebedee", "quagga@example.org", "07700900987", "xylophone"];

async fn site_with_personal_data() -> Site {
    let site = Site::open().await;
    let form = with(consultation(), "name", &["Zebedee"]);
    let form = with(form, "email", &["quagga@example.org"]);
    let form = with(form, "phone", &["07700900987"]);
    let form = with(with(form, "concern", &["a xylophone fell on me"]), "needs", &["xylophone"]);
    site.visitor().submit("/consultations/new", &form).await;
    let mut reader = site.visitor();
    let key = reader.get("/corrections/new").await.attribute("input[name=key]", "value")[0].clone();
    let told = [("about", "privacy"), ("words", "a xylophone"), ("name", "Zebedee"), ("key", &key)];
    site.clock.advance(READING);
    assert_eq!(reader.post("/corrections/new", &told).await.status, 303);
    let form = with(with(report(), "name", &["Zebedee"]), "email", &["quagga@example.org"]);
    site.visitor().submit("/reports/new", &form).await;
    what_staff_write(&site).await;
    site
}

/// Notes, a reason to keep it, and a booking, with the same words.
async fn what_staff_write(site: &Site) {
    let reference: String = sqlx::query_scalar("select reference from consultations")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    let mut staff = site.staff().await;
    staff.act(&reference, "notes", &[("note", "the xylophone of Zebedee")]).await;
    staff.act(&reference, "hold", &[("hold", "xylophone")]).await;
    staff.act(&reference, "release", &[]).await;
    let place = "https://example.org/xylophone";
    let form =
        [("date", "2026-05-21"), ("time", "9am"), ("minutes", "30"), ("setting", "video"), ("place", place)];
    assert_eq!(staff.act(&reference, "booking", &form).await.status, 303);
    site.clock.advance(SignedDuration::from_hours(48));
}

/// A site whose patient wrote a marker in the assessment, was sent a private link to it, and shared it.
async fn site_with_a_summary() -> (Site, String) {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, "a xylophone, says Zebedee").await;
    let link = with(report(), "email", &["quagga@example.org"]);
    let link = [link, vec![("summary", "yes"), ("link", "yes")]].concat();
    patient.submit("/reports/new", &link).await;
    let request = [consultation(), vec![("summary", "yes"), ("share", "yes")]].concat();
    let sent = patient.submit("/consultations/new", &request).await;
    let reference = patient.get(sent.location()).await.first(".ref");
    (site, reference)
}

/// Every file of the database, as bytes.
fn files(site: &Site) -> Vec<(String, Vec<u8>)> {
    std::fs::read_dir(site.folder.path())
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect()
}

fn holds(bytes: &[u8], marker: &str) -> bool {
    bytes.windows(marker.len()).any(|window| window.eq_ignore_ascii_case(marker.as_bytes()))
}

#[tokio::test]
async fn no_file_of_the_database_holds_a_word_that_a_patient_typed() {
    let site = site_with_personal_data().await;
    let files = files(&site);
    let has_log = files.iter().any(|(name, bytes)| name.ends_with("-wal") && !bytes.is_empty());
    assert!(has_log || engine::is_server());
    for (name, bytes) in files {
        for marker in MARKERS {
            assert!(!holds(&bytes, marker), "{marker} is in {name}");
        }
    }
    let mails = site.mails().await;
    assert!(
        mails.iter().any(|mail| mail.contains("quagga@example.org")),
        "the mail itself must name its reader"
    );
}

#[tokio::test]
async fn a_value_moved_to_another_row_does_not_open() {
    let site = site_with_personal_data().await;
    site.visitor().submit("/consultations/new", &consultation()).await;
    site.app
        .database
        .write(|connection| {
            Box::pin(async move {
                sqlx::query("update consultations set name = (select name from consultations order by rowid desc limit 1)")
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    let references: Vec<String> = sqlx::query_scalar("select reference from consultations order by rowid")
        .fetch_all(site.app.database.readers())
        .await
        .unwrap();
    let find = |reference: String| {
        let app = site.app.clone();
        async move {
            mybackpain::consultations::store::find(app.database.readers(), &app.cipher, &reference).await
        }
    };
    let moved = find(references[0].clone()).await.unwrap();
    assert_eq!((moved.name.as_str(), &moved.unreadable[..]), ("", &["name"][..]));
    assert!(find(references[1].clone()).await.unwrap().unreadable.is_empty());
}

#[tokio::test]
async fn a_new_key_reads_everything_and_the_old_one_nothing() {
    let site = site_with_personal_data().await;
    let file = site.folder.path().join("sealing.key");
    mybackpain::storage::encryption::add_key(&file).unwrap();
    let new = std::sync::Arc::new(Cipher::open(&file, false).unwrap());
    let done = rotate_key(&site.app.database, &new, &Default::default()).await.unwrap();
    assert!(done.fields >= 12 && done.unreadable == 0, "{done:?}");
    let again = rotate_key(&site.app.database, &new, &Default::default()).await.unwrap();
    assert_eq!(again.fields, 0, "once is enough");
    assert!(is_key_of(&site.app.database, &new).await.unwrap());
    let other = Cipher::open(&site.folder.path().join("other.key"), true).unwrap();
    assert!(!is_key_of(&site.app.database, &other).await.unwrap());
    let reference: String = sqlx::query_scalar("select reference from consultations")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    let readers = site.app.database.readers();
    let found = mybackpain::consultations::store::find(readers, &new, &reference).await.unwrap();
    assert_eq!(found.name, "Zebedee");
    let old = mybackpain::consultations::store::find(readers, &site.app.cipher, &reference).await.unwrap();
    assert!(
        old.unreadable.contains(&"name")
            && [old.name, old.email, old.phone, old.answers.concern].concat().is_empty()
    );
}

#[tokio::test]
async fn a_report_is_forgotten_seven_days_after_it_was_sent_and_leaves_a_count() {
    let site = site_with_personal_data().await;
    site.mails().await;
    site.clock.advance(SignedDuration::from_hours(6 * 24));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("reports where email is not null").await, 1);
    site.clock.advance(SignedDuration::from_hours(25));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("reports where email is not null or content_hash is not null").await, 0);
    assert_eq!(site.count("reports where state = 'forgotten'").await, 1);
    assert_eq!(site.count("outbox where recipient is not null").await, 0);
}

#[tokio::test]
async fn a_report_that_was_not_sent_yet_keeps_its_address() {
    let site = site_with_personal_data().await;
    site.clock.advance(SignedDuration::from_hours(8 * 24));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("reports where email is not null").await, 1);
}

#[tokio::test]
async fn a_closed_request_is_erased_after_ninety_days_and_an_open_one_never_by_itself() {
    let site = site_with_personal_data().await;
    site.visitor().submit("/consultations/new", &with(consultation(), "concern", &["stays open"])).await;
    site.mails().await;
    let mut staff = site.staff().await;
    let queue = staff.get("/staff").await;
    let open: Vec<String> = queue.attribute("table.queue a", "href");
    let page = &open[0];
    let seen = staff.get(page).await.attribute("input[name=seen_at]", "value")[0].clone();
    let closure = [("seen_at", seen.as_str()), ("reason", "dealt with")];
    assert_eq!(staff.post(&format!("{page}/closure"), &closure).await.status, 303);
    site.clock.advance(SignedDuration::from_hours(89 * 24));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("consultations").await, 2);
    site.clock.advance(SignedDuration::from_hours(25));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("consultations").await, 1);
    assert_eq!(site.count("consultation_events").await, 1, "history goes with its request");
}

#[tokio::test]
async fn the_audit_is_kept_for_24_months_and_then_forgotten() {
    let site = Site::open().await;
    // The table's own guard goes by the real clock, so the entry is dated by it.
    let old = jiff::Timestamp::now() - SignedDuration::from_hours(731 * 24);
    site.app
        .database
        .write(move |connection| {
            Box::pin(async move {
                mybackpain::staff::audit::store::insert(connection, Some(1), old, "opened", "x").await
            })
        })
        .await
        .unwrap();
    let behind = site.now().duration_until(jiff::Timestamp::now());
    site.clock.advance(behind);
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("audit").await, 0);
}

#[tokio::test]
async fn answers_and_summaries_are_sealed_and_each_is_gone_in_its_time() {
    let (site, reference) = site_with_a_summary().await;
    let kept = async |table: &'static str| site.count(table).await;
    let readers = site.app.database.readers();
    let encrypted: Vec<Vec<u8>> = sqlx::query_scalar(
        "select answers from drafts union select summary from summaries union select summary from shared_summaries",
    )
    .fetch_all(readers)
    .await
    .unwrap();
    assert_eq!(encrypted.len(), 3);
    assert_eq!((kept("drafts").await, kept("summaries").await, kept("shared_summaries").await), (1, 1, 1));
    for (name, bytes) in files(&site) {
        for marker in MARKERS {
            assert!(!holds(&bytes, marker), "{marker} is in {name}");
        }
    }
    let mails = site.mails().await;
    for mail in &mails {
        let words = crate::consultations::decoded(mail);
        assert!(!words.contains("xylophone") && !mail.contains("xylophone"), "no answer is in a mail");
    }
    site.clock.advance(SignedDuration::from_hours(24));
    forget(&site.app).await.unwrap();
    assert_eq!((kept("drafts").await, kept("draft_tokens").await, kept("summaries").await), (0, 0, 1));
    site.clock.advance(SignedDuration::from_hours(13 * 24));
    forget(&site.app).await.unwrap();
    assert_eq!((kept("summaries").await, kept("shared_summaries").await), (0, 1), "an open request keeps it");

    let mut staff = site.staff().await;
    staff.act(&reference, "closure", &[("reason", "dealt with")]).await;
    site.clock.advance(SignedDuration::from_hours(91 * 24));
    forget(&site.app).await.unwrap();
    assert_eq!((kept("consultations").await, kept("shared_summaries").await), (0, 0));
    assert_eq!(
        kept("outbox where letter is not null or message is not null or recipient is not null").await,
        0
    );
    for (name, bytes) in files(&site) {
        let lies_about = |value: &Vec<u8>| bytes.windows(64).any(|window| window == &value[..64]);
        assert!(!encrypted.iter().any(lies_about), "something encrypted still lies in {name}");
    }
}

#[tokio::test]
async fn nothing_of_erased_answers_is_left_in_any_file() {
    if engine::is_server() {
        return;
    }
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, "a xylophone").await;
    // The encrypted bytes themselves: what is erased must not lie about, even unreadable.
    let encrypted: Vec<u8> = sqlx::query_scalar("select answers from drafts")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    let lies_about = |site: &Site| {
        files(site).iter().any(|(_, bytes)| bytes.windows(64).any(|window| window == &encrypted[..64]))
    };
    assert!(lies_about(&site));
    patient.post("/assessment/erasure", &[]).await;
    assert!(!lies_about(&site));
}

#[tokio::test]
async fn a_new_key_reads_drafts_and_summaries_too() {
    let (site, reference) = site_with_a_summary().await;
    let file = site.folder.path().join("sealing.key");
    mybackpain::storage::encryption::add_key(&file).unwrap();
    let new = std::sync::Arc::new(Cipher::open(&file, false).unwrap());
    rotate_key(&site.app.database, &new, &Default::default()).await.unwrap();
    let readers = site.app.database.readers();
    let find = async |cipher: &Cipher| {
        mybackpain::consultations::summaries::store::shared_with(readers, cipher, &reference).await
    };
    assert!(
        find(&new)
            .await
            .unwrap()
            .is_some_and(|summary| summary.own_words().any(|words| words.contains("xylophone")))
    );
    assert!(find(&site.app.cipher).await.is_err());
}
