//! Every fact sheet and guide by the first letter of its title.

use askama::Template;

use crate::library::{Library, Sheet, Topic};
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "library/index.html")]
pub struct IndexPage<'a> {
    context: PageContext<'a>,
    letters: Vec<(char, Vec<&'a Sheet>)>,
    topics: &'a [Topic],
}

impl<'a> IndexPage<'a> {
    pub fn new(context: PageContext<'a>, library: &'a Library) -> IndexPage<'a> {
        IndexPage { context, letters: by_letter(&library.sheets), topics: &library.topics }
    }
}

/// What a title is filed under: "A flare-up plan" stands under F.
fn filed(title: &str) -> String {
    let title = title.to_lowercase();
    let article = ["a ", "an ", "the "].into_iter().find(|article| title.starts_with(article));
    title[article.map_or(0, str::len)..].to_owned()
}

fn by_letter(sheets: &[Sheet]) -> Vec<(char, Vec<&Sheet>)> {
    let mut sheets: Vec<&Sheet> = sheets.iter().collect();
    sheets.sort_by_key(|sheet| filed(&sheet.front.title));
    let mut letters: Vec<(char, Vec<&Sheet>)> = Vec::new();
    for sheet in sheets {
        let letter = filed(&sheet.front.title).chars().next().map_or('?', |c| c.to_ascii_uppercase());
        match letters.last_mut() {
            Some((last, list)) if *last == letter => list.push(sheet),
            _ => letters.push((letter, vec![sheet])),
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_filed_without_its_article() {
        assert_eq!(filed("A flare-up plan"), "flare-up plan");
        assert_eq!(filed("The sleep and pain connection"), "sleep and pain connection");
        assert_eq!(filed("Another page"), "another page");
    }
}
