//! `SECURITY.md` names the test of each promise: every name must be a test that exists.

use std::collections::BTreeSet;
use std::fs;

/// Each `file::name` in backquotes.
fn named(text: &str) -> Vec<(&str, &str)> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter_map(|words| words.split_once("::")).filter(|(file, _)| file.ends_with(".rs")).collect()
}

fn is_a_test(text: &str, name: &str) -> bool {
    let start = [format!("fn {name}("), format!("fn {name}<")];
    let Some(at) = start.iter().find_map(|start| text.find(start.as_str())) else { return false };
    let before: Vec<&str> = text[..at].lines().rev().take(3).collect();
    // Within `proptest!` and such macros the mark stands there too.
    before.iter().any(|line| line.contains("#[test]") || line.contains("#[tokio::test"))
}

#[test]
fn every_promise_names_a_test_that_exists() {
    let text = fs::read_to_string("SECURITY.md").unwrap();
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| | ") && !line.contains("Shown by"));
    for row in rows {
        assert!(!named(row).is_empty(), "no test is named: {row}");
    }
    for (file, name) in named(&text) {
        let code = fs::read_to_string(file).unwrap_or_else(|_| panic!("{file} is named in SECURITY.md"));
        assert!(is_a_test(&code, name), "{file} has no test {name}, which SECURITY.md names");
    }
}

#[test]
fn no_promise_is_left_out() {
    let text = fs::read_to_string("SECURITY.md").unwrap();
    let marks: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()).collect();
    // P15 was given up.
    let expected =
        (1..=17).filter(|n| *n != 15).map(|n| format!("P{n}")).chain((1..=12).map(|n| format!("A{n}")));
    for mark in expected {
        assert!(marks.contains(mark.as_str()), "{mark}");
    }
}
