//! Prepares a stored mail for sending: the message of its first attempt, or a new one rendered from its letter.

use crate::mail::letter::{OutgoingMail, Renderer};
use crate::mail::message::Sender;
use crate::mail::message::parse;
use crate::mail::outbox::field;
use crate::mail::purpose::Purpose;
use crate::mail::store::Leased;
use crate::storage::clock::moment;
use crate::storage::encryption::Cipher;

const BROKEN: &str = "the stored mail does not open or has no address";
const UNKNOWN: &str = "this version of the program does not know this mail";

/// A message that is ready to go.
pub struct Ready {
    pub to: lettre::Address,
    pub message: Vec<u8>,
    /// The message, encrypted, to be kept before it goes for the first time.
    pub to_keep: Option<Vec<u8>>,
}

impl Ready {
    /// An error says for staff why the mail cannot go.
    pub fn of(
        mail: &Leased,
        cipher: &Cipher,
        sender: &Sender,
        renderer: &Renderer,
    ) -> Result<Ready, &'static str> {
        let to = recipient(mail, cipher)?;
        if mail.message.is_some() {
            let message = open(mail, cipher, "message", &mail.message).ok_or(BROKEN)?;
            return Ok(Ready { to, message, to_keep: None });
        }
        if mail.purpose == Purpose::Unknown {
            return Err(UNKNOWN);
        }
        let letter = open(mail, cipher, "letter", &mail.letter).and_then(text).ok_or(BROKEN)?;
        let date = moment(mail.created_at);
        let outgoing = OutgoingMail {
            purpose: mail.purpose,
            reference: &mail.reference,
            letter: &letter,
            to: to.as_ref(),
            from: sender.address().as_ref(),
            created_at: date,
        };
        let rendered = renderer(&outgoing).map_err(|_| UNKNOWN)?;
        let message = sender.write(&rendered, &to, &mail.message_id, date).map_err(|_| UNKNOWN)?;
        let to_keep = Some(cipher.encrypt_bytes(field(&mail.message_id, "message"), &message));
        Ok(Ready { to, message, to_keep })
    }
}

/// Whom a mail goes to. An error as of `Ready::of`.
pub fn recipient(mail: &Leased, cipher: &Cipher) -> Result<lettre::Address, &'static str> {
    let recipient = open(mail, cipher, "recipient", &mail.recipient).and_then(text).ok_or(BROKEN)?;
    parse(&recipient).map_err(|_| BROKEN)
}

fn open(mail: &Leased, cipher: &Cipher, column: &'static str, value: &Option<Vec<u8>>) -> Option<Vec<u8>> {
    cipher.decrypt_bytes(field(&mail.message_id, column), value.as_ref()?).ok()
}

fn text(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok()
}
