//! Why odd bookings were made all the same, in the words of who made them.

pub mod store;
