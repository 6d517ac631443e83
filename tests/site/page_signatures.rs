//! A clinician signs a page as it stands: shown wherever the page is, ended by any change of its words.

use axum::http::StatusCode;
use mybackpain::clinic::Role;
use mybackpain::library::signatures::{NewSignature, file, hash_of, store};
use mybackpain::staff::{NewAccount, add};
use serde_json::Value;

use crate::support::content::Edit;
use crate::support::engine;
use crate::support::{Answer, PASSWORD, Site, Visitor};

const SHEET: &str = "/fact-sheets/sleep-and-back-pain";
const DESK: &str = "/staff/pages/sleep-and-back-pain";
const FILE: &str = "fact-sheets/sleep-and-back-pain.md";
const UNSIGNED: &str = "not yet reviewed by a clinician";
const SIGNED: &str = "Reviewed 20 May 2026 by Priya Shah, consultant physiotherapist";
const SIGNATURE: [(&str, &str); 3] =
    [("name", "Priya Shah"), ("role", "Consultant physiotherapist"), ("registration", "HCPC PH123456")];

/// The page that the site renders of a signed sheet.
async fn sign(clinician: &mut Visitor<'_>, fields: &[(&str, &str)]) -> Answer {
    let hash = clinician.get(DESK).await.attribute("input[name=text_hash]", "value")[0].clone();
    let form = [&[("text_hash", hash.as_str())], fields].concat();
    clinician.post(&format!("{DESK}/signature"), &form).await
}

async fn signed_site() -> Site {
    let site = Site::of_content(&[]).await;
    let signed = sign(&mut site.staff().await, &SIGNATURE).await;
    assert_eq!((signed.status, signed.location()), (StatusCode::SEE_OTHER, DESK), "{}", signed.body);
    site
}

async fn linked_data(site: &Site) -> Value {
    let page = site.visitor().get(SHEET).await;
    let data: Value = serde_json::from_str(&page.first("script[type='application/ld+json']")).unwrap();
    data["@graph"][0].clone()
}

fn edited(text: &str) -> String {
    text.replacen("## Key points\n", "## Key points\n\nWords “nobody” has read & signed yet.\n", 1)
}

const EDITED: Edit<'static> = (FILE, &edited);

#[tokio::test]
async fn a_signature_is_shown_on_the_page_in_mails_and_to_programs() {
    let site = Site::of_content(&[]).await;
    let before = site.visitor().get(SHEET).await;
    assert!(before.first(".facts").contains(UNSIGNED));
    let fed = site.visitor().get("/feed.xml").await.body;
    sign(&mut site.staff().await, &SIGNATURE).await;

    let page = site.visitor().get(SHEET).await;
    assert!(page.first(".facts").contains(SIGNED), "{}", page.first(".facts"));
    assert_ne!(page.header("etag"), before.header("etag"));
    let record = page.first("#about-page, details:has(#about-page) .record");
    assert!(
        page.words().contains("Priya Shah, Consultant physiotherapist, HCPC PH123456, on 20 May 2026"),
        "{record}"
    );
    assert!(!page.words().contains(UNSIGNED));
    let data = linked_data(&site).await;
    assert_eq!(data["lastReviewed"], "2026-05-20");
    assert_eq!(data["reviewedBy"][0]["name"], "Priya Shah");
    assert_eq!(data["reviewedBy"][0]["identifier"], "HCPC PH123456");

    let other = site.visitor().get("/fact-sheets/fibromyalgia").await;
    assert!(other.first(".facts").contains(UNSIGNED), "each page has its own");
    let index = site.staff().await.get("/staff/pages").await;
    let row =
        index.all("table.upkeep tr").into_iter().find(|row| row.contains("Sleep and back pain")).unwrap();
    assert!(!row.contains("not signed off") && row.contains("20 May 2026"), "{row}");
    assert_eq!(
        site.count("audit where what = 'signed a page' and reference = 'sleep-and-back-pain'").await,
        1
    );
    assert_eq!(site.visitor().get("/feed.xml").await.body, fed, "signed before it was written: no newer");
}

