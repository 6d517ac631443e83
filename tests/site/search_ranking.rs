//! How good the search is: the queries that people type, and the page each wants.

use std::collections::HashSet;

use mybackpain::library::Library;
use mybackpain::web::site::Site as Around;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queries {
    page: Vec<Page>,
    pub emergency: Halves,
    pub crisis: Halves,
    pub calm: Halves,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    slug: String,
    tuned: Vec<String>,
    held: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halves {
    tuned: Vec<String>,
    held: Vec<String>,
}

impl Halves {
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.tuned.iter().chain(&self.held)
    }
}

pub fn queries() -> Queries {
    toml::from_str(include_str!("search_queries.toml")).unwrap()
}

pub fn library() -> Library {
    let content = std::path::Path::new("content");
    let site = Around::load(content, "http://localhost".into()).unwrap();
    Library::load(content, &site).unwrap()
}

#[tokio::test]
async fn what_people_type_finds_the_right_page() {
    let library = library();
    let queries = queries();
    let slugs: HashSet<&str> = queries.page.iter().map(|page| page.slug.as_str()).collect();
    assert!(
        library.sheets.iter().all(|sheet| slugs.contains(sheet.slug.as_str())),
        "every sheet has its queries"
    );
    for (half, is_tuned) in [("tuned", true), ("held", false)] {
        let (mut asked, mut first, mut in_three, mut missed) = (0, 0, 0, Vec::new());
        for page in &queries.page {
            let path = library.sheet(&page.slug).expect(&page.slug).path();
            for typed in if is_tuned { &page.tuned } else { &page.held } {
                let found = library.index.search(typed).await.unwrap().found;
                let place = found.iter().position(|found| found.page.path == path);
                asked += 1;
                first += usize::from(place == Some(0));
                in_three += usize::from(place.is_some_and(|place| place < 3));
                if place != Some(0) {
                    let got: Vec<&str> = found.iter().take(3).map(|found| found.page.path.as_str()).collect();
                    missed.push(format!("{typed:?} wants {path}, at {place:?}: {got:?}"));
                }
            }
        }
        println!(
            "{half}: {asked} asked, {first} first, {in_three} in the first three\n{}",
            missed.join("\n")
        );
        assert!(asked >= 120, "{half}: {asked}");
        assert!(
            in_three * 100 >= asked * 98,
            "{half}: {in_three} of {asked} in the first three\n{}",
            missed.join("\n")
        );
        assert!(first * 100 >= asked * 90, "{half}: {first} of {asked} first\n{}", missed.join("\n"));
    }
}

#[tokio::test]
async fn the_same_search_has_the_same_answer_each_time_and_from_a_fresh_index() {
    let (one, other) = (library(), library());
    for page in queries().page {
        for typed in page.tuned {
            let paths = async |library: &Library| -> Vec<String> {
                let found = library.index.search(&typed).await.unwrap().found;
                found.iter().map(|found| found.page.path.clone()).collect()
            };
            assert_eq!(paths(&one).await, paths(&one).await);
            assert_eq!(paths(&one).await, paths(&other).await);
        }
    }
}
