//! The self-assessment: safety first, one question a page, nothing lost, and a summary that only repeats.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::library::questions::{QuestionKind, Questions};

use crate::support::{Answer, Site, Visitor};

const SAFETY: &str = "/assessment/safety";

fn questions() -> Questions {
    Questions::load(std::path::Path::new("content")).unwrap()
}

/// Says no to both safety questions; gives the answer that leads to the first question.
pub async fn begin(visitor: &mut Visitor<'_>) -> Answer {
    let first = visitor.post(SAFETY, &[("answer", "no")]).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.body);
    visitor.post(first.location(), &[("answer", "no")]).await
}

/// Answers every question, the last one with these words.
pub async fn answer_all(visitor: &mut Visitor<'_>, words: &str) {
    let mut next = begin(visitor).await.location().to_owned();
    while next != "/assessment/check" {
        let id = next.rsplit('/').next().unwrap().to_owned();
        next = visitor.post(&next, &filled(&id, words)).await.location().to_owned();
        assert!(!next.is_empty(), "{id} was not taken");
        if next.ends_with("/signs") {
            next = visitor.get(&next).await.attribute("main .row a", "href")[0].clone();
        }
    }
}

/// An answer to a question that is right: the first choices, 7, or these words.
pub fn filled<'w>(id: &str, words: &'w str) -> Vec<(&'static str, &'w str)> {
    match id {
        "matters" => vec![("answer", "sleep"), ("answer", "work")],
        "where" => vec![("answer", "lower-back"), ("answer", "leg")],
        "how-long" => vec![("answer", "months")],
        "in-the-way" => vec![("answer", "7")],
        "sleep" => vec![("answer", "wake")],
        "how-often" => vec![("answer", "most")],
        "pattern" => vec![("answer", "varies")],
        "tried" => vec![("answer", "moving"), ("answer", "heat")],
        "went" => vec![("answer-moving", "helped"), ("answer-heat", "unsure")],
        "medicines" => vec![("answer", "Ramipril; penicillin gives me a rash")],
        "step" => vec![("answer", "diary")],
        "own-words" => vec![("answer", words)],
        _ => vec![("answer", "nothing")],
    }
}

#[tokio::test]
async fn the_first_page_says_what_it_is_for_and_sets_no_cookie() {
    let site = Site::open().await;
    let page = site.visitor().get("/assessment").await;
    assert!(page.words().contains("It is not a medical device"));
    assert!(page.words().contains("no score, no diagnosis"));
    assert_eq!(page.header("set-cookie"), "");
    assert!(page.header("cache-control").starts_with("public"), "the same for everyone");
    let readme = std::fs::read_to_string("README.md").unwrap();
    assert!(readme.contains("**Intended purpose.**") && readme.contains("self-assessment"));
}

#[tokio::test]
async fn one_yes_to_safety_says_what_to_do_and_stores_nothing() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let first = patient.get(SAFETY).await;
    for sign in &site.app.site.safety.emergency.signs {
        assert!(first.words().contains(sign), "{sign}");
    }
    let yes = patient.post(SAFETY, &[("answer", "yes")]).await;
    assert_eq!((yes.status, yes.first("h1").as_str()), (StatusCode::OK, "Call 999 or go to A&E now"));
    assert_eq!(yes.header("set-cookie"), "");
    let second = patient.post(SAFETY, &[("answer", "no")]).await.location().to_owned();
    let urgent = patient.get(&second).await;
    for sign in &site.app.site.safety.urgent.signs {
        assert!(urgent.words().contains(sign), "{sign}");
    }
    assert_eq!(site.count("drafts").await, 0);
}

