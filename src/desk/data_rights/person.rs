//! Who asks about their data: known by an address or a number.

use crate::storage::encryption::Cipher;
use crate::web::form::phone::{self, PhoneNumber};
use crate::web::form::{email, mailbox, one_line};

/// Numbers that end alike may be one: British ones have 10 digits behind the country's code or the 0.
const DIGITS_COMPARED: usize = 10;

/// Who asks: known by an address or a number.
#[derive(Clone, Debug, PartialEq)]
pub enum DataSubject {
    /// In lower case. With a dot or a tag more it may be someone else's.
    Email(String),
    /// The digits without what stands for the country.
    Phone(String),
}

impl DataSubject {
    pub fn parse(typed: &str) -> std::result::Result<DataSubject, String> {
        if typed.contains(['@', '＠']) {
            return Ok(DataSubject::Email(email::check(typed)?.to_lowercase()));
        }
        if one_line(typed).is_empty() {
            return Err("Enter an email address or a phone number".to_owned());
        }
        Ok(DataSubject::Phone(phone::national(&phone::numbers(&phone::check(typed)?)[0].dial)))
    }

    /// True when an address or number that we hold is this person's.
    pub fn is(&self, column: &str, held: &str) -> bool {
        match self {
            DataSubject::Email(email) => column != "phone" && held.to_lowercase() == *email,
            DataSubject::Phone(digits) => {
                let is_theirs = |number: &PhoneNumber| phone::national(&number.dial) == *digits;
                column == "phone" && phone::numbers(held).iter().any(is_theirs)
            }
        }
    }

    /// True when an address or number that we hold may be this person's, or another's.
    pub fn is_near(&self, column: &str, held: &str) -> bool {
        match self {
            DataSubject::Email(email) => {
                column != "phone" && mailbox::comparable(held) == mailbox::comparable(email)
            }
            DataSubject::Phone(digits) => column == "phone" && last_digits(held) == last_digits(digits),
        }
    }

    pub fn keyed_hash(&self, cipher: &Cipher) -> String {
        let (DataSubject::Email(text) | DataSubject::Phone(text)) = self;
        cipher.keyed_hash("erased person", text)
    }
}

fn last_digits(phone: &str) -> String {
    let digits: Vec<char> = phone::digits(phone).chars().collect();
    digits[digits.len().saturating_sub(DIGITS_COMPARED)..].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_known_by_their_address_in_any_case_and_their_number_however_it_is_written() {
        let by_phone = DataSubject::parse("+44 (0)7700 900-123").unwrap();
        assert_eq!(DataSubject::parse("٠٧٧٠٠ ٩٠٠١٢٣"), Ok(by_phone.clone()));
        assert!(by_phone.is("phone", "０７７００ ９００１２３") && by_phone.is_near("phone", "0٧٧٠٠ ٩٠٠١٢٣"));
        assert!(by_phone.is("phone", "07700 900123") && by_phone.is("phone", "00447700900123"));
        assert!(!by_phone.is("phone", "07700 900124") && !by_phone.is("email", "07700 900123"));
        let by_email = DataSubject::parse(" Ada@Example.org ").unwrap();
        assert!(by_email.is("email", "ada@example.org") && by_email.is("recipient", "ADA@example.org"));
        for other in ["ida@example.org", "a.da@example.org", "ada+back@example.org"] {
            assert!(!by_email.is("email", other), "{other}");
        }
        assert!(
            by_email.is_near("email", "A.da+back@example.org")
                && !by_email.is_near("email", "ida@example.org")
        );
        assert!(by_phone.is_near("phone", "+33 7700 900123") && !by_phone.is("phone", "+33 7700 900123"));
        let tag = DataSubject::parse("+other@example.org").unwrap();
        assert!(!tag.is_near("email", "+stranger@example.org") && !tag.is_near("email", "@example.org"));
        for wrong in ["", " ", "ada", "123", "ada@"] {
            assert!(DataSubject::parse(wrong).is_err(), "{wrong}");
        }
    }
}