#[tokio::test]
async fn a_mail_with_the_page_names_who_signed_it() {
    let site = signed_site().await;
    let form = [("about", "sleep-and-back-pain"), ("name", "Ada"), ("email", "ada@example.org")];
    site.visitor().submit("/reports/new", &form).await;
    let mails = site.mails().await;
    let parsed = mailparse::parse_mail(mails[0].as_bytes()).unwrap();
    let parts: Vec<String> = parsed.subparts.iter().map(|part| part.get_body().unwrap()).collect();
    assert_eq!(parts.len(), 2);
    for part in parts {
        let words = crate::support::one_line(&part);
        assert!(words.contains(SIGNED) && !words.contains(UNSIGNED), "{words}");
    }
}

#[tokio::test]
async fn a_signature_ends_when_a_word_changes_and_the_desk_shows_which() {
    let site = signed_site().await.restarted(&[EDITED]).await;
    let page = site.visitor().get(SHEET).await;
    assert!(
        page.first(".facts").contains("changed since its review on 20 May 2026"),
        "{}",
        page.first(".facts")
    );
    assert!(!page.words().contains(SIGNED));
    let data = linked_data(&site).await;
    assert!(data.get("reviewedBy").is_none() && data.get("lastReviewed").is_none());
    let mut clinician = site.staff().await;
    assert!(clinician.get("/staff/pages").await.words().contains("changed since review"));
    let desk = clinician.get(DESK).await;
    assert_eq!(desk.all("ol.changes ins"), ["Added: Words “nobody” has read & signed yet.."]);
    assert_eq!(desk.all("ol.changes del").len(), 0);

    assert_eq!(sign(&mut clinician, &SIGNATURE).await.status, StatusCode::SEE_OTHER);
    assert!(site.visitor().get(SHEET).await.first(".facts").contains(SIGNED));
    let site = site.restarted(&[]).await;
    assert!(
        site.visitor().get(SHEET).await.first(".facts").contains(SIGNED),
        "the words of before are signed too"
    );
}

#[tokio::test]
async fn a_new_day_of_review_or_a_keyword_ends_no_signature() {
    let later = |text: &str| text.replace("next_review = \"2028-11-27\"", "next_review = \"2028-10-27\"");
    let site = signed_site().await.restarted(&[(FILE, &later)]).await;
    assert!(site.visitor().get(SHEET).await.first(".facts").contains(SIGNED));
}

#[tokio::test]
async fn a_drawing_that_was_drawn_anew_ends_the_signature() {
    let drawn = |svg: &str| svg.replace("</svg>", "<circle r=\"1\"/></svg>");
    let site = signed_site().await.restarted(&[("figures/sleep-positions.svg", &drawn)]).await;
    assert!(site.visitor().get(SHEET).await.first(".facts").contains("changed since its review"));
}

