//! What the complaint form says, as typed and as checked.

use crate::web::form;
use crate::web::form::{FieldErrors, Fields, email, one_line, phone};

/// The longest complaint, in characters.
pub const LONGEST: usize = 3000;

/// As typed.
#[derive(Default)]
pub struct ComplaintForm {
    pub name: String,
    pub email: String,
    /// The address that was queried as a likely slip; the same again is meant.
    pub email_queried: String,
    pub phone: String,
    pub words: String,
    /// Holds something only when a program filled the form in.
    pub trap: String,
}

/// As checked: an address, a number, or both.
#[derive(Clone)]
pub struct NewComplaint {
    pub name: String,
    pub email: String,
    pub phone: String,
    pub words: String,
}

impl ComplaintForm {
    pub fn read(fields: &Fields) -> ComplaintForm {
        ComplaintForm {
            name: fields.text("name"),
            email: email::meant(fields),
            email_queried: fields.text("email_queried"),
            phone: fields.text("phone"),
            words: fields.text("words"),
            trap: fields.text("website"),
        }
    }

    pub fn check(&self) -> Result<NewComplaint, FieldErrors> {
        let mut errors = FieldErrors::default();
        let nothing = |typed: &str| one_line(typed).is_empty();
        let name = errors.take("name", form::name(&self.name, "Enter your full name"));
        let email = match (nothing(&self.email), nothing(&self.phone)) {
            (true, false) => Some(String::new()),
            (true, true) => {
                errors.add("email", "Enter your email address or your phone number, so that we can answer");
                None
            }
            _ => errors.take("email", email::check(&self.email)),
        };
        let phone = if nothing(&self.phone) {
            Some(String::new())
        } else {
            errors.take("phone", phone::check(&self.phone))
        };
        let words = match errors.take("words", form::words(&self.words, LONGEST, "What happened")) {
            Some(words) if words.is_empty() => {
                errors.add("words", "Enter what happened");
                None
            }
            words => words,
        };
        match (name, email, phone, words) {
            (Some(name), Some(email), Some(phone), Some(words)) => {
                Ok(NewComplaint { name, email, phone, words })
            }
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> ComplaintForm {
        ComplaintForm {
            name: "Ada Lovelace".into(),
            email: "ada@example.org".into(),
            words: "My address was read out.".into(),
            ..ComplaintForm::default()
        }
    }

    fn complaints(form: ComplaintForm) -> Vec<&'static str> {
        form.check().err().unwrap_or_default().iter().map(|error| error.field).collect()
    }

    #[test]
    fn one_way_to_answer_is_enough_and_none_is_not() {
        let form =
            |email: &str, phone: &str| ComplaintForm { email: email.into(), phone: phone.into(), ..filled() };
        assert!(complaints(filled()).is_empty());
        assert!(complaints(form("", "07700 900123")).is_empty());
        assert_eq!(complaints(form("", " ")), ["email"]);
        assert_eq!(complaints(form("nobody", "1")), ["email", "phone"]);
        assert_eq!(complaints(ComplaintForm::default()), ["name", "email", "words"]);
        assert_eq!(complaints(ComplaintForm { words: "é".repeat(3001), ..filled() }), ["words"]);
    }
}
