//! Passwords: argon2id, at most two at a time so that guesses cannot starve the site.

use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

/// OWASP's second choice of parameters: 19 MiB, 2 passes, 1 lane.
static HASHER: LazyLock<Argon2> = LazyLock::new(|| {
    let params = Params::new(19 * 1024, 2, 1, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
});

static TURNS: Semaphore = Semaphore::const_new(2);

/// Verified when there is no such account, so that the answer takes as long.
pub static DUMMY: LazyLock<String> =
    LazyLock::new(|| hash_now("nobody has this password").expect("hashing works"));

pub const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// A password that may be chosen: long enough, and not made of the account's own words.
pub fn check(password: &str, own_words: &[&str]) -> Result<(), String> {
    let lower = password.to_lowercase();
    let own =
        own_words.iter().map(|word| word.to_lowercase()).any(|word| word.len() >= 4 && lower.contains(&word));
    let kinds = lower.chars().collect::<std::collections::HashSet<_>>().len();
    match password.chars().count() {
        0 => Err("Enter a password".to_owned()),
        1..SHORTEST => Err(format!("Password must be {SHORTEST} characters or more")),
        LONGEST.. => Err(format!("Password must be less than {LONGEST} characters")),
        _ if own => {
            Err("Password must not hold your name, your email address or the name of the clinic".to_owned())
        }
        _ if kinds < 5 => Err("Password must have at least 5 different characters".to_owned()),
        _ => Ok(()),
    }
}

pub async fn hash(password: String) -> anyhow::Result<String> {
    let _turn = TURNS.acquire().await?;
    tokio::task::spawn_blocking(move || hash_now(&password)).await?
}

pub async fn verify(password: String, hash: String) -> anyhow::Result<bool> {
    let _turn = TURNS.acquire().await?;
    tokio::task::spawn_blocking(move || {
        let hash = PasswordHash::new(&hash)
            .map_err(|error| anyhow::anyhow!("a stored password hash is damaged: {error}"))?;
        Ok(HASHER.verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await?
}

fn hash_now(password: &str) -> anyhow::Result<String> {
    let hash = HASHER
        .hash_password(password.as_bytes())
        .map_err(|error| anyhow::anyhow!("hashing failed: {error}"))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_only() {
        let stored = hash("correct horse battery".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse battery".into(), stored.clone()).await.unwrap());
        assert!(!verify("correct horse batterz".into(), stored).await.unwrap());
        assert!(!verify("anything".into(), DUMMY.clone()).await.unwrap());
    }

    #[test]
    fn short_long_and_guessable_passwords_are_refused_with_what_to_do() {
        let own = ["ada@example.org", "Osteospinal"];
        assert!(check("a good long one", &own).is_ok());
        assert!(check("", &own).unwrap_err().contains("Enter"));
        assert!(check("elevenchars", &own).unwrap_err().contains("12 characters or more"));
        assert!(check(&"abcdefgh".repeat(20), &own).unwrap_err().contains("less than 128"));
        assert!(check("my OSTEOSPINAL password", &own).unwrap_err().contains("must not hold"));
        assert!(check("aaaaaaaaaaaaaaaa", &own).unwrap_err().contains("different"));
    }
}
