//! A mail that reached the wrong person: what a stranger with its link sees and does, and what a new address changes.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::web::security::Limits;

use crate::consultations::{decoded, link_in};
use crate::messages::{press, preview};
use crate::private_page::{CONTACT, KNOWN, asked, asked_with, owner, text_of};
use crate::support::desk::page;
use crate::support::{Site, consultation, with};

#[tokio::test]
async fn a_stranger_with_the_link_learns_nothing_that_can_be_used_and_changes_nothing() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    site.staff().await.book(&reference).await;
    let before = site.count("consultation_events").await;
    let mut stranger = site.visitor();
    let shown = stranger.get(&private).await;
    assert_eq!(shown.status, StatusCode::OK);
    for masked in ["A… L…", "a…@example.org"] {
        assert!(shown.words().contains(masked), "{masked}");
    }
    let contact =
        [("name", "Mallory"), ("email", "mallory@example.org"), ("phone", "0"), ("method", "email")];
    for answer in [
        shown,
        stranger.get(&format!("{private}/contact")).await,
        stranger.get(&format!("{private}/withdrawal")).await,
        stranger.post(&format!("{private}/contact"), &contact).await,
        stranger.post(&format!("{private}/withdrawal"), &[]).await,
        stranger.prove(&private, "0124").await,
        stranger.get(&format!("{private}/not-mine")).await,
    ] {
        for secret in ["Ada", "Lovelace", "ada@", "07700", "900123", "Weekday mornings", "Sample Street,"] {
            let main = answer.all("main").join(" ");
            assert!(!main.contains(secret), "{secret}: {main}");
        }
    }
    assert_eq!(site.count("consultation_events").await, before);
    assert_eq!(site.count("consultations where state = 'booked'").await, 1);
    stranger.set_cookie("request=99999999999-0123456789abcdef0123456789abcdef");
    assert!(!stranger.get(&private).await.body.contains("Lovelace"), "a forged cookie");
}

#[tokio::test]
async fn the_text_of_a_mail_greets_by_the_first_name_and_names_the_patient_no_further() {
    let site = Site::open().await;
    let (reference, _) = asked(&site).await;
    site.staff().await.book(&reference).await;
    let mails = site.mails().await;
    let to_ada: Vec<&String> = mails.iter().filter(|mail| mail.contains("ada@example.org")).collect();
    assert_eq!(to_ada.len(), 2);
    for mail in to_ada {
        assert!(text_of(mail).contains("Dear Ada "), "{}", text_of(mail));
        assert!(!decoded(mail).contains("Lovelace"), "only the header To has the whole name");
    }
}

#[tokio::test]
async fn who_gave_no_phone_number_is_asked_for_their_last_name() {
    let site = Site::open().await;
    let form = with(with(consultation(), "phone", &[]), "method", &["email"]);
    let (_, private) = asked_with(&site, &form).await;
    let mut patient = site.visitor();
    assert!(patient.get(&private).await.words().contains("Your last name"));
    let empty = patient.prove(&private, " ").await;
    assert_eq!(empty.first(".problems a"), "Enter your last name");
    let wrong = patient.prove(&private, "ada@example.org").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.attribute("#answer", "value"), ["ada@example.org"], "what was typed is kept");
    assert_eq!(patient.prove(&private, "lovelace").await.location(), private);
    assert!(patient.get(&private).await.words().contains("Ada Lovelace"));
}

