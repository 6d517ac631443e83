//! Writing to a patient from their request: previewed, by email, without health words that were not asked about, and noted.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use mybackpain::clinic::Role;

use crate::private_page::{asked, asked_with, owner, text_of};
use crate::support::desk::page;
use crate::support::{Answer, Site, Visitor, consultation, with};

const SUBJECT: &str = "Subject: A message about your request BP-";
const WORDS: &str = "We tried to ring you. Ring us on {phone}, or look here: {link}\n\nSam at reception";

fn message_page(reference: &str) -> String {
    format!("{}/message", page(reference))
}

/// Types a message and asks to see it.
pub async fn preview(staff: &mut Visitor<'_>, reference: &str, words: &str, contact: bool) -> Answer {
    let contact = if contact { "yes" } else { "" };
    staff.post(&message_page(reference), &[("words", words), ("contact", contact), ("step", "preview")]).await
}

/// Presses the button of the page that shows a message.
pub async fn press(staff: &mut Visitor<'_>, reference: &str, shown: &Answer, step: &str) -> Answer {
    let hidden = |name: &str| {
        shown
            .attribute(&format!("main form input[name={name}]"), "value")
            .into_iter()
            .next()
            .unwrap_or_default()
    };
    let names = ["seen_at", "opened_at", "words", "previewed", "contact"];
    let mut form: Vec<(&str, String)> = names.iter().map(|name| (*name, hidden(name))).collect();
    form.push(("step", step.to_owned()));
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    staff.post(&message_page(reference), &form).await
}

async fn written(site: &Site) -> i64 {
    site.count("outbox where purpose = 'consultation-message'").await
}

#[tokio::test]
async fn a_message_is_shown_first_and_sent_once_with_its_fields_filled_in_and_an_answer_to_the_clinic() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    let mut staff = site.staff_as(Role::Reception).await;
    let shown = preview(&mut staff, &reference, WORDS, true).await;
    assert_eq!((shown.status, shown.first("h1")), (StatusCode::OK, "Check your message".into()));
    let words = shown.words();
    assert!(
        words.contains("Ring us on 020 7946 0123, or look here: [the link to their private page]"),
        "{words}"
    );
    assert!(words.contains("Dear Ada") && words.contains("ada@example.org"), "{words}");
    assert!(!shown.body.contains(&private), "the link is for the patient alone");
    assert_eq!(written(&site).await, 0, "nothing went before it was seen");
    let sent = press(&mut staff, &reference, &shown, "send").await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, page(&reference).as_str()));
    let again = press(&mut staff, &reference, &shown, "send").await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "a second press is no mistake: {}", again.words());
    let mails = site.mails().await;
    let sent: Vec<&String> = mails.iter().filter(|mail| mail.contains(SUBJECT)).collect();
    let [mail] = sent[..] else { panic!("{} mails", sent.len()) };
    assert!(mail.contains("Reply-To: hello@mybackpain.co.uk") && !mail.contains("Auto-Submitted"));
    let text = text_of(mail);
    assert!(text.starts_with("Dear Ada We tried to ring you. Ring us on 020 7946 0123"), "{text}");
    assert!(text.contains(&format!("look here: http://localhost{private} Sam at reception")), "{text}");
    assert!(text.contains("Your answer goes to our own mailbox, hello@mybackpain.co.uk"), "{text}");
    assert!(text.contains("/reports/stop/") && !text.contains("Lower back ache"), "{text}");
    assert!(crate::consultations::decoded(mail).contains(&format!("<a href=\"http://localhost{private}\">")));
    let request = staff.get(&page(&reference)).await;
    assert!(request.first(".facts").contains("Contacted"), "it was our answer");
    assert!(request.words().contains("What we wrote to them We tried to ring you."), "{}", request.words());
    let history = request.all(".log li").join("\n");
    assert_eq!(history.matches("Sam Reed wrote to the patient by email").count(), 1, "{history}");
    assert!(!history.contains("tried to ring"), "the fact, never the words: {history}");
    assert_eq!(site.count("audit where what = 'wrote to the patient by email'").await, 1);
    let theirs = owner(&site, &private).await.get(&private).await.words();
    assert!(theirs.contains("We wrote to you by email at 10am on Wednesday 20 May 2026."), "{theirs}");
    assert!(!theirs.contains("tried to ring"), "{theirs}");
}

