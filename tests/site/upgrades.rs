//! A database that was filled when the first migration was the last, and one from the middle, with encrypted words in every
//! table: after the last migration every row is there, and staff read it on the desk.

use std::collections::BTreeMap;
use std::path::Path;

use mybackpain::clinic::Role;
use mybackpain::storage::database::MIGRATOR;
use mybackpain::storage::encryption::{Cipher, FieldId};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use crate::support::Site;
use crate::support::desk::page;

/// A row in every table of the first migration. `<table|reference|column|words>` stands for the encrypted words.
const FIRST: &str = "
insert into staff (id, email, name, role, password_hash, created_at)
  values (1, 'old@example.org', 'Olive Old', 'administrator', 'x', 1779000000);
insert into staff_sessions (token_hash, staff_id, created_at, seen_at) values ('t', 1, 1779000000, 1779000000);
insert into staff_invitations (token_hash, role, created_at, expires_at) values ('i', 'reception', 1779000000, 1779200000);
insert into consultations (reference, state, created_at, due_at, changed_at, about, safety, suspect, contact_method,
  call_times, voicemail, name, email, phone, concern, needs, content_mark, token_hash)
  values ('BP-3333-4444', 'new', 1779200000, 1779290000, 1779200000, 'fibromyalgia', 0, 0, 'phone', 'mornings', 'yes',
  <consultations|BP-3333-4444|name|Ada Lovelace>, <consultations|BP-3333-4444|email|ada@example.org>,
  <consultations|BP-3333-4444|phone|07700 900123>, <consultations|BP-3333-4444|concern|Lower back ache for 3 months>,
  <consultations|BP-3333-4444|needs|Please speak slowly>, 'm', 'h');
insert into consultation_events (reference, happened_at, who, what) values ('BP-3333-4444', 1779200000, 'patient', 'asked');
insert into reports (reference, created_at, about, name, email, address_mark, content_mark, state)
  values ('RP-3333-4444', 1779200000, 'fibromyalgia', <reports|RP-3333-4444|name|Ada>,
  <reports|RP-3333-4444|email|ada@example.org>, 'a', 'c', 'accepted');
insert into outbox (message_id, purpose, reference, recipient, message, state, created_at, due_at, finished_at, trouble)
  values ('m@example.org', 'consultation-confirmation', 'BP-3333-4444', <outbox|m@example.org|recipient|ada@example.org>,
  <outbox|m@example.org|message|Subject: We have your request>, 'failed', 1779200000, 1779200000, 1779200001,
  <outbox|m@example.org|trouble|RCPT TO: 550 5.1.1 no such person>);
insert into submissions (key_hash, kind, reference, created_at) values ('k', 'report', 'RP-3333-4444', 1779200000);
insert into suppressions (address_mark, created_at) values ('s', 1779200000);
insert into usefulness (about, day, useful, not_useful) values ('fibromyalgia', '2026-05-19', 3, 1);
insert into audit (happened_at, staff_id, what, reference) values (1779200000, 1, 'opened', 'BP-3333-4444');
";

/// The same for the eighteenth, with everything that staff had done by then.
const MIDDLE: &str = "
insert into staff (id, email, name, role, password_hash, created_at, second_factor)
  values (1, 'old@example.org', 'Olive Old', 'clinician', 'x', 1779000000, <staff|old@example.org|second_factor|secret>);
insert into staff_sessions (token_hash, staff_id, step, offered, created_at, seen_at)
  values ('t', 1, 'full', <staff_sessions|t|offered|x>, 1779000000, 1779000000);
insert into staff_invitations (token_hash, role, created_at, expires_at)
  values ('i', 'reception', 1779000000, 1779200000);
