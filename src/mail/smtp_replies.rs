//! Explains a mail server's reply to staff, in a sentence that says what to do.

use crate::mail::outcome::Stage;

/// Signs in the words of a failure, and what they mean. The first row with a sign that is there counts: what is
/// certain stands before what is general.
const MEANINGS: &[(&[&str], &str)] = &[
    // Our own part.
    (
        &["may have gone three times"],
        "It may have arrived: the other mail server took it three times and never said so. Ask the patient before you send it again.",
    ),
    (
        &["does not open"],
        "The stored mail cannot be read. Ask for a new one to be made, or phone the patient.",
    ),
    (
        &["does not know"],
        "This version of our program does not know this kind of mail. Tell whoever looks after the site; with the right version, send it again.",
    ),
    (
        &["internal"],
        "Our own program failed at this mail. Send it again; if it fails again, tell whoever looks after the site.",
    ),
    (
        &["reported as unwanted"],
        "Whoever got it marked it as spam, so nothing more goes to this address. Phone the patient: if that was a slip, mail can be allowed again.",
    ),
    (
        &["writing the file"],
        "The mail could not be written to its folder. Tell whoever looks after the site; it will be tried again in the meantime.",
    ),
    // The mail server that we use.
    (
        &["AUTH:"],
        "Our mail server did not accept our user name or password. Tell whoever looks after the site.",
    ),
    (&["STARTTLS:"], "Our mail server did not agree on encryption. Tell whoever looks after the site."),
    (
        &["connecting:", "greeting:"],
        "Our mail server could not be reached. It will be tried again every minute.",
    ),
    (
        &["MAIL FROM:"],
        "Our mail server did not accept our own address as the sender. Tell whoever looks after the site.",
    ),
    (
        &["530", "534", "535", "538"],
        "Our mail server wants us to sign in first. Tell whoever looks after the site.",
    ),
    (&["relay"], "Our mail server would not pass this mail on. Tell whoever looks after the site."),
    // The address (RFC 3463, X.1.X and X.2.X).
    (
        &["5.1.2", "domain not found", "host not found", "no such domain", "nxdomain"],
        "The part after the @ does not exist. Check it for a slip.",
    ),
    (
        &["5.1.10", "null mx"],
        "The part after the @ takes no mail. Check it for a slip, or phone the patient.",
    ),
    (
        &[
            "5.1.1",
            "5.1.6",
            "no such user",
            "no such person",
            "user unknown",
            "unknown user",
            "does not exist",
            "not a mailbox",
            "no mailbox",
            "mailbox unavailable",
            "recipient rejected",
            "invalid recipient",
            "unknown recipient",
        ],
        "Nobody has this address. Check it for a slip, or phone the patient.",
    ),
    (
        &["5.1.3", "bad address syntax", "syntax"],
        "The address is not written as an address. Check it for a slip.",
    ),
    (
        &["5.2.1", "disabled", "inactive", "suspended"],
        "This mailbox is closed. Phone the patient for another address.",
    ),
    (
        &["x.2.2", "5.2.2", "4.2.2", "mailbox full", "over quota", "quota exceeded", "mailbox is full"],
        "The patient’s mailbox is full. Phone the patient, or send it again in a few days.",
    ),
    (
        &["5.2.3", "5.3.4", "552", "too big", "too large", "size exceeds"],
        "The mail is too long for the patient’s mail server. Phone the patient.",
    ),
    // Trust and content.
    (
        &["5.7.26", "spf", "dkim", "dmarc", "not authenticated"],
        "The other mail server could not tell that the mail is ours (SPF, DKIM or DMARC). Tell whoever looks after the site.",
    ),
    (
        &["blocked", "blacklist", "blocklist", "blocklisted", "reputation", "spamhaus", "banned"],
        "The other mail server does not take mail from our mail server. Tell whoever looks after the site, and phone the patient.",
    ),
    (
        &["spam", "content rejected", "5.7.1", "policy"],
        "The other mail server took it for spam or has a rule against it. Phone the patient.",
    ),
    // Time.
    (
        &["greylist", "greylisted", "grey", "graylist"],
        "The other mail server asks us to come back in a few minutes. It will be tried again without your help.",
    ),
    (
        &["4.7.0", "too many", "rate limit", "throttl", "421", "busy"],
        "The other mail server is busy. It will be tried again without your help.",
    ),
    (
        &["no answer within", "connection", "timed out"],
        "The other mail server did not answer. It will be tried again without your help.",
    ),
];

const CAME_BACK: &str = "A mail server took it, could not deliver it, and has given up. Phone the patient, or correct the address.";

