//! Writes our Markdown as HTML.

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd};

use crate::clinic::content_file::Position;
use crate::library::figures;
use crate::library::markdown::blocks::{
    Block, CalloutKind, Fault, Names, RenderedMarkdown, blocks, escape, fill, parser, slug, typographic,
};
use crate::library::markdown::terms::Links;
use crate::library::markdown::worksheet;

/// The one thing to press in the head of an emergency card, as `web/signs.html` has it.
const CALL_999: &str = "<p class=\"care-call\"><a class=\"btn\" href=\"tel:999\">Call 999</a></p>\n";

/// Writes a text as HTML. Everything in it is escaped; raw HTML is a fault.
pub fn html(text: &str, names: &Names) -> Result<RenderedMarkdown, Vec<Fault>> {
    HtmlWriter::new(names).write(text)
}

pub struct HtmlWriter<'n> {
    names: &'n Names,
    html: RenderedMarkdown,
    faults: Vec<Fault>,
    in_key_points: bool,
    callouts: usize,
    /// Level of the last heading, to refuse a skipped one.
    level: usize,
    terms: Links<'n>,
}

impl<'n> HtmlWriter<'n> {
    pub fn new(names: &'n Names) -> HtmlWriter<'n> {
        HtmlWriter {
            names,
            html: RenderedMarkdown::default(),
            faults: Vec::new(),
            in_key_points: false,
            callouts: 0,
            level: 1,
            terms: Links::new(&names.terms),
        }
    }

    pub fn write(mut self, text: &str) -> Result<RenderedMarkdown, Vec<Fault>> {
        for block in blocks(text)? {
            match block {
                Block::Heading { line, words } => self.heading(line, words),
                Block::Markdown { line, text } => {
                    let html = self.markdown(line, &text);
                    self.push(&html);
                }
                Block::Callout { line, kind, title, text } => self.callout(line, kind, title, &text),
                Block::Figure { line, name, words } => self.figure(line, name, &words),
                Block::Worksheet { line, name, text } => self.worksheet(line, name, &text),
            }
        }
        if self.faults.is_empty() { Ok(self.html) } else { Err(self.faults) }
    }

    fn push(&mut self, html: &str) {
        if self.in_key_points { self.html.key_points.push_str(html) } else { self.html.body.push_str(html) }
    }

    fn fault(&mut self, place: Position, rule: &'static str, message: impl Into<String>) {
        self.faults.push(Fault { place, rule, message: message.into() });
    }

    fn heading(&mut self, line: usize, words: &str) {
        self.level = 2;
        self.in_key_points = words == "Key points" && self.html.contents.is_empty();
        let id = self.id(line, slug(words));
        let words = typographic(words);
        self.push(&format!("<h2 id=\"{id}\">{}</h2>\n", escape(&words)));
        self.html.contents.push((id, words));
    }

    fn callout(&mut self, line: usize, kind: CalloutKind, title: &str, text: &str) {
        self.callouts += 1;
        let id = self.id(line, format!("callout-{}", self.callouts));
        let links = self.html.links.len();
        self.terms.open = !matches!(kind, CalloutKind::Emergency | CalloutKind::Urgent);
        let text = self.markdown(line + 1, text);
        self.terms.open = true;
        if kind == CalloutKind::Emergency && self.html.links.len() > links {
            self.fault(
                Position::line(line),
                "emergency-link",
                "an emergency callout holds no links: nothing may delay the call",
            );
        }
        let class = match kind {
            CalloutKind::Emergency => "care care-emergency",
            CalloutKind::Urgent => "care care-urgent",
            CalloutKind::NonUrgent => "care care-routine",
            CalloutKind::Note => "note",
        };
        let spoken = match kind.spoken() {
            "" => String::new(),
            words => format!("<span class=\"hush\">{words}</span>"),
        };
        let title = escape(&typographic(title));
        let button = if kind == CalloutKind::Emergency && !self.names.for_mail { CALL_999 } else { "" };
        self.push(&format!(
            "<div class=\"{class}\"><h3 id=\"{id}\">{spoken}{title}</h3>\n{button}{text}</div>\n"
        ));
        self.level = self.level.max(3);
    }

    fn figure(&mut self, line: usize, name: &str, words: &str) {
        let Some(svg) = self.names.figures.get(name) else {
            let known = self.names.figures.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            let message = format!("there is no figure {name:?}; there are: {known}");
            return self.fault(Position::line(line), "unknown-figure", message);
        };
        let (Some(title), Some((width, height))) = (figures::title(svg), figures::size(svg)) else {
            let message = format!("figures/{name}.svg has no <title> or no viewBox");
            return self.fault(Position::line(line), "figure-without-words", message);
        };
        self.id(line, format!("figure-{name}"));
        self.terms.open = false;
        let words = self.markdown(line + 1, words);
        self.terms.open = true;
        let html = if self.names.for_mail {
            format!("<div class=\"figure\"><p><strong>{title}</strong></p>{words}</div>\n")
        } else {
            let path = figures::path(name, svg);
            let alt = title.replace('"', "&quot;");
            format!(
                "<figure class=\"fig\"><img src=\"{path}\" alt=\"{alt}\" width=\"{width}\" height=\"{height}\" \
                 loading=\"lazy\" decoding=\"async\">\n<figcaption><details><summary>This picture in words</summary>\n\
                 {words}</details></figcaption></figure>\n"
            )
        };
        self.push(&html);
    }

    /// In a mail, where nothing is filled in, what is asked stands as a list.
    fn worksheet(&mut self, line: usize, name: &str, text: &str) {
        self.id(line, format!("worksheet-{name}"));
        let html = if self.names.for_mail {
            self.markdown(line + 1, &worksheet::as_markdown(text))
        } else {
            worksheet::html(text)
        };
        self.push(&html);
    }

    /// Plain Markdown: everything but second-level headings, callouts and figures.
    fn markdown(&mut self, first: usize, text: &str) -> String {
        let mut events = Vec::new();
        let mut heading: Option<usize> = None;
        for (event, range) in parser(text).into_offset_iter() {
            let place = Position::of(text, range.start).below(first - 1);
            let event = match event {
                Event::Html(_) | Event::InlineHtml(_) => {
                    self.fault(place, "raw-html", "HTML is not allowed here; use Markdown");
                    continue;
                }
                Event::Start(Tag::Heading { level, .. }) => {
                    self.check_level(place, level);
                    heading = Some(events.len());
                    Event::Start(Tag::Heading { level, id: None, classes: vec![], attrs: vec![] })
                }
                Event::End(TagEnd::Heading(level)) => {
                    let start = heading.take().unwrap_or(events.len());
                    let words: String = events[start..].iter().filter_map(words_of).collect();
                    let id = self.id(place.line, slug(&words));
                    events[start] = Event::Start(Tag::Heading {
                        level,
                        id: Some(id.into()),
                        classes: vec![],
                        attrs: vec![],
                    });
                    Event::End(TagEnd::Heading(level))
                }
                Event::FootnoteReference(key) => self.cite(place.line, &key),
                Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                    self.terms.in_link = true;
                    let dest_url = self.link(place, link_type, &dest_url);
                    Event::Start(Tag::Link { link_type, dest_url, title, id })
                }
                Event::End(TagEnd::Link) => {
                    self.terms.in_link = false;
                    event
                }
                Event::Start(Tag::Paragraph) => {
                    self.terms.in_paragraph = true;
                    event
                }
                Event::End(TagEnd::Paragraph) => {
                    self.terms.in_paragraph = false;
                    event
                }
                Event::Start(Tag::Image { .. }) => {
                    self.fault(place, "picture", "pictures are figures here: ::: figure name");
                    continue;
                }
                Event::Start(Tag::List(Some(_))) => Event::Html("<ol class=\"steps\">\n".into()),
                Event::Start(Tag::Table(_)) => {
                    events.push(Event::Html(
                        "<div class=\"scroll\" role=\"region\" aria-label=\"Table\" tabindex=\"0\">".into(),
                    ));
                    event
                }
                Event::End(TagEnd::Table) => {
                    events.push(event);
                    Event::Html("</div>\n".into())
                }
                Event::Text(words) => {
                    match fill(&words, &self.names.details) {
                        Ok(words) => self.terms.write(words, &mut events),
                        Err(message) => self.fault(place, "placeholder", message),
                    }
                    continue;
                }
                event => event,
            };
            events.push(event);
        }
        let mut html = String::new();
        pulldown_cmark::html::push_html(&mut html, events.into_iter());
        html
    }

