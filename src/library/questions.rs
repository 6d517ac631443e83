//! What `content/assessment.toml` says: the questions of the self-assessment, and what each answer leads to.

use std::path::Path;

use serde::Deserialize;

use crate::clinic::read_toml;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    /// Questions to take to a professional, for everyone.
    pub ask: Vec<String>,
    #[serde(rename = "question")]
    pub all: Vec<Question>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub id: String,
    pub text: String,
    #[serde(default)]
    pub hint: String,
    /// What the check page and the summary call it.
    pub short: String,
    pub kind: QuestionKind,
    /// What to say when it was not answered. Without this the question may be left empty.
    #[serde(default)]
    pub missing: String,
    /// Asked only after one of these answers to an earlier question.
    pub when: Option<When>,
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// What the ends of a scale mean.
    #[serde(default)]
    pub low: String,
    #[serde(default)]
    pub high: String,
    /// The longest text, in characters.
    #[serde(default)]
    pub most: usize,
    /// How many answers may be chosen of several; 0 is any number.
    #[serde(default)]
    pub up_to: usize,
    /// What a GP asks for: only repeated back, so its answers lead nowhere.
    #[serde(default)]
    pub fact: bool,
    /// What the person chooses to do this week: the summary shows it apart.
    #[serde(default)]
    pub step: bool,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum QuestionKind {
    OneOf,
    AnyOf,
    ZeroToTen,
    ShortText,
    /// One of the answers for each thing that was chosen in the question before: kept as "thing=answer".
    Each,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    pub question: String,
    pub answers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub id: String,
    pub text: String,
    /// What follows "Because you said that".
    #[serde(default)]
    pub because: String,
    #[serde(default)]
    pub sheets: Vec<String>,
    /// Questions to take to a professional.
    #[serde(default)]
    pub ask: Vec<String>,
    /// "None of these": stands alone, and leads nowhere on purpose.
    #[serde(default)]
    pub none: bool,
}

impl Questions {
    pub fn load(content: &Path) -> anyhow::Result<Questions> {
        read_toml(&content.join("assessment.toml"))
    }

    pub fn find(&self, id: &str) -> Option<&Question> {
        self.all.iter().find(|question| question.id == id)
    }

    /// The words of a thing that a question of the kind `each` asks about.
    pub fn thing(&self, question: &Question, id: &str) -> Option<&str> {
        let earlier = self.find(&question.when.as_ref()?.question)?;
        Some(&earlier.answer(id)?.text)
    }
}

impl Question {
    pub fn answer(&self, id: &str) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.id == id)
    }

    pub fn is_optional(&self) -> bool {
        self.missing.is_empty()
    }

    pub fn has_choices(&self) -> bool {
        matches!(self.kind, QuestionKind::OneOf | QuestionKind::AnyOf)
    }
}
