//! What people type as they type it: names of every kind in mails, pasted addresses, digits of other scripts, lengths.

use axum::http::StatusCode;
use mailparse::MailHeaderMap;

use crate::private_page::{asked_with, owner, text_of};
use crate::support::desk::page;
use crate::support::{Site, consultation, with};

/// The header To of a mail, decoded.
fn to(mail: &str) -> String {
    mailparse::parse_mail(mail.as_bytes()).unwrap().headers.get_first_value("To").unwrap()
}

/// The mails of a request and its booking to the patient of this name.
async fn mails_to(site: &Site, form: &[(&str, &str)]) -> Vec<String> {
    let reference = site.request(form).await;
    assert_eq!(site.staff().await.book(&reference).await.status, StatusCode::SEE_OTHER);
    let mails = site.mails().await.into_iter().filter(|mail| to(mail).contains("ada@example.org"));
    mails.collect()
}

#[tokio::test]
async fn a_name_of_any_kind_stands_whole_in_to_and_is_greeted_as_far_as_it_can_be_told() {
    for (name, greeting) in [
        ("Ada Lovelace", "Dear Ada "),
        ("J. R. Smith", "Dear J. R. Smith "),
        ("王小明", "Dear 王小明 "),
        ("김민준", "Dear 김민준 "),
        ("Mr J Smith", "Dear Mr J Smith "),
        ("X Æ A-12", "Dear X Æ A-12 "),
        ("de la Cruz, María", "Dear María "),
    ] {
        let site = Site::open().await;
        let mails = mails_to(&site, &with(consultation(), "name", &[name])).await;
        assert_eq!(mails.len(), 2, "{name}");
        for mail in mails {
            let header = to(&mail);
            assert!(header.contains(name) && header.ends_with("<ada@example.org>"), "{name}: {header}");
            assert!(text_of(&mail).contains(greeting), "{name}: {}", text_of(&mail));
        }
    }
}

#[tokio::test]
async fn a_name_that_advertises_is_in_no_mail() {
    for name in ["http://spam.example", "win money www.spam.example", "spam.example", "Text WIN to 80888"] {
        let site = Site::open().await;
        for mail in mails_to(&site, &with(consultation(), "name", &[name])).await {
            assert_eq!(to(&mail), "ada@example.org", "{name}");
            let text = text_of(&mail);
            assert!(
                text.contains("Hello ") && !text.contains("spam.example") && !text.contains("WIN"),
                "{text}"
            );
        }
    }
}

#[tokio::test]
async fn where_the_last_name_is_what_the_private_page_asks_for_no_mail_gives_it_away() {
    for (name, greeting) in [("Ada Lovelace", "Dear Ada "), ("J. R. Lovelace", "Hello ")] {
        let site = Site::open().await;
        let form = with(with(with(consultation(), "name", &[name]), "phone", &[]), "method", &["email"]);
        for mail in mails_to(&site, &form).await {
            assert!(!to(&mail).contains("Lovelace"), "{}", to(&mail));
            assert!(text_of(&mail).contains(greeting) && !text_of(&mail).contains("Lovelace"));
        }
    }
}

#[tokio::test]
async fn an_address_that_was_pasted_with_its_name_is_the_address() {
    for pasted in [
        "Ada <ada@example.org>",
        "mailto:ada@example.org",
        "ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ",
        "ada@example.org.",
    ] {
        let site = Site::open().await;
        let form = with(consultation(), "email", &[pasted]);
        let check = site.visitor().post("/consultations/new", &form).await;
        assert_eq!(check.status, StatusCode::OK, "{pasted}");
        assert!(
            check.all(".answers dd").contains(&"ada@example.org".to_owned()),
            "played back as it is meant"
        );
        let (_, private) = asked_with(&site, &form).await;
        assert!(owner(&site, &private).await.get(&private).await.words().contains("ada@example.org"));
    }
}

#[tokio::test]
async fn digits_of_any_script_are_dialled_and_found() {
    for phone in ["٠٧٧٠٠ ٩٠٠١٢٣", "０７７００ ９００１２３", "07700 900123"] {
        let site = Site::open().await;
        let reference = site.request(&with(consultation(), "phone", &[phone])).await;
        let mut staff = site.staff().await;
        let links = staff.get(&page(&reference)).await.attribute(".ring .number a", "href");
        assert_eq!(links, ["tel:07700900123"], "{phone}");
        let full_width: String = reference
            .chars()
            .map(|c| char::from_u32(c as u32 + 0xfee0).filter(|_| c.is_ascii_graphic()).unwrap_or(c))
            .collect();
        for typed in ["07700900123", "٩٠٠١٢٣", "０７７００　９００１２３", "+44 7700 900123", &full_width]
        {
            let found = staff.post("/staff/search", &[("q", typed)]).await;
            assert!(found.words().contains("Ada Lovelace"), "{typed} for {phone}");
        }
    }
}

#[tokio::test]
async fn a_number_that_cannot_be_dialled_is_asked_for_again() {
    let site = Site::open().await;
    for phone in ["07700 900 12three", "07700 900"] {
        let again = site.visitor().post("/consultations/new", &with(consultation(), "phone", &[phone])).await;
        assert_eq!(again.all(".problems a"), ["Enter the whole phone number, like 07700 900123"], "{phone}");
        assert_eq!(again.attribute("#phone", "value"), [phone], "what was typed is kept");
    }
}

#[tokio::test]
async fn a_length_in_words_is_booked() {
    for (typed, minutes) in [("half an hour", 30), ("an hour", 60), ("1h", 60), ("1 hr 30", 90), ("90", 90)] {
        let site = Site::open().await;
        let reference = site.one_request().await;
        let mut staff = site.staff().await;
        let form =
            [("date", "5/6/2026"), ("time", "2pm"), ("minutes", typed), ("setting", "phone"), ("place", "")];
        let booked = staff.act(&reference, "booking", &form).await;
        assert_eq!(booked.status, StatusCode::SEE_OTHER, "{typed}: {}", booked.all(".problems").join(" "));
        assert_eq!(site.count(&format!("bookings where minutes = {minutes}")).await, 1, "{typed}");
    }
}
