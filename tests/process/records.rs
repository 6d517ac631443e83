//! The database file, read from outside the program.

use std::collections::HashSet;
use std::path::Path;

use mybackpain::storage::reference::key_hash;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Row};

/// Each query finds rows that must not be; a column of text says which.
const FAULTS: &[(&str, &str)] = &[
    ("the same content in two requests", "select content_hash from consultations group by 1 having count(*) > 1"),
    (
        "a request without its key",
        "select reference from consultations where reference not in (select reference from submissions)",
    ),
    (
        "a key without its request",
        "select reference from submissions where reference not in (select reference from consultations)",
    ),
    ("a request with two keys", "select reference from submissions group by 1 having count(*) > 1"),
    (
        "a request without its two mails",
        "select reference from consultations where
            (select group_concat(purpose) from
                (select purpose from outbox where outbox.reference = consultations.reference order by purpose))
            is not 'consultation-confirmation,consultation-notice'",
    ),
    (
        "a mail without its request",
        "select reference from outbox where reference not in (select reference from consultations)",
    ),
    (
        "a request that was not asked once",
        "select reference from consultations where
            (select count(*) from consultation_events as e where e.reference = consultations.reference) <> 1",
    ),
    ("a request among spam", "select reference from consultations where spam"),
    ("a damaged database", "select * from pragma_integrity_check where integrity_check <> 'ok'"),
    ("a broken link between tables", "select \"table\" from pragma_foreign_key_check"),
];

pub struct Records(SqliteConnection);

/// Runs what sqlx waits for, on this thread.
pub fn wait_for<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

impl Records {
    pub async fn open(file: &Path) -> Records {
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        Records(SqliteConnection::connect_with(&options).await.unwrap())
    }

    async fn column(&mut self, sql: &'static str) -> Vec<String> {
        let rows = sqlx::query(sql).fetch_all(&mut self.0).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// What is wrong with the database, in words.
    async fn faults(&mut self) -> Vec<String> {
        let mut found = Vec::new();
        for (what, sql) in FAULTS {
            found.extend(self.column(sql).await.iter().map(|row| format!("{what}: {row}")));
        }
        found
    }

    /// Which of these keys made nothing.
    async fn missing<'k>(&mut self, keys: &[&'k str]) -> Vec<&'k str> {
        let made: HashSet<String> = self
            .column("select key_hash from submissions where kind = 'consultation'")
            .await
            .into_iter()
            .collect();
        keys.iter().copied().filter(|key| !made.contains(&key_hash("consultation", key))).collect()
    }
}

/// Panics unless every acknowledged key made its one request, whole, and returns how many requests there are.
pub fn check_whole<'k>(file: &Path, acknowledged: impl IntoIterator<Item = &'k str>) -> usize {
    let keys: Vec<&str> = acknowledged.into_iter().collect();
    wait_for(async {
        let mut records = Records::open(file).await;
        assert_eq!(records.missing(&keys).await, [""; 0], "acknowledged and lost");
        assert_eq!(records.faults().await, [""; 0]);
        records.column("select reference from consultations").await.len()
    })
}

/// Panics unless every mail that is called sent is a file.
pub fn check_sent_mail_is_there(data: &Path, file: &Path) {
    let sent = wait_for(async {
        let mut records = Records::open(file).await;
        records.column("select purpose || '-' || reference from outbox where state = 'sent'").await
    });
    let there: Vec<String> = std::fs::read_dir(data.join("mail"))
        .map(|folder| folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    for mail in sent {
        assert!(there.iter().any(|name| name.ends_with(&format!("{mail}.eml"))), "{mail} was not sent");
    }
}
