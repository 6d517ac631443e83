//! What came back from the site, and what stands on its page.

use axum::http::{HeaderMap, StatusCode, header};
use scraper::{Html, Selector};

/// What came back, with its body read.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn page(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// The words of everything that a selector finds.
    pub fn all(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        let words = |element: scraper::ElementRef| one_line(&element.text().collect::<String>());
        self.page().select(&selector).map(words).collect()
    }

    /// The words of the first thing that a selector finds.
    pub fn first(&self, selector: &str) -> String {
        self.all(selector).into_iter().next().unwrap_or_else(|| panic!("no {selector} in {}", self.body))
    }

    pub fn attribute(&self, selector: &str, name: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        self.page().select(&selector).filter_map(|element| Some(element.attr(name)?.to_owned())).collect()
    }

    /// Every word of the page, on one line.
    pub fn words(&self) -> String {
        self.all("body").join(" ")
    }

    pub fn hidden_fields(&self) -> Vec<(String, String)> {
        let selector = Selector::parse("main form input[type=hidden]").unwrap();
        let attribute =
            |element: scraper::ElementRef, name: &str| element.attr(name).unwrap_or_default().to_owned();
        self.page()
            .select(&selector)
            .map(|field| (attribute(field, "name"), attribute(field, "value")))
            .collect()
    }
}

pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
