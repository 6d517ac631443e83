//! A letter as a feature writes it, and the whole message that is made of it once and sent unchanged however often.

use std::time::SystemTime;

use anyhow::{Context, ensure};
use axum::http::Uri;
use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use crate::clinic::Role;
use crate::storage::encryption::random_token;
use crate::web::form::{one_line, plain_name};
use crate::web::site::Site;

/// A mail as a feature writes it.
pub struct Letter {
    pub purpose: Purpose,
    /// Of the consultation or report.
    pub reference: String,
    /// The address as typed.
    pub to: String,
    /// The person's name, or nothing. Only a plain one is used.
    pub to_name: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// An iCalendar file (RFC 5546) that goes with a letter.
pub struct CalendarFile {
    /// REQUEST or CANCEL.
    pub method: &'static str,
    pub text: String,
}

/// Why a mail is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To the patient: we have your request.
    ConsultationConfirmation,
    /// To the desk: a request is waiting.
    ConsultationNotice,
    /// To the patient: when and where, or that it has changed.
    ConsultationBooking,
    Report,
    /// To a colleague: make your account.
    StaffInvitation,
    /// To the desk: someone complains about how we handle personal data.
    ComplaintNotice,
}

/// Who mail is from. Built once at the start.
pub struct Sender {
    from: Mailbox,
    /// What stands behind the at sign of a Message-ID.
    pub(crate) domain: String,
}

/// A message that is ready to send.
pub struct Written {
    pub(crate) purpose: Purpose,
    pub(crate) reference: String,
    pub(crate) id: String,
    pub(crate) to: String,
    pub(crate) bytes: Vec<u8>,
}

impl Purpose {
    pub const ALL: [Purpose; 6] = [
        Purpose::ConsultationConfirmation,
        Purpose::ConsultationNotice,
        Purpose::ConsultationBooking,
        Purpose::Report,
        Purpose::StaffInvitation,
        Purpose::ComplaintNotice,
    ];

    /// The word stored for it.
    pub fn word(self) -> &'static str {
        match self {
            Purpose::ConsultationConfirmation => "consultation-confirmation",
            Purpose::ConsultationNotice => "consultation-notice",
            Purpose::ConsultationBooking => "consultation-booking",
            Purpose::Report => "report",
            Purpose::StaffInvitation => "staff-invitation",
            Purpose::ComplaintNotice => "complaint-notice",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Purpose::ConsultationConfirmation => "Confirmation to the patient",
            Purpose::ConsultationNotice => "Notice to the clinic",
            Purpose::ConsultationBooking => "Booking, to the patient",
            Purpose::Report => "Report",
            Purpose::StaffInvitation => "Invitation to a colleague",
            Purpose::ComplaintNotice => "Notice of a complaint",
        }
    }

    /// What is said to a patient about their request may go to the address they meant. Every other mail goes to the
    /// address that it was made for, or nowhere: the link in an invitation makes an account, the one in a report opens
    /// words that nobody at the clinic may read, and notices are the clinic's own.
    pub fn may_be_readdressed(self) -> bool {
        match self {
            Purpose::ConsultationConfirmation | Purpose::ConsultationBooking => true,
            Purpose::ConsultationNotice
            | Purpose::Report
            | Purpose::StaffInvitation
            | Purpose::ComplaintNotice => false,
        }
    }

    /// Who may send it again or leave it.
    pub fn is_business_of(self, role: Role) -> bool {
        self != Purpose::StaffInvitation || role == Role::Administrator
    }

    /// Who sees the address it goes to.
    pub fn shows_address_to(self, role: Role) -> bool {
        if self == Purpose::StaffInvitation {
            role == Role::Administrator
        } else {
            matches!(role, Role::Reception | Role::Clinician)
        }
    }
}

impl TryFrom<String> for Purpose {
    type Error = String;

    fn try_from(word: String) -> Result<Purpose, String> {
        Purpose::ALL
            .into_iter()
            .find(|purpose| purpose.word() == word)
            .ok_or_else(|| format!("{word} is not a purpose of mail"))
    }
}

impl Sender {
    /// `from` is an address, or nothing for the clinic's own.
    pub fn new(site: &Site, from: Option<&str>) -> anyhow::Result<Sender> {
        let address = from.unwrap_or(&site.clinic.email);
        let parsed = parse(address).map_err(|_| {
            anyhow::anyhow!("{address:?} cannot be the sender of mail; give --mail-from an address")
        })?;
        let uri: Uri = site.base_url.parse().context("the base URL is not an address")?;
        let domain = uri.host().context("the base URL has no host")?.to_owned();
        Ok(Sender { from: Mailbox::new(display_name(&site.clinic.site), parsed), domain })
    }

    /// The address that a mail server is told.
    pub fn address(&self) -> &Address {
        &self.from.email
    }

    /// The whole message, or why none can be written; the reason does not repeat the address.
    pub fn write(
        &self,
        letter: &Letter,
        calendar: Option<&CalendarFile>,
        now: Timestamp,
    ) -> anyhow::Result<Written> {
        let to = parse(&letter.to)?;
        let id = format!("<{}@{}>", random_token(), self.domain);
        let message = Message::builder()
            .message_id(Some(id.clone()))
            .date(SystemTime::from(now))
            .from(self.from.clone())
            .to(Mailbox::new(display_name(plain_name(&letter.to_name)), to.clone()))
            .subject(harmless(&letter.subject))
            // So that out-of-office replies and the like stay away (RFC 3834).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(body(letter, calendar)?)?;
        Ok(Written {
            purpose: letter.purpose,
            reference: letter.reference.clone(),
            id,
            to: to.to_string(),
            bytes: message.formatted(),
        })
    }
}

