//! A demonstration that an older program made, with a request, a booking and mail that waits, opens in this one.
//!
//! `old_demo.sql` is its database as `sqlite3 .dump` wrote it, from before mail was data and before corrections had their
//! name. Everyone in it is made up, so its key and the secrets of its staff may stand here.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

use mybackpain::staff::second_factor::totp::Secret;
use scraper::{Html, Selector};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};

use crate::client::{Answer, Form, connect, read_answer};
use crate::program::{Program, command, data_folder, run};
use crate::records::wait_for;

const DUMP: &str = include_str!("old_demo.sql");
const KEY: &str = "dXkXXhzHayqt2S294SgX6CarJMII0JtpuXAglAUnHPw=\n";
/// What the clinician of the demonstration signs in with.
const EMAIL: &str = "clinician@example.org";
const PASSWORD: &str = "pebble pebble thimble meadow 54";
const SECRET: &str = "3EY2 UPRG AXAR M3J7 SZ7C HPVT 5LIC KLCM";
/// The request that was sent through the old program's form, called and booked.
const REQUEST: &str = "BP-H89J-9TC9";

/// The mail that confirms it, which waited for a mail server.
const CONFIRMATION: &str = "/staff/mail/22";

/// Tables and columns that have another name now.
const RENAMED: [(&str, &str); 10] = [
    ("mistakes", "corrections"),
    ("staff_unsent", "expired_forms"),
    ("asked_mails", "requested_mails"),
    ("asked_at", "requested_at"),
    ("untold", "not_notified"),
    ("content_mark", "content_hash"),
    ("address_mark", "address_hash"),
    ("code_mark", "code_hash"),
    ("place_mark", "place_hash"),
    ("person_mark", "person_hash"),
];
/// Columns that are no more: guesses at spam, and what newer columns say.
const GONE: [&str; 3] = ["suspect", "safety", "held"];

/// What the ninth migration does to open requests that the old program took for spam: they wait for the clinic again, and
/// their history says so.
const UNHIDDEN: i64 = 3;
const CHANGED_WHEN_UNHIDDEN: [&str; 3] = ["attention", "changed_at", "revision"];
const SAYS_UNHIDDEN: &str = "an older version had taken it for spam";

fn new_name(name: &str) -> &str {
    RENAMED.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new)
}

async fn open(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// The columns of each table, in the order of their names.
async fn tables(database: &mut SqliteConnection) -> HashMap<String, Vec<String>> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c \
         where m.type = 'table' and m.name not like '\\_sqlx%' escape '\\' order by 1, 2",
    )
    .fetch_all(database)
    .await
    .unwrap();
    let mut tables: HashMap<String, Vec<String>> = HashMap::new();
    for (table, column) in columns {
        tables.entry(table).or_default().push(column);
    }
    tables
}

/// Every row of a table as text, in one order.
async fn rows<'c>(
    database: &mut SqliteConnection,
    table: &str,
    columns: impl Iterator<Item = &'c str>,
) -> Vec<String> {
    let quoted: Vec<String> = columns.map(|column| format!("quote({column})")).collect();
    let sql = format!("select concat_ws(' ', {}) from {table} order by 1", quoted.join(", "));
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(database).await.unwrap()
}

/// Someone at the desk, with the cookie that they were given.
struct Colleague {
    address: SocketAddr,
    cookie: String,
}

