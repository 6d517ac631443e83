//! An absence: whose, from which day to which, and who covers.

use jiff::civil::Date;

/// The longest absence that is no slip of the year.
pub const MOST_DAYS: i32 = 366;

/// An absence that lies ahead, or has begun.
pub struct Absence {
    pub id: i64,
    pub staff_id: i64,
    pub name: String,
    /// The first day and the last; nothing when they cannot be read.
    pub days: Option<(Date, Date)>,
    /// Who is given what is theirs; nothing for nobody.
    pub cover: Option<String>,
}

/// An absence as it was entered, checked.
pub struct NewAbsence {
    pub staff_id: i64,
    pub from: Date,
    pub until: Date,
    pub cover_id: Option<i64>,
}
