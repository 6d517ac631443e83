//! In SQL: the moment of a row's next change, by which two changes within a second are two.

/// The later of now and one more than the column says. A damaged moment that no clock reaches is counted on from the
/// greatest that is exact everywhere, so that it stops no change. Both are literals: a column, and a placeholder of now in
/// seconds since 1970.
macro_rules! next_change {
    ($column:literal, $now:literal) => {
        concat!("max(min(", $column, ", 9007199254740990) + 1, ", $now, ")")
    };
}

pub(crate) use next_change;
