//! What `content/safety.toml` says: the safety box, the same words on every page.

use std::path::Path;

use serde::Deserialize;

use crate::clinic::read_toml;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Safety {
    /// The line that opens the box.
    pub strip: String,
    /// Call 999 or go to A&E now.
    pub emergency: Signs,
    /// The same day.
    pub urgent: Signs,
    /// How rare serious disease is: comes after the signs, never before.
    pub context: Words,
    pub medicines: Words,
    /// Somebody may have taken too much, or be badly hurt.
    pub harm: HeadedWords,
    /// Somebody may not be safe with themselves.
    pub crisis: HeadedWords,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signs {
    pub heading: String,
    #[serde(default)]
    pub lead: String,
    pub signs: Vec<String>,
    pub after: Vec<String>,
    pub references: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub text: Vec<String>,
    pub references: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadedWords {
    pub heading: String,
    pub text: Vec<String>,
    pub references: Vec<String>,
}

impl Safety {
    pub fn load(content: &Path) -> anyhow::Result<Safety> {
        read_toml(&content.join("safety.toml"))
    }

    pub fn references(&self) -> impl Iterator<Item = &str> {
        [
            &self.emergency.references,
            &self.urgent.references,
            &self.context.references,
            &self.medicines.references,
            &self.harm.references,
            &self.crisis.references,
        ]
        .into_iter()
        .flatten()
        .map(String::as_str)
    }
}
