//! One person's data: found, given as a file, erased with a proof.

use axum::http::StatusCode;
use mybackpain::clinic::Role;

use crate::support::engine;
use crate::support::{Site, consultation, report, with};

/// A site on which Ada and Grace asked for all that can be asked for.
async fn asked() -> Site {
    let site = Site::open().await;
    for (name, email, phone, word) in [
        ("Ada Lovelace", "ada@example.org", "07700 900123", "xylophone"),
        ("Grace Hopper", "grace@example.org", "07700 900456", "marimba"),
    ] {
        let form = with(with(consultation(), "name", &[name]), "email", &[email]);
        let form = with(with(form, "phone", &[phone]), "concern", &[word]);
        assert_eq!(site.visitor().submit("/consultations/new", &form).await.status, StatusCode::SEE_OTHER);
        let form = with(with(report(), "name", &[name]), "email", &[email]);
        assert_eq!(site.visitor().submit("/reports/new", &form).await.status, StatusCode::SEE_OTHER);
        let form = [("name", name), ("email", email), ("words", "You spelt my name wrong")];
        assert_eq!(site.visitor().submit("/complaints", &form).await.status, StatusCode::SEE_OTHER);
    }
    site
}

/// Whether any file of the database holds these bytes.
fn holds(site: &Site, marker: &[u8]) -> bool {
    let files = std::fs::read_dir(site.folder.path()).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|path| path.is_file())
        .any(|path| std::fs::read(path).unwrap().windows(marker.len()).any(|window| window == marker))
}

