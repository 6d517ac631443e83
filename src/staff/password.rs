//! Passwords: argon2id, at most two at a time so that guesses cannot starve the site.

use std::sync::{Arc, LazyLock};

use tokio::sync::Semaphore;

use crate::staff::common_passwords::is_common;
use crate::staff::password_hash;

static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// Verified when there is no such account, so that the answer takes as long.
pub static DUMMY: LazyLock<String> =
    LazyLock::new(|| password_hash::make("nobody has this password").expect("hashing works"));

pub const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// A password that may be chosen: long enough, not guessed early, and not made of the account's or the clinic's own words.
pub fn check(password: &str, own_words: &[String]) -> Result<(), String> {
    let lower = squeezed(password);
    let own =
        own_words.iter().map(|word| squeezed(word)).any(|word| word.len() >= 4 && lower.contains(&word));
    let kinds = password.chars().collect::<std::collections::HashSet<_>>().len();
    match password.chars().count() {
        0 => Err("Enter a password".to_owned()),
        length if length < SHORTEST => Err(format!("Password must be {SHORTEST} characters or more")),
        length if length > LONGEST => Err(format!("Password must be {LONGEST} characters or less")),
        _ if own => {
            Err("Password must not hold your name, your email address or the name of the clinic".to_owned())
        }
        _ if kinds < 5 => Err("Password must have at least 5 different characters".to_owned()),
        _ if is_common(password) => {
            Err("Password must be harder to guess: many people use one like it".to_owned())
        }
        _ => Ok(()),
    }
}

/// What a password must not hold: the person's name and address, whole and in parts, and the clinic's names.
pub fn own_words(name: &str, email: &str, clinic: &[&str]) -> Vec<String> {
    let parts = name.split_whitespace().chain(email.split(['@', '.', '+', '-', '_']).take(3));
    let whole = [name, email, email.split('@').next().unwrap_or_default()].into_iter();
    let clinic = clinic.iter().flat_map(|name| [*name, name.split('.').next().unwrap_or_default()]);
    parts.chain(whole).chain(clinic).filter(|word| word.chars().count() >= 4).map(str::to_owned).collect()
}

/// Letters and digits alone, in lower case: "My Back-Pain" holds "mybackpain".
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

pub async fn hash(password: String) -> anyhow::Result<String> {
    in_turn(&TURNS, move || password_hash::make(&password)).await?
}

pub async fn verify(password: String, hash: String) -> anyhow::Result<bool> {
    in_turn(&TURNS, move || password_hash::is_of(&hash, &password)).await?
}

/// Does this on a thread of its own, when it is its turn. The turn lasts as long as the work does: who stops waiting,
/// such as a visitor who hangs up, does not stop the work, and must not let another begin beside it.
async fn in_turn<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    let turn = turns.clone().acquire_owned().await?;
    let until_done = move || {
        let _turn = turn;
        work()
    };
    Ok(tokio::task::spawn_blocking(until_done).await?)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_only() {
        let stored = hash("correct horse battery".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse battery".into(), stored.clone()).await.unwrap());
        assert!(!verify("correct horse batterz".into(), stored).await.unwrap());
        assert!(!verify("anything".into(), DUMMY.clone()).await.unwrap());
    }

    #[tokio::test]
    async fn two_are_hashed_at_once_and_no_more_though_everyone_hangs_up() {
        let (turns, at_work) = (Arc::new(Semaphore::new(2)), Arc::new(AtomicUsize::new(0)));
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let finished = Arc::new(std::sync::Mutex::new(finished));
        for _ in 0..10 {
            let (at_work, finished) = (at_work.clone(), finished.clone());
            let hashing = in_turn(&turns, move || {
                at_work.fetch_add(1, Ordering::SeqCst);
                let _ = finished.lock().unwrap().recv();
            });
            assert!(tokio::time::timeout(Duration::from_millis(20), hashing).await.is_err(), "it goes on");
        }
        assert_eq!(at_work.load(Ordering::SeqCst), 2);
        drop(finish);
        in_turn(&turns, || ()).await.expect("a turn comes when they are done");
    }

    #[test]
    fn short_long_and_guessable_passwords_are_refused_with_what_to_do() {
        let own = own_words("Ada Lovelace", "ada.byron@example.org", &["My Back Pain", "mybackpain.co.uk"]);
        let complaint = |password: &str| check(password, &own).unwrap_err();
        assert!(check("a good long one", &own).is_ok());
        assert!(complaint("").contains("Enter"));
        assert!(complaint("elevenchars").contains("12 characters or more"));
        assert!(check(&"teapot lorry ".repeat(11)[..128], &own).is_ok());
        assert!(complaint(&"teapot lorry ".repeat(11)[..129]).contains("128 characters or less"));
        for own_word in
            ["xx MyBackPain xx!", "my-back-pain-forever", "lovelace teapot 9", "teapot byron lorry"]
        {
            assert!(complaint(own_word).contains("must not hold"), "{own_word}");
        }
        assert!(complaint("abababababababab").contains("different"));
        assert!(complaint("Password123456!").contains("harder to guess"));
    }
}
