//! How many slips of the keyboard part two words: letters left out, added, changed or swapped with their neighbour.

/// Longer words are not compared.
pub const LONGEST: usize = 24;

/// The number of slips between two ASCII words when it is at most `limit`.
pub fn within(one: &str, other: &str, limit: usize) -> Option<usize> {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() > LONGEST || other.len() > LONGEST || one.len().abs_diff(other.len()) > limit {
        return None;
    }
    let mut rows = [[0_usize; LONGEST + 1]; 3];
    for (column, cost) in rows[0].iter_mut().enumerate() {
        *cost = column;
    }
    for i in 1..=one.len() {
        let (row, last, before) = (i % 3, (i + 2) % 3, (i + 1) % 3);
        rows[row][0] = i;
        let mut least = i;
        for j in 1..=other.len() {
            let changed = usize::from(one[i - 1] != other[j - 1]);
            let mut cost = (rows[last][j - 1] + changed).min(rows[last][j] + 1).min(rows[row][j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                cost = cost.min(rows[before][j - 2] + 1);
            }
            rows[row][j] = cost;
            least = least.min(cost);
        }
        if least > limit {
            return None;
        }
    }
    Some(rows[one.len() % 3][other.len()]).filter(|cost| *cost <= limit)
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn each_slip_counts_once() {
        assert_eq!(within("nubm", "numb", 1), Some(1));
        assert_eq!(within("bladdder", "bladder", 1), Some(1));
        assert_eq!(within("incontinance", "incontinence", 2), Some(1));
        assert_eq!(within("numb", "number", 1), None);
        assert_eq!(within("", "a", 1), Some(1));
    }
}
