//! The same words to another address: a message of its own, with its own Message-ID.

use anyhow::Context;
use jiff::Timestamp;

use crate::mail::message::{Purpose, Sender, Written, parse};
use crate::storage::encryption::random_token;

/// How quoted-printable breaks a line that goes on.
const SOFT_BREAK: &[u8] = b"=\r\n";

/// The headers that say to whom a message goes and which message it is.
const OWN: [&str; 3] = ["to:", "message-id:", "date:"];

impl Sender {
    /// The name of whom it was for is left out: it may have been a slip, too. `stop` is what the link that stops mail
    /// holds, for the old address and for the new one.
    pub(crate) fn readdress(
        &self,
        message: &[u8],
        (purpose, reference): (Purpose, &str),
        to: &str,
        stop: (&str, String),
        now: Timestamp,
    ) -> anyhow::Result<Written> {
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
        let mut bytes = [lines.as_bytes(), &message[end..]].concat();
        write_over(&mut bytes, stop.0.as_bytes(), stop.1.as_bytes());
        Ok(Written { purpose, reference: reference.to_owned(), id, to, bytes })
    }
}

/// Writes one text over each place of another that is as long, also where quoted-printable breaks its lines. Letters,
/// digits and hyphens stand for themselves there.
fn write_over(bytes: &mut [u8], old: &[u8], new: &[u8]) {
    debug_assert_eq!(old.len(), new.len());
    let mut at = 0;
    while at < bytes.len() {
        if let Some(places) = places_of(bytes, at, old) {
            for (place, byte) in places.into_iter().zip(new) {
                bytes[place] = *byte;
            }
        }
        at += 1;
    }
}

/// Where each byte of a text stands that begins here; nothing when it does not.
fn places_of(bytes: &[u8], mut at: usize, text: &[u8]) -> Option<Vec<usize>> {
    let mut places = Vec::new();
    for byte in text {
        while !places.is_empty() && bytes[at..].starts_with(SOFT_BREAK) {
            at += SOFT_BREAK.len();
        }
        if bytes.get(at) != Some(byte) {
            return None;
        }
        places.push(at);
        at += 1;
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use mailparse::MailHeaderMap;

    use super::*;
    use crate::mail::Letter;
    use crate::web::site::Site;

    #[test]
    fn only_the_address_the_date_and_the_name_of_the_message_are_new() {
        let site = Site::load("content".as_ref(), "https://example.org".into()).unwrap();
        let sender = Sender::new(&site, None).unwrap();
        let letter = Letter {
            purpose: Purpose::Report,
            reference: "RP-3333-4444".into(),
            to: "ada@example.ogr".into(),
            to_name: "Zoë O’Neill".into(),
            subject:
                "To: whom it may concern, with a subject that is so long that it is folded too, twice over"
                    .into(),
            text: format!("Dear Zoë,\nTo: be or not. Stop: https://example.org/stop/{}", "a".repeat(97)),
            html: format!("<p>Dear Zoë {}</p>", "a".repeat(97)),
        };
        let first = sender.write(&letter, None, "2026-11-20T18:15:00Z".parse().unwrap()).unwrap();
        let about = (Purpose::Report, "RP-3333-4444");
        let old = "a".repeat(97);
        let stop_of_new = "b".repeat(97);
        let stop = (old.as_str(), stop_of_new.clone());
        let again = sender
            .readdress(&first.bytes, about, "ada@example.org", stop, "2026-11-21T09:05:00Z".parse().unwrap())
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
        for (part, first) in mail.subparts.iter().zip(&first_mail.subparts) {
            let (words, first) = (part.get_body().unwrap(), first.get_body().unwrap());
            assert_eq!(
                words,
                first.replace(&old, &stop_of_new),
                "its own link, and every other word the same"
            );
        }
        assert_eq!(mail.headers.len(), first_mail.headers.len());
    }

    #[test]
    fn an_address_with_a_line_break_is_refused() {
        let site = Site::load("content".as_ref(), "https://example.org".into()).unwrap();
        let sender = Sender::new(&site, None).unwrap();
        assert!(
            sender
                .readdress(
                    b"To: a\r\n\r\nb",
                    (Purpose::Report, "RP-3333-4444"),
                    "a@example.org\r\nBcc: b@example.org",
                    ("a", "b".to_owned()),
                    Timestamp::UNIX_EPOCH
                )
                .is_err()
        );
    }
}
