//! The content check: each rule is tripped by one change to content that is good, and by nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use jiff::civil::date;
use mybackpain::library::Library;
use mybackpain::library::check::{rules, run};
use mybackpain::web::site::Site as Around;
use tempfile::TempDir;

use cases::{GOOD, SHEET, TODAY, allow, cases, edit, good, say, swap, tripped};

mod cases;

#[test]
fn good_content_breaks_no_rule() {
    let folder = good();
    let report = run(folder.path(), TODAY);
    assert!(report.findings.is_empty(), "{report}");
    assert_eq!((report.sheets, report.pages), (2, 1));
}

#[test]
fn one_change_trips_the_rule_that_it_breaks_and_no_other() {
    for (rule, file, change) in cases() {
        let folder = good();
        edit(&folder, file, change);
        let report = run(folder.path(), TODAY);
        assert_eq!(tripped(&report), BTreeSet::from([rule]), "{rule}: {report}");
        let is_error = rules::named(rule).level == rules::Level::Error;
        assert_eq!(report.errors() > 0, is_error, "{rule}");
        let started = load(&folder);
        let is_of_calendar = ["review-past", "reviewed-ahead"].contains(&rule);
        assert_eq!(started.is_err(), is_error && !is_of_calendar, "{rule}");
        if let Err(said) = started {
            assert!(said.contains(&format!("error[{rule}]")), "{rule}: {said}");
        }
    }
}

/// As the server's start does it.
fn load(folder: &TempDir) -> Result<(), String> {
    let read = Around::load(folder.path(), "http://localhost".into())
        .and_then(|site| Library::load_on(folder.path(), &site, TODAY));
    read.map(|_| ()).map_err(|error| format!("{error:#}"))
}

#[test]
fn every_rule_is_tripped_by_some_test() {
    let mut tried: BTreeSet<&str> = cases().iter().map(|(rule, _, _)| *rule).collect();
    // These need more than a changed file, and have tests of their own.
    tried.extend(["file-name", "version-unchanged", "same-reason"]);
    assert_eq!(tried, rules::RULES.iter().map(|rule| rule.id).collect());
}

#[test]
fn a_file_name_that_is_no_address_is_an_error() {
    let folder = good();
    fs::write(folder.path().join("fact-sheets/Bad name.md"), SHEET).unwrap();
    assert_eq!(tripped(&run(folder.path(), TODAY)), BTreeSet::from(["file-name"]));
}

#[test]
fn a_text_that_changed_since_it_was_committed_needs_a_new_version() {
    let folder = good();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        let identity =
            ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"];
        git.arg("-C").arg(folder.path()).args(identity).args(arguments);
        git.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
        git.output().is_ok_and(|done| done.status.success())
    };
    if !git(&["init", "--quiet"]) {
        return eprintln!("git is not here: not tested");
    }
    assert!(git(&["add", "."]) && git(&["commit", "--quiet", "--message", "First"]));
    assert!(run(folder.path(), TODAY).findings.is_empty());
    edit(&folder, GOOD, swap("keywords = [\"good\"]", "keywords = [\"good\", \"fine\"]"));
    assert!(run(folder.path(), TODAY).findings.is_empty(), "only the text is what readers have a version of");
    edit(&folder, GOOD, say("It is pain in a leg."));
    assert_eq!(tripped(&run(folder.path(), TODAY)), BTreeSet::from(["version-unchanged"]));
    let first = "{ version = \"1.0\", date = \"2026-11-20\", what = \"First published.\" }";
    let second = "{ version = \"1.1\", date = \"2026-11-20\", what = \"A word.\" }";
    edit(&folder, GOOD, |text| {
        text.replace(first, second).replace("version = \"1.0\"\nchanges", "version = \"1.1\"\nchanges")
    });
    assert!(
        run(folder.path(), TODAY).findings.is_empty(),
        "what counts is the version, not how many changes are listed"
    );
}

#[test]
fn a_reason_that_two_pages_share_is_no_reason() {
    let folder = good();
    for (file, why) in [(GOOD, "It is a quotation."), ("fact-sheets/other.md", "It is a  Quotation.")] {
        edit(&folder, file, say("You may utilise a stick."));
        edit(&folder, file, |text| {
            let allow = format!("allow = [{{ rule = \"word-to-avoid\", why = \"{why}\" }}]\nrelated =");
            text.replacen("related =", &allow, 1)
        });
    }
    assert_eq!(tripped(&run(folder.path(), TODAY)), BTreeSet::from(["same-reason"]));
    edit(&folder, GOOD, swap("It is a quotation.", "A leaflet is quoted here word for word."));
    assert!(run(folder.path(), TODAY).findings.is_empty());
}

#[test]
fn a_reason_of_a_word_or_two_says_nothing() {
    let folder = good();
    edit(&folder, GOOD, say("You may utilise a stick."));
    edit(&folder, GOOD, allow("word-to-avoid", "Needed here."));
    assert_eq!(tripped(&run(folder.path(), TODAY)), BTreeSet::from(["bad-allow"]));
}

