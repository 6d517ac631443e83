//! What the consultation form says, as typed and as checked.

use crate::consultations::answers::RequestAnswers;
use crate::library::summary::Summary;
use crate::web::form;
use crate::web::form::contact::{CallTime, Choice, Method};
use crate::web::form::own_words::own_words;
use crate::web::form::{FieldErrors, Fields, email, one_line, phone};

/// As typed.
#[derive(Default)]
pub struct RequestForm {
    pub about: String,
    pub name: String,
    pub email: String,
    /// The address that was queried as a likely slip; the same again is meant.
    pub email_queried: String,
    pub phone: String,
    pub times: Vec<String>,
    pub method: String,
    pub answers: RequestAnswers,
    /// The form was opened from a summary.
    pub from_summary: bool,
    /// The summary is to be shared with the clinic.
    pub share: bool,
    /// Holds something only when a program filled the form in.
    pub trap: String,
}

/// As checked.
#[derive(Clone)]
pub struct NewRequest {
    pub about: String,
    pub contact: Contact,
    pub answers: RequestAnswers,
}

/// How to reach a person. The fields that the method does not need may be empty.
#[derive(Clone, Debug)]
pub struct Contact {
    pub name: String,
    pub email: String,
    pub phone: String,
    pub times: Vec<CallTime>,
    pub method: Method,
}

impl RequestForm {
    /// All that was typed in their own words: the main concern first, and what stands so in the summary they share.
    pub fn words(&self, shared: Option<&Summary>) -> String {
        words(&self.answers, shared, &self.name, &self.phone)
    }

    pub fn read(fields: &Fields) -> RequestForm {
        RequestForm {
            about: fields.text("about"),
            name: fields.text("name"),
            email: email::meant(fields),
            email_queried: fields.text("email_queried"),
            phone: fields.text("phone"),
            times: fields.all("times").map(str::to_owned).collect(),
            method: fields.text("method"),
            answers: RequestAnswers::read(fields),
            from_summary: fields.has("summary"),
            share: fields.has("share"),
            trap: fields.text("website"),
        }
    }

    /// What was asked, or what to mend. Only what the chosen method needs must be there.
    pub fn check(&self) -> Result<NewRequest, FieldErrors> {
        let mut errors = FieldErrors::default();
        let contact = self.check_contact(&mut errors);
        match (contact, self.answers.check(&mut errors)) {
            (Some(contact), Some(answers)) if errors.is_empty() => {
                Ok(NewRequest { about: self.about.clone(), contact, answers })
            }
            _ => Err(errors),
        }
    }

    /// The part of the form that says how to reach the person; complaints go to `errors`, in the order of the page.
    pub fn check_contact(&self, errors: &mut FieldErrors) -> Option<Contact> {
        let method = Method::from_word(&self.method);
        let name = errors.take("name", form::name(&self.name, "Enter your full name"));
        if method.is_none() {
            errors.add("method", "Select how you would like us to contact you");
        }
        let phone = match method {
            Some(method) if method.needs_phone() => errors.take("phone", phone::check(&self.phone)),
            _ if one_line(&self.phone).is_empty() => Some(String::new()),
            _ => errors.take("phone", phone::check(&self.phone)),
        };
        let email = match method {
            Some(method) if !method.needs_email() && one_line(&self.email).is_empty() => Some(String::new()),
            None if one_line(&self.email).is_empty() => Some(String::new()),
            _ => errors.take("email", email::check(&self.email)),
        };
        let times = self.times.iter().filter_map(|word| CallTime::from_word(word)).collect();
        Some(Contact { name: name?, email: email?, phone: phone?, times, method: method? })
    }

    /// What is to replace the details of someone who is reached at `known`; `asks` queries a likely slip in a new address.
    pub fn check_change(&self, known: &str, asks: &str) -> Result<Contact, FieldErrors> {
        let mut errors = FieldErrors::default();
        let checked = self.check_contact(&mut errors).filter(|_| errors.is_empty()).ok_or(errors);
        // An address that was ours already was meant.
        let is_ours = checked.as_ref().is_ok_and(|contact| contact.email == known);
        let queried = if is_ours { &self.email } else { &self.email_queried };
        email::ask(checked, &self.email, queried, asks)
    }