insert into staff_places (place_hash, staff_id, seen_at) values ('p', 1, 1779000000);
insert into staff_recovery_codes (code_hash, staff_id) values ('r', 1);
insert into calendar_addresses (staff_id, token_hash, created_at) values (1, 'c', 1779000000);
insert into expired_forms (reference, staff_id, path, fields, created_at)
  values ('UN-3333-4444', 1, '/staff/x', <expired_forms|UN-3333-4444|fields|a=b>, 1779200000);
insert into consultations (reference, state, created_at, due_at, changed_at, about, contact_method, call_times, voicemail,
  name, email, phone, concern, needs, content_hash, token_hash, token, owner_id, next_try_at, hold_reason, held_at, sign,
  wanted_time)
  values ('BP-3333-4444', 'booked', 1779200000, 1779290000, 1779200000, 'fibromyalgia', 'phone', 'mornings', 'yes',
  <consultations|BP-3333-4444|name|Ada Lovelace>, <consultations|BP-3333-4444|email|ada@example.org>,
  <consultations|BP-3333-4444|phone|07700 900123>, <consultations|BP-3333-4444|concern|Lower back ache for 3 months>,
  <consultations|BP-3333-4444|needs|Please speak slowly>, 'm', 'h', <consultations|BP-3333-4444|token|tttt>, 1, 1779300000,
  <consultations|BP-3333-4444|hold_reason|a letter is on its way>, 1779200000, 'same-day',
  <consultations|BP-3333-4444|wanted_time|after five>);
insert into consultation_events (id, reference, happened_at, who, what)
  values (1, 'BP-3333-4444', 1779200000, 'patient', 'asked'), (2, 'BP-3333-4444', 1779210000, 'staff:1', 'booked');
insert into consultation_calls (reference, called_at, staff_id, outcome) values ('BP-3333-4444', 1779205000, 1, 'spoke');
insert into consultation_notes (id, reference, written_at, staff_id, clinical, words)
  values ('n', 'BP-3333-4444', 1779205000, 1, 1, <consultation_notes|n|words|Prefers the ground floor>);
insert into bookings (id, reference, starts_at, minutes, setting, place, booked_at, clinician_id, room)
  values ('b', 'BP-3333-4444', 1780565400, 45, 'clinic', <bookings|b|place|1 Sample Street>, 1779210000, 1, 'Room 2');
insert into booking_reasons (id, reference, event_id, why)
  values ('w', 'BP-3333-4444', 2, <booking_reasons|w|why|They can only come then>);