#[tokio::test]
async fn a_yes_to_a_sign_of_today_says_what_to_do_and_lets_a_person_go_on() {
    let site = Site::open().await;
    for goes_on in ["checked", "read"] {
        let mut patient = site.visitor();
        let second = patient.post(SAFETY, &[("answer", "no")]).await.location().to_owned();
        let yes = patient.post(&second, &[("answer", "yes")]).await;
        assert_eq!((yes.status, yes.header("set-cookie")), (StatusCode::SEE_OTHER, ""));
        let today = patient.get(yes.location()).await;
        assert_eq!(today.all("h1"), ["Please get advice today"]);
        for line in &site.app.site.safety.urgent.after {
            assert!(today.words().contains(line), "{line}");
        }
        assert!(today.words().contains("I have already been checked for this"));
        assert_eq!(today.attribute(".back a", "href"), [second.as_str()]);
        let path = yes.location().to_owned();
        assert_eq!(patient.post(&path, &[]).await.location(), path, "nothing chosen is nothing answered");
        let first = patient.post(&path, &[("answer", goes_on)]).await;
        assert_eq!(first.location(), "/assessment/questions/matters");
        assert_eq!(patient.get(first.location()).await.status, StatusCode::OK);
    }
    let forged = site.visitor().get("/assessment/safety/forged-key-x/today").await;
    assert_eq!(forged.location(), SAFETY);
    let forged = site.visitor().post("/assessment/safety/forged-key-x/today", &[("answer", "read")]).await;
    assert_eq!(forged.location(), SAFETY);
}

#[tokio::test]
async fn the_safety_questions_cannot_be_passed_over() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let second = patient.post(SAFETY, &[("answer", "no")]).await.location().to_owned();
    for (path, message) in [
        (SAFETY, "Tick what is true, or “No, none of these”"),
        (&second, "Choose yes if any of these is true, or no if none is"),
    ] {
        let again = patient.post(path, &[]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(again.all(".problems a"), [message]);
    }
    let forged = patient.post("/assessment/safety/forged-key-x", &[("answer", "no")]).await;
    assert_eq!(forged.location(), SAFETY);
    assert_eq!(site.count("drafts").await, 0);
}

#[tokio::test]
async fn a_person_answers_changes_and_sees_a_summary_of_just_what_they_said() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, "Playing with my grandson").await;
    let check = patient.get("/assessment/check").await;
    assert!(check.first(".answers").contains("I wake in the night"));
    let change = check.attribute("a.change-link", "href");
    assert_eq!(change.len(), questions().all.len());
    assert!(check.first(".answers").contains("Exercise, or keeping moving: helped"));
    let page = patient.get(&change[1]).await;
    assert_eq!(page.attribute("input[checked]", "value"), ["lower-back", "leg"]);
    assert_eq!(page.attribute(".back a", "href"), ["/assessment/check"]);
    let changed = patient.post("/assessment/questions/where", &[("answer", "neck"), ("change", "yes")]).await;
    assert_eq!(changed.location(), "/assessment/check");

    let summary = patient.get("/assessment/summary").await;
    assert_eq!(summary.first(".lede"), "What you told us on 20 May 2026.");
    let told = summary.first(".told");
    assert!(told.contains("Neck or head") && !told.contains("Lower back"));
    assert!(told.contains("“Playing with my grandson”") && told.contains('7'));
    let pages = summary.all(".reasons li");
    assert!(
        pages[0].starts_with("Sleep and back pain Because you said that sleeping better matters to you, ")
    );
    assert!(
        pages.contains(&"Neck pain and headaches Because you said that your neck or head hurts.".to_owned())
    );
    assert!(!pages.iter().any(|page| page.contains("buttock")));
    assert!(summary.words().contains("What help is there for my sleep"));
    assert_eq!((summary.header("cache-control"), summary.header("x-robots-tag")), ("no-store", "noindex"));
    assert_eq!(summary.all(".notes .line").len(), 5);
    assert!(summary.words().contains("you have chest pain"), "the safety box is on it");
}

