//! What happens when words point to danger: the box that fits comes before anything else, wherever they were typed.

use axum::http::StatusCode;
use mailparse::MailHeaderMap;
use mybackpain::clinic::Role;

use crate::assessment::{answer_all, begin, filled};
use crate::support::{Answer, READING, Site, Visitor, consultation, one_line, with};

/// An emergency and a crisis in one sentence.
const BOTH: &str = "I am numb between my legs and cannot wee, and I want to end my life";

/// A number is a link that dials or writes.
fn can_be_tapped(answer: &Answer) {
    let links = answer.attribute("main a", "href");
    for link in ["tel:999", "tel:116123", "sms:85258?body=SHOUT", "tel:111", "tel:08088088000"] {
        assert!(links.iter().any(|found| found == link), "{link}: {links:?}");
    }
}

/// One comes before the other on the page.
fn precedes(answer: &Answer, first: &str, then: &str) {
    let words = answer.all("main").join(" ");
    let (one, other) = (words.find(first), words.find(then));
    assert!(one.is_some() && other.is_some() && one < other, "{first:?}, then {then:?}: {words}");
}

fn complaint(words: &str) -> Vec<(&'static str, &str)> {
    vec![("name", "Ada Lovelace"), ("email", "ada@example.org"), ("phone", ""), ("words", words)]
}

/// The decoded body of a mail, on one line, and its subject.
fn read_mail(mail: &str) -> (String, String) {
    let mail = mailparse::parse_mail(mail.as_bytes()).unwrap();
    let subject = mail.headers.get_first_value("Subject").unwrap();
    let text = mail.parts().find(|part| part.ctype.mimetype == "text/plain").unwrap().get_body().unwrap();
    (subject, one_line(&text))
}

async fn told(site: &Site, reader: &mut Visitor<'_>, words: &str) -> Answer {
    let new = "/corrections/new?about=sleep-and-back-pain";
    let key = reader.get(new).await.attribute("input[name=key]", "value")[0].clone();
    site.clock.advance(READING);
    let form = [("about", "sleep-and-back-pain"), ("words", words), ("key", &key)];
    let sent = reader.post("/corrections/new", &form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    reader.get(sent.location()).await
}

#[tokio::test]
async fn a_search_brings_lines_that_can_be_tapped_and_denied_signs_bring_no_box() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let crisis = visitor.get("/search?q=i+want+to+end+my+life").await;
    can_be_tapped(&crisis);
    assert!(crisis.body.find("now-crisis").unwrap() < crisis.body.find("id=\"results\"").unwrap());
    let taken = visitor.get("/search?q=i+took+all+my+tablets+and+my+bum+is+numb").await.body;
    let at = |id: &str| taken.find(&format!("id=\"{id}\"")).unwrap();
    assert!(at("now-harm") < at("now-crisis") && at("now-crisis") < at("now-999"));
    for calm in ["no+numbness+no+weakness+no+tingling+in+legs", "broken+sleep", "was+numb+in+2015+fine+since"]
    {
        let answer = visitor.get(&format!("/search?q={calm}")).await;
        assert!(answer.attribute("#now-999", "id").is_empty(), "{calm}");
    }
}

