//! Searching: people find the right page with the words they have, and help comes first when it cannot wait.

use std::collections::HashSet;

use mybackpain::library::search::Synonyms;

use crate::search_ranking::{library, queries};
use crate::support::{Answer, Site};

/// The address of a search.
fn of(typed: &str) -> String {
    format!("/search?{}", form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish())
}

fn found(answer: &Answer) -> Vec<String> {
    answer.attribute(".entries a", "href")
}

fn has_box(answer: &Answer) -> bool {
    !answer.attribute("#now-harm, #now-999, #now-111", "id").is_empty()
}

#[tokio::test]
async fn help_comes_before_the_results_when_the_words_call_for_it() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let queries = queries();
    let mut without = Vec::new();
    for typed in queries.emergency.all() {
        let answer = visitor.get(&of(typed)).await;
        let boxes = ["now-harm", "now-999", "now-111"];
        let help = boxes.iter().find_map(|id| answer.body.find(&format!("id=\"{id}\"")));
        if !has_box(&answer) || help > answer.body.find("id=\"results\"") {
            without.push(typed);
        }
    }
    assert!(without.is_empty(), "{without:?} bring no box");
    for typed in queries.crisis.all() {
        let answer = visitor.get(&of(typed)).await;
        assert!(answer.words().contains("116 123"), "{typed:?}");
        assert_eq!(answer.first(".entries a"), "Stress, mood and back pain", "{typed:?}");
        assert!(answer.body.find("id=\"crisis\"") < answer.body.find("id=\"results\""), "{typed:?}");
    }
    for typed in queries.calm.all() {
        assert!(!has_box(&visitor.get(&of(typed)).await), "{typed:?}");
    }
}

#[tokio::test]
async fn a_result_says_what_it_is_and_marks_what_matched() {
    let site = Site::open().await;
    let answer = site.visitor().get(&of("trapped nerve")).await;
    assert_eq!(answer.first(".entries a"), "Sciatica");
    assert!(answer.first(".entries .kicker").starts_with("Fact sheet · "));
    assert!(
        answer.all(".entries mark").iter().any(|words| words == "trapped nerve"),
        "{:?}",
        answer.all("mark")
    );
}

#[tokio::test]
async fn a_slip_is_searched_for_as_it_was_meant_and_shown() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let answer = visitor.get(&of("insomnea at nihgt")).await;
    assert!(answer.words().contains("Did you mean insomnia at night?"), "{}", answer.words());
    let better = answer.attribute(".hint a", "href");
    assert_eq!(better, ["/search?q=insomnia+at+night"]);
    assert!(!visitor.get(&better[0]).await.words().contains("Did you mean"));
}

#[tokio::test]
async fn a_word_finds_the_same_pages_however_it_is_written() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    for forms in [
        &[
            "fibromyalgia",
            "ﬁbromyalgia",
            "ｆｉｂｒｏｍｙａｌｇｉａ",
            "FIBROMYALGIA",
            "fi\u{301}bromyalgia",
            "𝐟ibromyalgia",
        ][..],
        &["x-ray", "xray", "x ray", "X‑Ray", "X-rays", "xrays"],
        &[
            "cant sleep",
            "can't sleep",
            "can’t sleep",
            "can‘t sleep",
            "can′t sleep",
            "can＇t sleep",
            "canʼt sleep",
        ],
        &["self-management", "self management", "selfmanagement"],
    ] {
        let expected = found(&visitor.get(&of(forms[0])).await);
        assert!(!expected.is_empty());
        for typed in forms {
            let answer = visitor.get(&of(typed)).await;
            assert_eq!(found(&answer), expected, "{typed}");
            assert!(!answer.words().contains("Did you mean"), "{typed}");
        }
    }
}

#[tokio::test]
async fn a_word_that_english_has_is_never_changed() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    for typed in ["tens machine", "tens", "shingles", "pane", "lumber", "gallstones", "bunion", "my hip"] {
        let answer = visitor.get(&of(typed)).await;
        assert!(!answer.words().contains("Did you mean"), "{typed}: {}", answer.words());
        let marked = answer.all(".entries mark").join(" ").to_lowercase();
        for other in ["tense", "tension", "single", "pain", "lumbar", "billions"] {
            assert!(!marked.split(' ').any(|word| word == other), "{typed}: {marked}");
        }
    }
}

#[tokio::test]
async fn nothing_found_says_what_to_try() {
    let site = Site::open().await;
    let answer = site.visitor().get(&of("zzzzqqq")).await;
    assert_eq!(answer.first("#results"), "No results for “zzzzqqq”");
    for path in ["/fact-sheets", "/fact-sheets#topics", "/consultations/new"] {
        assert!(answer.attribute("main a", "href").iter().any(|link| link == path), "{path}");
    }
}