insert into booking_reminders (booking_id, starts_at, hours_before, made_at) values ('b', 1780565400, 48, 1779210000);
insert into shared_summaries (reference, summary) values ('BP-3333-4444', <shared_summaries|BP-3333-4444|summary|{\"day\":\"2026-05-19\",\"said\":[{\"question\":\"How long?\",\"answers\":[\"Since the spring\"],\"own_words\":false}],\"pages\":[],\"ask\":[]}>);
insert into reports (reference, created_at, about, name, email, content_hash, state)
  values ('RP-3333-4444', 1779200000, 'fibromyalgia', <reports|RP-3333-4444|name|Ada>,
  <reports|RP-3333-4444|email|ada@example.org>, 'c', 'accepted');
insert into outbox (message_id, purpose, reference, topic, recipient, letter, state, created_at, due_at, trouble, finished_at)
  values ('m@example.org', 'consultation-confirmation', 'BP-3333-4444', '', <outbox|m@example.org|recipient|ada@example.org>,
  <outbox|m@example.org|letter|{}>, 'failed', 1779200000, 1779200000,
  <outbox|m@example.org|trouble|RCPT TO: 550 5.1.1 no such person>, 1779200001);
insert into complaints (reference, key_hash, created_at, due_at, changed_at, name, email, phone, words)
  values ('DP-3333-4444', 'k', 1779200000, 1781790000, 1779200000, <complaints|DP-3333-4444|name|Bea>,
  <complaints|DP-3333-4444|email|bea@example.org>, <complaints|DP-3333-4444|phone|07700 900124>,
  <complaints|DP-3333-4444|words|My details were read out>);
insert into corrections (reference, key_hash, state, created_at, changed_at, about, version, name, email, words)
  values ('MP-3333-4444', 'k', 'open', 1779200000, 1779200000, 'fibromyalgia', '1.0', <corrections|MP-3333-4444|name|Cy>,
  <corrections|MP-3333-4444|email|cy@example.org>, <corrections|MP-3333-4444|words|A number is wrong>);
insert into erasures (reference, happened_at, staff_id, person_hash, what) values ('ER-3333-4444', 1779200000, 1, 'e', 'w');
insert into drafts (reference, saved_at, answers, code_hash) values ('d', 1779200000, <drafts|d|answers|{}>, 'c');
insert into draft_tokens (token_hash, reference) values ('t', 'd');
insert into summaries (token_hash, expires_at, summary) values ('s', 1780000000, <summaries|s|summary|{\"day\":\"2026-05-19\",\"said\":[{\"question\":\"How long?\",\"answers\":[\"Since the spring\"],\"own_words\":false}],\"pages\":[],\"ask\":[]}>);
insert into submissions (key_hash, kind, reference, created_at) values ('k', 'report', 'RP-3333-4444', 1779200000);
insert into suppressions (address_hash, created_at) values ('s', 1779200000);
insert into requested_mails (address_hash, requested_at, release_at) values ('a', 1779200000, 1779200000);
insert into usefulness (about, day, useful, not_useful) values ('fibromyalgia', '2026-05-19', 3, 1);
insert into believed_time (id, at) values (1, 1779200000);
insert or replace into consultations_erased (id, times) values (1, 7);
insert into audit (happened_at, staff_id, what, reference) values (1779200000, 1, 'opened', 'BP-3333-4444');
";

/// Tables and columns that have another name now.
const RENAMED: [(&str, &str); 3] =
    [("content_mark", "content_hash"), ("address_mark", "address_hash"), ("untold", "not_notified")];
/// What the third and the ninth migration took away, and say so: guesses at spam, what a newer column says, and sessions from
/// before the second step.
const GONE: [&str; 4] =
    ["consultations.safety", "consultations.suspect", "reports.address_mark", "staff_sessions"];

type Rows = BTreeMap<String, Vec<BTreeMap<String, String>>>;

fn new_name(name: &str) -> &str {
    RENAMED.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new)
}

/// Every row of every table, each column as SQL writes its value.
async fn rows(pool: &SqlitePool) -> Rows {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
         where m.type = 'table' and m.name not like '\\_sqlx%' escape '\\' order by 1, 2",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut all = Rows::new();
    for (table, column) in columns {
        let sql = AssertSqlSafe(format!("select quote({column}) from {table} order by rowid"));
        // One of them has no row numbers.
        let plain = AssertSqlSafe(format!("select quote({column}) from {table}"));
        let values: Vec<String> = match sqlx::query_scalar(sql).fetch_all(pool).await {
            Ok(values) => values,
            Err(_) => sqlx::query_scalar(plain).fetch_all(pool).await.unwrap(),
        };
        let table = all.entry(table).or_default();
        table.resize(values.len(), BTreeMap::new());
        for (row, value) in table.iter_mut().zip(values) {
            row.insert(column.clone(), value);
        }
    }
    all
}

/// The SQL with every `<table|reference|column|words>` encrypted as the program of that day did.
fn encrypted(cipher: &Cipher, sql: &'static str) -> String {
    let (mut written, mut rest) = (String::new(), sql);
    while let Some((before, from)) = rest.split_once('<') {
        written.push_str(before);
        let (place, after) = from.split_once('>').unwrap();
        let parts: Vec<&'static str> = place.split('|').collect();
        let [table, reference, column, words] = parts[..] else { panic!("{place}") };
        let bytes = cipher.encrypt(FieldId { table, reference, column }, words);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        written.push_str(&format!("x'{hex}'"));
        rest = after;
    }
    written + rest
}

async fn filled(folder: &Path, version: i64, sql: &'static str) -> Rows {
    let cipher = Cipher::open(&folder.join("sealing.key"), true).unwrap();
    let file = folder.join("mybackpain.sqlite");
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true).foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    MIGRATOR.run_to(version, &pool).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(encrypted(&cipher, sql))).execute(&pool).await.unwrap();
    let filled = rows(&pool).await;
    pool.close().await;
    let empty: Vec<&String> =
        filled.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table).collect();
    assert!(empty.is_empty(), "{empty:?} have no row to lose");
    filled
}

