//! One content file: its front matter and its text, or what is wrong with it and where.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::de::DeserializeOwned;

use crate::clinic::content_file::Position;
use crate::library::check::report::CheckFinding;
use crate::library::front_matter::Required;
use crate::library::markdown::Fault;

pub struct Read<F> {
    pub slug: String,
    pub front: F,
    pub text: String,
    /// Lines of the file above the text.
    lines_above: usize,
}

impl<F> Read<F> {
    pub fn findings(&self, file: &Path, faults: Vec<Fault>) -> Vec<CheckFinding> {
        faults.into_iter().map(|fault| CheckFinding::of_fault(file, self.lines_above, fault)).collect()
    }
}

/// The content files of a folder, in the order of their names.
pub fn markdown_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "md") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a file of front matter between two lines of `+++`, and text.
pub fn read<F: DeserializeOwned + Required>(file: &Path) -> Result<Read<F>, Vec<CheckFinding>> {
    let slug = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
    if slug.is_empty() || !slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        let message = "a file name is the page's address: small letters, digits and hyphens".to_owned();
        return Err(vec![CheckFinding::of_file(file, "file-name", message)]);
    }
    let whole = std::fs::read_to_string(file)
        .map_err(|error| {
            vec![CheckFinding::of_file(file, "front-matter", format!("cannot be read: {error}"))]
        })?
        .replace("\r\n", "\n");
    let parts = whole.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n"));
    let Some((front, text)) = parts else {
        let message = "expected front matter between two lines of +++";
        return Err(vec![CheckFinding::of_file(file, "front-matter", message)]);
    };
    match toml::from_str(front) {
        Ok(fields) => {
            Ok(Read { slug, front: fields, text: text.to_owned(), lines_above: front.lines().count() + 2 })
        }
        Err(error) => {
            let place = Position::of(front, error.span().map_or(0, |span| span.start)).below(1);
            let missing =
                missing(front, F::REQUIRED).filter(|_| error.message().starts_with("missing field"));
            let message = missing.unwrap_or_else(|| error.message().to_owned());
            Err(vec![CheckFinding::new(file.display().to_string(), place, "front-matter", message)])
        }
    }
}

/// Names every field that is not there: "missing fields `subtitle`, `summary`".
fn missing(front: &str, required: &[&str]) -> Option<String> {
    let fields: toml::Table = toml::from_str(front).ok()?;
    let missing: Vec<String> = required
        .iter()
        .filter(|field| !fields.contains_key(**field))
        .map(|field| format!("`{field}`"))
        .collect();
    match missing.as_slice() {
        [] => None,
        [one] => Some(format!("missing field {one}")),
        several => Some(format!("missing fields {}", several.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::front_matter::PlainFrontMatter;

    fn problem(name: &str, text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let problems = read::<PlainFrontMatter>(&file).err().expect("a bad file is refused");
        problems[0].to_string().replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn an_unknown_field_is_refused_with_its_line_and_what_was_expected() {
        let said = problem("a.md", "+++\ntitle = \"A\"\nsubtitel = \"B\"\n+++\nText\n");
        assert!(
            said.starts_with(
                "a.md:3:1: error[front-matter]: unknown field `subtitel`, expected one of `title`"
            ),
            "{said}"
        );
    }

    #[test]
    fn all_missing_fields_are_named_at_once() {
        let said = problem("a.md", "+++\ntitle = \"A\"\n+++\nText\n");
        assert!(said.contains("missing fields `subtitle`, `summary`, `written`\n"), "{said}");
        let said = problem("a.md", "+++\ntitle = \"A\"\nsubtitle = \"B\"\nsummary = \"C\"\n+++\nText\n");
        assert!(said.contains("missing field `written`\n"), "{said}");
    }

    #[test]
    fn a_file_without_front_matter_or_with_a_strange_name_is_told_so() {
        assert!(problem("a.md", "Text").starts_with("a.md:1:1: error[front-matter]: expected front matter"));
        assert!(problem("A b.md", "Text").contains("small letters"));
    }
}
