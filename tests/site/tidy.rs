//! The habits of the code, kept by reading it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// The rooms of the house, from the ground up: a room uses those before it in this list, never those after it.
const ROOMS: &[&str] = &[
    "storage",
    "clinic",
    "signs",
    "web",
    "mail",
    "library",
    "staff",
    "consultations",
    "patients",
    "desk",
    "operations",
    "router",
    "cli",
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

fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

/// Module path of every source file, such as `staff::session`, and its text without tests and comments.
fn modules() -> BTreeMap<String, String> {
    let mut modules = BTreeMap::new();
    for path in files("src", "rs") {
        let inside = path.strip_prefix("src").unwrap().with_extension("");
        let mut names: Vec<&str> = inside.iter().map(|name| name.to_str().unwrap()).collect();
        names.pop_if(|last| *last == "mod");
        let text = fs::read_to_string(&path).unwrap();
        let code: Vec<&str> =
            without_tests(&text).lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        modules.insert(names.join("::"), code.join("\n"));
    }
    modules.remove("lib");
    modules
}

/// The paths of a `use` declaration, one for each name: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn parted(tree: &str) -> Vec<String> {
    let Some((before, rest)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let inner = &rest[..rest.rfind('}').unwrap()];
    let (mut depth, mut names, mut name) = (0, Vec::new(), String::new());
    for letter in inner.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut name)),
            _ => {}
        }
        if letter != ',' || depth > 0 {
            name.push(letter);
        }
    }
    names.push(name);
    names
        .iter()
        .filter(|name| !name.trim().is_empty())
        .flat_map(|name| parted(name))
        .map(|name| format!("{}{name}", before.trim()))
        .collect()
}

/// Where a path that is written in a module leads: the longest known module that it begins with.
fn target(path: &str, from: &str, modules: &BTreeMap<String, String>) -> Option<String> {
    let path = path.split(" as ").next().unwrap().trim();
    let mut at: Vec<&str> = from.split("::").collect();
    let mut names = path.split("::").peekable();
    match names.next()? {
        "crate" => at.clear(),
        "self" => {}
        "super" => {
            at.pop();
            while names.next_if_eq(&"super").is_some() {
                at.pop();
            }
        }
        // A child, named without more.
        child => at.push(child),
    }
    at.extend(names);
    while !at.is_empty() && !modules.contains_key(&at.join("::")) {
        at.pop();
    }
    let found = at.join("::");
    (!found.is_empty() && found != from).then_some(found)
}

/// Which modules each module imports. A parent that only declares and re-exports its children imports nothing.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let modules = modules();
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, code) in &modules {
        let is_child = |name: &str| modules.contains_key(&format!("{module}::{name}"));
        let (mut paths, mut rest, mut declares_only) = (Vec::new(), String::new(), true);
        for statement in code.split_inclusive(';') {
            let words = statement.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            match words.strip_prefix("use ") {
                Some(tree) => paths.extend(parted(tree.trim_end_matches(';'))),
                None => rest.push_str(statement),
            }
            let declares = words.is_empty() || words.starts_with("mod ") || words.starts_with("use ");
            declares_only &= declares;
        }
        if declares_only {
            continue;
        }
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        for (at, _) in rest.match_indices("::") {
            let start = rest[..at].rfind(|c: char| !is_name(c) && c != ':').map_or(0, |before| before + 1);
            let first = rest[start..at].split("::").next().unwrap();
            if ["crate", "self", "super"].contains(&first) || is_child(first) {
                let end =
                    rest[at..].find(|c: char| !is_name(c) && c != ':').map_or(rest.len(), |end| at + end);
                paths.push(rest[start..end].trim_end_matches(':').to_owned());
            }
        }
        let ours = |path: &String| {
            let first = path.split("::").next().unwrap();
            ["crate", "self", "super"].contains(&first) || is_child(first)
        };
        let found = paths.iter().filter(|path| ours(path)).filter_map(|path| target(path, module, &modules));
        imports.entry(module.clone()).or_default().extend(found);
    }
    imports
}

#[test]
fn rooms_import_only_rooms_below_them() {
    let floor = |module: &str| {
        let room = module.split("::").next().unwrap();
        ROOMS.iter().position(|known| *known == room).unwrap_or_else(|| panic!("{room} is not in ROOMS"))
    };
    for (module, used) in imports() {
        for used in used {
            assert!(floor(&used) <= floor(&module), "{module} uses {used}, which stands above it");
        }
    }
    let entries = fs::read_dir("src").unwrap().count();
    assert!(entries <= 14, "src/ has {entries} entries");
}

#[test]
fn no_file_takes_part_in_an_import_circle() {
    let mut left = imports();
    // What imports nothing that is left, or what nothing left imports, is in no circle.
    loop {
        let standing: BTreeSet<String> = left.keys().cloned().collect();
        let used: BTreeSet<String> = left.values().flatten().cloned().collect();
        left.retain(|module, uses| used.contains(module) && uses.iter().any(|used| standing.contains(used)));
        if left.len() == standing.len() {
            break;
        }
    }
    let circle: Vec<String> = left.iter().map(|(module, used)| format!("{module} -> {used:?}")).collect();
    assert!(left.is_empty(), "files import each other in a circle:\n{}", circle.join("\n"));
}

#[test]
fn every_source_file_says_first_what_it_is_responsible_for() {
    for path in files("src", "rs").into_iter().chain(files("tests", "rs")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{}", path.display());
        let lines = without_tests(&text).lines().count();
        // A file of tests is a list of sentences, and may be a little longer.
        let most = if path.starts_with("tests") { 360 } else { 330 };
        assert!(lines <= most, "{} has {lines} lines; split it by noun", path.display());
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
    for path in files("src", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let allowed = path.ends_with("store.rs") || path.starts_with("src/storage");
        assert!(allowed || !without_tests(&text).contains("sqlx::query"), "{}", path.display());
    }
}

#[test]
fn no_registry_address_and_no_machine_path_is_committed() {
    for path in ["tests/browser/package-lock.json", "bin/test", "README.md"] {
        let text = fs::read_to_string(path).unwrap_or_default();
        assert!(!text.contains("registry.npmjs") && !text.contains("/work/"), "{path}");
    }
}

/// A reader who meets a public type knows it by its name alone.
#[test]
fn a_public_type_name_means_one_thing() {
    let mut declared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (module, code) in modules() {
        for line in code.lines() {
            let Some(rest) = line.strip_prefix("pub ") else { continue };
            let mut words = rest.split(|letter: char| !letter.is_alphanumeric());
            if matches!(words.next(), Some("struct" | "enum" | "trait" | "type")) {
                declared.entry(words.next().unwrap().to_owned()).or_default().push(module.clone());
            }
        }
    }
    declared.retain(|_, modules| modules.len() > 1);
    assert_eq!(declared, BTreeMap::new(), "give all but one of them another name");
}

/// Test builds have every class of characters through crates that only tests use; the program has what is asked for here.
#[test]
fn patterns_that_the_tests_can_read_can_be_read_by_the_program_too() {
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let regex = manifest.lines().find(|line| line.starts_with("regex = ")).unwrap();
    assert!(regex.contains("\"unicode\""), "{regex}");
}
