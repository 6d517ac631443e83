//! What staff write down about a request.

pub mod store;
