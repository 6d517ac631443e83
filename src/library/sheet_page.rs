//! The page of one sheet or guide, as patients see it.

use askama::Template;

use crate::library::collection::Library;
use crate::library::linked_data;
use crate::library::sheet::Sheet;
use crate::library::signatures::SignOff;
use crate::library::topics::Topic;
use crate::web::site::{PageContext, Site};

#[derive(Template)]
#[template(path = "library/sheet.html")]
pub struct SheetPage<'a> {
    context: PageContext<'a>,
    sheet: &'a Sheet,
    sign_off: SignOff,
    /// On the page about emergencies the signs stand open, before anything else.
    open_safety: bool,
    /// Pages about sleep lead to the page for the night.
    offers_night: bool,
    topics: Vec<&'a Topic>,
    related: Vec<(&'a Sheet, &'a str)>,
    /// The forms at the foot.
    offers: Vec<String>,
    offers_consultation: bool,
    /// Linked data, as JSON.
    data: String,
    /// What staff are told who look at it before readers do; nothing on the page of readers.
    for_staff: Option<String>,
}

impl<'a> SheetPage<'a> {
    /// `offers` gives the forms at the foot of a sheet, with or without the one for a consultation.
    pub fn new(
        site: &'a Site,
        library: &'a Library,
        sheet: &'a Sheet,
        path: &'a str,
        sign_off: SignOff,
        offers: impl Fn(&str, bool) -> Vec<String>,
    ) -> SheetPage<'a> {
        let front = &sheet.front;
        let offers_consultation = sheet.offers_consultation(&site.clinic);
        SheetPage {
            context: site.public(&front.title, &front.summary, path),
            sheet,
            open_safety: sheet.slug == "when-back-pain-is-an-emergency",
            offers_night: library.topics_of(sheet).any(|topic| topic.slug == "sleep"),
            topics: library.topics_of(sheet).collect(),
            related: front
                .related
                .iter()
                .filter_map(|related| Some((library.sheet(&related.slug)?, related.why.as_str())))
                .collect(),
            offers: offers(&sheet.slug, offers_consultation),
            offers_consultation,
            data: linked_data::sheet(site, sheet, &sign_off),
            sign_off,
            for_staff: None,
        }
    }

    /// The same on the desk, with a line above it.
    pub fn for_staff(self, line: String) -> SheetPage<'a> {
        SheetPage { for_staff: Some(line), ..self }
    }
}
