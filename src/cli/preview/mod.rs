//! `mybackpain preview`: the content with its drafts and what the check says of it, for who writes it.

mod edition;
mod page;
mod serve;

pub use serve::serve;
