//! The correction form, as typed and as checked.

use crate::web::form;
use crate::web::form::{FieldErrors, Fields, email, one_line};

pub const LONGEST_WORDS: usize = 1000;

/// As typed.
#[derive(Default)]
pub struct CorrectionForm {
    pub about: String,
    pub words: String,
    pub name: String,
    pub email: String,
    /// The address that was queried as a likely slip; the same again is meant.
    pub email_queried: String,
    /// Holds something only when a program filled the form in.
    pub trap: String,
}

/// As checked. The page that it is about is checked by its caller.
pub struct NewCorrection {
    pub words: String,
    /// May be empty, like the address.
    pub name: String,
    pub email: String,
}

impl CorrectionForm {
    pub fn read(fields: &Fields) -> CorrectionForm {
        CorrectionForm {
            about: fields.text("about"),
            words: fields.text("words"),
            name: fields.text("name"),
            email: email::meant(fields),
            email_queried: fields.text("email_queried"),
            trap: fields.text("website"),
        }
    }

    pub fn check(&self, is_a_page: bool) -> Result<NewCorrection, FieldErrors> {
        let mut errors = FieldErrors::default();
        if !is_a_page {
            errors.add("about", "Select the page with the mistake");
        }
        let words = match errors.take("words", form::words(&self.words, LONGEST_WORDS, "What is wrong")) {
            Some(words) if words.is_empty() => {
                errors.add("words", "Enter what is wrong on the page");
                None
            }
            words => words,
        };
        let name = match one_line(&self.name).is_empty() {
            true => Some(String::new()),
            false => errors.take("name", form::name(&self.name, "")),
        };
        let email = match one_line(&self.email).is_empty() {
            true => Some(String::new()),
            false => errors.take("email", email::check(&self.email)),
        };
        match (words, name, email) {
            (Some(words), Some(name), Some(email)) if errors.is_empty() => {
                Ok(NewCorrection { words, name, email })
            }
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(form: CorrectionForm, is_a_page: bool) -> Vec<&'static str> {
        form.check(is_a_page).err().unwrap_or_default().iter().map(|error| error.field).collect()
    }

    #[test]
    fn only_the_page_and_what_is_wrong_must_be_there() {
        let filled =
            || CorrectionForm { words: "The second link is dead".into(), ..CorrectionForm::default() };
        assert_eq!(complaints(CorrectionForm::default(), false), ["about", "words"]);
        assert!(complaints(filled(), true).is_empty());
        assert_eq!(complaints(CorrectionForm { email: "ada".into(), ..filled() }, true), ["email"]);
        assert_eq!(complaints(CorrectionForm { words: "é".repeat(1001), ..filled() }, true), ["words"]);
        assert_eq!(complaints(CorrectionForm { name: "n".repeat(101), ..filled() }, true), ["name"]);
    }
}
