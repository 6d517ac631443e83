//! What the request form asks beside how to reach somebody: each answer as typed, as checked, and as it is shown.

use crate::web::form;
use crate::web::form::contact::{Choice, yes_no};
use crate::web::form::{FieldErrors, Fields};

/// The longest main concern, in characters.
pub const LONGEST_CONCERN: usize = 500;
const LONGEST_NEEDS: usize = 200;
/// As people call what may not be readable.
pub const CONCERN: &str = "main concern";
pub const NEEDS: &str = "needs";

#[derive(Clone, Debug, Default)]
pub struct RequestAnswers {
    pub concern: String,
    /// "yes", "no" or nothing; as typed, anything.
    pub voicemail: String,
    pub needs: String,
}

impl RequestAnswers {
    pub fn read(fields: &Fields) -> RequestAnswers {
        RequestAnswers {
            concern: fields.text("concern"),
            voicemail: fields.text("voicemail"),
            needs: fields.text("needs"),
        }
    }

    /// What was answered; complaints go to `errors`, in the order of the page.
    pub fn check(&self, errors: &mut FieldErrors) -> Option<RequestAnswers> {
        let concern = errors.take("concern", form::words(&self.concern, LONGEST_CONCERN, "Main concern"));
        let needs = errors
            .take("needs", form::words(&self.needs, LONGEST_NEEDS, "What would make it easier to talk"));
        let voicemail = self.voicemail_choice().map_or("", |choice| choice.value).to_owned();
        Some(RequestAnswers { concern: concern?, voicemail, needs: needs? })
    }

    /// Each field and its answer, in the order of the page.
    pub fn pairs(&self) -> [(&'static str, &str); 3] {
        [("concern", &self.concern), ("voicemail", &self.voicemail), ("needs", &self.needs)]
    }

    /// What is shown on the page on which it is checked, in the order of the form: label, answer, and its field.
    pub fn shown(&self) -> [(&'static str, String, &'static str); 3] {
        let voicemail = self.voicemail_choice().map_or_else(String::new, |choice| choice.label.to_owned());
        [
            ("Main concern", self.concern.clone(), "concern"),
            ("Voicemail", voicemail, "voicemail"),
            ("What would make it easier to talk", self.needs.clone(), "needs"),
        ]
    }

    /// What is in their own words, the main concern first.
    pub fn own_words(&self) -> [&str; 2] {
        [&self.concern, &self.needs]
    }

    /// What they said about talking with them, for the desk: label, answer, and whether only clinicians read it.
    pub fn preferences(&self, unreadable: &[&str]) -> [(&'static str, &str, bool); 2] {
        let voicemail = match self.voicemail.as_str() {
            "yes" => "Yes",
            "no" => "No",
            _ => "Not given: leave none",
        };
        let needs = match self.needs.as_str() {
            "" if unreadable.contains(&NEEDS) => "Cannot be read",
            "" => "None given",
            needs => needs,
        };
        [("Voicemail", voicemail, false), ("Needs", needs, true)]
    }

    pub fn voicemail_choices(&self) -> Vec<Choice<'static>> {
        yes_no(&self.voicemail)
    }

    fn voicemail_choice(&self) -> Option<Choice<'static>> {
        self.voicemail_choices().into_iter().find(|choice| choice.chosen)
    }
}