#[tokio::test]
async fn each_thing_tried_is_asked_about_and_an_answer_left_out_is_asked_for() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, "").await;
    let path = "/assessment/questions/went";
    let page = patient.get(path).await;
    assert_eq!(page.all("legend"), ["Exercise, or keeping moving", "Heat, cold or massage"]);
    assert_eq!(page.attribute("input[checked]", "value"), ["helped", "unsure"]);
    let again = patient.post(path, &[("answer-heat", "not")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(again.all(".problems a"), ["Choose an answer for each thing that you have tried"]);
    assert_eq!(again.attribute("#answer", "value"), ["helped"], "the link leads to the first thing");
    assert_eq!(again.attribute("input[checked]", "value"), ["not"], "what was chosen is kept");
    let tried = [("answer", "heat"), ("answer", "scan"), ("change", "yes")];
    let next = patient.post("/assessment/questions/tried", &tried).await;
    assert_eq!(next.location(), "/assessment/questions/went?change=yes", "the scan has no answer yet");
}

#[tokio::test]
async fn a_summary_shows_seven_pages_and_five_questions_and_the_rest_behind_more() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, "").await;
    let summary = patient.get("/assessment/summary").await;
    let all = summary.all(".reasons li").len();
    let more = summary.all("details.more .reasons li").len();
    assert!(more > 0 && all - more == 7, "{all}, {more}");
    let (asks, later) = (
        summary.all("[aria-labelledby=ask] li").len(),
        summary.all("[aria-labelledby=ask] details li").len(),
    );
    assert!(later > 0 && asks - later == 5, "{asks}, {later}");
    assert!(summary.first("[aria-labelledby=step]").contains("Keep a diary of my nights and days"));
    assert_eq!(summary.attribute("[aria-labelledby=step] a", "href"), ["/fact-sheets/pain-and-sleep-diary"]);
    assert!(!summary.first(".told").contains("Keep a diary"), "the step stands by itself");
    for said in
        ["“Ramipril; penicillin gives me a rash”", "Heat, cold or massage: not sure", "goes up and down"]
    {
        assert!(summary.first(".told").contains(said), "{said}");
    }
    patient.post("/assessment/questions/step", &[("answer", "nothing"), ("change", "yes")]).await;
    assert!(patient.get("/assessment/summary").await.all("[aria-labelledby=step]").is_empty());
}

#[tokio::test]
async fn the_place_among_the_questions_is_said_in_words_and_back_leads_back() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let first = begin(&mut patient).await.location().to_owned();
    let all = questions().all.len();
    // Two questions are asked only after some answers.
    assert_eq!(patient.get(&first).await.first(".kicker"), format!("Question 1 of about {}", all - 2));
    for id in ["matters", "where", "how-long", "pattern", "easier-harder", "sleep"] {
        patient.post(&format!("/assessment/questions/{id}"), &filled(id, "")).await;
    }
    let page = patient.get("/assessment/questions/how-often").await;
    assert_eq!(page.first(".kicker"), format!("Question 7 of about {}", all - 1));
    assert_eq!(page.attribute(".back a", "href"), ["/assessment/questions/sleep"]);
    let before = patient.get("/assessment/questions/sleep").await;
    assert_eq!(before.attribute("input[checked]", "value"), ["wake"], "kept when going back");
}

#[tokio::test]
async fn a_change_that_opens_a_question_asks_it_and_one_that_closes_it_lets_it_go() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, "").await;
    let sleep = "/assessment/questions/sleep";
    assert_eq!(
        patient.post(sleep, &[("answer", "nothing"), ("change", "yes")]).await.location(),
        "/assessment/check"
    );
    let check = patient.get("/assessment/check").await;
    assert!(!check.first(".answers").contains("How often sleep is bad"));
    assert!(!patient.get("/assessment/summary").await.words().contains("you sleep badly most nights"));
    let closed = patient.get("/assessment/questions/how-often").await;
    assert_eq!(closed.location(), "/assessment/check", "not asked now");
    site.clock.advance(SignedDuration::from_mins(1));
    patient.post(sleep, &[("answer", "early"), ("change", "yes")]).await;
    let again = patient.get("/assessment/check").await;
    assert!(again.first(".answers").contains("Most nights"), "the answer from before is still there");
}