#[tokio::test]
async fn words_about_health_are_asked_about_where_email_was_not_chosen() {
    let site = Site::open().await;
    let (reference, _) = asked(&site).await;
    let mut staff = site.staff().await;
    let ask = staff.get(&message_page(&reference)).await.words();
    assert!(
        ask.contains("They did not ask to be reached by email. Write nothing about their health"),
        "{ask}"
    );
    let health = "Your MRI scan is back, and I feel numb between my legs is a sign";
    let shown = preview(&mut staff, &reference, health, false).await;
    let said = shown.first(".problems");
    assert!(said.contains("This may say something about their health"), "{said}");
    assert!(said.contains("mri") && said.contains("numb"), "{said}");
    assert_eq!(shown.all("main form .row button"), ["Send it all the same", "Change it"]);
    let changed = press(&mut staff, &reference, &shown, "change").await;
    assert_eq!(
        (changed.first("h1"), changed.first("#words")),
        ("Write to the patient".into(), health.into())
    );
    assert!(preview(&mut staff, &reference, "Ring us, please.", false).await.all(".problems").is_empty());
    press(&mut staff, &reference, &shown, "send").await;
    let history = staff.get(&page(&reference)).await.all(".log li").join("\n");
    assert!(history.contains("wrote to the patient by email, with words that may be about their health"));
    assert!(staff.get(&page(&reference)).await.first(".facts").contains("New"), "no answer was ticked");
    let reception = site.staff_as(Role::Reception).await.get(&page(&reference)).await;
    assert!(reception.words().contains("What we wrote to them Clinicians can read it."));
    assert!(!reception.body.contains("MRI scan"), "what a clinician wrote about health is for clinicians");
    // Whoever chose email is written to about what they asked.
    let (chosen, _) = asked_with(&site, &with(consultation(), "method", &["email"])).await;
    let ask = staff.get(&message_page(&chosen)).await;
    assert!(ask.words().contains("They asked to be reached by email, so you may answer what they asked."));
    assert_eq!(ask.attribute("#contact[checked]", "value"), ["yes"], "an email is our answer to them");
    assert!(preview(&mut staff, &chosen, health, false).await.all(".problems").is_empty());
}

#[tokio::test]
async fn where_no_email_can_go_the_page_says_so_beforehand_and_keeps_what_was_typed() {
    let site = Site::open().await;
    let nowhere = site.request(&with(consultation(), "email", &[""])).await;
    let (stopped, _) = asked(&site).await;
    let closed = site.request(&with(consultation(), "concern", &["another"])).await;
    let withdrawn = site.request(&with(consultation(), "concern", &["one more"])).await;
    let mut staff = site.staff().await;
    let shown = preview(&mut staff, &stopped, "Ring us.", false).await;
    let token = mybackpain::mail::limits::stop_token(&site.app.cipher, "ada@example.org");
    site.visitor().post(&format!("/reports/stop/{token}"), &[]).await;
    staff.act(&closed, "closure", &[("reason", "dealt with")]).await;
    mybackpain::consultations::withdraw(&site.app, withdrawn.clone()).await.unwrap();
    for (reference, why) in [
        (&nowhere, "We have no email address that we can write to. Reach them by phone."),
        (
            &stopped,
            "No email can go to them, because the owner of this address asked us to send nothing more.",
        ),
        (&closed, "This request is closed. Open it again before you write to the patient."),
        (&withdrawn, "The patient withdrew this request"),
    ] {
        let page = staff.get(&message_page(reference)).await;
        assert!(page.first(".lede").contains(why), "{}", page.words());
        assert!(page.all("main form").is_empty(), "{why}");
        for step in ["preview", "send"] {
            let form = [("words", "Ring us."), ("step", step), ("previewed", "x")];
            let refused = staff.post(&message_page(reference), &form).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{why}");
            assert!(
                refused.first(".problems").contains("Nothing was sent")
                    && refused.words().contains("Ring us.")
            );
        }
    }
    let refused = press(&mut staff, &stopped, &shown, "send").await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "the mail was stopped after it was shown");
    assert_eq!((written(&site).await, site.count("consultation_messages").await), (0, 0));
}

#[tokio::test]
async fn what_was_changed_meanwhile_stops_a_message_and_keeps_its_words() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    let mut staff = site.staff().await;
    let shown = preview(&mut staff, &reference, "Ring us, {name}.", false).await;
    let mut patient = owner(&site, &private).await;
    patient.post(&format!("{private}/contact"), crate::private_page::CONTACT).await;
    let stale = press(&mut staff, &reference, &shown, "send").await;
    assert_eq!((stale.status, stale.first("#words")), (StatusCode::CONFLICT, "Ring us, {name}.".into()));
    assert!(stale.first(".problems").contains("The patient changed their phone number"), "{}", stale.words());
    // Another text than the one that was shown is shown, not sent.
    let form = [("words", "Another"), ("step", "send"), ("previewed", "0")];
    assert_eq!(staff.post(&message_page(&reference), &form).await.first("h1"), "Check your message");
    assert_eq!(written(&site).await, 0);
}