#[tokio::test]
async fn a_complaint_that_points_to_danger_is_led_by_the_help_and_read_first() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    patient.submit("/complaints", &complaint("My address was read out aloud")).await;
    let check = patient.post("/complaints", &complaint(BOTH)).await;
    assert_eq!(check.all("h1"), ["Read this before you send your complaint"]);
    precedes(&check, "Call 999 or go to A&E now if", "Ada Lovelace");
    precedes(&check, "If you feel you cannot go on", "Ada Lovelace");
    can_be_tapped(&check);
    assert!(check.all("main mark").iter().any(|words| words.contains("numb")));
    assert_eq!(check.all("form#answers .row button"), ["Send this as well"]);
    site.clock.advance(READING);
    let sent = patient.confirm("/complaints", &check).await;
    let done = patient.get(sent.location()).await;
    assert_eq!(done.first("h1"), "Do not wait for us");
    precedes(&done, "You wrote about “numb”", "Your reference is DP-");
    precedes(&done, "If you feel you cannot go on", "What happens next");
    can_be_tapped(&done);
    let mut admin = site.staff_as(Role::Administrator).await;
    let rows = admin.get("/staff/complaints").await.all("tbody tr");
    assert!(rows[0].contains("Emergency words") && !rows[1].contains("words"), "{rows:?}");
    let subjects: Vec<String> = site.mails().await.iter().map(|mail| read_mail(mail).0).collect();
    let first: Vec<bool> = subjects.iter().map(|subject| subject.starts_with("Read first: ")).collect();
    assert_eq!(first, [false, true], "{subjects:?}");
    assert!(subjects.iter().all(|subject| !subject.contains("numb") && !subject.contains("mergency")));
}

#[tokio::test]
async fn a_correction_that_points_to_danger_is_led_by_the_help_and_named_on_the_desk() {
    let site = Site::open().await;
    let mut reader = site.visitor();
    told(&site, &mut reader, "The second link is dead").await;
    let done = told(&site, &mut reader, BOTH).await;
    assert_eq!(done.all("h1"), ["Do not wait for us"]);
    precedes(&done, "Call 999 or go to A&E now if", "Your reference is MP-");
    precedes(&done, "If you feel you cannot go on", "Your reference is MP-");
    can_be_tapped(&done);
    let pages = site.staff_as(Role::Clinician).await.get("/staff/pages").await;
    let rows = pages.all("section[aria-labelledby=corrections] tbody tr");
    assert!(rows[0].contains("Emergency words") && !rows[1].contains("words"), "{rows:?}");
}

#[tokio::test]
async fn a_correction_that_has_to_be_pressed_again_is_led_by_the_help_too() {
    let site = Site::open().await;
    let mut reader = site.visitor();
    let form = reader.get("/corrections/new?about=sleep-and-back-pain").await;
    let key = form.attribute("input[name=key]", "value")[0].clone();
    let fields = [("about", "sleep-and-back-pain"), ("words", BOTH), ("website", "filled in"), ("key", &key)];
    let again = reader.post("/corrections/new", &fields).await;
    assert_ne!(again.status, StatusCode::SEE_OTHER);
    can_be_tapped(&again);
    precedes(&again, "Call 999 or go to A&E now", "What is wrong?");
}

#[tokio::test]
async fn own_words_in_the_assessment_bring_the_help_first_and_are_kept() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    begin(&mut patient).await;
    let answer = patient.post("/assessment/questions/own-words", &filled("own-words", BOTH)).await;
    assert_eq!(answer.location(), "/assessment/questions/own-words/signs");
    let signs = patient.get(answer.location()).await;
    assert_eq!(signs.all("h1"), ["Read this before you go on"]);
    precedes(&signs, "Call 999 or go to A&E now if", "What you wrote is kept");
    precedes(&signs, "If you feel you cannot go on", "What you wrote is kept");
    can_be_tapped(&signs);
    assert!(signs.all("main mark").iter().any(|words| words.contains("end my life")));
    assert_eq!((signs.header("cache-control"), signs.header("x-robots-tag")), ("no-store", "noindex"));
    let links = signs.attribute("main .row a", "href");
    assert_eq!(links, ["/assessment/check", "/assessment/questions/own-words"]);
    assert_eq!(patient.get(&links[1]).await.first("textarea"), BOTH);
    assert_eq!(signs.all("main .row a")[0], "I have read this: go on");
    let taken = filled("own-words", "I took all my tablets an hour ago");
    let overdose = patient.post("/assessment/questions/own-words", &taken).await;
    let overdose = patient.get(overdose.location()).await;
    assert_eq!(overdose.all("main .row a")[0], "I have read this: go on", "nobody has to deny what they did");
    let calm = patient.post("/assessment/questions/own-words", &filled("own-words", "My grandson")).await;
    assert_eq!(calm.location(), "/assessment/check");
    let nothing = patient.get("/assessment/questions/own-words/signs").await;
    assert_eq!(nothing.location(), "/assessment/check", "an old address leads on");
    assert_eq!(site.visitor().get("/assessment/questions/own-words/signs").await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_summary_of_words_that_point_to_danger_opens_with_the_help() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, BOTH).await;
    let summary = patient.get("/assessment/summary").await;
    precedes(&summary, "Call 999 or go to A&E now if", "Take it with you");
    precedes(&summary, "If you feel you cannot go on", "Take it with you");
    can_be_tapped(&summary);
    assert!(summary.first(".told").contains(BOTH), "nothing is lost");
}

