//! Makes the numbers for help in a finished page links that a phone can dial, wherever they stand in its text.

use crate::signs::numbers;

/// Elements whose text stays as it is: links and what is pressed itself, headings, what is typed, and what no one sees.
const LEFT_ALONE: &[&str] = &[
    "a", "button", "summary", "label", "legend", "option", "h1", "h2", "h3", "h4", "h5", "h6", "code",
    "title", "svg",
];
/// The same for lists of sources, in which volumes and pages are numbered, and for what someone typed, played back.
const LEFT_ALONE_CLASSES: &[&str] = &["refs", "answers", "record"];
/// Elements whose content is not markup.
const RAW: &[&str] = &["script", "style", "textarea", "title"];
/// Elements without an end (WHATWG HTML, 13.1.2).
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"];

/// The page with its links. Pages of the desk stay as they are: who reads them is not in need.
pub fn tappable(html: String) -> String {
    if html.contains("<body class=\"desk\"") {
        return html;
    }
    let mut pass = Pass { html: String::with_capacity(html.len() + 2048), open: Vec::new(), left_alone: 0 };
    let mut rest = html.as_str();
    while let Some(at) = rest.find('<') {
        pass.text(&rest[..at]);
        let (tag, after) = rest[at..].split_at(end_of_tag(&rest[at..]));
        pass.html += tag;
        rest = pass.tag(tag, after);
    }
    pass.text(rest);
    pass.html
}

struct Pass<'h> {
    html: String,
    /// The elements around, the outermost first.
    open: Vec<Element<'h>>,
    /// How many of them are left alone.
    left_alone: usize,
}

struct Element<'h> {
    name: &'h str,
    left_alone: bool,
    /// A card of an emergency, whose list holds no link: nothing may delay the call.
    emergency: bool,
}

impl<'h> Pass<'h> {
    fn text(&mut self, text: &str) {
        if self.left_alone > 0 {
            self.html += text;
            return;
        }
        for (link, piece) in numbers::linked(text) {
            if link.is_empty() {
                self.html += piece;
            } else {
                self.html += &format!("<a href=\"{link}\">{piece}</a>");
            }
        }
    }

    /// Enters or leaves an element. Gives what comes after the tag, and after its content when that is not markup.
    fn tag(&mut self, tag: &'h str, after: &'h str) -> &'h str {
        let inside = tag.trim_start_matches('<').trim_end_matches('>');
        if let Some(name) = inside.strip_prefix('/') {
            self.leave(name.trim());
            return after;
        }
        let name = inside.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        if RAW.contains(&name) {
            let end = after.find(&format!("</{name}")).unwrap_or(after.len());
            let end = end + end_of_tag(&after[end..]);
            self.html += &after[..end];
            return &after[end..];
        }
        if !VOID.contains(&name) && !name.starts_with('!') && !inside.ends_with('/') {
            self.enter(name, inside);
        }
        after
    }

    fn enter(&mut self, name: &'h str, tag: &str) {
        let classes =
            tag.split_once("class=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default();
        let has = |class: &&str| classes.split(' ').any(|one| one == *class);
        let in_emergency = name == "ul" && self.open.iter().any(|element| element.emergency);
        let left_alone = LEFT_ALONE.contains(&name) || LEFT_ALONE_CLASSES.iter().any(has) || in_emergency;
        self.left_alone += usize::from(left_alone);
        self.open.push(Element { name, left_alone, emergency: has(&"care-emergency") });
    }

    fn leave(&mut self, name: &str) {
        let Some(at) = self.open.iter().rposition(|element| element.name == name) else { return };
        for element in self.open.drain(at..) {
            self.left_alone -= usize::from(element.left_alone);
        }
    }
}

/// The length of the tag that a text begins with. A `>` in a quoted attribute does not end it.
fn end_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (c, quote) {
            ('>', None) => return at + 1,
            ('"' | '\'', None) => quote = Some(c),
            _ if quote == Some(c) => quote = None,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn becomes(html: &str, expected: &str) {
        assert_eq!(tappable(html.to_owned()), expected);
    }

    #[test]
    fn a_number_in_the_text_becomes_a_link_and_nothing_else_changes() {
        becomes(
            "<p>Call <strong>999</strong>,\n<br> or 111 &amp; wait</p>",
            "<p>Call <strong><a href=\"tel:999\">999</a></strong>,\n<br> or <a href=\"tel:111\">111</a> &amp; wait</p>",
        );
        for same in [
            "<a href=\"/emergency\">signs that need <em>999</em></a>",
            "<h2 id=\"x\">Call 999 now</h2>",
            "<details><summary>See 999</summary></details>",
            "<label for=\"a\">Rang 111</label><textarea id=\"a\">I rang 111</textarea><input value=\"999\">",
            "<script type=\"application/ld+json\">{\"a\":\"<p>999\"}</script>",
            "<ol class=\"refs\"><li>Spine 111</li></ol>",
            "<dl class=\"answers\"><dd>999</dd></dl>",
            "<img alt=\"a > 999\">",
            "<body class=\"desk\"><p>999</p></body>",
        ] {
            becomes(same, same);
        }
    }

    #[test]
    fn what_was_left_alone_ends_with_its_element() {
        becomes(
            "<ol class=\"refs\"><li>111<li>999</ol><p>111</p>",
            "<ol class=\"refs\"><li>111<li>999</ol><p><a href=\"tel:111\">111</a></p>",
        );
        becomes(
            "<div class=\"care care-emergency\"><ul><li>999</li></ul><p>999</p></div><ul><li>999</li></ul>",
            "<div class=\"care care-emergency\"><ul><li>999</li></ul><p><a href=\"tel:999\">999</a></p></div>\
             <ul><li><a href=\"tel:999\">999</a></li></ul>",
        );
    }
}
