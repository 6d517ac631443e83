//! Makes the message (RFC 5322, MIME) of a letter, and takes no address or text that would break out of its header.

use std::time::SystemTime;

use anyhow::{Context, ensure};
use axum::http::Uri;
use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};

use crate::mail::bounces::{LONGEST_PREFIX, ReturnTag};
use crate::mail::letter::{CalendarFile, RenderedLetter};
use crate::storage::encryption::{Cipher, random_token};
use crate::web::form::one_line;
use crate::web::form::person_name::plain_name;
use crate::web::site::Site;

/// Who mail is from. Built once at the start.
pub struct Sender {
    from: Mailbox,
    /// Where mail servers report what they could not deliver.
    bounces_to: Address,
}

impl Sender {
    /// `from` is an address, or nothing for the clinic's own.
    pub fn new(site: &Site, from: Option<&str>) -> anyhow::Result<Sender> {
        let address = from.unwrap_or(&site.clinic.email);
        let parsed = parse(address).map_err(|_| {
            anyhow::anyhow!("{address:?} cannot be the sender of mail; give --mail-from an address")
        })?;
        host(site).context("the base URL is not an address with a host")?;
        Ok(Sender { from: Mailbox::new(display_name(&site.clinic.site), parsed.clone()), bounces_to: parsed })
    }

    /// Has what cannot be delivered reported to another address than the one that answers go to. A star before the @
    /// stands for what is signed for each mail.
    pub fn with_bounces_to(self, address: &str) -> anyhow::Result<Sender> {
        let bounces_to = parse(address).map_err(|_| {
            anyhow::anyhow!("{address:?} cannot get reports of mail; give --mail-bounces-to an address")
        })?;
        let local = bounces_to.user();
        if let Some(star) = local.find('*') {
            ensure!(
                star + 1 == local.len() && (1..=LONGEST_PREFIX).contains(&star),
                "{address:?}: --mail-bounces-to takes one star, as the last character before the @, after 1 to {LONGEST_PREFIX} others"
            );
        }
        Ok(Sender { bounces_to, ..self })
    }

    /// Who a mail is from, as its reader sees it.
    pub fn address(&self) -> &Address {
        &self.from.email
    }

    /// The sender that a mail server is told of one mail, by its number in the outbox and its Message-ID.
    pub fn return_path(&self, cipher: &Cipher, id: i64, message_id: &str) -> Address {
        ReturnTag::of(cipher, id, message_id).put_into(&self.bounces_to)
    }

    /// The whole message, or why none can be written. Its boundaries are random: the same bytes again come from the
    /// outbox.
    pub fn write(
        &self,
        letter: &RenderedLetter,
        to: &Address,
        message_id: &str,
        date: Timestamp,
    ) -> anyhow::Result<Vec<u8>> {
        let mut head = Message::builder()
            .message_id(Some(message_id.to_owned()))
            .date(SystemTime::from(date))
            .from(self.from.clone())
            .to(Mailbox::new(display_name(plain_name(&letter.to_name)), to.clone()))
            .subject(without_controls(&letter.subject));
        match &letter.reply_to {
            Some(address) => head = head.reply_to(Mailbox::new(None, parse(address)?)),
            // So that out-of-office replies and the like stay away (RFC 3834).
            None => head = with_header(head, "Auto-Submitted", "auto-generated".to_owned()),
        }
        if let Some(stop) = &letter.stop {
            // Mail programs show "unsubscribe", and send one POST when it is pressed (RFC 8058).
            head = with_header(head, "List-Unsubscribe", format!("<{stop}>"));
            head = with_header(head, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned());
        }
        Ok(head.multipart(body(letter)?)?.formatted())
    }
}

/// A new Message-ID. It never changes, however often the mail is tried.
pub fn message_id(site: &Site) -> String {
    format!("<{}@{}>", random_token(), host(site).as_deref().unwrap_or("localhost"))
}

fn host(site: &Site) -> Option<String> {
    Some(site.base_url.parse::<Uri>().ok()?.host()?.to_owned())
}

fn with_header(head: MessageBuilder, name: &'static str, value: String) -> MessageBuilder {
    head.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value))
}

/// Plain text, HTML, and a calendar file twice: as a part that mail programs read, and as a file to keep.
fn body(letter: &RenderedLetter) -> anyhow::Result<MultiPart> {
    let words = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
    let Some(CalendarFile { method, text }) = &letter.calendar else { return Ok(words) };
    let kind = ContentType::parse(&format!("text/calendar; charset=utf-8; method={method}"))?;
    let part = SinglePart::builder().header(kind).body(text.clone());
    let file = Attachment::new("appointment.ics".to_owned())
        .body(text.clone(), ContentType::parse("application/ics")?);
    Ok(MultiPart::mixed().multipart(words.singlepart(part)).singlepart(file))
}

