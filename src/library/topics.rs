//! Topics: the sheets in the order that a newcomer should read them, as `content/topics.toml` gives it.

use std::path::Path;

use serde::Deserialize;

use crate::clinic::read_toml;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub slug: String,
    pub title: String,
    /// One line for lists.
    pub summary: String,
    /// Slugs in reading order.
    pub sheets: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Topics {
    topic: Vec<Topic>,
}

impl Topic {
    pub fn path(&self) -> String {
        format!("/topics/{}", self.slug)
    }
}

pub fn load(content: &Path) -> anyhow::Result<Vec<Topic>> {
    let topics: Topics = read_toml(&content.join("topics.toml"))?;
    Ok(topics.topic)
}
