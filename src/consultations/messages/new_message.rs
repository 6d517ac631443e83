//! A message that was previewed and is to be sent.

/// The longest message, in characters.
pub const LONGEST_MESSAGE: usize = 2000;

pub struct NewMessage {
    /// Every field is filled in but the private link, whose address is known when it is sent.
    pub words: String,
    /// It may be about health: in this desk only clinicians read it again when one of them wrote it.
    pub may_be_clinical: bool,
    /// It is our answer: the request counts as contacted.
    pub is_contact: bool,
}