/// An address that fits into a command of a mail server: ASCII on one line. The error does not repeat it.
pub fn parse(address: &str) -> anyhow::Result<Address> {
    let plain = address.is_ascii() && !address.contains(|c: char| c.is_ascii_control());
    ensure!(plain, "the address of a mail has characters that mail servers do not take");
    let address: Address = address.parse().context("the address of a mail is not an address")?;
    // As it stands in a header, where less is taken than in a command.
    ensure!(
        address.to_string().parse::<Mailbox>().is_ok(),
        "the address of a mail cannot stand in its header"
    );
    Ok(address)
}

fn display_name(name: &str) -> Option<String> {
    Some(without_controls(name)).filter(|name| !name.is_empty())
}

/// One line without control characters: a line break in a header would begin another header, and lettre panics on it.
fn without_controls(text: &str) -> String {
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

    const ID: &str = "<1@example.org>";

    fn letter() -> RenderedLetter {
        RenderedLetter {
            to_name: "Zoë O’Neill".into(),
            subject: "Your report – back pain".into(),
            text: "Dear Zoë,\n.\nHere it is.".into(),
            html: "<p>Dear Zoë</p>".into(),
            stop: Some(format!("https://example.org:8443/reports/stop/{}", "a".repeat(97))),
            ..RenderedLetter::default()
        }
    }

    fn write(letter: &RenderedLetter, now: Timestamp) -> Vec<u8> {
        sender().write(letter, &parse("ada@example.org").unwrap(), ID, now).unwrap()
    }

    #[test]
    fn a_message_is_ascii_with_both_parts_and_says_that_a_machine_wrote_it() {
        let now: Timestamp = "2026-11-20T18:15:00Z".parse().unwrap();
        let written = write(&letter(), now);
        assert!(written.is_ascii());
        let bare = |pair: &[u8]| pair[1] == b'\n' && pair[0] != b'\r';
        assert!(!written.windows(2).any(bare), "a bare line feed can end a message early");
        let mail = mailparse::parse_mail(&written).unwrap();
        let header = |name: &str| mail.headers.get_first_value(name).unwrap();
        assert_eq!(header("From"), "\"My Back Pain\" <hello@mybackpain.co.uk>");
        assert_eq!(header("To"), "Zoë O’Neill <ada@example.org>");
        assert_eq!(header("Subject"), "Your report – back pain");
        assert_eq!(header("Auto-Submitted"), "auto-generated");
        assert_eq!(header("Message-ID"), ID);
        assert_eq!(header("List-Unsubscribe"), format!("<{}>", letter().stop.unwrap()));
        assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
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
            let words = format!("{:#}", parse(bad).expect_err(bad));
            assert!(bad.is_empty() || !words.contains(bad), "{words}");
        }
    }

    #[test]
    fn a_message_id_is_new_each_time_and_ends_with_the_host_of_the_site() {
        let site = Site::load("content".as_ref(), "https://example.org:8443".into()).unwrap();
        assert!(message_id(&site).ends_with("@example.org>"));
        assert_ne!(message_id(&site), message_id(&site));
    }

    #[test]
    fn a_sender_that_is_no_address_is_refused_at_the_start() {
        let site = Site::load("content".as_ref(), "http://127.0.0.1:8080".into()).unwrap();
        assert!(Sender::new(&site, Some("nobody")).err().unwrap().to_string().contains("--mail-from"));
        assert_eq!(Sender::new(&site, Some("a@example.org")).unwrap().address().to_string(), "a@example.org");
    }

    #[test]
    fn an_address_for_reports_has_its_star_where_a_tag_fits() {
        let set =
            |address: &str| sender().with_bounces_to(address).map(|_| ()).map_err(|error| error.to_string());
        for good in ["bounces@example.org", "bounces+*@example.org", "b-*@example.org"] {
            assert_eq!(set(good), Ok(()), "{good}");
        }
        for bad in [
            "nobody",
            "*@example.org",
            "*+b@example.org",
            "a*b*@example.org",
            "a-very-long-prefix-of-it+*@example.org",
        ] {
            assert!(set(bad).unwrap_err().contains("--mail-bounces-to"), "{bad}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_a_name_or_subject_holds_it_stays_in_its_header(name in "\\PC{0,60}|.{0,200}", subject in "(?s).{0,200}") {
            let to_name = format!("{name}\r\nBcc: x@example.org");
            let hostile = RenderedLetter { to_name, subject, ..letter() };
            let written = write(&hostile, Timestamp::UNIX_EPOCH);
            let mail = mailparse::parse_mail(&written).unwrap();
            prop_assert!(written.is_ascii());
            prop_assert!(mail.headers.get_first_value("Bcc").is_none());
            prop_assert_eq!(mail.subparts.len(), 2);
        }
    }
}
