//! The drawings of `content/figures`: files of their own, at addresses that hold their hash.

use sha2::{Digest, Sha256};

use crate::storage::encryption::hex;

/// `/figures/sleep-positions.0a1b2c3d4e.svg`: another drawing has another address, so that a browser keeps it for good.
pub fn path(name: &str, svg: &str) -> String {
    format!("/figures/{name}.{}.svg", hex(&Sha256::digest(svg)[..5]))
}

/// What it is called, as its `<title>` says, with XML's escapes.
pub fn title(svg: &str) -> Option<&str> {
    let (_, rest) = svg.split_once("<title")?;
    Some(rest.split_once('>')?.1.split_once("</title>")?.0)
}

/// Width and height in its own units, as its `viewBox` says: a page keeps that much room before the drawing has come.
pub fn size(svg: &str) -> Option<(u32, u32)> {
    let (_, rest) = svg.split_once("viewBox=\"")?;
    let mut numbers = rest.split_once('"')?.0.split_whitespace().skip(2);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_its_size_its_title_and_an_address_of_its_content() {
        let svg = "<svg viewBox=\"0 0 640 480\"><title id=\"t\">A &amp; B</title></svg>";
        assert_eq!((size(svg), title(svg)), (Some((640, 480)), Some("A &amp; B")));
        assert_ne!(path("one", svg), path("one", "<svg/>"));
        assert!(path("one", svg).starts_with("/figures/one.") && path("one", svg).len() == 27);
        assert_eq!((size("<svg/>"), title("<svg/>")), (None, None));
    }
}