/// A sentence for the stored words of a failure, such as "RCPT TO: 550 5.1.1 no such person".
pub fn meaning(trouble: &str) -> &'static str {
    let lower = trouble.to_lowercase();
    let found = MEANINGS.iter().find(|(signs, _)| signs.iter().any(|sign| has(&lower, &sign.to_lowercase())));
    match (found, code(&lower)) {
        // A report is the last word: the mail is not tried again.
        (Some((_, meaning)), _) if is_report(&lower) && meaning.contains("be tried again") => CAME_BACK,
        (Some((_, meaning)), _) => meaning,
        (None, Some(500..)) => {
            "The other mail server refused it for good. Check the address, or phone the patient."
        }
        (None, Some(400..)) => {
            "The other mail server could not take it yet. It will be tried again without your help."
        }
        (None, _) if is_report(&lower) => CAME_BACK,
        (None, _) => "It was not delivered. Check the address, or phone the patient.",
    }
}

fn is_report(words: &str) -> bool {
    words.starts_with(Stage::Report.as_str())
}

/// True when the sign stands in the words, not as a part of a longer word or number.
fn has(words: &str, sign: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric());
    words.match_indices(sign).any(|(at, _)| {
        let before = words[..at].chars().next_back();
        let after = words[at + sign.len()..].chars().next();
        let ends = sign.ends_with(|c: char| !c.is_alphanumeric()) || sign.ends_with("throttl");
        !part(before) && (ends || !part(after))
    })
}

fn code(words: &str) -> Option<u16> {
    words.split_once(": ")?.1.get(..3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replies that real servers give, and a word of the sentence that each must lead to.
    const REPLIES: &[(&str, &str)] = &[
        (
            "RCPT TO: 550 5.1.1 <a@b.example>: Recipient address rejected: User unknown",
            "Nobody has this address",
        ),
        ("RCPT TO: 550 5.1.1 The email account that you tried to reach does not exist", "Nobody has"),
        ("RCPT TO: 550 No such user here", "Nobody has"),
        ("RCPT TO: 553 not a mailbox", "Nobody has"),
        ("RCPT TO: 550 5.1.2 domain not found", "after the @ does not exist"),
        ("RCPT TO: 556 5.1.10 Domain does not accept mail (nullMX)", "takes no mail"),
        ("RCPT TO: 550 5.2.1 mailbox disabled", "mailbox is closed"),
        ("RCPT TO: 452 4.2.2 The recipient's inbox is out of storage space", "is full"),
        ("RCPT TO: 552 5.2.2 over quota", "is full"),
        ("the message: 552 5.3.4 message too big", "too long"),
        ("the message: 550 5.7.26 This mail is not authenticated", "SPF"),
        (
            "RCPT TO: 554 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org",
            "does not take mail from",
        ),
        ("the message: 554 5.7.1 message rejected as spam", "took it for spam"),
        ("RCPT TO: 451 4.7.1 Greylisted, try again in 300 seconds", "come back in a few minutes"),
        ("RCPT TO: 421 4.7.0 Too many connections", "is busy"),
        ("RCPT TO: 554 5.7.1 Relay access denied", "would not pass"),
        ("AUTH: 535 5.7.8 authentication failed", "user name or password"),
        ("MAIL FROM: 550 you may not send", "as the sender"),
        ("connecting: Connection refused (os error 111)", "could not be reached"),
        ("greeting: no answer within 60s", "could not be reached"),
        ("STARTTLS: the server offers no encryption, and the password is not sent without it", "encryption"),
        ("the message: it may have gone three times, and no reply came", "may have arrived"),
        ("opening: the stored mail does not open or has no address", "cannot be read"),
        ("opening: this version of the program does not know this mail", "does not know this kind"),
        ("writing the file: No space left on device", "written to its folder"),
        ("internal", "Our own program"),
        ("reported after sending: 5.1.1 smtp; 550 5.1.1 no such person", "Nobody has this address"),
        ("reported after sending: 5.2.2 smtp; 552 mailbox full", "mailbox is full"),
        ("reported after sending: 4.4.1 smtp; 421 connection timed out", "has given up"),
        ("reported after sending: 5.0.0", "has given up"),
        ("reported after sending: no reason was given", "has given up"),
        ("reported after sending: reported as unwanted", "marked it as spam"),
        ("the message: 554 no", "refused it for good"),
        ("the message: 451 later", "could not take it yet"),
        ("", "was not delivered"),
    ];

    #[test]
    fn every_reply_that_servers_give_is_a_sentence_that_says_what_to_do() {
        for (reply, words) in REPLIES {
            assert!(meaning(reply).contains(words), "{reply}: {}", meaning(reply));
        }
    }

    #[test]
    fn every_sentence_is_reached_and_none_repeats_the_servers_words() {
        for (signs, sentence) in MEANINGS {
            assert_eq!(meaning(signs[0]), *sentence, "{signs:?}");
            assert!(sentence.ends_with('.') && !sentence.contains("550"), "{sentence}");
        }
    }

    #[test]
    fn a_number_inside_another_number_is_no_sign() {
        assert!(meaning("RCPT TO: 550 ticket 15352").contains("refused it for good"));
    }
}
