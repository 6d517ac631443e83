//! What the doctor found, in the words that it is printed in.

use std::fmt;

pub enum DoctorFinding {
    Good(String),
    /// Nobody but the reader can tell whether it is right.
    Look(String),
    Mend {
        what: String,
        how: String,
    },
}

impl DoctorFinding {
    pub fn good(words: impl Into<String>) -> DoctorFinding {
        DoctorFinding::Good(words.into())
    }

    pub fn look(words: impl Into<String>) -> DoctorFinding {
        DoctorFinding::Look(words.into())
    }

    pub fn mend(what: impl Into<String>, how: impl Into<String>) -> DoctorFinding {
        DoctorFinding::Mend { what: what.into(), how: how.into() }
    }

    /// What kept something from being done, and how to mend it.
    pub fn failed(error: &anyhow::Error, how: impl Into<String>) -> DoctorFinding {
        DoctorFinding::mend(sentence(&format!("{error:#}")), how)
    }

    pub fn is_to_mend(&self) -> bool {
        matches!(self, DoctorFinding::Mend { .. })
    }
}

/// Errors begin with a small letter and end without a stop.
fn sentence(words: &str) -> String {
    let mut letters = words.trim_end_matches('.').chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

impl fmt::Display for DoctorFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let below = |words: &str| words.replace('\n', "\n      ");
        match self {
            DoctorFinding::Good(words) => write!(f, "ok    {}", below(words)),
            DoctorFinding::Look(words) => write!(f, "look  {}", below(words)),
            DoctorFinding::Mend { what, how } => write!(f, "MEND  {}\n      {}", below(what), below(how)),
        }
    }
}