#[tokio::test]
async fn a_message_that_waits_follows_the_patient_to_a_new_address() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    let mut staff = site.staff().await;
    for words in ["First: {link}", "Second: {link}"] {
        let shown = preview(&mut staff, &reference, words, false).await;
        press(&mut staff, &reference, &shown, "send").await;
    }
    let mut patient = owner(&site, &private).await;
    let contact = with(crate::private_page::CONTACT.to_vec(), "email", &["ada@example.net"]);
    let moved = patient.post(&format!("{private}/contact"), &contact).await;
    assert_ne!(moved.location(), private, "the old link ends");
    let mails = site.mails().await;
    let new: Vec<String> =
        mails.iter().filter(|mail| mail.contains("ada@example.net")).map(|mail| text_of(mail)).collect();
    for words in ["First", "Second"] {
        let all: Vec<&String> = new.iter().filter(|text| text.contains(&format!("{words}: http"))).collect();
        assert_eq!(all.len(), 1, "{words} of {new:?}");
        assert!(!all[0].contains(&private), "with the link that holds now");
    }
}

#[tokio::test]
async fn odd_messages_are_kept_and_said_so_or_sent_as_they_are() {
    let site = Site::open().await;
    let (reference, _) = asked_with(&site, &with(consultation(), "name", &["<b>x</b> 07700 900123"])).await;
    let mut staff = site.staff().await;
    let long = "w".repeat(2001);
    for (words, says) in [
        ("", "Enter your message"),
        (" \r\n\0 ", "Enter your message"),
        (long.as_str(), "Your message must be 2000 characters or less"),
        ("Dear {nane}", "There is no field {nane}: use {name}, {promise}, {phone}, {link}"),
        ("Dear {name}", "Take {name} out"),
    ] {
        let again = preview(&mut staff, &reference, words, false).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(again.first(".problems").contains(says) && again.body.contains("<title>Error: "), "{says}");
        assert!(again.first("#words").contains(words.trim_matches(['\0', '\r', '\n', ' '])), "{says}");
    }
    // The last name is what the private page asks for where there is no number: no mail says it.
    let named = with(with(consultation(), "phone", &[""]), "name", &["Lovelace"]);
    let named = site.request(&with(named, "method", &["email"])).await;
    assert!(
        preview(&mut staff, &named, "Dear {name}", false)
            .await
            .first(".problems")
            .contains("Take {name} out")
    );
    assert!(!preview(&mut staff, &named, "Ring us.", false).await.words().contains("Dear Lovelace"));
    let none = staff.post(&message_page(&reference), &[("step", "insert"), ("reply", "999")]).await;
    assert!(none.first(".problems").contains("Select a saved reply"));
    let odd = "<script>alert(1)</script> \u{202e}\0 {} {{ 7 * 7 }}\r\nBcc: x@example.org\r\n.\r\nשלום";
    let shown = preview(&mut staff, &reference, odd, false).await;
    assert!(shown.words().contains("<script>alert(1)</script>") && shown.words().contains("Hello"));
    press(&mut staff, &reference, &shown, "send").await;
    let mails = site.mails().await;
    let mail = mails.iter().find(|mail| mail.contains(SUBJECT)).unwrap();
    assert!(
        !mail.split("\r\n\r\n").next().unwrap().contains("Bcc")
            && text_of(mail).contains("<script>alert(1)</script> {} {{ 7 * 7 }} Bcc: x@")
    );
    assert!(!crate::consultations::decoded(mail).contains("<p>\n<script>"), "as text, not as markup");
    let twice = [("words", "one"), ("words", "two"), ("step", "preview"), ("step", "send")];
    assert!(staff.post(&message_page(&reference), &twice).await.words().contains("one"));
    let elsewhere = Request::builder()
        .method(Method::POST)
        .uri(message_page(&reference))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from("words=x&step=send"))
        .unwrap();
    assert_eq!(site.send(elsewhere).await.status, StatusCode::FORBIDDEN);
    assert_eq!(written(&site).await, 1);
}

#[tokio::test]
async fn what_was_written_is_erased_with_the_request_that_its_patient_withdraws() {
    let site = Site::open().await;
    let (reference, _) = asked(&site).await;
    let mut staff = site.staff().await;
    let shown = preview(&mut staff, &reference, "Ring us about the xylophone.", false).await;
    press(&mut staff, &reference, &shown, "send").await;
    assert_eq!(site.count("consultation_messages").await, 1);
    mybackpain::consultations::withdraw(&site.app, reference.clone()).await.unwrap();
    assert_eq!(site.count("consultation_messages").await, 0);
    assert!(!staff.get(&page(&reference)).await.body.contains("xylophone"));
}