#[tokio::test]
async fn words_that_changed_after_they_were_opened_are_not_signed_and_nothing_typed_is_lost() {
    let site = Site::of_content(&[]).await;
    let hash = site.staff().await.get(DESK).await.attribute("input[name=text_hash]", "value")[0].clone();
    let site = site.restarted(&[EDITED]).await;
    let mut clinician = site.staff().await;
    let form = [&[("text_hash", hash.as_str())], &SIGNATURE[..]].concat();
    let refused = clinician.post(&format!("{DESK}/signature"), &form).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.first(".problems").contains("This page changed after you opened it"));
    assert!(refused.first("title").starts_with("Error: "));
    assert_eq!(refused.attribute("#registration", "value"), ["HCPC PH123456"]);
    assert_eq!(site.count("page_signatures").await, 0);
    // What the answer carries is of now.
    let again = refused.attribute("input[name=text_hash]", "value")[0].clone();
    let form = [&[("text_hash", again.as_str())], &SIGNATURE[..]].concat();
    assert_eq!(clinician.post(&format!("{DESK}/signature"), &form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn two_people_sign_one_page_and_a_double_press_signs_once() {
    let site = signed_site().await;
    sign(&mut site.staff().await, &SIGNATURE).await;
    assert_eq!(site.count("page_signatures").await, 1);
    let email = "lee@example.org";
    let new = NewAccount {
        email: email.into(),
        name: "Ann Lee".into(),
        role: Role::Clinician,
        password: PASSWORD.into(),
    };
    add(&site.app.database, site.now(), new, None).await.unwrap().unwrap();
    let mut lee = site.visitor();
    lee.post("/staff/sign-in", &[("email", email), ("password", PASSWORD)]).await;
    lee.second_step(email).await;
    assert_eq!(lee.get(DESK).await.attribute("#name", "value"), ["Ann Lee"]);
    sign(&mut lee, &[("name", "Ann Lee"), ("role", "GP"), ("registration", "GMC 1234567")]).await;
    let line = site.visitor().get(SHEET).await.first(".facts");
    assert!(
        line.contains("Reviewed 20 May 2026 by Ann Lee, GP, and by Priya Shah, consultant physiotherapist"),
        "{line}"
    );
    assert_eq!(linked_data(&site).await["reviewedBy"].as_array().unwrap().len(), 2);
    assert_eq!(
        lee.get(DESK).await.attribute("#registration", "value"),
        ["GMC 1234567"],
        "as they signed last"
    );
}

/// Attack: an account signs as itself, and then as somebody who was never here.
#[tokio::test]
async fn one_account_signs_the_same_words_under_one_name_only() {
    let site = signed_site().await;
    let mut clinician = site.staff().await;
    sign(&mut clinician, &SIGNATURE).await;
    sign(&mut clinician, &[("name", "Ann Lee"), ("role", "GP"), ("registration", "GMC 7654321")]).await;
    assert_eq!(site.count("page_signatures").await, 1);
    assert!(!site.visitor().get(SHEET).await.body.contains("Ann Lee"));
}

#[tokio::test]
async fn one_withdraws_ones_own_signature_and_an_administrator_anyones() {
    let site = signed_site().await;
    let removal = |page: &Answer| page.attribute("form[action$=removal]", "action");
    let mut reception = site.staff_as(Role::Reception).await;
    let seen = reception.get(DESK).await;
    assert!(removal(&seen).is_empty() && seen.all("#registration").is_empty());
    assert!(seen.words().contains("HCPC PH123456"));
    let path = removal(&site.staff_as(Role::Administrator).await.get(DESK).await)[0].clone();
    assert_eq!(reception.post(&path, &[]).await.status, StatusCode::FORBIDDEN);
    let mut clinician = site.staff().await;
    assert_eq!(clinician.post(&path, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(clinician.post(&path, &[]).await.status, StatusCode::SEE_OTHER, "gone is what was wanted");
    assert!(site.visitor().get(SHEET).await.first(".facts").contains(UNSIGNED));
    assert_eq!(site.count("audit where what = 'withdrew the signature of a page'").await, 1);
    sign(&mut clinician, &SIGNATURE).await;
    let mut administrator = site.staff_as(Role::Administrator).await;
    let path = removal(&administrator.get(DESK).await)[0].clone();
    administrator.post(&path, &[]).await;
    assert_eq!(site.count("page_signatures").await, 0);
}

#[tokio::test]
async fn a_form_of_any_kind_is_answered_and_signs_only_what_it_says() {
    let site = Site::of_content(&[]).await;
    let mut clinician = site.staff().await;
    let path = format!("{DESK}/signature");
    let empty = clinician.post(&path, &[]).await;
    assert_eq!((empty.status, empty.all(".problems a").len()), (StatusCode::UNPROCESSABLE_ENTITY, 3));
    let long = "x".repeat(20_000);
    for field in ["name", "role", "registration"] {
        let form: Vec<_> = SIGNATURE
            .iter()
            .map(|(name, value)| (*name, if *name == field { long.as_str() } else { *value }))
            .collect();
        let refused = sign(&mut clinician, &form).await;
        assert_eq!(
            (refused.status, refused.all(".problems a").len()),
            (StatusCode::UNPROCESSABLE_ENTITY, 1),
            "{field}"
        );
        assert_eq!(refused.attribute(&format!("#{field}"), "value").concat(), long);
    }
    assert_eq!(site.count("page_signatures").await, 0);
    let hostile = "Zo\u{202e}ë\0\r\n<script>alert(1)</script>";
    let form =
        [("name", hostile), ("name", "Second"), ("role", "</script><b>GP"), ("registration", "\"'--; ق")];
    assert_eq!(sign(&mut clinician, &form).await.status, StatusCode::SEE_OTHER);
    let page = site.visitor().get(SHEET).await;
    assert!(page.words().contains("Zoë <script>alert(1)</script>, </script><b>GP, \"'--; ق, on 20 May 2026"));
    assert_eq!(page.attribute("script", "src").len(), 1);
    assert_eq!(linked_data(&site).await["reviewedBy"][0]["name"], "Zoë <script>alert(1)</script>");
    let gone = clinician.post("/staff/pages/no-such-page/signature", &SIGNATURE).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert_eq!(
        clinician.get("/staff/pages/privacy").await.status,
        StatusCode::NOT_FOUND,
        "not a page to sign"
    );
}

#[tokio::test]
async fn signatures_go_to_a_file_and_come_back_from_it() {
    let site = signed_site().await;
    let exported = file::export(site.app.database.readers()).await.unwrap();
    let other = Site::of_content(&[]).await;
    for _ in 0..2 {
        for new in file::read(&exported, jiff::civil::Date::MAX).unwrap() {
            other
                .app
                .database
                .write(move |c| Box::pin(async move { store::insert(c, &new).await }))
                .await
                .unwrap();
        }
    }
    assert_eq!(other.count("page_signatures").await, 1);
    assert!(other.visitor().get(SHEET).await.first(".facts").contains(UNSIGNED));
    other.look_at_signatures().await;
    assert!(other.visitor().get(SHEET).await.first(".facts").contains(SIGNED), "within a minute");
    let other = other.restarted(&[EDITED]).await;
    let desk = other.staff().await.get(DESK).await;
    assert_eq!(desk.all("ol.changes ins").len(), 1, "its words came along");
}

#[tokio::test]
async fn a_damaged_signature_is_none() {
    if engine::is_server() {
        return;
    }
    let site = signed_site().await;
    for column in ["name", "role", "registration", "signed_on", "text_hash"] {
        let new = NewSignature {
            slug: "fibromyalgia".into(),
            text: column.into(),
            name: "Sam".into(),
            role: "GP".into(),
            registration: "GMC 1".into(),
            signed_on: "2026-05-20".parse().unwrap(),
            staff_id: None,
        };
        assert_eq!(hash_of(&new.text).len(), 64);
        let sql = format!("update page_signatures set {column} = cast(x'ff' as text)");
        site.app
            .database
            .write(move |c| Box::pin(async move { sqlx::query(sqlx::AssertSqlSafe(sql)).execute(c).await }))
            .await
            .unwrap();
        site.look_at_signatures().await;
        let line = site.visitor().get(SHEET).await.first(".facts");
        assert!(!line.contains("Reviewed"), "{column}: {line}");
        assert_eq!(site.staff().await.get(DESK).await.status, StatusCode::OK, "{column}");
    }
}

#[tokio::test]
async fn open_mistakes_of_a_page_are_answered_beside_its_words() {
    let site = Site::of_content(&[]).await;
    let mut references = Vec::new();
    for (about, words) in
        [("sleep-and-back-pain", "Reference 3 is dead <b>"), ("fibromyalgia", "Another page")]
    {
        let mut reader = site.visitor();
        let key = reader
            .get(&format!("/corrections/new?about={about}"))
            .await
            .attribute("input[name=key]", "value");
        site.clock.advance(crate::support::READING);
        let form = [("about", about), ("words", words), ("key", key[0].as_str())];
        let told = reader.post("/corrections/new", &form).await;
        references.push(reader.get(told.location()).await.first(".ref"));
    }
    let mut staff = site.staff().await;
    let desk = staff.get(DESK).await;
    assert_eq!(desk.all(".said"), ["Reference 3 is dead <b>"]);
    let answer = format!("/staff/corrections/{}/answer", references[0]);
    assert!(desk.attribute("form", "action").contains(&answer));
    assert_eq!(site.count("audit where what = 'opened a mistake'").await, 1);
    let seen = desk.attribute("input[name=seen_at]", "value")[0].clone();
    let done = staff.post(&answer, &[("seen_at", &seen), ("answer", "Mended in 2.1")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let desk = staff.get(DESK).await;
    assert!(
        desk.all(".said").is_empty() && desk.words().contains("No mistake that readers reported is open")
    );
}
