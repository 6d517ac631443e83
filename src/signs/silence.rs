//! What may silence a sign.

/// Why words that look like a sign may be none. Each sign names those that hold for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// "No numbness", "ruled out cauda equina".
    Denied,
    /// "Was numb in 2015": long ago, and nothing says that it goes on.
    Past,
    /// "Fell off a horse in 1994 and it has hurt ever since": the event was long ago, whatever goes on.
    PastEvent,
    /// "Went numb but it has worn off".
    Resolved,
    /// "My mum had cancer".
    Other,
    /// "I read about cauda equina and have none of those signs".
    NoneOfThese,
}
