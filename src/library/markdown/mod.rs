//! Our Markdown: cut into blocks, then written as a web page, as the HTML of a mail, or as plain text.

mod blocks;
mod html;
mod passages;
mod plain;
mod terms;
mod worksheet;

pub use blocks::{
    Block, CalloutKind, Fault, Names, RenderedMarkdown, blocks, escape, parser, slug, typographic,
};
pub use html::html;
pub use passages::{Passage, passages};
pub use plain::plain;
pub use terms::LinkedTerm;
