//! What the report form says, as typed and as checked.

use crate::web::form::{FieldErrors, Fields, email, name};

/// The most pages in one mail: mail programs cut off what is much longer.
pub const MOST_PAGES: usize = 5;

/// As typed.
#[derive(Default)]
pub struct ReportForm {
    /// Slugs of the pages to send.
    pub about: Vec<String>,
    /// The form was opened from a summary.
    pub from_summary: bool,
    /// Whether a private link to the summary is to be sent; nothing while it was not answered.
    pub link: Option<bool>,
    pub name: String,
    pub email: String,
    /// The address that was queried as a likely slip; the same again is meant.
    pub email_queried: String,
    /// Holds something only when a program filled the form in.
    pub trap: String,
}

/// As checked. The pages are checked against the library by the caller.
#[derive(Clone)]
pub struct NewReport {
    pub name: String,
    pub email: String,
}

impl ReportForm {
    pub fn read(fields: &Fields) -> ReportForm {
        ReportForm {
            about: fields.all("about").filter(|slug| !slug.is_empty()).map(str::to_owned).collect(),
            from_summary: fields.has("summary"),
            link: fields.all("link").find(|answer| !answer.is_empty()).map(|answer| answer != "no"),
            name: fields.text("name"),
            email: email::meant(fields),
            email_queried: fields.text("email_queried"),
            trap: fields.text("website"),
        }
    }

    pub fn wants_link(&self) -> bool {
        self.link == Some(true)
    }

    /// The value of the choice, or nothing.
    pub fn link_answer(&self) -> &'static str {
        match self.link {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        }
    }

    /// `pages` of the chosen ones exist; `has_summary` says whether there is a summary to link to.
    pub fn check(&self, pages: usize, has_summary: bool) -> Result<NewReport, FieldErrors> {
        let mut errors = FieldErrors::default();
        match pages {
            0 if self.from_summary && self.wants_link() => {}
            0 if self.from_summary => errors.add("about", "Select a page, or the private link"),
            0 => errors.add("about", "Select the page you would like us to send"),
            1..=MOST_PAGES => {}
            _ => errors.add("about", format!("Select up to {MOST_PAGES} pages")),
        }
        if self.from_summary && self.wants_link() && !has_summary {
            errors.add(
                "link",
                "Untick the private link: your answers have been erased, so there is no summary to link to",
            );
        }
        let name = errors.take("name", name(&self.name, "Enter your name"));
        let email = errors.take("email", email::check(&self.email));
        match (name, email) {
            (Some(name), Some(email)) if errors.is_empty() => Ok(NewReport { name, email }),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_needs_a_page_a_name_and_an_address() {
        let errors = ReportForm::default().check(0, false).err().unwrap();
        let fields: Vec<_> = errors.iter().map(|error| error.field).collect();
        assert_eq!(fields, ["about", "name", "email"]);
        let form =
            ReportForm { name: "Ada".into(), email: "ada@example.org".into(), ..ReportForm::default() };
        assert!(form.check(1, false).is_ok());
    }

    #[test]
    fn a_report_from_a_summary_may_have_several_pages_or_the_link_alone() {
        let form = |link| ReportForm {
            name: "Ada".into(),
            email: "ada@example.org".into(),
            from_summary: true,
            link: Some(link),
            ..ReportForm::default()
        };
        let complaint = |link, pages, has_summary| {
            form(link).check(pages, has_summary).err().map(|errors| errors.iter().next().unwrap().field)
        };
        assert_eq!(complaint(false, MOST_PAGES, true), None);
        assert_eq!(complaint(true, 0, true), None);
        assert_eq!(complaint(false, 0, true), Some("about"));
        assert_eq!(complaint(false, MOST_PAGES + 1, true), Some("about"));
        assert_eq!(complaint(true, 1, false), Some("link"));
    }
}
