//! The envelope sender of one mail: signed, so that a report is matched by the address that it comes to.
//!
//! Many servers repeat little or nothing of the mail that they report on; all of them write to its envelope sender.

use lettre::Address;

use crate::storage::encryption::Cipher;

const PURPOSE: &str = "return path";
/// Hexadecimal digits of the keyed hash: 128 bits.
const SIGNATURE: usize = 32;
/// The longest part before the star: a local part has 64 characters at most (RFC 5321, 4.5.3.1.1).
pub const LONGEST_PREFIX: usize = 20;

/// The number of a mail in the outbox and its signature, as they stand in an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTag {
    pub id: i64,
    signature: String,
}

impl ReturnTag {
    pub fn of(cipher: &Cipher, id: i64, message_id: &str) -> ReturnTag {
        let mut signature = cipher.keyed_hash(PURPOSE, message_id);
        signature.truncate(SIGNATURE);
        ReturnTag { id, signature }
    }

    /// True when we signed it for this mail.
    pub fn is_of(&self, cipher: &Cipher, message_id: &str) -> bool {
        cipher.is_keyed_hash(PURPOSE, message_id, &self.signature)
    }

    /// `bounces+*@clinic.example` with the tag in place of the star; an address without one as it is.
    pub fn put_into(&self, address: &Address) -> Address {
        let ReturnTag { id, signature } = self;
        let local = address.user().replace('*', &format!("{id}-{signature}"));
        Address::new(local, address.domain()).unwrap_or_else(|_| address.clone())
    }

    /// Every tag in the value of a header that names recipients.
    pub fn find_in(header: &str) -> impl Iterator<Item = ReturnTag> {
        header.split('@').filter_map(|before| {
            let (start, signature) = before.rsplit_once('-')?;
            let digits = start.rfind(|c: char| !c.is_ascii_digit()).map_or(start, |at| {
                start
                    .get(at..)
                    .and_then(|rest| rest.get(rest.chars().next()?.len_utf8()..))
                    .unwrap_or_default()
            });
            let signed = signature.len() == SIGNATURE && signature.bytes().all(|c| c.is_ascii_hexdigit());
            Some(ReturnTag { id: digits.parse().ok()?, signature: signature.to_ascii_lowercase() })
                .filter(|_| signed)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_the_address_that_it_was_put_into_and_is_of_its_mail_alone() {
        let folder = tempfile::tempdir().unwrap();
        let cipher = Cipher::open(&folder.path().join("key"), true).unwrap();
        let tag = ReturnTag::of(&cipher, 123, "<one@clinic.example>");
        let address = tag.put_into(&"bounces+*@clinic.example".parse().unwrap());
        assert!(address.user().starts_with("bounces+123-") && address.user().len() <= 64, "{address}");
        for header in
            [format!("{address}"), format!("Bounces <{}>, x@y.example", address.to_string().to_uppercase())]
        {
            let found: Vec<ReturnTag> = ReturnTag::find_in(&header).collect();
            assert_eq!(found, std::slice::from_ref(&tag), "{header}");
            assert!(found[0].is_of(&cipher, "<one@clinic.example>"));
            assert!(!found[0].is_of(&cipher, "<two@clinic.example>"));
        }
        let plain: Address = "bounces@clinic.example".parse().unwrap();
        assert_eq!(tag.put_into(&plain), plain);
        for header in ["", "@", "-@", "é-@", "1-@", "bounces+1-zz@x", "ada@example.org"] {
            assert_eq!(ReturnTag::find_in(header).count(), 0, "{header}");
        }
    }
}