#[tokio::test]
async fn an_empty_search_shows_the_form_and_examples_that_find_something() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    for path in ["/search", "/search?q=", "/search?q=+++", "/search?page=2"] {
        let answer = visitor.get(path).await;
        assert_eq!(answer.first("#examples"), "Type it as you would say it", "{path}");
        for example in answer.attribute("#examples ~ ul a", "href") {
            assert!(!found(&visitor.get(&example).await).is_empty(), "{example}");
        }
    }
}

#[tokio::test]
async fn whatever_is_typed_gets_a_page_that_is_not_kept_and_holds_no_markup_of_the_visitors() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let long = "back pain ".repeat(1000);
    let accents = "é\u{301}İß\u{202e}".repeat(50);
    for typed in [
        "\"",
        "\"\"",
        "*",
        "NEAR(a b)",
        "NEAR",
        "-",
        "(",
        ")",
        "AND",
        "OR NOT",
        "sleep AND (",
        "title:sleep",
        "a*",
        "'; drop table sheets; --",
        "\u{0}\u{1}\u{1b}[31m",
        "\r\nSet-Cookie: a=b",
        "🙂",
        "👩‍👩‍👧",
        "<script>alert(1)</script>",
        "\"><img src=x>",
        "ﬁbromyalgia",
        "睡眠",
        "آلام الظهر",
        "a",
        "the",
        "how to my",
        "1",
        "%",
        "\u{feff}",
        &long,
        &accents,
    ] {
        let answer = visitor.get(&of(typed)).await;
        assert_eq!(answer.status, 200, "{typed:?}");
        assert_eq!((answer.header("cache-control"), answer.header("x-robots-tag")), ("no-store", "noindex"));
        assert!(!answer.body.contains("<script>alert") && !answer.body.contains("<img"), "{typed:?}");
        let suggested = visitor.get(&of(typed).replace("/search?", "/search/suggestions?")).await;
        assert_eq!(
            (suggested.status.as_u16(), suggested.header("cache-control")),
            (200, "no-store"),
            "{typed:?}"
        );
    }
    for odd in [
        "/search?q=%",
        "/search?q=%FF%FE",
        "/search?q=a&q=b",
        "/search?&&=",
        "/search?q=sleep&page=99999999999999999999",
        "/search?q=sleep&page=-1",
    ] {
        assert_eq!(visitor.get(odd).await.status, 200, "{odd}");
    }
}

#[tokio::test]
async fn results_come_ten_to_a_page_each_once() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let (mut seen, mut path) = (Vec::new(), of("back pain"));
    loop {
        let answer = visitor.get(&path).await;
        let some = found(&answer);
        assert!((1..=10).contains(&some.len()), "{path}");
        assert_eq!(answer.attribute("ol.entries", "start"), [(seen.len() + 1).to_string()]);
        seen.extend(some);
        match answer.attribute("a[rel=next]", "href").pop() {
            Some(next) => path = next,
            None => break,
        }
    }
    assert!(seen.len() > 10);
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), seen.len());
}

#[tokio::test]
async fn quotation_marks_ask_for_words_in_a_row() {
    let library = library();
    let loose = library.index.search("bed rest").await.unwrap().found.len();
    let exact = library.index.search("\"bed rest\"").await.unwrap();
    assert!(!exact.found.is_empty() && exact.found.len() < loose);
    let passages = exact.passages(0..exact.found.len()).await.unwrap();
    assert!(passages.iter().all(|passage| passage.iter().any(|(is_marked, _)| *is_marked)));
}

#[tokio::test]
async fn suggestions_finish_the_word_that_is_being_typed() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    for (typed, first) in [
        ("scia", "Sciatica"),
        ("fibr", "Fibromyalgia"),
        ("spinal st", "Spinal stenosis"),
        ("matt", "Sleep positions and mattresses"),
    ] {
        let answer = visitor.get(&of(typed).replace("/search?", "/search/suggestions?")).await;
        let list: Vec<serde_json::Value> = serde_json::from_str(&answer.body).unwrap();
        assert!((1..=6).contains(&list.len()), "{typed}");
        assert_eq!(list[0]["title"], first, "{typed}: {list:?}");
        assert_eq!(visitor.get(list[0]["path"].as_str().unwrap()).await.status, 200);
    }
    assert_eq!(visitor.get("/search/suggestions?q=").await.body, "[]");
}

#[tokio::test]
async fn the_form_stands_where_people_look_for_it() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    for path in ["/", "/fact-sheets", "/search", "/no-such-page"] {
        let page = visitor.get(path).await;
        assert_eq!(page.attribute("form.find[role=search]", "action"), ["/search"], "{path}");
        assert_eq!(page.attribute("form.find label", "for"), ["q"], "{path}");
    }
}

#[tokio::test]
async fn every_word_of_the_pages_in_the_synonyms_stands_on_a_page() {
    let library = library();
    let synonyms = Synonyms::load(std::path::Path::new("content")).unwrap();
    for pages in synonyms.group.iter().flat_map(|group| &group.pages) {
        let answer = library.index.search(&format!("\"{pages}\"")).await.unwrap();
        assert!(!answer.found.is_empty(), "{pages:?}");
    }
}