    /// Each field as it was typed, for the page that sends it again.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let mut pairs = vec![
            ("name", self.name.as_str()),
            ("email", &self.email),
            ("email_queried", &self.email_queried),
            ("phone", &self.phone),
        ];
        pairs.extend(self.times.iter().map(|time| ("times", time.as_str())));
        pairs.push(("method", &self.method));
        pairs.extend(self.answers.pairs());
        pairs.extend([("about", self.about.as_str()), ("website", &self.trap)]);
        pairs.extend(self.from_summary.then_some(("summary", "yes")));
        pairs.extend(self.share.then_some(("share", "yes")));
        pairs
    }

    pub fn method_choices(&self) -> Vec<Choice<'static>> {
        Method::choices(&self.method)
    }

    pub fn time_choices(&self) -> Vec<Choice<'static>> {
        CallTime::choices(&self.times)
    }

    pub fn share_choice(&self) -> Vec<Choice<'static>> {
        let label = "Yes, share my summary with the clinic";
        vec![Choice { value: "yes", label, chosen: self.share }]
    }
}

fn words(answers: &RequestAnswers, shared: Option<&Summary>, name: &str, phone: &str) -> String {
    let shared = shared.into_iter().flat_map(Summary::own_words);
    own_words(answers.own_words().into_iter().chain(shared), name, phone)
}

impl NewRequest {
    /// All that they wrote in their own words, as `RequestForm::words`.
    pub fn words(&self, shared: Option<&Summary>) -> String {
        words(&self.answers, shared, &self.contact.name, &self.contact.phone)
    }

    /// What is shown on the page on which it is checked, in the order of the form: label, answer, and its field.
    pub fn shown(&self) -> Vec<(&'static str, String, &'static str)> {
        let contact = &self.contact;
        let mut shown = vec![
            ("Full name", contact.name.clone(), "name"),
            ("How to contact you", contact.method.label().to_owned(), "method"),
            ("Phone number", contact.phone.clone(), "phone"),
            ("Best time to call", CallTime::in_words(&contact.times), "times"),
            ("Email address", contact.email.clone(), "email"),
        ];
        shown.extend(self.answers.shown());
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A form that is right; each test changes one thing.
    fn filled() -> RequestForm {
        RequestForm {
            name: "Ada Lovelace".into(),
            email: "ada@example.org".into(),
            phone: "07700 900123".into(),
            times: vec!["mornings".into(), "any".into()],
            method: "phone".into(),
            answers: RequestAnswers { concern: "Lower back, 3 months".into(), ..RequestAnswers::default() },
            ..RequestForm::default()
        }
    }

    fn complaints(form: RequestForm) -> Vec<(&'static str, String)> {
        let errors = form.check().err().unwrap_or_default();
        errors.iter().map(|error| (error.field, error.message.clone())).collect()
    }

    #[test]
    fn a_filled_form_is_a_request() {
        let new = filled().check().unwrap();
        assert_eq!(new.contact.method, Method::Phone);
        assert_eq!(new.contact.times, [CallTime::Mornings, CallTime::AnyTime]);
    }

    #[test]
    fn an_empty_form_names_what_is_missing_in_the_order_of_the_page() {
        let fields: Vec<_> = complaints(RequestForm::default()).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["name", "method"]);
    }

    #[test]
    fn only_what_the_method_needs_must_be_there() {
        let form = |method: &str, email: &str, phone: &str| RequestForm {
            method: method.into(),
            email: email.into(),
            phone: phone.into(),
            ..filled()
        };
        assert!(complaints(form("phone", "", "07700 900123")).is_empty());
        assert_eq!(complaints(form("phone", "ada@example.org", ""))[0].1, "Enter your phone number");
        assert!(complaints(form("email", "ada@example.org", "")).is_empty());
        assert_eq!(complaints(form("video", "", "07700 900123"))[0].1, "Enter your email address");
        assert_eq!(complaints(form("email", "ada@example.org", "123"))[0].0, "phone");
    }

    #[test]
    fn a_concern_may_be_500_characters_and_not_one_more() {
        let form = |letters| RequestForm {
            answers: RequestAnswers { concern: "é".repeat(letters), ..RequestAnswers::default() },
            ..filled()
        };
        assert!(complaints(form(500)).is_empty());
        let over = complaints(form(501));
        assert_eq!(over, [("concern", "Main concern must be 500 characters or less".to_owned())]);
    }

    #[test]
    fn forged_choices_are_no_choice() {
        let answers = RequestAnswers { voicemail: "maybe".into(), ..RequestAnswers::default() };
        let forged = RequestForm { answers, times: vec!["midnight".into()], ..filled() };
        let new = forged.check().unwrap();
        assert!(new.answers.voicemail.is_empty() && new.contact.times.is_empty());
        assert_eq!(complaints(RequestForm { method: "fax".into(), ..filled() })[0].0, "method");
    }
}