    fn check_level(&mut self, place: Position, level: HeadingLevel) {
        let level = level as usize;
        if level == 1 {
            self.fault(place, "second-h1", "the title is the only first-level heading; begin with ##");
        } else if level > self.level + 1 {
            self.fault(place, "skipped-heading", "a heading level is skipped; use one # fewer");
        }
        self.level = level;
    }

    fn cite(&mut self, line: usize, key: &str) -> Event<'static> {
        let known = self.html.cited.iter().position(|cited| cited == key);
        let number = known.unwrap_or_else(|| {
            self.html.cited.push(key.to_owned());
            self.html.cited.len() - 1
        }) + 1;
        let id = if known.is_none() {
            format!(" id=\"{}\"", self.id(line, format!("cite-{number}")))
        } else {
            String::new()
        };
        let html = format!(
            "<sup class=\"cite\"><a href=\"#ref-{number}\"{id} aria-label=\"Reference {number}\">[{number}]</a></sup>"
        );
        Event::InlineHtml(html.into())
    }

    fn link(&mut self, place: Position, kind: LinkType, to: &str) -> CowStr<'static> {
        let to = fill(to, &self.names.details).unwrap_or_else(|message| {
            self.fault(place, "placeholder", message);
            String::new()
        });
        let good =
            ["https://", "http://", "mailto:", "tel:", "/", "#"].iter().any(|start| to.starts_with(start));
        if kind != LinkType::Email && (!good || to.starts_with("//")) {
            let message = format!("a link begins with https://, /, #, mailto: or tel:; this one is {to:?}");
            self.fault(place, "link-form", message);
        }
        self.html.links.push((place, to.clone()));
        if to.starts_with('/') { format!("{}{to}", self.names.base_url).into() } else { to.into() }
    }

    /// Keeps an id, and complains when the page has it already.
    fn id(&mut self, line: usize, id: String) -> String {
        if self.html.ids.contains(&id) {
            let message = format!("two parts of this page are called {id:?}; change one heading");
            self.fault(Position::line(line), "duplicate-id", message);
        }
        self.html.ids.push(id.clone());
        id
    }
}

