//! How the mails about a request name the patient: in the greeting, and in the header To.

use serde::{Deserialize, Serialize};

use crate::consultations::proof::ProofQuestion;
use crate::consultations::request::Request;
use crate::web::form::person_name::{first_name, greeting, plain_name};

/// The patient as a mail names them. Names that could carry a stranger's message are empty.
#[derive(Serialize, Deserialize)]
pub struct Addressee {
    /// What the mail greets by.
    pub name: String,
    /// The whole name as typed. Mails that waited for an older version have none.
    #[serde(default)]
    to_name: String,
}

impl Addressee {
    /// The last name stays out where the private page asks for it, for the address may have been mistyped.
    pub fn of(request: &Request) -> Addressee {
        let (name, to_name) = match ProofQuestion::of(request) {
            ProofQuestion::PhoneEnd => (greeting(&request.name), plain_name(&request.name)),
            ProofQuestion::LastName => (first_name(&request.name), ""),
        };
        Addressee { name: name.to_owned(), to_name: to_name.to_owned() }
    }

    /// The name beside the address in the header To.
    pub fn in_header(&self) -> &str {
        if self.to_name.is_empty() { &self.name } else { &self.to_name }
    }
}
