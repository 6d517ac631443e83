//! Reads a delivery report (RFC 3464) or a complaint (ARF, RFC 5965) and finds which mail it is about.

use mailparse::{MailHeaderMap, ParsedMail};

use crate::mail::bounces::return_path::ReturnTag;

/// The largest report that is read, in bytes: reports repeat the mail they are about.
pub const LARGEST: usize = 1024 * 1024;
/// The parts of a report are this deep at most: deeper ones are built to exhaust a reader.
const DEEPEST: usize = 5;
/// So many parts say what they are at most. The parser calls itself for each level, and every level needs such a line.
const MOST_PARTS: usize = 100;
/// The headers in which mail servers and fetchers write where a mail was delivered.
const DELIVERED: [&str; 5] = ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To"];

/// What one report says about one mail.
#[derive(Debug, PartialEq, Eq)]
pub struct BounceReport {
    /// The Message-ID of the mail that it is about, in angle brackets, when it repeats that mail.
    pub message_id: Option<String>,
    /// What stands in the addresses that it was delivered to, and may be signed by us.
    pub tags: Vec<ReturnTag>,
    pub news: DeliveryAction,
}

#[derive(Debug, PartialEq, Eq)]
pub enum DeliveryAction {
    /// It will not be delivered; status and words of the server, for staff. They may hold the address.
    Failed(String),
    /// Whoever got it called it unwanted.
    Unwanted,
    /// It was delivered, or is still being tried.
    Nothing,
}

impl BounceReport {
    /// Nothing when the bytes are no report, or do not say which mail they are about.
    pub fn parse(bytes: &[u8]) -> Option<BounceReport> {
        let bytes = bytes.get(..LARGEST).unwrap_or(bytes);
        if parts(bytes) > MOST_PARTS {
            return None;
        }
        let mail = mailparse::parse_mail(bytes).ok()?;
        let (message_id, tags) = (message_id(&mail, 0), tags(&mail));
        if message_id.is_none() && tags.is_empty() {
            return None;
        }
        let news = match () {
            () if find(&mail, "message/feedback-report", 0).is_some() => complaint(&mail)?,
            () => failure(&find(&mail, "message/delivery-status", 0)?.get_body().ok()?),
        };
        Some(BounceReport { message_id, tags, news })
    }
}

/// How many lines say what a part is.
fn parts(bytes: &[u8]) -> usize {
    const NAME: &[u8] = b"content-type";
    bytes.windows(NAME.len()).filter(|name| name.eq_ignore_ascii_case(NAME)).count()
}

fn tags(report: &ParsedMail) -> Vec<ReturnTag> {
    let values = DELIVERED.iter().flat_map(|name| report.headers.get_all_values(name));
    let mut tags: Vec<ReturnTag> = Vec::new();
    for tag in values.flat_map(|value| ReturnTag::find_in(&value).collect::<Vec<_>>()) {
        if !tags.contains(&tag) && tags.len() < MOST_PARTS {
            tags.push(tag);
        }
    }
    tags
}

/// The Message-ID of the mail that stands, whole or by its headers, inside the report.
fn message_id(report: &ParsedMail, depth: usize) -> Option<String> {
    let inner = ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"]
        .into_iter()
        .find_map(|kind| find(report, kind, depth))?;
    let body = inner.get_body_raw().ok()?;
    let (headers, _) = mailparse::parse_headers(&body).ok()?;
    let id = headers.get_first_value("Message-ID")?;
    let id = id.trim();
    (id.starts_with('<') && id.ends_with('>')).then(|| id.to_owned())
}

fn find<'a, 'b>(mail: &'b ParsedMail<'a>, kind: &str, depth: usize) -> Option<&'b ParsedMail<'a>> {
    if mail.ctype.mimetype.eq_ignore_ascii_case(kind) {
        return Some(mail);
    }
    if depth == DEEPEST {
        return None;
    }
    mail.subparts.iter().find_map(|part| find(part, kind, depth + 1))
}

fn complaint(report: &ParsedMail) -> Option<DeliveryAction> {
    let body = find(report, "message/feedback-report", 0)?.get_body().ok()?;
    let unwanted = field(&body, "feedback-type").is_some_and(|kind| kind.eq_ignore_ascii_case("abuse"));
    Some(if unwanted { DeliveryAction::Unwanted } else { DeliveryAction::Nothing })
}

