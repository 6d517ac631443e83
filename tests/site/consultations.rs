//! Asking the clinic: from the form to the desk's queue, and back to the patient's own page.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::web::security::Limits;

use crate::support::{Site, consultation, one_line, with};

const NEW: &str = "/consultations/new";

/// The decoded text of a mail: enough of quoted-printable for words and links.
pub fn decoded(mail: &str) -> String {
    let parsed = mailparse::parse_mail(mail.as_bytes()).unwrap();
    one_line(&parsed.subparts.iter().map(|part| part.get_body().unwrap()).collect::<Vec<_>>().join(" "))
}

/// The first link of a mail that begins so.
pub fn link_in(mail: &str, start: &str) -> String {
    let words = decoded(mail);
    let link = words
        .split_whitespace()
        .find(|word| word.starts_with(start))
        .unwrap_or_else(|| panic!("no {start} in {words}"));
    link.trim_start_matches("http://localhost").to_owned()
}

#[tokio::test]
async fn the_patient_the_mails_and_the_desk_see_the_same_promise() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let sent = patient.submit(NEW, &consultation()).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let promise = "5pm on Thursday 21 May 2026";
    let confirmation = patient.get(sent.location()).await;
    assert!(confirmation.first(".promise").contains(promise));
    let reference = confirmation.first(".ref");
    assert!(reference.starts_with("BP-"));
    assert!(!confirmation.body.contains("Ada"), "the page may be bookmarked: it names nobody");

    let mails = site.mails().await;
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| decoded(mail).contains(promise) && decoded(mail).contains(&reference)));

    let mut staff = site.staff().await;
    let queue = staff.get("/staff").await;
    assert!(queue.first("table.queue").contains("Ada Lovelace"));
    let request = staff.get(&format!("/staff/consultations/{reference}")).await;
    for said in [
        "Ada Lovelace",
        "07700 900123",
        "ada@example.org",
        "Lower back ache for 3 months",
        "Please speak slowly",
        promise,
    ] {
        assert!(request.words().contains(said), "{said}");
    }
    assert!(request.words().contains("Weekday mornings, early evenings"));
}