#[tokio::test]
async fn skipped_steps_lead_to_the_question_that_is_missing() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    begin(&mut patient).await;
    patient.post("/assessment/questions/in-the-way", &[("answer", "3")]).await;
    for path in ["/assessment/summary", "/assessment/check"] {
        let skipped = patient.get(path).await;
        assert_eq!(skipped.location(), "/assessment/questions/matters?skipped=yes", "{path}");
    }
    let page = patient.get("/assessment/questions/matters?skipped=yes").await;
    assert!(page.words().contains("Your other answers are kept"));
    let next = patient.post("/assessment/questions/matters", &[("answer", "work"), ("skipped", "yes")]).await;
    assert_eq!(next.location(), "/assessment/questions/where?change=yes", "the next one without an answer");
    assert_eq!(
        patient.get("/assessment/questions/in-the-way").await.attribute("input[checked]", "value"),
        ["3"]
    );
}

#[tokio::test]
async fn every_wrong_answer_is_the_question_again_with_what_was_typed() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    begin(&mut patient).await;
    let long = "é".repeat(301);
    for (id, answers, says) in [
        ("where", vec![], "Choose where it hurts"),
        ("where", vec!["forged"], "Choose where it hurts"),
        ("how-long", vec!["decades"], "Choose how long you have had it"),
        ("matters", vec!["sleep", "work", "mood", "who"], "Choose 3 at most, and untick the others"),
        ("in-the-way", vec!["eleven"], "Choose how much it gets in the way"),
        ("in-the-way", vec!["11"], "Choose how much it gets in the way"),
        ("in-the-way", vec!["-1"], "Choose how much it gets in the way"),
        ("sleep", vec!["wake", "nothing"], "Choose what applies, or “Nothing goes wrong”, but not both"),
        ("own-words", vec![&long], "In my own words must be 300 characters or less"),
    ] {
        let path = format!("/assessment/questions/{id}");
        let form: Vec<(&str, &str)> = answers.iter().map(|answer| ("answer", *answer)).collect();
        let again = patient.post(&path, &form).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{id} {answers:?}");
        assert_eq!(again.all(".problems a"), [says]);
        assert_eq!(again.attribute(".problems a", "href"), ["#answer"]);
        assert_eq!(again.attribute("#answer", "id").len(), 1, "the link leads to the field");
        assert!(again.first("title").starts_with("Error: "));
        if id == "own-words" {
            assert!(again.body.contains(&long), "kept whole");
        }
        if id == "sleep" {
            assert_eq!(again.attribute("input[checked]", "value"), ["wake", "nothing"]);
        }
        assert!(
            patient.get(&path).await.attribute("input[checked]", "value").is_empty(),
            "nothing was stored"
        );
    }
    assert_eq!(patient.get("/assessment/questions/no-such").await.status, StatusCode::NOT_FOUND);
    assert_eq!(patient.post("/assessment/questions/%00", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn hostile_words_are_shown_as_words() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let odd = "<script>alert(1)</script> \"'&{{ 7 * 7 }}";
    answer_all(&mut patient, odd).await;
    let summary = patient.get("/assessment/summary").await;
    assert!(summary.first(".told").contains(odd));
    assert_eq!(summary.attribute("script", "src").len(), 1);
}

#[tokio::test]
async fn a_question_has_one_heading_its_label_and_no_answer_chosen_for_it() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    begin(&mut patient).await;
    for id in ["sleep", "tried"] {
        patient.post(&format!("/assessment/questions/{id}"), &filled(id, "")).await;
    }
    for question in questions().all {
        let page = patient.get(&format!("/assessment/questions/{}", question.id)).await;
        assert_eq!(page.all("h1"), std::slice::from_ref(&question.text));
        assert_eq!(page.first("title"), format!("{} – My Back Pain", question.text));
        if !matches!(question.kind, QuestionKind::ShortText | QuestionKind::Each) {
            assert_eq!(page.first("legend"), question.text);
        }
        if !["sleep", "tried"].contains(&question.id.as_str()) {
            assert!(page.attribute("input[checked]", "value").is_empty(), "{}", question.id);
        }
        let labels = page.attribute("main label[for]", "for");
        for field in page.attribute("main input:not([type=hidden]), main textarea", "id") {
            assert!(labels.contains(&field), "{field}");
        }
    }
}
