//! `SECURITY.md` and `docs/asvs.md` name the test of each promise and requirement: every name must be a test that exists.

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
        (1..=19).filter(|n| *n != 15).map(|n| format!("P{n}")).chain((1..=12).map(|n| format!("A{n}")));
    for mark in expected {
        assert!(marks.contains(mark.as_str()), "{mark}");
    }
}

/// The requirements of levels 1 and 2 in each section of version 5.0.0.
const SECTIONS: &str = "1.1:1,2 1.2:1,2,3,4,5,6,7,8,9 1.3:1,2,3,4,5,6,7,8,9,10,11 1.4:1,2,3 1.5:1,2 2.1:1,2,3 2.2:1,2,3 \
     2.3:1,2,3,4 2.4:1 3.2:1,2 3.3:1,2,3,4 3.4:1,2,3,4,5,6 3.5:1,2,3,4,5 3.7:1,2 4.1:1,2,3 4.2:1 4.3:1,2 \
     4.4:1,2,3,4 5.1:1 5.2:1,2,3 5.3:1,2 5.4:1,2,3 6.1:1,2,3 6.2:1,2,3,4,5,6,7,8,9,10,11,12 6.3:1,2,3,4 \
     6.4:1,2,3,4 6.5:1,2,3,4,5 6.6:1,2,3 6.8:1,2,3,4 7.1:1,2,3 7.2:1,2,3,4 7.3:1,2 7.4:1,2,3,4,5 7.5:1,2 \
     7.6:1,2 8.1:1,2 8.2:1,2,3 8.3:1 8.4:1 9.1:1,2,3 9.2:1,2,3,4 10.1:1,2 10.2:1,2 10.3:1,2,3,4 \
     10.4:1,2,3,4,5,6,7,8,9,10,11 10.5:1,2,3,4,5 10.6:1,2 10.7:1,2,3 11.1:1,2 11.2:1,2,3 11.3:1,2,3 \
     11.4:1,2,3,4 11.5:1 11.6:1 12.1:1,2,3 12.2:1,2 12.3:1,2,3,4 13.1:1 13.2:1,2,3,4,5 13.3:1,2 \
     13.4:1,2,3,4,5 14.1:1,2 14.2:1,2,3,4 14.3:1,2,3 15.1:1,2,3 15.2:1,2,3 15.3:1,2,3,4,5,6,7 16.1:1 \
     16.2:1,2,3,4,5 16.3:1,2,3,4 16.4:1,2,3 16.5:1,2,3 17.1:1 17.2:1,2,3,4 17.3:1,2";

#[test]
fn every_requirement_of_the_standard_has_its_line_and_the_tests_that_it_names_exist() {
    let text = fs::read_to_string("docs/asvs.md").unwrap();
    let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("| V")).collect();
    let mut there: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    let mut wanted: Vec<String> = SECTIONS
        .split_whitespace()
        .flat_map(|section| {
            let (section, numbers) = section.split_once(':').unwrap();
            numbers.split(',').map(move |number| format!("{section}.{number}"))
        })
        .collect();
    assert_eq!(wanted.len(), 253);
    there.sort();
    wanted.sort();
    assert_eq!(there, wanted);
    for line in lines {
        let reason = line.split('|').nth(2).unwrap().trim();
        assert!(reason.len() > 8, "neither shown nor explained: {line}");
    }
    for (file, name) in named(&text) {
        let code = fs::read_to_string(file).unwrap_or_else(|_| panic!("{file} is named in docs/asvs.md"));
        assert!(is_a_test(&code, name), "{file} has no test {name}, which docs/asvs.md names");
    }
}
