//! Saved replies: administrators keep them, everyone who writes to patients uses them.

use axum::http::StatusCode;
use mybackpain::clinic::Role;

use crate::support::Site;
use crate::support::desk::page;

#[tokio::test]
async fn a_reply_that_an_administrator_keeps_is_put_behind_what_a_colleague_typed() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let kept = [("title", " How to\nfind us "), ("words", "We are beside the park.\r\n{phone}")];
    assert_eq!(admin.post("/staff/replies", &kept).await.status, StatusCode::SEE_OTHER);
    let list = admin.get("/staff/replies").await;
    assert!(list.all("main li h2").contains(&"How to find us".to_owned()), "{:?}", list.all("main li h2"));
    let mut reception = site.staff_as(Role::Reception).await;
    let message = format!("{}/message", page(&reference));
    let form = reception.get(&message).await;
    let (titles, ids) = (form.all("#reply option"), form.attribute("#reply option", "value"));
    let at = titles.iter().position(|title| title == "How to find us").unwrap();
    let typed = [("words", "Thank you for asking.\n"), ("reply", ids[at].as_str()), ("step", "insert")];
    let put = reception.post(&message, &typed).await;
    assert_eq!(put.status, StatusCode::OK);
    assert_eq!(put.first("#words"), "Thank you for asking. We are beside the park. {phone}");
    assert_eq!(reception.get("/staff/replies").await.status, StatusCode::FORBIDDEN);
    let removal = format!("/staff/replies/{}/removal", ids[at]);
    assert_eq!(reception.post(&removal, &[]).await.status, StatusCode::FORBIDDEN);
    for _ in 0..2 {
        assert_eq!(admin.post(&removal, &[]).await.status, StatusCode::SEE_OTHER, "gone is gone");
    }
    assert!(!reception.get(&message).await.all("#reply option").contains(&"How to find us".to_owned()));
    assert_eq!(site.count("audit where what like '%a saved reply'").await, 2);
}

#[tokio::test]
async fn two_who_change_one_reply_do_not_write_over_each_other() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let path = admin.get("/staff/replies").await.attribute("main li h2 a", "href")[0].clone();
    let seen_at = admin.get(&path).await.attribute("input[name=seen_at]", "value")[0].clone();
    let change = |words| [("title", "Rung"), ("words", words), ("seen_at", seen_at.as_str())];
    assert_eq!(admin.post(&path, &change("One")).await.status, StatusCode::SEE_OTHER);
    let stale = admin.post(&path, &change("Two")).await;
    assert_eq!((stale.status, stale.first("#words")), (StatusCode::CONFLICT, "Two".into()));
    assert!(stale.first(".problems").contains("One"), "how it stands now");
    assert_eq!(site.count("saved_replies where words = 'One'").await, 1);
}

#[tokio::test]
async fn odd_replies_are_kept_as_text_or_said_to_be_wrong_with_what_was_typed() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let (title, words) = ("t".repeat(61), "w".repeat(2001));
    let before = site.count("saved_replies").await;
    for (title, words, says) in [
        ("", "Words", "Enter a name for it"),
        ("\0\u{202e} ", "Words", "Enter a name for it"),
        (title.as_str(), "Words", "The name must be 60 characters or less"),
        ("Name", "", "Enter the reply"),
        ("Name", words.as_str(), "The reply must be 2000 characters or less"),
        ("Name", "Dear {nane}", "There is no field {nane}: use {name}, {promise}, {phone}, {link}"),
    ] {
        let again = admin.post("/staff/replies", &[("title", title), ("words", words)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(again.first(".problems").contains(says), "{says}: {}", again.first(".problems"));
        assert_eq!(again.first("#words"), words, "{says}");
    }
    assert_eq!(site.count("saved_replies").await, before);
    let odd = [("title", "<script>"), ("title", "second"), ("words", "<img src=x>\r\n.\r\nשלום")];
    admin.post("/staff/replies", &odd).await;
    let list = admin.get("/staff/replies").await;
    assert!(list.words().contains("<script>") && list.words().contains("<img src=x>"));
    assert_eq!(list.attribute("main img", "src").len(), 0);
    for unknown in ["/staff/replies/0", "/staff/replies/one", "/staff/replies/99999999999999999999"] {
        assert_eq!(admin.get(unknown).await.status, StatusCode::NOT_FOUND, "{unknown}");
    }
}
