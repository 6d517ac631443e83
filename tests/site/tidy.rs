//! The habits of the code, kept by reading it.

use std::fs;
use std::path::{Path, PathBuf};

/// Who stands on whom: a module may use those above it, never those below.
const ORDER: &[&str] = &[
    "config",
    "clock",
    "retention",
    "database",
    "sealing",
    "reference",
    "page",
    "form",
    "markdown",
    "promise",
    "assets",
    "clinic",
    "safety",
    "metrics",
    "site",
    "security",
    "mail",
    "app",
    "error",
    "backup",
    "staff",
    "library",
    "watch",
    "drafts",
    "assessment",
    "summaries",
    "consultations",
    "reports",
    "complaints",
    "insights",
    "mailroom",
    "mistakes",
    "upkeep",
    "resealing",
    "rights",
    "forgetting",
    "folder",
    "demo",
    "commands",
    "router",
    "server",
    "start",
];

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix("src").unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

#[test]
fn imports_go_one_way() {
    for path in files("src", "rs") {
        let module = module_of(&path);
        if module == "lib" || module == "main" {
            continue;
        }
        let place = ORDER
            .iter()
            .position(|name| *name == module)
            .unwrap_or_else(|| panic!("{module} has no place in ORDER"));
        let text = fs::read_to_string(&path).unwrap();
        for used in without_tests(&text).split("crate::").skip(1) {
            let names = used.strip_prefix('{').map_or(used, |list| list.split('}').next().unwrap());
            let names = if used.starts_with('{') { names.split(", ").collect() } else { vec![names] };
            for name in names {
                let name: String =
                    name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let used = ORDER.iter().position(|known| *known == name);
                assert!(
                    used.is_none_or(|used| used <= place),
                    "{} uses crate::{name}, which stands below it",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn every_source_file_says_first_what_it_is_responsible_for() {
    for path in files("src", "rs").into_iter().chain(files("tests", "rs")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{}", path.display());
        let lines = without_tests(&text).lines().count();
        assert!(lines <= 330, "{} has {lines} lines; split it by noun", path.display());
    }
}

#[test]
fn nothing_a_visitor_typed_is_printed_unescaped() {
    // What the library and the forms rendered themselves, from escaped parts.
    let ours = [
        "sheet.text.key_points|safe",
        "sheet.text.body|safe",
        "page.text.body|safe",
        "sheet.mail_html|safe",
        "offer|safe",
        "data|safe",
    ];
    for path in files("templates", "html") {
        let text = fs::read_to_string(&path).unwrap();
        for (line, words) in text.lines().enumerate().filter(|(_, words)| words.contains("|safe")) {
            let known = ours.iter().filter(|known| words.contains(*known)).count();
            assert_eq!(words.matches("|safe").count(), known, "{}:{}", path.display(), line + 1);
        }
    }
}

#[test]
fn sql_is_written_in_store_files_only() {
    let allowed = ["store.rs", "database.rs", "forgetting.rs", "resealing.rs"];
    for path in files("src", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let has_sql = without_tests(&text).contains("sqlx::query");
        assert!(!has_sql || allowed.contains(&name), "{}", path.display());
    }
}

#[test]
fn no_registry_address_and_no_machine_path_is_committed() {
    for path in ["tests/browser/package-lock.json", "bin/test", "README.md"] {
        let text = fs::read_to_string(path).unwrap_or_default();
        assert!(!text.contains("registry.npmjs") && !text.contains("/work/"), "{path}");
    }
}