#[tokio::test]
async fn a_yes_in_the_assessment_says_at_once_what_to_do_and_names_the_sign() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let signs = &site.app.site.safety.emergency.signs;
    let first = patient.get("/assessment/safety").await;
    let places = first.attribute("input[name=answer]", "value");
    assert_eq!(places.len(), signs.len() + 1);
    let chest = signs.iter().position(|sign| sign == "you have chest pain").unwrap().to_string();
    for form in [vec![("answer", chest.as_str())], vec![("answer", chest.as_str()), ("answer", "no")]] {
        let yes = patient.post("/assessment/safety", &form).await;
        assert_eq!((yes.status, yes.header("cache-control")), (StatusCode::OK, "no-store"));
        assert_eq!(yes.all("h1"), ["Call 999 or go to A&E now"]);
        assert_eq!(yes.all(".notice li"), ["you have chest pain"]);
        assert_eq!(yes.attribute(".notice a", "href"), ["tel:999"]);
        assert!(!yes.first("h1").contains('?') && yes.all("main form").is_empty());
        for sign in signs {
            assert!(yes.first(".care-emergency").contains(sign), "{sign}");
        }
    }
    for odd in ["yes", "99"] {
        let yes = patient.post("/assessment/safety", &[("answer", odd)]).await;
        assert!(yes.words().contains("You said yes to one of the signs that need 999"), "{odd}");
    }
    assert_eq!(site.count("drafts").await, 0, "nothing is stored");
}

#[tokio::test]
async fn the_mail_of_a_marked_request_says_first_not_to_wait_and_quotes_nothing() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    patient.submit("/consultations/new", &with(consultation(), "concern", &[BOTH])).await;
    let mails = site.mails().await;
    let (subject, text) = read_mail(mails.iter().find(|mail| mail.contains("ada@example.org")).unwrap());
    assert!(subject.starts_with("Do not wait for us: about your request BP-"), "{subject}");
    let places: Vec<usize> = [
        "DO NOT WAIT FOR US",
        "call 999 or go to A&E now",
        "you have chest pain",
        "Samaritans free on 116 123",
        "Your reference is BP-",
        "You will hear from us by",
    ]
    .iter()
    .map(|words| text.find(words).unwrap_or_else(|| panic!("no {words:?} in {text}")))
    .collect();
    assert!(places.is_sorted(), "{places:?}: {text}");
    assert!(!text.contains("numb between my legs and cannot wee"), "it does not repeat what they wrote");
    let (notice, _) = read_mail(mails.iter().find(|mail| mail.contains("/staff/consultations/")).unwrap());
    assert!(notice.starts_with("Read first: "), "{notice}");
}

#[tokio::test]
async fn the_mail_of_an_ordinary_request_stays_calm() {
    let site = Site::open().await;
    site.visitor().submit("/consultations/new", &consultation()).await;
    for (subject, text) in site.mails().await.iter().map(|mail| read_mail(mail)) {
        assert!(!subject.starts_with("Read first") && !subject.starts_with("Do not wait"), "{subject}");
        assert!(!text.contains("DO NOT WAIT FOR US"));
    }
}
