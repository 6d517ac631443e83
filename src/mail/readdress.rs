//! The same words to another address: a message of its own, with its own Message-ID.

use anyhow::Context;
use jiff::Timestamp;

use super::message::{Sender, Written, parse};
use crate::sealing::random_token;

/// The headers that say to whom a message goes and which message it is.
const OWN: [&str; 3] = ["to:", "message-id:", "date:"];

impl Sender {
    /// The name of whom it was for is left out: it may have been a slip, too.
    pub(super) fn readdress(&self, message: &[u8], to: &str, now: Timestamp) -> anyhow::Result<Written> {
        let to = parse(to)?.to_string();
        let id = format!("<{}@{}>", random_token(), self.domain);
        let end =
            message.windows(4).position(|end| end == b"\r\n\r\n").context("a stored message has no head")?;
        let head =
            std::str::from_utf8(&message[..end]).context("the head of a stored message is not text")?;
        let date = now.strftime("%a, %d %b %Y %H:%M:%S +0000");
        let mut lines = format!("Message-ID: {id}\r\nDate: {date}\r\nTo: {to}");
        let mut ours = false;
        for line in head.split("\r\n") {
            // A line that begins with a space belongs to the header above it.
            if !line.starts_with([' ', '\t']) {
                ours = OWN.iter().any(|name| line.to_lowercase().starts_with(name));
            }
            if !ours {
                lines += "\r\n";
                lines += line;
            }
        }
        Ok(Written { id, to, bytes: [lines.as_bytes(), &message[end..]].concat() })
    }
}

#[cfg(test)]
mod tests {
    use mailparse::MailHeaderMap;

    use super::*;
    use crate::mail::{Letter, Purpose};
    use crate::site::Site;

    #[test]
    fn only_the_address_the_date_and_the_name_of_the_message_are_new() {
        let site = Site::load("content".as_ref(), "https://example.org".into()).unwrap();
        let sender = Sender::new(&site, None).unwrap();
        let letter = Letter {
            purpose: Purpose::Report,
            reference: "RP-3333-4444".into(),
            to: "ada@example.ogr".into(),
            to_name:
                "Zoë Wolfeschlegelsteinhausenbergerdorff O’Neill, who has so long a name that it is folded"
                    .into(),
            subject:
                "To: whom it may concern, with a subject that is so long that it is folded too, twice over"
                    .into(),
            text: "Dear Zoë,\nTo: be or not.".into(),
            html: "<p>Dear Zoë</p>".into(),
        };
        let first = sender.write(&letter, None, "2026-11-20T18:15:00Z".parse().unwrap()).unwrap();
        let again = sender
            .readdress(&first.bytes, "ada@example.org", "2026-11-21T09:05:00Z".parse().unwrap())
            .unwrap();
        let (first_mail, mail) =
            (mailparse::parse_mail(&first.bytes).unwrap(), mailparse::parse_mail(&again.bytes).unwrap());
        let of = |mail: &mailparse::ParsedMail, name: &str| mail.headers.get_all_values(name);
        assert_eq!(of(&mail, "To"), ["ada@example.org"]);
        assert_eq!(of(&mail, "Message-ID").concat(), again.id);
        assert_ne!(first.id, again.id);
        assert_eq!(of(&mail, "Date"), ["Sat, 21 Nov 2026 09:05:00 +0000"]);
        for same in ["From", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type"] {
            assert_eq!(of(&mail, same), of(&first_mail, same), "{same}");
        }
        assert!(!String::from_utf8_lossy(&again.bytes).contains("example.ogr"));
        assert_eq!(mail.subparts[0].get_body_raw().unwrap(), first_mail.subparts[0].get_body_raw().unwrap());
        assert_eq!(mail.headers.len(), first_mail.headers.len());
    }

    #[test]
    fn an_address_with_a_line_break_is_refused() {
        let site = Site::load("content".as_ref(), "https://example.org".into()).unwrap();
        let sender = Sender::new(&site, None).unwrap();
        assert!(
            sender
                .readdress(b"To: a\r\n\r\nb", "a@example.org\r\nBcc: b@example.org", Timestamp::UNIX_EPOCH)
                .is_err()
        );
    }
}