#[tokio::test]
async fn the_mail_to_the_clinic_holds_no_word_about_the_patient() {
    let site = Site::open().await;
    site.visitor().submit(NEW, &consultation()).await;
    let mails = site.mails().await;
    let notice = mails.iter().find(|mail| mail.contains("To: desk@mybackpain.co.uk")).unwrap();
    let whole = format!("{notice} {}", decoded(notice));
    for personal in ["Ada", "Lovelace", "ada@example.org", "900123", "ache", "slowly", "mornings"] {
        assert!(!whole.contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn a_form_with_mistakes_is_shown_again_with_every_word_kept() {
    let site = Site::open().await;
    let wrong = with(with(consultation(), "email", &["ada at example"]), "method", &["email"]);
    let again = site.visitor().post(NEW, &with(wrong, "name", &[""])).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.first("title").starts_with("Error: "));
    assert_eq!(
        again.all(".problems a"),
        ["Enter your full name", "Enter an email address in the correct format, like name@example.com"]
    );
    assert_eq!(again.attribute(".problems a", "href"), ["#name", "#email"]);
    assert_eq!(again.attribute("#email", "value"), ["ada at example"]);
    assert_eq!(again.attribute("#email", "aria-describedby"), ["email-hint email-error"]);
    assert_eq!(again.attribute("#email", "aria-invalid"), ["true"]);
    assert_eq!(again.attribute("#phone", "value"), ["07700 900123"]);
    assert_eq!(again.attribute("input[name=times][checked]", "value"), ["mornings", "evenings"]);
    assert_eq!(again.attribute("input[name=method][checked]", "value"), ["email"]);
    assert_eq!(again.first("#concern"), "Lower back ache for 3 months");
    assert_eq!(again.attribute("#needs", "value"), ["Please speak slowly"]);
    assert_eq!(site.count("consultations").await, 0);
}

#[tokio::test]
async fn the_error_of_a_group_leads_to_its_first_choice() {
    let site = Site::open().await;
    let again = site.visitor().post(NEW, &with(consultation(), "method", &[])).await;
    assert_eq!(again.attribute(".problems a", "href"), ["#method"]);
    assert_eq!(again.attribute("#method", "type"), ["radio"]);
    assert_eq!(again.attribute("#method", "value"), ["phone"]);
}

#[tokio::test]
async fn a_likely_slip_in_the_address_is_queried_once_and_may_stand() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let slip = with(consultation(), "email", &["ada@hotmial.co.uk"]);
    let query = patient.post(NEW, &slip).await;
    assert_eq!(query.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(query.first(".problems").contains("did you mean ada@hotmail.co.uk?"));
    let mut stands = slip.clone();
    stands.push(("email_queried", "ada@hotmial.co.uk"));
    assert!(patient.post(NEW, &stands).await.first(".answers").contains("ada@hotmial.co.uk"));
    let mut meant = stands;
    meant.push(("email_meant", "ada@hotmail.co.uk"));
    let typed_anew = with(meant.clone(), "email", &["ada@example.com"]);
    assert!(patient.post(NEW, &typed_anew).await.first(".answers").contains("ada@example.com"));
    assert!(patient.post(NEW, &meant).await.first(".answers").contains("ada@hotmail.co.uk"));
}

#[tokio::test]
async fn change_on_the_check_page_goes_back_with_every_answer_and_returns_to_it() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let check = patient.post(NEW, &consultation()).await;
    assert_eq!(check.attribute("button[value=phone]", "formaction"), ["#phone"]);
    let mut change = consultation();
    change.push(("change", "phone"));
    let form = patient.post(NEW, &change).await;
    assert_eq!(form.status, StatusCode::OK);
    assert_eq!(form.attribute("#phone", "value"), ["07700 900123"]);
    assert!(form.first("main form > p.row:last-of-type button").contains("Check your answers"));
    assert_eq!(site.count("consultations").await, 0);
}

#[tokio::test]
async fn safety_words_bring_up_the_emergency_box_and_come_first_in_the_queue() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let first = patient.submit(NEW, &consultation()).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    let numb = with(
        with(consultation(), "concern", &["Since Sunday I feel NUMB and can’t pee"]),
        "name",
        &["Grace Hopper"],
    );
    let check = patient.post(NEW, &numb).await;
    assert_eq!(check.all("main mark"), ["NUMB", "can’t pee"]);
    assert!(check.all(".care-emergency h2")[0].contains("Call 999"));
    site.clock.advance(SignedDuration::from_secs(3));
    assert_eq!(patient.confirm(NEW, &check).await.status, StatusCode::SEE_OTHER);
    let queue = site.staff().await.get("/staff").await;
    assert!(queue.first("tbody tr").contains("Grace Hopper"));
    assert!(queue.first("tbody tr").contains("Emergency words"));
}

#[tokio::test]
async fn sending_twice_makes_one_request() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let check = patient.post(NEW, &consultation()).await;
    site.clock.advance(SignedDuration::from_secs(3));
    let first = patient.confirm(NEW, &check).await;
    let second = patient.confirm(NEW, &check).await;
    assert_eq!(first.location(), second.location());
    let from_the_form_again = patient.submit(NEW, &consultation()).await;
    assert_ne!(first.location(), from_the_form_again.location());
    let reference = patient.get(first.location()).await.first(".ref");
    assert_eq!(patient.get(from_the_form_again.location()).await.first(".ref"), reference);
    assert_eq!((site.count("consultations").await, site.count("outbox").await), (1, 2));
}

#[tokio::test]
async fn without_a_key_of_ours_nothing_is_stored_and_the_check_page_is_shown() {
    let site = Site::open().await;
    for key in ["", "made-up", "00-00-00"] {
        let mut form = consultation();
        form.extend([("step", "send"), ("key", key)]);
        let answer = site.visitor().post(NEW, &form).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.first("h1").starts_with("Check your answers"));
    }
    assert_eq!(site.count("consultations").await, 0);
}

#[tokio::test]
async fn one_network_may_send_five_and_the_sixth_keeps_its_words() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut patient = site.visitor();
    for concern in ["one", "two", "three", "four", "five"] {
        assert_eq!(
            patient.submit(NEW, &with(consultation(), "concern", &[concern])).await.status,
            StatusCode::SEE_OTHER
        );
    }
    let sixth = patient.submit(NEW, &with(consultation(), "concern", &["the sixth"])).await;
    assert_eq!(sixth.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(sixth.first(".answers").contains("the sixth"));
    assert!(sixth.first(".problems").contains("020 7946 0123"));
}