#[tokio::test]
async fn five_wrong_answers_from_one_network_and_then_even_the_right_one_waits_and_others_go_on() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let (_, private) = asked(&site).await;
    let mut stranger = site.visitor_from([10, 9, 0, 1]);
    for number in 0..5 {
        let wrong = stranger.prove(&private, &format!("900{number}")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let refused = stranger.prove(&private, KNOWN).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let words = refused.first(".problems");
    assert!(words.contains("too many wrong answers") && words.contains("020 7946 0123"), "{words}");
    assert_eq!(refused.attribute("#answer", "value"), [KNOWN], "what was typed is kept");
    assert_eq!(site.visitor_from([10, 9, 0, 2]).prove(&private, KNOWN).await.location(), private);
    let mut tried = 0;
    for network in 0..100 {
        let wrong = site.visitor_from([10, 8, 0, network]).prove(&private, "9999").await;
        tried += usize::from(wrong.status == StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(tried, 30, "and many networks together");
}

#[tokio::test]
async fn an_answer_is_for_one_page_one_browser_and_one_day() {
    let site = Site::open().await;
    let (_, private) = asked(&site).await;
    let other = with(with(consultation(), "email", &["grace@example.org"]), "name", &["Grace Hopper"]);
    let grace = site.visitor().submit("/consultations/new", &other).await;
    let grace = site.visitor().get(grace.location()).await;
    let grace = grace.attribute("main a[href^='/consultations/']", "href").remove(0);
    let mut patient = site.visitor();
    let answered = patient.prove(&private, KNOWN).await;
    let cookie = answered.header("set-cookie");
    assert!(cookie.contains(&format!("; Path={private}")) && !cookie.contains("Max-Age"), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    // Longer than what stands by chance in an answer's hash.
    assert!(!cookie.to_lowercase().contains("lovelace") && !cookie.contains("900123"), "{cookie}");
    assert!(patient.get(&private).await.body.contains("Lovelace"));
    assert!(!patient.get(&grace).await.body.contains("Hopper"), "not for another page");
    assert!(!site.visitor().get(&private).await.body.contains("Lovelace"), "nor another browser");
    site.clock.advance(SignedDuration::from_hours(25));
    assert!(!patient.get(&private).await.body.contains("Lovelace"));
}

#[tokio::test]
async fn a_change_that_comes_without_the_answer_is_kept_and_goes_on_behind_the_question() {
    let site = Site::open().await;
    let (_, private) = asked(&site).await;
    let mut patient = site.visitor();
    let mut change = with(CONTACT.to_vec(), "name", &["Ada <King>"]);
    change.push(("times", "any"));
    let question = patient.post(&format!("{private}/contact"), &change).await;
    assert_eq!(question.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut sent: Vec<(String, String)> = question
        .attribute("main form input[type=hidden]", "name")
        .into_iter()
        .zip(question.attribute("main form input[type=hidden]", "value"))
        .collect();
    sent.push(("answer".into(), "9".into()));
    let form: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let wrong = patient.post(&private, &form).await;
    assert_eq!(wrong.attribute("input[name=name]", "value"), ["Ada <King>"]);
    let right = with(form, "answer", &[KNOWN]);
    let shown = patient.post(&private, &right).await;
    assert_eq!((shown.status, shown.first("h1")), (StatusCode::OK, "Change how we reach you".to_owned()));
    assert_eq!(shown.attribute("#name", "value"), ["Ada <King>"]);
    assert_eq!(shown.attribute("input[name=times][checked]", "value"), ["any"]);
    assert_eq!(patient.post(&format!("{private}/contact"), &change).await.location(), private);
}

#[tokio::test]
async fn this_is_not_for_me_stops_mail_and_tells_the_desk_and_the_request_stays() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    let mut stranger = site.visitor();
    assert!(stranger.get(&private).await.words().contains("This is not for me"));
    let not_mine = format!("{private}/not-mine");
    assert_eq!(stranger.get(&not_mine).await.first("h1"), "Is this request not yours?");
    let before = site.count("consultation_events").await;
    for _ in 0..3 {
        let done = stranger.post(&not_mine, &[]).await;
        assert!(done.words().contains("We will send no more emails to your address"), "{}", done.words());
    }
    assert_eq!(site.count("consultation_events").await, before + 1, "one line however often");
    assert_eq!(site.count("consultations where state = 'new' and name is not null").await, 1);
    let mut staff = site.staff().await;
    let waiting = staff.get("/staff").await.first("section.waiting");
    assert!(waiting.contains("The email address may be wrong"), "{waiting}");
    let shown = staff.get(&page(&reference)).await;
    assert!(shown.words().contains("The email address may be wrong"), "{}", shown.words());
    let sent = site.mails().await.len();
    staff.book(&reference).await;
    assert_eq!(site.mails().await.len(), sent, "no booking goes to who is not the patient");
    assert!(staff.get(&page(&reference)).await.words().contains("asked us to send nothing more"));
    // The patient, who has the page of the confirmation, puts the address right.
    let mut patient = owner(&site, &private).await;
    let right = with(CONTACT.to_vec(), "email", &["ada.l@example.org"]);
    let moved = patient.post(&format!("{private}/contact"), &right).await.location().to_owned();
    let mails = site.mails().await;
    assert_eq!(mails.len(), sent + 1);
    let booking =
        mails.iter().find(|mail| mail.contains("ada.l@example.org")).expect("the booking goes there");
    assert!(booking.contains("text/calendar"), "{booking}");
    assert!(text_of(booking).contains(&format!("http://localhost{moved} ")), "{}", text_of(booking));
}

#[tokio::test]
async fn a_new_address_gets_what_waited_for_the_old_one_and_the_link_in_the_old_mailbox_ends() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let queued = "outbox where purpose = 'consultation-confirmation' and state = 'queued'";
    assert_eq!(site.count(queued).await, 1);
    let private = private_page_of(&site, &reference).await;
    let mut patient = owner(&site, &private).await;
    let changed = with(CONTACT.to_vec(), "email", &["right@example.org"]);
    let moved = patient.post(&format!("{private}/contact"), &changed).await.location().to_owned();
    assert_ne!(moved, private);
    assert_eq!(site.visitor().get(&private).await.status, StatusCode::NOT_FOUND);
    assert!(patient.get(&moved).await.words().contains("right@example.org"), "without another question");
    let mails = site.mails().await;
    assert!(!mails.iter().any(|mail| mail.contains("ada@example.org")), "nothing goes to the old address");
    let confirmation = mails.iter().find(|mail| mail.contains("right@example.org")).unwrap();
    assert_eq!(link_in(confirmation, "http://localhost/consultations/"), moved);
    assert!(decoded(confirmation).contains("You will hear from us by"));

    // What has gone already is told again, so that they have the link.
    let changed = with(CONTACT.to_vec(), "email", &["last@example.org"]);
    let last = patient.post(&format!("{moved}/contact"), &changed).await.location().to_owned();
    let again = site.mails().await;
    let confirmation = again.iter().find(|mail| mail.contains("last@example.org")).unwrap();
    assert_eq!(link_in(confirmation, "http://localhost/consultations/"), last);

    // A cancellation that waits is moved as what it is.
    let mut staff = site.staff().await;
    staff.book(&reference).await;
    site.mails().await;
    staff.act(&reference, "cancellation", &[]).await;
    let changed = with(CONTACT.to_vec(), "email", &["end@example.org"]);
    let end = patient.post(&format!("{last}/contact"), &changed).await.location().to_owned();
    let mails = site.mails().await;
    let told: Vec<String> =
        mails.iter().filter(|mail| mail.contains("end@example.org")).map(|mail| text_of(mail)).collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("Your consultation is cancelled"), "{}", told[0]);

    // Without an address nothing is sent, and nothing waits for the one before.
    staff.book(&reference).await;
    let gone = patient.post(&format!("{end}/contact"), &with(CONTACT.to_vec(), "email", &[])).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
    assert_eq!(site.mails().await.len(), mails.len());
}

#[tokio::test]
async fn an_address_that_is_changed_again_and_again_fills_neither_the_history_nor_a_mailbox() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let (_, private) = asked(&site).await;
    let before = site.count("consultation_events").await;
    let mut path = private;
    for number in 0..40_u8 {
        // From a network of its own each time: what is bounded here is the address and the history.
        let mut patient = site.visitor_from([10, 9, 1, number]);
        patient.prove(&path, if number == 0 { KNOWN } else { "0958" }).await;
        let address = ["one@example.org", "two@example.org"][usize::from(number % 2)];
        let changed = with(CONTACT.to_vec(), "email", &[address]);
        path = patient.post(&format!("{path}/contact"), &changed).await.location().to_owned();
        assert!(!path.is_empty(), "{number}");
    }
    let lines = site.count("consultation_events").await - before;
    assert!(lines <= 4, "{lines} lines");
    let mails = site.mails().await;
    for address in ["one@example.org", "two@example.org"] {
        assert!(mails.iter().filter(|mail| mail.contains(address)).count() <= 3, "{address}");
    }
}

/// From the page of the confirmation, where no mail has gone.
async fn private_page_of(site: &Site, reference: &str) -> String {
    let mut connection = site.app.database.readers().acquire().await.unwrap();
    let cipher = &site.app.cipher;
    let token = mybackpain::consultations::handling::store::token(&mut connection, cipher, reference).await;
    format!("/consultations/{}", token.unwrap().unwrap())
}

#[tokio::test]
async fn new_addresses_are_bounded_as_forms_are() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let (_, private) = asked(&site).await;
    let mut patient = site.visitor_from([10, 9, 0, 1]);
    patient.prove(&private, KNOWN).await;
    let mut path = private;
    for number in 0..6 {
        let address = format!("{number}@example.org");
        let changed = with(CONTACT.to_vec(), "email", &[&address]);
        let answer = patient.post(&format!("{path}/contact"), &changed).await;
        if number < 5 {
            path = answer.location().to_owned();
            assert!(!path.is_empty(), "{}", answer.body);
        } else {
            assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(answer.attribute("#email", "value"), [address], "what was typed is kept");
        }
    }
}

/// Attack: the mail server is away, staff wrote three times and booked, and the limits on a typed address let three go.
#[tokio::test]
async fn of_the_mail_that_follows_a_corrected_address_the_time_of_the_consultation_goes_first() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let (reference, private) = asked_with(&site, &consultation()).await;
    let mut staff = site.staff().await;
    for words in ["First.", "Second.", "Third."] {
        let shown = preview(&mut staff, &reference, words, false).await;
        assert_eq!(press(&mut staff, &reference, &shown, "send").await.status, StatusCode::SEE_OTHER);
    }
    staff.book(&reference).await;
    let mut patient = owner(&site, &private).await;
    let corrected = with(CONTACT.to_vec(), "email", &["ada@example.net"]);
    patient.post(&format!("{private}/contact"), &corrected).await;
    let mails = site.mails().await;
    let told = mails.iter().filter(|mail| mail.contains("ada@example.net"));
    assert!(told.map(|mail| text_of(mail)).any(|text| text.contains("10.30am")), "{mails:?}");
}