fn every_row_is_there(before: &Rows, after: &Rows) {
    for (table, rows) in before.iter().filter(|(table, _)| !GONE.contains(&table.as_str())) {
        let now = &after[table];
        assert_eq!(rows.len(), now.len(), "{table}");
        for (old, new) in rows.iter().zip(now) {
            for (column, value) in old {
                if !GONE.contains(&format!("{table}.{column}").as_str()) {
                    assert_eq!(new.get(new_name(column)), Some(value), "{table}.{column}");
                }
            }
        }
    }
}

/// A site in which the database of an older program was opened, and its rows before and after.
async fn upgraded(version: i64, sql: &'static str) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let before = filled(folder.path(), version, sql).await;
    let site = Site::in_folder(folder).await;
    let file = SqliteConnectOptions::new().filename(site.folder.path().join("mybackpain.sqlite"));
    let pool = SqlitePoolOptions::new().connect_with(file).await.unwrap();
    every_row_is_there(&before, &rows(&pool).await);
    let broken = sqlx::query("pragma foreign_key_check").fetch_all(&pool).await.unwrap();
    pool.close().await;
    assert!(broken.is_empty());
    site
}

async fn shows(site: &Site, role: Role, path: &str, words: &[&str]) {
    let page = site.staff_as(role).await.get(path).await;
    let shown = page.words();
    for words in words {
        assert!(shown.contains(words), "{path}: {words} in {shown}");
    }
    assert!(!shown.contains("cannot be read"), "{path}: {shown}");
}

const REQUEST: [&str; 5] = [
    "Ada Lovelace",
    "ada@example.org",
    "07700 900123",
    "Lower back ache for 3 months",
    "Please speak slowly",
];

#[tokio::test]
async fn what_was_stored_when_the_first_migration_was_the_last_is_all_there_and_read_on_the_desk() {
    let site = upgraded(1, FIRST).await;
    shows(&site, Role::Clinician, &page("BP-3333-4444"), &REQUEST).await;
    shows(&site, Role::Clinician, "/staff", &["Ada Lovelace"]).await;
    shows(&site, Role::Reception, "/staff/mail/1", &["ada@example.org", "no such person"]).await;
    shows(&site, Role::Administrator, "/staff/people", &["Olive Old"]).await;
    shows(&site, Role::Administrator, "/staff/audit", &["BP-3333-4444"]).await;
}

#[tokio::test]
async fn what_was_stored_in_the_middle_of_the_migrations_is_all_there_and_read_on_the_desk() {
    let site = upgraded(18, MIDDLE).await;
    shows(&site, Role::Clinician, &page("BP-3333-4444"), &REQUEST).await;
    let done =
        ["Since the spring", "Prefers the ground floor", "They can only come then", "Room 2", "Olive Old"];
    shows(&site, Role::Clinician, &page("BP-3333-4444"), &done).await;
    shows(&site, Role::Clinician, "/staff/diary?day=2026-06-04", &["Ada Lovelace"]).await;
    shows(&site, Role::Reception, "/staff/mail/1", &["ada@example.org", "no such person"]).await;
    shows(&site, Role::Administrator, "/staff/complaints/DP-3333-4444", &["Bea", "My details were read out"])
        .await;
    shows(&site, Role::Clinician, "/staff/corrections/MP-3333-4444", &["A number is wrong"]).await;
}
