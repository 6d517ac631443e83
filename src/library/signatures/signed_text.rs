//! The words that a signature holds for: what the author wrote and readers see, and which drawings.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::library::front_matter::FrontMatter;
use crate::storage::encryption::hex;

/// How the line of a drawing begins in a text.
const FIGURE: &str = "::: figure ";
/// Of a drawing's hash, enough to tell that it was drawn anew.
const FIGURE_HASH_BYTES: usize = 8;

/// Title, subtitle, summary and text as they stand in the file, why each related page is related, and each drawing by
/// its hash. Not what only programs read, nor dates: a new day of review leaves the signature as it is.
pub fn signed_text(front: &FrontMatter, text: &str, figures: &BTreeMap<String, String>) -> String {
    let mut signed = format!("{}\n{}\n{}\n\n{}\n", front.title, front.subtitle, front.summary, text.trim());
    for related in &front.related {
        signed.push_str(&format!("\nRelated page {}: {}", related.slug, related.why));
    }
    for name in text.lines().filter_map(|line| line.trim().strip_prefix(FIGURE)) {
        let name = name.split_whitespace().next().unwrap_or_default();
        let svg = figures.get(name).map_or("", String::as_str);
        let hash = hex(&Sha256::digest(svg)[..FIGURE_HASH_BYTES]);
        signed.push_str(&format!("\nDrawing {name}, version {hash}"));
    }
    signed.push('\n');
    signed
}

/// Names a text by its content.
pub fn hash_of(text: &str) -> String {
    hex(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front(title: &str, next_review: &str) -> FrontMatter {
        let text = format!(
            "title = \"{title}\"\nsubtitle = \"S\"\ncategory = \"\"\ntopics = []\nsummary = \"M\"\nkeywords = []\n\
             author = \"\"\nreviewer = {{ role = \"Physiotherapist\", state = \"pending\" }}\n\
             written = \"2026-11-27\"\nnext_review = \"{next_review}\"\nversion = \"1.0\"\n\
             changes = []\nreferences = []\nrelated = [{{ slug = \"b\", why = \"It helps.\" }}]\n"
        );
        toml::from_str(&text).unwrap()
    }

    #[test]
    fn every_word_and_drawing_that_a_reader_sees_is_signed_and_no_date_is() {
        let figures = |svg: &str| BTreeMap::from([("ring".to_owned(), svg.to_owned())]);
        let text = "## Key points\n\n::: figure ring\nA ring.\n:::\n";
        let signed = |title, next, text, svg| hash_of(&signed_text(&front(title, next), text, &figures(svg)));
        let first = signed("A", "2028-11-27", text, "<svg/>");
        assert_eq!(first, signed("A", "2027-01-01", text, "<svg/>"));
        assert_ne!(first, signed("B", "2028-11-27", text, "<svg/>"), "the title");
        assert_ne!(first, signed("A", "2028-11-27", "## Key points", "<svg/>"), "the text");
        assert_ne!(first, signed("A", "2028-11-27", text, "<svg id=\"a\"/>"), "the drawing");
    }
}
