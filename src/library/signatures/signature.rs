//! One signature: who read a page, and when.

use jiff::civil::Date;

/// A signature as it is stored, without the words that were signed.
#[derive(Clone, PartialEq, Debug)]
pub struct Signature {
    pub id: i64,
    pub slug: String,
    /// Of the words that were signed.
    pub text_hash: String,
    pub name: String,
    pub role: String,
    /// Of a professional register, such as "HCPC PH123456".
    pub registration: String,
    /// In the clinic's time zone.
    pub signed_on: Date,
    /// The account that signed; nothing when it came from a file.
    pub staff_id: Option<i64>,
}

/// A signature that was checked and is not stored yet.
#[derive(Clone)]
pub struct NewSignature {
    pub slug: String,
    pub text: String,
    pub name: String,
    pub role: String,
    pub registration: String,
    pub signed_on: Date,
    pub staff_id: Option<i64>,
}
