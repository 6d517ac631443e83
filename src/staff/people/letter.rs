//! The mail that invites someone to the desk.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::clinic::Role;
use crate::mail::{Letter, NewMail, Purpose, RenderedLetter};
use crate::storage::encryption::Cipher;
use crate::storage::reference::reference;
use crate::web::site::Site;

#[derive(Serialize, Deserialize)]
pub struct InvitationLetter {
    role: String,
    /// Of the page on which the account is made.
    token: String,
}

#[derive(Template)]
#[template(path = "staff/mail_invitation.txt")]
struct InvitationText<'a> {
    site: &'a Site,
    role: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "staff/mail_invitation.html")]
struct InvitationHtml<'a> {
    site: &'a Site,
    role: &'a str,
    link: &'a str,
}

impl Letter for InvitationLetter {
    const PURPOSE: Purpose = Purpose::StaffInvitation;
}

impl InvitationLetter {
    pub fn of(role: Role, token: &str) -> InvitationLetter {
        InvitationLetter { role: role.as_str().to_owned(), token: token.to_owned() }
    }

    /// A newer invitation of the same person ends this one, and its mail.
    pub fn to(&self, email: &str, cipher: &Cipher) -> NewMail {
        let topic = format!("invitation:{}", cipher.keyed_hash("invitation", email));
        NewMail::new(self, &reference("IN"), email).about(topic)
    }

    pub fn render(&self, site: &Site) -> Result<RenderedLetter, askama::Error> {
        let (role, link) = (&self.role, &site.url(&format!("/staff/welcome/{}", self.token)));
        Ok(RenderedLetter {
            subject: format!("Make your account for the desk of {}", site.clinic.site),
            text: InvitationText { site, role, link }.render()?,
            html: InvitationHtml { site, role, link }.render()?,
            ..RenderedLetter::default()
        })
    }
}