/// The first recipient that failed decides: each of our mails has one.
fn failure(body: &str) -> DeliveryAction {
    let body = body.replace("\r\n", "\n");
    let failed = body
        .split("\n\n")
        .find(|block| field(block, "action").is_some_and(|action| action.eq_ignore_ascii_case("failed")));
    let Some(block) = failed else { return DeliveryAction::Nothing };
    let words = [field(block, "status"), field(block, "diagnostic-code")];
    let words: Vec<String> = words.into_iter().flatten().collect();
    DeliveryAction::Failed(if words.is_empty() { "no reason was given".into() } else { words.join(" ") })
}

/// A field of a block of fields, with the lines that continue it.
fn field(block: &str, name: &str) -> Option<String> {
    let (headers, _) = mailparse::parse_headers(block.as_bytes()).ok()?;
    headers.get_first_value(name).map(|value| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn report(action: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example.net\r\nTo: bounces@clinic.example\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n\
             Final-Recipient: rfc822; ada@example.org\r\nAction: {action}\r\nStatus: 5.1.1\r\n\
             Diagnostic-Code: smtp; 550 5.1.1 <ada@example.org>:\r\n no such person\r\n\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <one@clinic.example>\r\nSubject: x\r\n\r\n--b--\r\n"
        )
    }

    #[test]
    fn a_failure_names_the_mail_and_gives_the_servers_words() {
        let parsed = BounceReport::parse(report("failed").as_bytes()).unwrap();
        assert_eq!(parsed.message_id.as_deref(), Some("<one@clinic.example>"));
        let DeliveryAction::Failed(words) = parsed.news else { panic!("{:?}", parsed.news) };
        assert!(words.starts_with("5.1.1 smtp; 550 5.1.1") && words.ends_with("no such person"), "{words}");
    }

    #[test]
    fn a_delay_and_a_delivery_change_nothing() {
        for action in ["delayed", "delivered", "relayed", "expanded"] {
            assert_eq!(
                BounceReport::parse(report(action).as_bytes()).unwrap().news,
                DeliveryAction::Nothing,
                "{action}"
            );
        }
    }

    #[test]
    fn a_whole_message_in_place_of_its_headers_is_read_too() {
        let whole = report("failed").replace("text/rfc822-headers", "message/rfc822");
        let parsed = BounceReport::parse(whole.as_bytes()).unwrap();
        assert_eq!(parsed.message_id.as_deref(), Some("<one@clinic.example>"));
    }

    #[test]
    fn a_complaint_of_abuse_says_that_the_mail_was_unwanted_and_another_kind_does_not() {
        let complaint = |kind: &str| {
            format!(
                "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n\
                 --b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nVersion: 1\r\n\r\n\
                 --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <one@clinic.example>\r\n\r\nDear Ada\r\n--b--\r\n"
            )
        };
        assert_eq!(
            BounceReport::parse(complaint("abuse").as_bytes()).unwrap().news,
            DeliveryAction::Unwanted
        );
        assert_eq!(
            BounceReport::parse(complaint("not-spam").as_bytes()).unwrap().news,
            DeliveryAction::Nothing
        );
    }

    #[test]
    fn a_report_that_repeats_nothing_of_its_mail_is_known_by_the_address_it_came_to() {
        let signed = format!("bounces+7-{}@clinic.example", "ab".repeat(16));
        let bare = report("failed").replace("Message-ID", "X-Other");
        let delivered = format!("Delivered-To: {signed}\r\nX-Original-To: {signed}\r\n{bare}");
        let parsed = BounceReport::parse(delivered.as_bytes()).unwrap();
        assert_eq!((parsed.message_id, parsed.tags.len(), parsed.tags[0].id), (None, 1, 7));
    }

    #[test]
    fn parts_within_parts_do_not_exhaust_the_reader() {
        let level = |at: u32| format!("Content-Type: multipart/mixed; boundary=b{at}\r\n\r\n--b{at}\r\n");
        for levels in [90, 20_000] {
            let nested: String = (0..levels).map(level).collect();
            assert_eq!(BounceReport::parse(nested.as_bytes()), None, "{levels}");
        }
    }

    #[test]
    fn what_is_no_report_or_names_no_mail_is_nothing() {
        let without_id = report("failed").replace("Message-ID", "X-Other");
        for bytes in ["", "Hello", "Subject: Re: your mail\r\n\r\nThank you", &without_id] {
            assert_eq!(BounceReport::parse(bytes.as_bytes()), None, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0usize..700) {
            let mut mail = report("failed").into_bytes();
            let at = at.min(mail.len());
            mail.splice(at..at, bytes);
            let _ = BounceReport::parse(&mail);
        }
    }
}
