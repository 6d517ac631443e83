//! A message to a patient as it was typed, and as it is to be sent.

use crate::consultations::messages::letter::greeted;
use crate::consultations::messages::{FieldValues, LONGEST_MESSAGE, fill, health_words};
use crate::consultations::{Request, RequestState};
use crate::storage::encryption::token_hash;
use crate::web::app::App;
use crate::web::form;
use crate::web::form::Fields;

/// What stands on the desk for the patient's private link, which is theirs alone.
const LINK_SHOWN: &str = "[the link to their private page]";

/// The message as it was typed.
#[derive(Default)]
pub struct MessageForm {
    pub reply: String,
    pub words: String,
    /// It is our answer.
    pub contact: bool,
}

/// A message whose fields could be filled in.
pub struct CheckedMessage {
    /// As the patient reads it, but for the link.
    pub shown: String,
    /// As it is stored, with the link to be filled in.
    pub words: String,
    /// Words that may say something about their health.
    pub health: Vec<String>,
    /// Stands for exactly this message.
    pub mark: String,
}

impl MessageForm {
    pub fn read(fields: &Fields) -> MessageForm {
        MessageForm {
            reply: fields.text("reply"),
            words: fields.text("words"),
            contact: fields.text("contact") == "yes",
        }
    }

    /// The message with its fields filled in, or what is wrong with it.
    pub fn check(&self, app: &App, request: &Request) -> std::result::Result<CheckedMessage, String> {
        let site = &app.site;
        let typed = form::words(&self.words, LONGEST_MESSAGE, "Your message")?;
        if typed.is_empty() {
            return Err("Enter your message".to_owned());
        }
        let is_open = request.state == RequestState::New && request.due_at > app.clock.now();
        let promise = is_open.then(|| site.clinic.calendar().say_with_year(request.due_at));
        let name = greeted(request);
        let values = |link| FieldValues {
            name: &name,
            promise: promise.as_deref().unwrap_or_default(),
            phone: &site.clinic.phone,
            link,
        };
        let (shown, words) = (fill(&typed, &values(LINK_SHOWN))?, fill(&typed, &values("{link}"))?);
        let names = [site.clinic.site.as_str(), &site.clinic.producer];
        let health = health_words(&words, &names, &site.signs);
        let mark = token_hash(&format!("{}\0{words}\0{}", request.email, request.method.word()));
        Ok(CheckedMessage { shown, words, health, mark })
    }
}
