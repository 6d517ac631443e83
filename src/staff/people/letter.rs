//! The mail that invites someone to the desk.

use askama::Template;

use crate::clinic::Role;
use crate::mail::{Letter, Purpose};
use crate::storage::reference::reference;
use crate::web::site::Site;

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

pub fn of(site: &Site, email: &str, role: Role, link: &str) -> Result<Letter, askama::Error> {
    let role = role.as_str();
    Ok(Letter {
        purpose: Purpose::StaffInvitation,
        reference: reference("IN"),
        to: email.to_owned(),
        to_name: String::new(),
        subject: format!("Make your account for the desk of {}", site.clinic.site),
        text: InvitationText { site, role, link }.render()?,
        html: InvitationHtml { site, role, link }.render()?,
    })
}
