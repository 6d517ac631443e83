//! A source that pages cite, as `content/references.toml` gives it.

use serde::Deserialize;

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    pub citation: String,
    pub doi: Option<String>,
    pub url: Option<String>,
    /// The citation was compared with a public record.
    pub checked: bool,
}

impl Reference {
    /// Where to read it.
    pub fn link(&self) -> Option<String> {
        self.doi.as_ref().map(|doi| format!("https://doi.org/{doi}")).or_else(|| self.url.clone())
    }
}
