//! A passage in pieces, each with whether it is marked as a match.

use crate::library::search::store::MARKS;

/// A text in pieces, each with whether it is marked.
pub type Marked = Vec<(bool, String)>;

/// Reads the marks that the store put around each match. Words in a row are marked as one.
pub fn pieces(text: &str) -> Marked {
    let [begin, end] = MARKS;
    let joined = text.replace(&format!("{end} {begin}"), " ").replace(&format!("{end}-{begin}"), "-");
    let mut marked = Marked::new();
    for (number, piece) in joined.split(MARKS).enumerate().filter(|(_, piece)| !piece.is_empty()) {
        marked.push((number % 2 == 1, piece.to_owned()));
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_a_row_are_marked_as_one() {
        let marked = pieces("A \u{2}trapped\u{3} \u{2}nerve\u{3} may hurt");
        let expected = [(false, "A "), (true, "trapped nerve"), (false, " may hurt")];
        assert_eq!(marked, expected.map(|(is_marked, piece)| (is_marked, piece.to_owned())));
        assert_eq!(pieces("\u{2}x\u{3}-\u{2}ray\u{3}"), [(true, "x-ray".to_owned())]);
    }
}
