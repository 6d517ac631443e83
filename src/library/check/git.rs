//! The committed text of content files, when git and a repository are there.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Stdio};

/// Files below a folder that differ from what was committed last; nothing without git.
pub struct ChangedFiles {
    files: HashSet<String>,
}

impl ChangedFiles {
    pub fn below(folder: &Path) -> ChangedFiles {
        let names =
            git(folder, &["diff", "--no-ext-diff", "--name-only", "--relative", "-z", "HEAD", "--", "."]);
        let files = names.unwrap_or_default().split('\0').map(str::to_owned).collect();
        ChangedFiles { files }
    }

    /// The committed text of a changed file, named from the folder on.
    pub fn committed(&self, folder: &Path, file: &Path) -> Option<String> {
        let name = file.strip_prefix(folder).ok()?.to_str()?;
        if !self.files.contains(name) {
            return None;
        }
        git(folder, &["show", &format!("HEAD:./{name}")])
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let done = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        // Set inside a hook, where they may mean another repository than the folder's.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    done.status.success().then(|| String::from_utf8(done.stdout).ok()).flatten()
}