#[tokio::test]
async fn a_person_is_found_by_any_spelling_and_shown_as_references_and_counts() {
    let site = asked().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    for typed in ["Ada@Example.org", "+44 7700 900 123"] {
        let found = admin.post("/staff/data-rights", &[("person", typed)]).await;
        assert_eq!(found.status, StatusCode::OK);
        assert!(found.first("main ul").contains("Consultation request BP-"), "{typed}");
        assert!(!found.body.contains("xylophone") && !found.body.contains("Lovelace"), "{typed}");
    }
    let by_email = admin.post("/staff/data-rights", &[("person", "ada@example.org")]).await;
    let lines = by_email.all("main > ul li");
    for kind in ["Report by email RP-", "Complaint DP-", "Mail: "] {
        assert!(lines.iter().any(|line| line.starts_with(kind)), "{kind} in {lines:?}");
    }
    let nobody = admin.post("/staff/data-rights", &[("person", "nobody@example.org")]).await;
    assert!(nobody.words().contains("We hold nothing"));
    for (typed, says) in
        [("", "Enter an email"), ("ada", "8 to 15 digits"), ("desk@mybackpain.co.uk", "clinic’s own")]
    {
        let wrong = admin.post("/staff/data-rights", &[("person", typed)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(wrong.first(".problems").contains(says), "{typed}: {}", wrong.first(".problems"));
        assert_eq!(wrong.attribute("#person", "value"), [typed]);
    }
}

#[tokio::test]
async fn the_file_holds_everything_about_one_person_and_nothing_about_another() {
    let site = asked().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    for (format, ending) in [("json", "json"), ("text", "txt")] {
        let form = [("person", "ada@example.org"), ("format", format)];
        let file = admin.post("/staff/data-rights/file", &form).await;
        let name = format!("attachment; filename=\"personal-data-2026-05-20.{ending}\"");
        assert_eq!(
            (file.header("content-disposition"), file.header("cache-control")),
            (name.as_str(), "no-store")
        );
        for said in
            ["Ada Lovelace", "07700 900123", "xylophone", "Please speak slowly", "spelt my name", "asked"]
        {
            assert!(file.body.contains(said), "{said} in {}", file.body);
        }
        for other in ["Grace", "marimba", "_mark", "_hash"] {
            assert!(!file.body.contains(other), "{other} in {}", file.body);
        }
        if format == "json" {
            let read: serde_json::Value = serde_json::from_str(&file.body).unwrap();
            assert!(read["held"].as_array().unwrap().len() >= 4);
        }
    }
    for kind in ["BP", "RP", "DP"] {
        let lines =
            format!("audit where what = 'took a person’s data away as a file' and reference like '{kind}-%'");
        assert_eq!(site.count(&lines).await, 2, "{kind}: a line for each reference of each file");
    }
}

#[tokio::test]
async fn erasure_is_asked_twice_leaves_a_proof_and_touches_nobody_else() {
    let site = asked().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let act = "/staff/data-rights/erasure";
    let question = admin.post(act, &[("person", "ada@example.org")]).await;
    assert_eq!((question.status, site.count("consultations").await), (StatusCode::OK, 2));
    let unsure = admin.post(act, &[("person", "ada@example.org"), ("step", "erase")]).await;
    assert!(unsure.first(".problems").contains("Tick the box once you have checked who is asking"));
    assert_eq!(site.count("consultations").await, 2);
    let done = admin.post(act, &[("person", "ada@example.org"), ("step", "erase"), ("sure", "yes")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let proof = admin.get(done.location()).await;
    for said in
        ["Asha Okafor", "Consultation request BP-", "Report by email RP-", "Complaint DP-", "20 May 2026"]
    {
        assert!(proof.words().contains(said), "{said}");
    }
    assert!(!proof.body.contains("Ada") && !proof.body.contains("ada@"));
    let again = admin.post("/staff/data-rights", &[("person", "ada@example.org")]).await;
    assert!(again.words().contains("We hold nothing"), "{}", again.words());
    let by_phone = admin.post("/staff/data-rights", &[("person", "07700 900123")]).await;
    assert!(by_phone.words().contains("We hold nothing"));
    let counts = [
        site.count("consultations").await,
        site.count("consultation_events").await,
        site.count("reports where email is not null").await,
        site.count("reports where state = 'forgotten'").await,
        site.count("complaints where words is not null").await,
        site.count("complaints").await,
    ];
    assert_eq!(counts, [1, 1, 1, 1, 1, 2]);
    let grace = admin.post("/staff/data-rights/file", &[("person", "grace@example.org")]).await;
    assert!(grace.body.contains("marimba") && grace.body.contains("Mail"));
    assert!(admin.get("/staff/data-rights").await.first(".entries").contains("ER-"));
    assert_eq!(site.count("audit where reference like 'ER-%'").await, 1);
    for kind in ["BP", "RP", "DP"] {
        let lines = format!("audit where what = 'erased on request' and reference like '{kind}-%'");
        assert_eq!(site.count(&lines).await, 1, "{kind}");
    }
}

#[tokio::test]
async fn what_belongs_to_a_request_is_given_and_erased_with_it() {
    let site = asked().await;
    let share = "insert into shared_summaries (reference, summary) select reference, $2 from consultations where reference = $1";
    let reference: String = sqlx::query_scalar("select reference from consultations order by rowid")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    let place = mybackpain::storage::encryption::FieldId {
        table: "shared_summaries",
        reference: &reference,
        column: "summary",
    };
    let encrypted = site.app.cipher.encrypt(place, "slept on the glockenspiel");
    let of = reference.clone();
    site.app
        .database
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(share).bind(of).bind(encrypted).execute(connection).await.map(|_| ())
            })
        })
        .await
        .unwrap();
    let mut admin = site.staff_as(Role::Administrator).await;
    let file = admin.post("/staff/data-rights/file", &[("person", "ada@example.org")]).await;
    assert!(file.body.contains("glockenspiel") && file.body.contains("Shared summaries"), "{}", file.body);
    let form = [("person", "ada@example.org"), ("step", "erase"), ("sure", "yes")];
    let done = admin.post("/staff/data-rights/erasure", &form).await;
    assert_eq!(site.count("shared_summaries").await, 0);
    assert!(admin.get(done.location()).await.words().contains("Shared summaries: 1"));
}

#[tokio::test]
async fn erased_rows_leave_the_files_of_the_database() {
    if engine::is_server() {
        return;
    }
    let site = asked().await;
    let reference: String = sqlx::query_scalar("select reference from consultations order by rowid")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    let encrypted: Vec<u8> = sqlx::query_scalar("select concern from consultations where reference = $1")
        .bind(&reference)
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    assert!(holds(&site, &encrypted[4..20]), "it was there");
    let mut admin = site.staff_as(Role::Administrator).await;
    let form = [("person", "ada@example.org"), ("step", "erase"), ("sure", "yes")];
    admin.post("/staff/data-rights/erasure", &form).await;
    assert!(!holds(&site, &encrypted[4..20]), "not even the encrypted bytes are left");
}

