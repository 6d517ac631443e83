//! What staff write to a patient by email, from their request.

mod fields;
mod health_words;
pub mod letter;
mod new_message;
pub mod sending;
pub mod store;

pub use fields::{FIELDS, FieldValues, fill, unknown_field};
pub use health_words::health_words;
pub use new_message::{LONGEST_MESSAGE, NewMessage};