#[tokio::test]
async fn a_database_that_cannot_be_written_says_so_and_loses_no_word() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let check = patient.post(NEW, &consultation()).await;
    site.clock.advance(SignedDuration::from_secs(3));
    sqlx::query("alter table submissions rename to elsewhere")
        .execute(site.app.database.readers())
        .await
        .unwrap();
    site.app
        .database
        .write(|connection| {
            Box::pin(async move {
                sqlx::query("create view submissions as select distinct * from elsewhere")
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    let answer = patient.confirm(NEW, &check).await;
    assert!(answer.status.is_server_error());
    assert!(answer.words().contains("020 7946 0123"));
    assert_eq!(site.count("consultations").await, 0, "all or nothing");
}

#[tokio::test]
async fn the_private_page_shows_changes_and_withdraws_the_request() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    patient.submit(NEW, &consultation()).await;
    let mails = site.mails().await;
    let confirmation = mails.iter().find(|mail| mail.contains("ada@example.org")).unwrap();
    let private = link_in(confirmation, "http://localhost/consultations/");

    assert_eq!(patient.prove(&private, "0123").await.location(), private);
    let page = patient.get(&private).await;
    assert!(page.words().contains("Ada Lovelace") && page.words().contains("07700 900123"));
    assert!(!page.body.contains("Lower back ache"), "a shared phone must not show the concern");

    let contact = format!("{private}/contact");
    let wrong = [("name", "Ada Byron"), ("phone", "12"), ("method", "phone")];
    let again = patient.post(&contact, &wrong).await;
    assert_eq!(
        (again.status, again.attribute("#name", "value")),
        (StatusCode::UNPROCESSABLE_ENTITY, vec!["Ada Byron".to_owned()])
    );
    let right = [("name", "Ada Byron"), ("phone", "020 7946 0958"), ("method", "phone"), ("times", "any")];
    let private = patient.post(&contact, &right).await.location().to_owned();
    let contact = format!("{private}/contact");
    assert!(patient.get(&private).await.words().contains("020 7946 0958"));

    let withdrawal = format!("{private}/withdrawal");
    assert!(patient.get(&withdrawal).await.first("h1").ends_with('?'));
    assert_eq!(
        site.count("consultations where state = 'new'").await,
        1,
        "the question alone changes nothing"
    );
    assert_eq!(patient.post(&withdrawal, &[]).await.location(), private);
    assert!(patient.get(&private).await.words().contains("has been erased"));
    assert_eq!(site.count("outbox").await, 0);
    assert_eq!(patient.get(&contact).await.status, StatusCode::NOT_FOUND);
    let desk = site.staff().await.get("/staff").await;
    assert!(desk.first(".done-lately").contains("Withdrawn") && !desk.body.contains("Ada"));
}

#[tokio::test]
async fn unknown_and_forged_private_addresses_look_the_same() {
    let site = Site::open().await;
    let mut stranger = site.visitor();
    let answers = [
        stranger.get("/consultations/0123456789012345678901234567890123456789").await,
        stranger.get("/consultations/x").await,
        stranger.get("/consultations/confirmation/x").await,
    ];
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (StatusCode::NOT_FOUND, &answers[0].body));
    }
}

#[tokio::test]
async fn a_patient_without_an_address_gets_a_page_and_no_mail() {
    let site = Site::open().await;
    let sent = site.visitor().submit(NEW, &with(consultation(), "email", &[""])).await;
    let page = site.visitor().get(sent.location()).await;
    assert!(page.words().contains("You gave no email address"));
    assert_eq!(site.count("outbox").await, 1, "the clinic's notice alone");
}

#[tokio::test]
async fn when_the_clinic_is_closed_the_confirmation_says_when_it_opens() {
    let site = Site::open().await;
    site.clock.advance(SignedDuration::from_hours(3 * 24 + 12));
    let sent = site.visitor().submit(NEW, &consultation()).await;
    let page = site.visitor().get(sent.location()).await;
    assert!(page.words().contains("We open at 9am on Tuesday 26 May"), "Monday is a bank holiday");
    assert!(page.first(".promise").contains("5pm on Wednesday 27 May 2026"));
}