#[tokio::test]
async fn a_proof_of_erasure_cannot_be_changed_or_thrown_away() {
    let site = asked().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let form = [("person", "ada@example.org"), ("step", "erase"), ("sure", "yes")];
    admin.post("/staff/data-rights/erasure", &form).await;
    // The table's own guard goes by the real clock.
    site.app
        .database
        .write(|connection| {
            Box::pin(async move {
                sqlx::query("insert into erasures values ('ER-X', unixepoch(), null, 'm', 'w')")
                    .execute(connection)
                    .await
                    .map(|_| ())
            })
        })
        .await
        .unwrap();
    for change in ["update erasures set what = 'x'", "delete from erasures where reference = 'ER-X'"] {
        assert!(site.change(change).await.is_err(), "{change}");
    }
}

/// Two people whose addresses differ by a dot, and two by what follows a plus. Gives the references of their requests.
async fn nearly_the_same(site: &Site) -> Vec<String> {
    let mut references = Vec::new();
    for (email, phone, word) in [
        ("jsmith@example.org", "07700 900201", "marimba"),
        ("j.smith@example.org", "07700 900202", "xylophone"),
        ("+stranger@example.org", "07700 900203", "celesta"),
    ] {
        let form = with(with(consultation(), "email", &[email]), "phone", &[phone]);
        references.push(site.request(&with(form, "concern", &[word])).await);
    }
    references
}

#[tokio::test]
async fn the_file_of_one_address_never_holds_what_came_under_another_that_is_nearly_the_same() {
    let site = Site::open().await;
    let [jsmith, with_dot, _] = &nearly_the_same(&site).await[..] else { panic!("three requests") };
    let mut admin = site.staff_as(Role::Administrator).await;
    let take = [("person", "J.Smith@example.org"), ("format", "json")];
    let file = admin.post("/staff/data-rights/file", &take).await;
    assert!(file.body.contains("xylophone") && !file.body.contains("marimba"), "{}", file.body);

    let found = admin.post("/staff/data-rights", &[("person", "j.smith@example.org")]).await;
    assert!(
        found.first("main > ul").contains(with_dot) && !found.first("main > ul").contains(jsmith.as_str())
    );
    assert_eq!(found.attribute("input[name=also]", "value"), [jsmith.as_str()]);
    assert!(found.attribute("input[name=also][checked]", "value").is_empty(), "nothing is ticked for them");
    assert!(found.words().contains(&format!("Consultation request {jsmith}: new")), "{}", found.words());

    let ticked = [take.as_slice(), &[("also", jsmith.as_str())]].concat();
    let file = admin.post("/staff/data-rights/file", &ticked).await;
    assert!(file.body.contains("xylophone") && file.body.contains("marimba"));

    let nobody = admin.post("/staff/data-rights/file", &[("person", "+other@example.org")]).await;
    assert!(!nobody.body.contains("celesta"), "{}", nobody.body);
    let nobody = admin.post("/staff/data-rights", &[("person", "+other@example.org")]).await;
    assert!(nobody.attribute("input[name=also]", "value").is_empty());
}

#[tokio::test]
async fn only_what_is_theirs_or_was_ticked_is_erased() {
    let site = Site::open().await;
    let [jsmith, with_dot, stranger] = &nearly_the_same(&site).await[..] else { panic!("three requests") };
    let mut admin = site.staff_as(Role::Administrator).await;
    let act = "/staff/data-rights/erasure";
    let sure = [("person", "j.smith@example.org"), ("step", "erase"), ("sure", "yes")];
    admin.post(act, &sure).await;
    for (reference, left) in [(jsmith, 1), (with_dot, 0), (stranger, 1)] {
        let row = format!("consultations where reference = '{reference}'");
        assert_eq!(site.count(&row).await, left, "{reference}");
    }
    let question = admin.post(act, &[("person", "j.smith@example.org"), ("also", jsmith)]).await;
    assert!(question.first("main > ul").contains(jsmith.as_str()), "{}", question.words());
    assert_eq!(question.attribute("input[name=also]", "value"), [jsmith.as_str()]);
    admin.post(act, &[sure.as_slice(), &[("also", jsmith.as_str())]].concat()).await;
    assert_eq!(site.count("consultations").await, 1);
    // What is ticked counts only where it is nearly theirs.
    admin.post(act, &[sure.as_slice(), &[("also", stranger.as_str())]].concat()).await;
    assert_eq!(site.count("consultations").await, 1);
}