fn words_of<'e>(event: &'e Event) -> Option<&'e str> {
    match event {
        Event::Text(words) | Event::Code(words) => Some(words),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::library::markdown::*;

    fn written(text: &str) -> RenderedMarkdown {
        html(text, &names()).unwrap_or_else(|faults| panic!("{faults:?}"))
    }

    fn faults(text: &str) -> Vec<(usize, String)> {
        html(text, &names())
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|fault| (fault.place.line, fault.message))
            .collect()
    }

    fn names() -> Names {
        let svg = "<svg viewBox=\"0 0 9 9\"><title id=\"circle-title\">The circle</title></svg>".to_owned();
        Names {
            details: Arc::new([("phone", "020 7946 0123".to_owned())].into()),
            figures: Arc::new([("circle".to_owned(), svg)].into()),
            ..Names::default()
        }
    }

    #[test]
    fn a_term_and_its_meaning_is_a_description_list() {
        assert!(
            written("Wind-up\n: Pain that grows.\n")
                .body
                .contains("<dl>\n<dt>Wind-up</dt>\n<dd>Pain that grows.</dd>\n</dl>")
        );
    }

    #[test]
    fn sources_are_numbered_by_first_use_and_the_first_use_can_be_returned_to() {
        let html = written("One.[^b] Two.[^a][^b]");
        assert_eq!(html.cited, ["b", "a"]);
        assert_eq!(html.body.matches("href=\"#ref-1\"").count(), 2);
        assert_eq!(html.body.matches("id=\"cite-1\"").count(), 1);
    }

    #[test]
    fn key_points_stand_apart_from_the_body() {
        let html = written("## Key points\n\n- One\n\n## Then\n\nText\n");
        assert!(html.key_points.contains("<li>One</li>") && !html.body.contains("One"));
        assert_eq!(html.contents[1], ("then".to_owned(), "Then".to_owned()));
    }

    #[test]
    fn a_callout_says_its_urgency_in_words_too() {
        let html = written("::: urgent Call NHS 111 today if:\n- you have a fever\n:::\n");
        assert!(html.body.contains("<span class=\"hush\">Urgent advice: </span>Call NHS 111 today if:</h3>"));
    }

    #[test]
    fn a_figure_has_its_words_on_the_page_and_stands_as_words_in_a_mail() {
        let text = "::: figure circle\nA ring.\n:::\n";
        let page = written(text).body;
        assert!(
            page.contains("<img src=\"/figures/circle.")
                && page.contains("alt=\"The circle\" width=\"9\" height=\"9\"")
        );
        assert!(page.contains("<p>A ring.</p>") && !page.contains("<svg"));
        let mail = html(text, &Names { for_mail: true, ..names() }).unwrap();
        assert!(!mail.body.contains("<img") && mail.body.contains("<p>A ring.</p>"));
    }

    #[test]
    fn a_worksheet_is_filled_in_on_the_page_and_a_list_in_a_mail() {
        let text = "::: worksheet plan\nWhat soothes me\n:::\n";
        assert!(written(text).body.contains("<dt>What soothes me</dt>\n<dd></dd>"));
        let mail = html(text, &Names { for_mail: true, ..names() }).unwrap();
        assert!(mail.body.contains("<li>What soothes me</li>"));
    }

    #[test]
    fn details_of_the_clinic_are_filled_in() {
        assert!(written("Ring {{phone}}.").body.contains("Ring 020 7946 0123."));
        assert_eq!(faults("x\n\nRing {{fax}}.")[0].0, 3);
    }

    #[test]
    fn faults_name_their_line() {
        assert_eq!(faults("a\n\n<b>c</b>")[0], (3, "HTML is not allowed here; use Markdown".into()));
        assert_eq!(faults("# Title")[0].0, 1);
        assert_eq!(faults("## A\n\n#### B")[0].0, 3);
        assert_eq!(faults("a\n\n::: urgent\nb\n:::")[0].0, 3);
        assert_eq!(faults("::: urgent A\nb")[0].0, 1);
        assert_eq!(faults("::: shout A\nb\n:::")[0].0, 1);
        assert_eq!(faults("## A\n## A")[0].0, 2);
        assert_eq!(faults("[a](javascript:x)")[0].0, 1);
        assert_eq!(faults("::: figure none\nb\n:::")[0].0, 1);
        assert_eq!(faults("::: emergency Call 999\n[b](/c)\n:::")[0].0, 1);
    }

    #[test]
    fn text_is_escaped_everywhere() {
        let html = written("## A & B\n\n::: note 1 < 2\nx & y\n:::\n");
        assert!(
            html.body.contains("A &amp; B</h2>")
                && html.body.contains("1 &lt; 2")
                && html.body.contains("x &amp; y")
        );
    }
}
