//! The manual pages and completions that the package brings.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::program::{command, data_folder, run};

/// The commands that --help shows.
fn commands() -> Vec<String> {
    let help = run(command(&["--help"]), "").output;
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let names = list.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("    "));
    names
        .filter_map(|line| Some(line.split_whitespace().next()?.to_owned()))
        .filter(|name| name != "help")
        .collect()
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_command_has_a_manual_page_and_is_completed_by_shells() {
    let (folder, _) = data_folder();
    let into = folder.path().join("manual");
    let written = run(command(&["manual", into.to_str().unwrap()]), "");
    assert_eq!(written.code, Some(0), "{}", written.errors);
    let commands = commands();
    assert!(commands.iter().any(|name| name == "serve") && commands.len() > 12, "{commands:?}");
    assert!(!commands.contains(&"manual".to_owned()), "it is for the package alone");
    let first = text(&into, "mybackpain.1");
    for words in ["/etc/mybackpain/mybackpain.toml", "/var/lib/mybackpain", "MYBACKPAIN_LISTEN"] {
        assert!(first.contains(words), "{words}\n{first}");
    }
    let bash = text(&into, "mybackpain.bash");
    for name in &commands {
        let page = text(&into, &format!("mybackpain-{name}.1"));
        assert!(page.starts_with(".ie") || page.contains(".TH"), "{page}");
        for (shell, completions) in
            [("bash", &bash), ("zsh", &text(&into, "_mybackpain")), ("fish", &text(&into, "mybackpain.fish"))]
        {
            assert!(completions.contains(name.as_str()), "{name} in {shell}");
        }
    }
    assert!(text(&into, "mybackpain-staff-add.1").contains("reception"));
    let script = into.join("mybackpain.bash");
    let completed = Command::new("/bin/bash")
        .args(["--norc", "-c", "source \"$0\"; COMP_WORDS=(mybackpain rota); COMP_CWORD=1; _mybackpain mybackpain rota mybackpain; echo \"${COMPREPLY[@]}\""])
        .arg(&script)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&completed.stdout).trim(), "rotate-key", "{:?}", completed);
}
