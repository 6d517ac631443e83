//! What several programs count together: whoever one of them has counted, the others count too. They are told of a bucket,
//! which says nothing about who it was.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::storage::encryption::random;

/// One that was counted, or whose guess was right and is counted no more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CountedBucket {
    /// Which limit it was, in the order in which they are made.
    pub limit: u8,
    pub bucket: u16,
    pub was_right: bool,
}

impl CountedBucket {
    /// Short, and the same in every version: such as `3.51234` or `27.7r`.
    pub fn write(self) -> String {
        format!("{}.{}{}", self.limit, self.bucket, if self.was_right { "r" } else { "" })
    }

    /// Nothing for words of another version.
    pub fn parse(words: &str) -> Option<CountedBucket> {
        let (limit, bucket) = words.split_once('.')?;
        let (bucket, was_right) = bucket.strip_suffix('r').map_or((bucket, false), |bucket| (bucket, true));
        Some(CountedBucket { limit: limit.parse().ok()?, bucket: bucket.parse().ok()?, was_right })
    }
}

/// Hashes whoever is counted into one of 65,536 buckets, with a secret so that nobody can choose a bucket.
pub struct Draw {
    limit: u8,
    secret: Arc<str>,
    told: Option<UnboundedSender<CountedBucket>>,
}

impl Draw {
    pub fn bucket(&self, who: &impl Hash) -> u16 {
        let mut hasher = DefaultHasher::new();
        (&*self.secret, self.limit).hash(&mut hasher);
        who.hash(&mut hasher);
        // The other bits are as random as these.
        (hasher.finish() & u64::from(u16::MAX)) as u16
    }

    /// To the other programs.
    pub fn tell(&self, bucket: u16, was_right: bool) {
        if let Some(told) = &self.told {
            let _ = told.send(CountedBucket { limit: self.limit, bucket, was_right });
        }
    }

    /// What was counted elsewhere by this limit.
    pub fn is_of(&self, counted: CountedBucket) -> bool {
        counted.limit == self.limit
    }
}

/// Makes a draw for one limit after another.
pub struct Draws {
    next: u8,
    secret: Arc<str>,
    told: Option<UnboundedSender<CountedBucket>>,
}

impl Draws {
    /// Of a program that is alone, with a secret drawn at each start.
    pub fn alone() -> Draws {
        let secret = random::<16>().map(|byte| format!("{byte:02x}")).concat();
        Draws { next: 0, secret: secret.into(), told: None }
    }

    /// With a secret that all programs have, and what they are to be told.
    pub fn shared(secret: String) -> (Draws, UnboundedReceiver<CountedBucket>) {
        let (told, telling) = unbounded_channel();
        (Draws { next: 0, secret: secret.into(), told: Some(told) }, telling)
    }

    pub fn draw(&mut self) -> Draw {
        self.next += 1;
        Draw { limit: self.next, secret: self.secret.clone(), told: self.told.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_other_words_are_nothing() {
        for was_right in [false, true] {
            let counted = CountedBucket { limit: 27, bucket: 51_234, was_right };
            assert_eq!(CountedBucket::parse(&counted.write()), Some(counted));
        }
        for other in ["", "3", "3.", "300.1", "3.70000", "3.1x"] {
            assert_eq!(CountedBucket::parse(other), None, "{other}");
        }
    }

    #[test]
    fn each_limit_and_each_secret_has_buckets_of_its_own() {
        let buckets = |mut draws: Draws| [draws.draw(), draws.draw()].map(|draw| draw.bucket(&"ada"));
        let shared = |secret: &str| buckets(Draws::shared(secret.into()).0);
        assert_eq!(shared("one"), shared("one"));
        assert_ne!(shared("one")[0], shared("one")[1]);
        assert_ne!(shared("one"), shared("another"));
        assert_ne!(buckets(Draws::alone()), buckets(Draws::alone()));
    }
}
