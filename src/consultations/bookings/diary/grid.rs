//! Columns of parts as the rows of a table: a row begins wherever a part of any column does.

/// A row of the table, in minutes since midnight.
#[derive(Debug, PartialEq)]
pub struct GridRow {
    pub from: i64,
    pub until: i64,
    /// What begins in this row.
    pub cells: Vec<GridCell>,
}

/// A part of a column, by their places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridCell {
    pub column: usize,
    pub part: usize,
    /// How many rows it takes.
    pub rows: usize,
}

/// The rows for columns that all go from one moment to another without a hole; each part as from and until.
pub fn rows(columns: &[Vec<(i64, i64)>]) -> Vec<GridRow> {
    let mut edges: Vec<i64> = columns.iter().flatten().flat_map(|(from, until)| [*from, *until]).collect();
    edges.sort_unstable();
    edges.dedup();
    let place = |edge: i64| edges.binary_search(&edge).unwrap_or_else(|near| near);
    let mut rows: Vec<GridRow> =
        edges.windows(2).map(|edge| GridRow { from: edge[0], until: edge[1], cells: Vec::new() }).collect();
    for (column, parts) in columns.iter().enumerate() {
        for (part, (from, until)) in parts.iter().enumerate() {
            let begins = place(*from);
            if let Some(row) = rows.get_mut(begins) {
                row.cells.push(GridCell { column, part, rows: place(*until) - begins });
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_takes_the_rows_of_its_time_and_no_row_has_a_hole() {
        let rows = rows(&[vec![(0, 30), (30, 60)], vec![(0, 45), (45, 60)], vec![(0, 60)]]);
        let starts: Vec<i64> = rows.iter().map(|row| row.from).collect();
        assert_eq!(starts, [0, 30, 45]);
        let cell = |column, part, rows| GridCell { column, part, rows };
        assert_eq!(rows[0].cells, [cell(0, 0, 1), cell(1, 0, 2), cell(2, 0, 3)]);
        assert_eq!(rows[1].cells, [cell(0, 1, 2)]);
        assert_eq!(rows[2].cells, [cell(1, 1, 1)]);
        let taken: usize = rows.iter().flat_map(|row| &row.cells).map(|cell| cell.rows).sum();
        assert_eq!(taken, 3 * 3, "three columns of three rows");
    }

    #[test]
    fn nothing_makes_no_row() {
        assert_eq!(rows(&[]), []);
        assert_eq!(rows(&[Vec::new()]), []);
    }
}
