//! What the report form says, as typed and as checked.

use crate::form::{FieldErrors, Fields, email, name, one_line};

/// As typed.
#[derive(Default)]
pub struct ReportForm {
    pub about: String,
    pub name: String,
    pub email: String,
    /// The address that was queried as a likely slip; the same again is meant.
    pub email_queried: String,
    /// Holds something only when a program filled the form in.
    pub trap: String,
}

/// As checked. The page that it is about is checked against the library by its caller.
#[derive(Clone)]
pub struct NewReport {
    pub name: String,
    pub email: String,
    pub suspect: bool,
}

impl ReportForm {
    pub fn read(fields: &Fields) -> ReportForm {
        ReportForm {
            about: fields.text("about"),
            name: fields.text("name"),
            email: email::meant(fields),
            email_queried: fields.text("email_queried"),
            trap: fields.text("website"),
        }
    }

    pub fn check(&self, is_a_page: bool) -> Result<NewReport, FieldErrors> {
        let mut errors = FieldErrors::default();
        if !is_a_page {
            errors.add("about", "Select the page you would like us to send");
        }
        let name = errors.take("name", name(&self.name, "Enter your name"));
        let email = errors.take("email", email::check(&self.email));
        match (name, email) {
            (Some(name), Some(email)) if errors.is_empty() => {
                Ok(NewReport { name, email, suspect: !self.trap.is_empty() })
            }
            _ => Err(errors),
        }
    }

    /// What was probably meant, when the address looks like a slip and was not queried before.
    pub fn email_to_query(&self) -> Option<String> {
        let address = one_line(&self.email);
        let asked = one_line(&self.email_queried) == address;
        email::suggestion(&address).filter(|_| !asked)
    }
}

/// A name that may stand in a mail to an address that nobody has confirmed: plain, or none at all. Anything else
/// could carry a stranger's message.
pub fn plain_name(name: &str) -> &str {
    let plain = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’');
    if name.chars().count() <= 40 && name.chars().all(plain) { name } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_needs_a_page_a_name_and_an_address() {
        let errors = ReportForm::default().check(false).err().unwrap();
        let fields: Vec<_> = errors.iter().map(|error| error.field).collect();
        assert_eq!(fields, ["about", "name", "email"]);
        let form =
            ReportForm { name: "Ada".into(), email: "ada@example.org".into(), ..ReportForm::default() };
        assert!(form.check(true).is_ok());
    }

    #[test]
    fn only_a_plain_name_is_repeated_in_a_mail() {
        assert_eq!(plain_name("Zoë O’Neill-Smith"), "Zoë O’Neill-Smith");
        for odd in ["Win now: http://example.org", "a@b", "Call 07700 900123", &"x".repeat(41)] {
            assert_eq!(plain_name(odd), "", "{odd}");
        }
    }
}
