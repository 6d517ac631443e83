//! The database that a test has for itself: a SQLite file, or one of the PostgreSQL server at MYBACKPAIN_TEST_SERVER.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mybackpain::storage::database::Database;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection};
use tokio::sync::OnceCell;

use super::content;

/// Every table and no row: each test begins with a copy.
const EMPTY: &str = "mybackpain_empty";

/// True when the tests run on PostgreSQL. What only a file has (its log, its damage, its copies) is then not looked at.
pub fn is_server() -> bool {
    address().is_some()
}

/// Of the server, to its database of maintenance.
fn address() -> Option<String> {
    std::env::var("MYBACKPAIN_TEST_SERVER").ok()
}

/// A statement with bytes such as `x'00ff'`, as the engine writes them.
pub fn with_bytes(sql: &str) -> String {
    if is_server() { sql.replace(" x'", " '\\x") } else { sql.to_owned() }
}

/// A database of the server; removed with it.
pub struct TestDatabase(String);

impl TestDatabase {
    pub fn address(&self) -> String {
        of(&self.0)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let drop_it = format!("drop database if exists {} with (force)", self.0);
        // The runtime of the test may be ending.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { maintain(&drop_it).await.unwrap() });
        });
        let _ = dropping.join();
    }
}

/// The data in this folder, or an empty database.
pub async fn open(folder: &Path) -> (Database, Option<TestDatabase>) {
    if !is_server() {
        let file = folder.join("mybackpain.sqlite");
        if !file.exists() {
            std::fs::write(&file, content::empty_database().await).unwrap();
        }
        return (Database::open(&file).await.unwrap(), None);
    }
    make_empty().await;
    let own = copy_of(EMPTY).await;
    (Database::connect(&own.address(), folder).await.unwrap(), Some(own))
}

/// The same data after it was closed.
pub async fn open_again(folder: &Path, own: Option<TestDatabase>) -> (Database, Option<TestDatabase>) {
    match own {
        None => open(folder).await,
        Some(own) => (Database::connect(&own.address(), folder).await.unwrap(), Some(own)),
    }
}

/// A copy of the database as it is now. Whoever is connected to it is put off, and connects again.
pub async fn copy(of: &TestDatabase) -> TestDatabase {
    copy_of(&of.0).await
}

async fn copy_of(name: &str) -> TestDatabase {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let own = format!("test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let copy = format!("create database {own} template {name} strategy file_copy");
    loop {
        match maintain(&copy).await {
            Ok(()) => return TestDatabase(own),
            // Somebody is connected, or copies it too.
            Err(error) if error.to_string().contains("being accessed by other users") => {
                let end = format!(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
                );
                if name != EMPTY {
                    maintain(&end).await.unwrap();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

async fn make_empty() {
    static MADE: OnceCell<()> = OnceCell::const_new();
    let make = async || {
        maintain(&format!("drop database if exists {EMPTY} with (force)")).await.unwrap();
        maintain(&format!("create database {EMPTY}")).await.unwrap();
        Database::connect(&of(EMPTY), Path::new(".")).await.unwrap().close().await;
    };
    MADE.get_or_init(make).await;
}

fn of(name: &str) -> String {
    let mut address = url(&address().unwrap());
    address.push_str(name);
    address
}

/// The address of the server without the name of a database.
fn url(address: &str) -> String {
    address[..=address.rfind('/').unwrap()].to_owned()
}

async fn maintain(sql: &str) -> sqlx::Result<()> {
    let options: PgConnectOptions = address().unwrap().parse().unwrap();
    let mut connection = PgConnection::connect_with(&options).await?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await
}
