//! Signatures of clinicians under pages: each holds for exactly the words that were signed.

pub mod file;
mod kept;
mod sign_off;
mod signature;
mod signed_text;
pub mod store;

pub use kept::Signatures;
pub use sign_off::SignOff;
pub use signature::{NewSignature, Signature};
pub use signed_text::{hash_of, signed_text};
