//! The audit log: who did what, to which request or account, and when.

pub mod store;
