//! Keyed hashes of addresses, so that limits and stops hold no address; and the links that prove one.

use crate::storage::encryption::Cipher;
use crate::web::form::email;
use crate::web::site::Site;

/// So much of a mark, in hexadecimal digits, proves that a link is ours.
const PROOF_DIGITS: usize = 32;

/// The mark of a mailbox, by which its owner stops mail.
pub fn mark(cipher: &Cipher, address: &str) -> String {
    cipher.mark("mail address", &email::mailbox(address))
}

/// The mark of all that is nearly the same address, by which mail is counted: one mailbox has many spellings. Stops and
/// links of before hold it too.
pub fn wide_mark(cipher: &Cipher, address: &str) -> String {
    cipher.mark("report address", &email::comparable(address))
}

/// The link with which the owner of an address stops all mail to it. It holds a mark of the address and a proof that we
/// made it, and says nothing to others.
pub fn stop_link(site: &Site, cipher: &Cipher, address: &str) -> String {
    site.url(&format!("/reports/stop/{}", stop_token(cipher, address)))
}

pub fn stop_token(cipher: &Cipher, address: &str) -> String {
    token_of(cipher, &mark(cipher, address))
}

/// The mark in a link of ours, of now or of before; nothing when the link is not ours.
pub fn open_stop_token(cipher: &Cipher, token: &str) -> Option<String> {
    let (mark, proof) = token.split_once('-')?;
    let right = proof.len() >= PROOF_DIGITS && cipher.is_mark("stop reports", mark, proof);
    right.then(|| mark.to_owned())
}

fn token_of(cipher: &Cipher, address_mark: &str) -> String {
    format!("{address_mark}-{}", &cipher.mark("stop reports", address_mark)[..PROOF_DIGITS])
}
