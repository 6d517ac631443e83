//! A database of its own on the PostgreSQL server at MYBACKPAIN_TEST_SERVER, and programs that share it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};
use tempfile::TempDir;

use crate::program::{Ended, Program, command, run};

pub struct TestDatabase {
    /// Of the server, up to the name of a database.
    server: String,
    name: String,
}

/// An empty database; nothing where there is no server, as with a plain `cargo test`.
pub fn database() -> Option<TestDatabase> {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let address = std::env::var("MYBACKPAIN_TEST_SERVER").ok()?;
    let name = format!("process_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let server = address[..=address.rfind('/').unwrap()].to_owned();
    change(&address, &format!("create database {name}"));
    Some(TestDatabase { server, name })
}

fn change(address: &str, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(address).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

impl TestDatabase {
    pub fn address(&self) -> String {
        format!("{}{}", self.server, self.name)
    }

    /// Where the server listens.
    pub fn listens_at(&self) -> SocketAddr {
        let after = self.server.split('@').next_back().unwrap();
        after.trim_end_matches('/').parse().unwrap()
    }

    pub fn change(&self, sql: &str) {
        change(&self.address(), sql);
    }

    pub fn count(&self, rows: &str) -> i64 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.address()).await.unwrap();
            let sql = AssertSqlSafe(format!("select count(*) from {rows}"));
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        })
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        change(&format!("{}postgres", self.server), &format!("drop database {} with (force)", self.name));
    }
}

/// A machine of several: with a folder of its own, and the key of all.
pub struct Machine<'d> {
    _folder: TempDir,
    pub data: PathBuf,
    key: PathBuf,
    database: &'d TestDatabase,
    /// Where it reaches the server, when that is not where the server listens.
    line: Option<SocketAddr>,
}

impl Machine<'_> {
    pub fn new<'d>(database: &'d TestDatabase, key: &Path) -> Machine<'d> {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        Machine { _folder: folder, data, key: key.to_owned(), database, line: None }
    }

    pub fn over(self, line: SocketAddr) -> Self {
        Machine { line: Some(line), ..self }
    }

    fn words(&self) -> [String; 6] {
        let key = self.key.to_str().unwrap().to_owned();
        let data = self.data.to_str().unwrap().to_owned();
        let mut address = self.database.address();
        if let Some(line) = self.line {
            address = address.replace(&self.database.listens_at().to_string(), &line.to_string());
        }
        ["--data".into(), data, "--key-file".into(), key, "--database".into(), address]
    }

    pub fn start(&self) -> Program {
        self.started(&["--no-limits"])
    }

    /// With the limits of a site in earnest.
    pub fn start_limited(&self) -> Program {
        self.started(&[])
    }

    fn started(&self, more: &[&str]) -> Program {
        let mut command = command(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(self.words()).args(more);
        Program::of(command, &self.data)
    }

    /// Of a command that ends by itself.
    pub fn run(&self, words: &[&str]) -> Ended {
        let mut command = command(words);
        command.args(self.words());
        run(command, "")
    }

    /// Mails that this machine wrote.
    pub fn mails(&self) -> usize {
        std::fs::read_dir(self.data.join("mail")).map_or(0, Iterator::count)
    }
}
