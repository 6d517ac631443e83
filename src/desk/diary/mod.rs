//! The diary of the clinic: a day or a week, by clinician or by room and line.

mod asked;
mod columns;
mod groups;
mod pages;

pub use pages::routes;
