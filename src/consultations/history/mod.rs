//! What happened to a request: who, when and what, never content.

pub mod store;
