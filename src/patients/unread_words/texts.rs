//! Which texts of the public are read for signs when they are stored.

/// A table of texts by the public, whose signs are stored in its column `sign`.
#[derive(Clone, Copy)]
pub enum Texts {
    Complaints,
    Corrections,
}
