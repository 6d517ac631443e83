//! Signatures as a file, to stand beside the content in version control, and back.

use anyhow::{Context, ensure};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::library::signatures::signature::NewSignature;
use crate::library::signatures::signed_text::hash_of;
use crate::library::signatures::store;
use crate::storage::database::Readers;
use crate::web::form::one_line;

/// The longest name, role or registration number, in characters.
const LONGEST: usize = 100;

#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct SignaturesFile {
    #[serde(default)]
    signature: Vec<SignatureEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureEntry {
    /// The end of the page's address.
    page: String,
    name: String,
    role: String,
    registration: String,
    signed_on: Date,
    /// SHA-256 of the text.
    text_hash: String,
    text: String,
}

/// Every signature as TOML, in the order of pages and days.
pub async fn export(readers: &Readers) -> anyhow::Result<String> {
    let mut file = SignaturesFile::default();
    for one in store::all(readers).await? {
        let text = store::signed_text(readers, one.id).await?;
        file.signature.push(SignatureEntry {
            page: one.slug,
            name: one.name,
            role: one.role,
            registration: one.registration,
            signed_on: one.signed_on,
            text_hash: one.text_hash,
            text,
        });
    }
    file.signature.sort_by(|a, b| (&a.page, a.signed_on, &a.name).cmp(&(&b.page, b.signed_on, &b.name)));
    Ok(toml::to_string_pretty(&file)?)
}

/// Reads such a file. An entry whose text is not the one of its hash, or of a day after today, refuses the whole file.
pub fn read(file: &str, today: Date) -> anyhow::Result<Vec<NewSignature>> {
    let file: SignaturesFile = toml::from_str(file).context("this is no file of signatures")?;
    file.signature.into_iter().map(|entry| entry.check(today)).collect()
}

impl SignatureEntry {
    fn check(self, today: Date) -> anyhow::Result<NewSignature> {
        let SignatureEntry { page: slug, name, role, registration, signed_on, text_hash, text } = self;
        ensure!(
            hash_of(&text) == text_hash,
            "the text that {name:?} signed of {slug:?} is not the one of its hash: it was changed in the file"
        );
        ensure!(signed_on <= today, "{name:?} signed {slug:?} on {signed_on}, which is still to come");
        for (field, words) in [("name", &name), ("role", &role), ("registration", &registration)] {
            ensure!(
                !words.is_empty() && one_line(words) == *words && words.chars().count() <= LONGEST,
                "the {field} of a signature of {slug:?} is empty, longer than a line, or has stray spaces"
            );
        }
        Ok(NewSignature { slug, text, name, role, registration, signed_on, staff_id: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(change: impl Fn(String) -> String) -> anyhow::Result<Vec<NewSignature>> {
        let entry = SignatureEntry {
            page: "a".into(),
            name: "Sam Porter".into(),
            role: "GP".into(),
            registration: "GMC 1234567".into(),
            signed_on: "2026-12-01".parse().unwrap(),
            text_hash: hash_of("Words\n'''\n\"quoted\"\n"),
            text: "Words\n'''\n\"quoted\"\n".into(),
        };
        let file = toml::to_string_pretty(&SignaturesFile { signature: vec![entry] }).unwrap();
        read(&change(file), "2026-12-01".parse().unwrap())
    }

    #[test]
    fn a_file_comes_back_as_it_was_written_and_a_changed_text_is_refused() {
        let back = entry(|file| file).unwrap();
        assert_eq!(
            (back[0].text.as_str(), back[0].name.as_str()),
            ("Words\n'''\n\"quoted\"\n", "Sam Porter")
        );
        let said = entry(|file| file.replace("Words", "Other words")).err().unwrap().to_string();
        assert!(said.contains("changed in the file"), "{said}");
        assert!(entry(|file| file.replace("Sam Porter", "")).is_err());
        assert!(entry(|file| file.replace("signed_on", "signed")).is_err());
        assert!(entry(|file| file.replace("2026-12-01", "2026-12-02")).is_err());
        assert!(read("", Date::MIN).unwrap().is_empty());
    }
}
