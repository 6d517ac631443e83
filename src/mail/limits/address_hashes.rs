//! Keyed hashes of addresses, so that limits and stops hold no address; and the links that prove one.

use crate::storage::encryption::Cipher;
use crate::web::form::mailbox;
use crate::web::site::Site;

/// So much of a keyed hash, in hexadecimal digits, proves that a link is ours.
const PROOF_DIGITS: usize = 32;

const MAILBOX: &str = "mail address";
const WIDE: &str = "report address";

/// The hash of a mailbox, by which its owner stops mail.
pub fn mailbox_hash(cipher: &Cipher, address: &str) -> String {
    cipher.keyed_hash(MAILBOX, &mailbox::mailbox(address))
}

/// The hash of all that is nearly the same address, by which mail is counted: one mailbox has many spellings. Stops and
/// links of before hold it too.
pub fn wide_hash(cipher: &Cipher, address: &str) -> String {
    cipher.keyed_hash(WIDE, &mailbox::comparable(address))
}

/// Every hash under which a stop of this mailbox may stand, of now or of an older version.
pub fn stop_hashes(cipher: &Cipher, address: &str) -> [String; 4] {
    let [mailbox, wide] = mailbox::as_before(address);
    [
        mailbox_hash(cipher, address),
        wide_hash(cipher, address),
        cipher.keyed_hash(MAILBOX, &mailbox),
        cipher.keyed_hash(WIDE, &wide),
    ]
}

/// The link with which the owner of an address stops all mail to it. It holds a hash of the address and a proof that we
/// made it, and says nothing to others.
pub fn stop_link(site: &Site, cipher: &Cipher, address: &str) -> String {
    site.url(&format!("/reports/stop/{}", stop_token(cipher, address)))
}

pub fn stop_token(cipher: &Cipher, address: &str) -> String {
    token_of(cipher, &mailbox_hash(cipher, address))
}

/// The hash in a link of ours, of now or of before; nothing when the link is not ours.
pub fn open_stop_token(cipher: &Cipher, token: &str) -> Option<String> {
    let (hash, proof) = token.split_once('-')?;
    let right = proof.len() >= PROOF_DIGITS && cipher.is_keyed_hash("stop reports", hash, proof);
    right.then(|| hash.to_owned())
}

fn token_of(cipher: &Cipher, address_hash: &str) -> String {
    format!("{address_hash}-{}", &cipher.keyed_hash("stop reports", address_hash)[..PROOF_DIGITS])
}