/// Plain text, HTML, and a calendar file twice: as a part that mail programs read, and as a file to keep.
fn body(letter: &Letter, calendar: Option<&CalendarFile>) -> anyhow::Result<MultiPart> {
    let words = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
    let Some(CalendarFile { method, text }) = calendar else { return Ok(words) };
    let kind = ContentType::parse(&format!("text/calendar; charset=utf-8; method={method}"))?;
    let part = SinglePart::builder().header(kind).body(text.clone());
    let file = Attachment::new("appointment.ics".to_owned())
        .body(text.clone(), ContentType::parse("application/ics")?);
    Ok(MultiPart::mixed().multipart(words.singlepart(part)).singlepart(file))
}

/// An address that fits into a command of a mail server: ASCII on one line. The error does not repeat it.
pub(crate) fn parse(address: &str) -> anyhow::Result<Address> {
    let plain = address.is_ascii() && !address.contains(|c: char| c.is_ascii_control());
    ensure!(plain, "the address of a mail has characters that mail servers do not take");
    address.parse().context("the address of a mail is not an address")
}

fn display_name(name: &str) -> Option<String> {
    Some(harmless(name)).filter(|name| !name.is_empty())
}

/// One line without control characters: a line break in a header would begin another header, and lettre panics on it.
fn harmless(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    one_line(&spaced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mailparse::MailHeaderMap;
    use proptest::prelude::*;

    fn sender() -> Sender {
        let site = Site::load("content".as_ref(), "https://example.org:8443".into()).unwrap();
        Sender::new(&site, None).unwrap()
    }

    fn letter() -> Letter {
        Letter {
            purpose: Purpose::Report,
            reference: "RP-2345-6789".into(),
            to: "ada@example.org".into(),
            to_name: "Zoë O’Neill".into(),
            subject: "Your report – back pain".into(),
            text: "Dear Zoë,\n.\nHere it is.".into(),
            html: "<p>Dear Zoë</p>".into(),
        }
    }

    #[test]
    fn a_message_is_ascii_with_both_parts_and_says_that_a_machine_wrote_it() {
        let now: Timestamp = "2026-11-20T18:15:00Z".parse().unwrap();
        let written = sender().write(&letter(), None, now).unwrap();
        assert!(written.bytes.is_ascii());
        let bare = |pair: &[u8]| pair[1] == b'\n' && pair[0] != b'\r';
        assert!(!written.bytes.windows(2).any(bare), "a bare line feed can end a message early");
        let mail = mailparse::parse_mail(&written.bytes).unwrap();
        let header = |name: &str| mail.headers.get_first_value(name).unwrap();
        assert_eq!(header("From"), "\"My Back Pain\" <hello@mybackpain.co.uk>");
        assert_eq!(header("To"), "Zoë O’Neill <ada@example.org>");
        assert_eq!(header("Subject"), "Your report – back pain");
        assert_eq!(header("Auto-Submitted"), "auto-generated");
        assert_eq!(header("Message-ID"), written.id);
        assert!(written.id.ends_with("@example.org>"), "{}", written.id);
        assert!(header("Date").starts_with("Fri, 20 Nov 2026 18:15:00"), "{}", header("Date"));
        assert_eq!(mail.ctype.mimetype, "multipart/alternative");
        assert_eq!(mail.subparts[0].get_body().unwrap().trim_end(), "Dear Zoë,\r\n.\r\nHere it is.");
        assert_eq!(mail.subparts[1].get_body().unwrap().trim_end(), "<p>Dear Zoë</p>");
    }

    #[test]
    fn an_address_that_mail_cannot_go_to_is_an_error_that_does_not_repeat_it() {
        for bad in [
            "",
            "ada",
            "ada@",
            "ada@exämple.org",
            "a\r\nb@example.org",
            "\"a\r\nb\"@example.org",
            "Ada <a@b.c>",
        ] {
            let refused = sender().write(&Letter { to: bad.into(), ..letter() }, None, Timestamp::now());
            let words = format!("{:#}", refused.err().expect(bad));
            assert!(bad.is_empty() || !words.contains(bad), "{words}");
        }
    }

    #[test]
    fn a_sender_that_is_no_address_is_refused_at_the_start() {
        let site = Site::load("content".as_ref(), "http://127.0.0.1:8080".into()).unwrap();
        assert!(Sender::new(&site, Some("nobody")).err().unwrap().to_string().contains("--mail-from"));
        assert_eq!(Sender::new(&site, Some("a@example.org")).unwrap().address().to_string(), "a@example.org");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_a_name_or_subject_holds_it_stays_in_its_header(name in "\\PC{0,60}|.{0,200}", subject in "(?s).{0,200}") {
            let hostile = Letter { to_name: format!("{name}\r\nBcc: x@example.org"), subject, ..letter() };
            let written = sender().write(&hostile, None, Timestamp::UNIX_EPOCH).unwrap();
            let mail = mailparse::parse_mail(&written.bytes).unwrap();
            prop_assert!(written.bytes.is_ascii());
            prop_assert!(mail.headers.get_first_value("Bcc").is_none());
            prop_assert_eq!(mail.subparts.len(), 2);
        }
    }
}
