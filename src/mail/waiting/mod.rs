//! Mail that has not gone: what gives way to a newer one, changes, or goes to another address.

pub mod store;