#[test]
fn a_treatment_with_its_harms_and_a_note_that_says_it_has_no_source_pass() {
    for words in [
        "You can buy ibuprofen, which can make your stomach bleed.",
        "Ask at your GP surgery.",
        "It is.\n\n::: note You may have read this\nWe know of no trial of it, and nobody can say.\n:::\n",
        "If you feel that you cannot go on:\n\n::: urgent If you feel that you cannot go on, talk to someone now\n\
         Samaritans are on 116 123.[^koes2007]\n:::\n",
    ] {
        let folder = good();
        edit(&folder, GOOD, say(words));
        let report = run(folder.path(), TODAY);
        assert!(report.findings.is_empty(), "{words}: {report}");
    }
}

#[test]
fn a_page_to_fill_in_is_written_and_tells_all_that_it_lacks() {
    let folder = good();
    let new = |slug: &str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_mybackpain"));
        let done =
            program.args(["new", "fact-sheet", slug, "--content"]).arg(folder.path()).output().unwrap();
        (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    assert_eq!(new("hip-pain"), (true, String::new()));
    let again = new("hip-pain");
    assert!(!again.0 && again.1.contains("is there already"), "{}", again.1);
    let report = run(folder.path(), TODAY);
    let found: BTreeSet<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.file.ends_with("hip-pain.md"))
        .map(|finding| finding.rule.id)
        .collect();
    assert!(found.contains("to-write") && found.contains("unknown-reference"), "{report}");
    let file = folder.path().join("fact-sheets/hip-pain.md");
    let text = fs::read_to_string(&file).unwrap();
    let left: Vec<&str> =
        text.lines().filter(|line| !line.starts_with("written") && !line.starts_with("next_")).collect();
    fs::write(&file, left.join("\n")).unwrap();
    let report = run(folder.path(), TODAY).to_string();
    assert!(report.contains("missing fields `written`, `next_review`"), "{report}");
}

#[test]
fn a_warning_is_kept_only_with_a_reason() {
    let folder = good();
    edit(&folder, GOOD, say("You may utilise a stick."));
    edit(&folder, GOOD, allow("word-to-avoid", "It is a quotation."));
    let report = run(folder.path(), TODAY);
    assert!(report.findings.is_empty(), "{report}");
    assert_eq!(report.kept, 1);
    edit(&folder, GOOD, swap("It is a quotation.", " "));
    assert!(tripped(&run(folder.path(), TODAY)).contains("bad-allow"));
}

#[test]
fn a_finding_names_its_file_line_and_column() {
    let folder = good();
    edit(&folder, GOOD, say("It is so.\nYou may utilise a stick."));
    let report = run(folder.path(), TODAY);
    let place = (report.findings[0].place.line, report.findings[0].place.column);
    assert_eq!(place, (25, 9), "{report}");
    assert!(report.findings[0].file.ends_with("fact-sheets/good.md"));
}

#[test]
fn a_denied_promise_is_no_promise() {
    for words in ["There is no cure.", "Nobody can guarantee it.", "It is not a miracle."] {
        let folder = good();
        edit(&folder, GOOD, say(words));
        assert!(run(folder.path(), TODAY).findings.is_empty(), "{words}");
    }
}

#[test]
fn an_approved_page_may_name_a_medicine_and_invite() {
    let folder = good();
    edit(&folder, GOOD, say("Ask about duloxetine, which can make you dizzy, or book a consultation."));
    edit(&folder, GOOD, swap("related =", "pom_reviewed_by = \"A. Pharmacist\"\nrelated ="));
    assert!(run(folder.path(), TODAY).findings.is_empty());
}

#[test]
fn a_review_that_is_overdue_does_not_stop_the_site_but_an_error_in_the_text_does() {
    let folder = good();
    edit(&folder, GOOD, |text| text.replace("2026-11-20", "2020-05-01").replace("2028-11-20", "2021-05-01"));
    assert_eq!(load(&folder), Ok(()));
    edit(&folder, GOOD, say("This is a cure for leg pain."));
    let said = load(&folder).unwrap_err();
    assert!(said.contains("good.md:24:11: error[promise]: \"cure\" promises an outcome\n  help: "), "{said}");
}

#[test]
fn the_shipped_content_has_no_error_and_no_warning_without_a_reason() {
    let report = run(Path::new("content"), date(2026, 11, 28));
    assert!(report.findings.is_empty(), "{report}");
}

#[test]
fn the_command_fails_on_errors_only_and_speaks_json() {
    let check = |folder: &TempDir| {
        let done = Command::new(env!("CARGO_BIN_EXE_mybackpain"))
            .args(["check", "--format", "json", "--content"])
            .arg(folder.path())
            .output()
            .unwrap();
        let json: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        (done.status.success(), json["errors"].clone(), json["warnings"].clone())
    };
    let folder = good();
    edit(&folder, GOOD, say("You may utilise a stick."));
    assert_eq!(check(&folder), (true, 0.into(), 1.into()));
    edit(&folder, GOOD, swap("You may utilise", "This is a cure: utilise"));
    assert_eq!(check(&folder), (false, 1.into(), 1.into()));
}
