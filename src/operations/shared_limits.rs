//! Programs that share a database count together how often somebody sends and guesses: each tells the others whom it has
//! counted, by a bucket that says nothing about who it was.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use crate::storage::encryption::{Cipher, hex, random};
use crate::web::app::App;
use crate::web::security::{CountedBucket, Draws, Limits};

/// As many are told together: a message to the others holds 8,000 bytes.
const TOGETHER: usize = 500;
const PURPOSE: &str = "limits";

/// The limits of a program that shares its database, and what it is to tell the others.
pub fn limits(cipher: &Cipher) -> (Limits, UnboundedReceiver<CountedBucket>) {
    let (mut draws, told) = Draws::shared(cipher.keyed_hash(PURPOSE, ""));
    (Limits::of(&mut draws), told)
}

/// Tells and hears until the program stops. What is told while the database is gone is lost: nobody writes then.
pub async fn run(
    app: App,
    mut counted: UnboundedReceiver<CountedBucket>,
    mut stopping: watch::Receiver<bool>,
) {
    let own = hex(&random::<8>());
    let hears = tokio::spawn(hear(app.clone(), own.clone()));
    let tells = async {
        let mut some = Vec::new();
        while counted.recv_many(&mut some, TOGETHER).await > 0 {
            let words = some.drain(..).map(CountedBucket::write).collect::<Vec<_>>().join(" ");
            if let Err(error) = app.database.tell_others(format!("{own} {words}")).await {
                tracing::debug!(%error, "the other programs were not told of a limit");
            }
        }
    };
    tokio::select! {
        () = tells => {}
        _ = stopping.wait_for(|stop| *stop) => {}
    }
    hears.abort();
}

async fn hear(app: App, own: String) {
    let mut heard = app.database.hear_others();
    loop {
        // Some were missed: the next are heard.
        let Ok(words) = heard.recv().await else { continue };
        count(&app.limits, &own, &words);
    }
}

fn count(limits: &Arc<Limits>, own: &str, words: &str) {
    let mut words = words.split(' ');
    if words.next() == Some(own) {
        return;
    }
    words.filter_map(CountedBucket::parse).for_each(|counted| limits.count(counted));
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn what_one_program_lets_in_is_gone_at_the_other_and_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let cipher = Cipher::open(&folder.path().join("keys"), true).unwrap();
        let ((first, mut told), (second, _)) = (limits(&cipher), limits(&cipher));
        let (ada, bob): (IpAddr, IpAddr) = ([192, 0, 2, 7].into(), [192, 0, 2, 8].into());
        while first.may_send(ada) {}
        first.password_turn(ada, "ada@example.org", false).unwrap();
        let mut words = vec!["another".to_owned()];
        while let Ok(counted) = told.try_recv() {
            words.push(counted.write());
        }
        let (words, second) = (words.join(" "), Arc::new(second));
        count(&second, "another", &words);
        assert!(second.may_send(ada), "its own words count nobody twice");
        count(&second, "the second", &words);
        assert!(!second.may_send(ada) && second.may_send(bob));
        assert_eq!(second.password_turn(ada, "ada@example.org", false).unwrap().number, 2);
        first.right_password(ada, "ada@example.org");
        while let Ok(counted) = told.try_recv() {
            count(&second, "the second", &format!("another {}", counted.write()));
        }
        assert_eq!(second.password_turn(ada, "ada@example.org", false).unwrap().number, 1);
    }
}