impl Colleague {
    fn ask(&mut self, method: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        let address = self.address;
        let form: Form = form.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut stream = connect(address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\nconnection: close\r\n\
             cookie: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            self.cookie,
            body.len()
        )
        .unwrap();
        let answer = read_answer(stream).unwrap();
        if let Some(cookie) = answer.header("set-cookie") {
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        answer
    }

    fn read(&mut self, path: &str) -> String {
        let answer = self.ask("GET", path, &[]);
        assert_eq!(answer.status, 200, "{path}: {}", answer.head);
        let main = Selector::parse("main").unwrap();
        let page = Html::parse_document(&answer.body);
        page.select(&main).flat_map(|main| main.text()).collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn a_demonstration_of_an_older_program_opens_with_every_row_and_every_name() {
    let (folder, data) = data_folder();
    fs::create_dir(&data).unwrap();
    fs::write(data.join("sealing.key"), KEY).unwrap();
    let file = data.join("mybackpain.sqlite");
    let before = folder.path().join("before.sqlite");
    wait_for(async {
        let mut made = open(&file).await;
        sqlx::raw_sql(DUMP).execute(&mut made).await.unwrap();
        made.close().await.unwrap();
    });
    fs::copy(&file, &before).unwrap();

    // A command that opens the folder, and neither sends nor erases anything.
    let nobody = ["staff", "reset", "nobody@example.org", "--data", data.to_str().unwrap()];
    let opened = run(command(&nobody), "");
    assert!(opened.errors.contains("there is no account"), "{}", opened.errors);
    wait_for(every_row_is_there(&before, &file));

    let program = Program::start(&data);
    let mut clinician = Colleague { address: program.address, cookie: String::new() };
    let asked = clinician.ask("POST", "/staff/sign-in", &[("email", EMAIL), ("password", PASSWORD)]);
    assert_eq!(asked.header("location"), Some("/staff/sign-in/code"), "{}", asked.head);
    let code = Secret::parse(SECRET).unwrap().code(jiff::Timestamp::now().as_second());
    let signed_in = clinician.ask("POST", "/staff/sign-in/code", &[("code", &code)]);
    assert_eq!(signed_in.header("location"), Some("/staff"), "{}", signed_in.head);
    let page = clinician.read(&format!("/staff/consultations/{REQUEST}"));
    for words in
        ["Ada Example", "07700 900123", "back has hurt since the summer", "prefers a woman", "Room 2"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let mail = clinician.read(CONFIRMATION);
    assert!(mail.contains("ada@example.org") && mail.contains(REQUEST), "{mail}");
    program.stop();
}

async fn every_row_is_there(before: &Path, after: &Path) {
    let (mut before, mut after) = (open(before).await, open(after).await);
    let (old_tables, new_tables) = (tables(&mut before).await, tables(&mut after).await);
    let mut compared = 0;
    for (table, columns) in &old_tables {
        let now = &new_tables[new_name(table)];
        let kept = |column: &&String| now.iter().any(|one| one == new_name(column));
        let gone: Vec<&String> = columns.iter().filter(|column| !kept(column)).collect();
        let moved = gone.iter().all(|column| GONE.contains(&column.as_str()));
        assert!(moved, "{table} lost {gone:?}");
        let is_same = |column: &&str| table != "consultations" || !CHANGED_WHEN_UNHIDDEN.contains(column);
        let columns: Vec<&str> = columns.iter().filter(kept).map(String::as_str).filter(is_same).collect();
        let old = rows(&mut before, table, columns.iter().copied()).await;
        let mut new = rows(&mut after, new_name(table), columns.iter().map(|column| new_name(column))).await;
        new.retain(|row| !row.contains(SAYS_UNHIDDEN));
        assert_eq!(old, new, "{table}");
        compared += old.len();
    }
    assert_eq!(compared, 151, "rows were compared");
    let unhidden: i64 = sqlx::query_scalar("select count(*) from consultation_events where instr(what, $1)")
        .bind(SAYS_UNHIDDEN)
        .fetch_one(&mut after)
        .await
        .unwrap();
    assert_eq!(unhidden, UNHIDDEN);
    let waiting: i64 = sqlx::query_scalar(
        "select count(*) from outbox where state in ('queued', 'retry') and message is not null",
    )
    .fetch_one(&mut after)
    .await
    .unwrap();
    assert_eq!(waiting, 5, "mail that waits keeps the message that the old program wrote");
}
