//! Tells whether any file of the content folder changed since it was last looked at.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Another number after a file was saved, added, renamed or removed. Hidden files and those that editors keep beside the
/// one that is edited do not count.
pub fn fingerprint(folder: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    add(folder, &mut hasher);
    hasher.finish()
}

/// What cannot be read is as good as not there: reading the content says why.
fn add(folder: &Path, hasher: &mut DefaultHasher) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| counts(path)).collect();
    paths.sort();
    for path in paths {
        path.hash(hasher);
        match fs::metadata(&path) {
            Ok(found) if found.is_dir() => add(&path, hasher),
            Ok(found) => (found.len(), found.ino(), found.mtime(), found.mtime_nsec()).hash(hasher),
            Err(_) => {}
        }
    }
}

fn counts(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !name.starts_with('.') && !name.starts_with('#') && !name.ends_with('~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_of_a_file_is_seen_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("pages")).unwrap();
        fs::write(at("pages/a.md"), "one").unwrap();
        let mut known = vec![fingerprint(folder.path())];
        assert_eq!(fingerprint(folder.path()), known[0]);
        fs::write(at(".pages.swp"), "").unwrap();
        fs::write(at("pages/a.md~"), "").unwrap();
        assert_eq!(fingerprint(folder.path()), known[0]);
        let changes: [&dyn Fn(); 5] = [
            &|| fs::write(at("pages/a.md"), "other").unwrap(),
            &|| fs::write(at("pages/b.md"), "").unwrap(),
            &|| fs::rename(at("pages/b.md"), at("pages/c.md")).unwrap(),
            &|| fs::remove_file(at("pages/c.md")).unwrap(),
            // As editors save: a new file in the place of the old one.
            &|| {
                fs::write(at(".new"), "other").unwrap();
                fs::rename(at(".new"), at("pages/a.md")).unwrap();
            },
        ];
        for (number, change) in changes.iter().enumerate() {
            change();
            let now = fingerprint(folder.path());
            assert!(known.last() != Some(&now), "change {number}");
            known.push(now);
        }
        fs::remove_dir_all(folder.path()).unwrap();
        fingerprint(folder.path());
    }
}
