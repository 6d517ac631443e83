//! The tables of PostgreSQL are written by hand: they are those that SQLite's migrations leave, and stay so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use mybackpain::storage::database::Database;
use regex::Regex;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

use crate::support::engine::{self, TestDatabase};

/// A table and one thing that belongs to it: a column, a key or the SQL of something.
type Parts = Vec<(String, String)>;

/// The migration with which PostgreSQL begins.
const FIRST_OF_THE_SERVER: u32 = 36;

/// Columns in their order. Those of a primary key hold something in both engines, whatever SQLite says of them.
const FILE_COLUMNS: &str = "
select t.name, 'column ' || (c.cid + 1) || ' ' || c.name || ' '
  || case lower(c.type) when 'integer' then 'bigint' when 'blob' then 'bytea' else lower(c.type) end
  || iif(c.\"notnull\" or c.pk > 0, ' not null', '') || coalesce(' default ' || c.dflt_value, '')
from sqlite_schema t join pragma_table_xinfo(t.name) c
where t.type = 'table' and t.name not like 'sqlite%' and t.name <> '_sqlx_migrations'";

/// In the order of bytes, as SQLite has text. The order of arrival is a column here.
const SERVER_COLUMNS: &str = "
select t.relname::text, 'column ' || row_number() over (partition by t.oid order by c.attnum) || ' '
  || c.attname || ' ' || format_type(c.atttypid, c.atttypmod)
  || case when c.attcollation <> 0 and o.collname <> 'C' then ' in the order of ' || o.collname else '' end
  || case when c.attnotnull then ' not null' else '' end
  || coalesce(' default ' || regexp_replace(pg_get_expr(d.adbin, d.adrelid), '::\\w+', '', 'g'), '')
from pg_class t join pg_attribute c on c.attrelid = t.oid
left join pg_attrdef d on d.adrelid = t.oid and d.adnum = c.attnum
left join pg_collation o on o.oid = c.attcollation
where t.relkind in ('r', 'p') and t.relnamespace = current_schema()::regnamespace and t.relname <> '_sqlx_migrations'
  and c.attnum > 0 and not c.attisdropped and c.attname <> 'rowid'";

/// Keys and references, as PostgreSQL writes them.
const FILE_KEYS: &str = "
with tables as (
  select name from sqlite_schema where type = 'table' and name not like 'sqlite%' and name <> '_sqlx_migrations'
)
select t.name, 'PRIMARY KEY (' || group_concat(c.name, ', ' order by c.pk) || ')'
  from tables t join pragma_table_xinfo(t.name) c where c.pk > 0 group by t.name
union all
select t.name, 'UNIQUE (' || group_concat(c.name, ', ' order by c.seqno) || ')'
  from tables t join pragma_index_list(t.name) i join pragma_index_info(i.name) c
  where i.origin = 'u' group by t.name, i.name
union all
select t.name, 'FOREIGN KEY (' || group_concat(k.\"from\", ', ' order by k.seq) || ') REFERENCES ' || k.\"table\"
    || '(' || group_concat(k.\"to\", ', ' order by k.seq) || ')'
    || iif(k.on_update = 'NO ACTION', '', ' ON UPDATE ' || k.on_update)
    || iif(k.on_delete = 'NO ACTION', '', ' ON DELETE ' || k.on_delete)
  from tables t join pragma_foreign_key_list(t.name) k group by t.name, k.id";

/// A reference may wait for the end of a transaction when it is asked to: in SQLite every one does.
const SERVER_KEYS: &str = "
select t.relname::text, regexp_replace(pg_get_constraintdef(k.oid, true), '^(FOREIGN KEY .*) DEFERRABLE$', '\\1')
from pg_constraint k join pg_class t on t.oid = k.conrelid
where t.relnamespace = current_schema()::regnamespace and t.relname <> '_sqlx_migrations'
  and k.contype not in ('c', 'n')";

const FILE_INDEXES: &str = "select tbl_name, sql from sqlite_schema where type = 'index' and sql is not null";

/// Without those that keys have made.
const SERVER_INDEXES: &str = "
select t.relname::text, pg_get_indexdef(i.indexrelid)
from pg_index i join pg_class t on t.oid = i.indrelid
where t.relnamespace = current_schema()::regnamespace and t.relname <> '_sqlx_migrations'
  and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))";

/// Whole tables, to look for their checks.
const FILE_CHECKS: &str =
    "select name, sql from sqlite_schema where type = 'table' and name <> '_sqlx_migrations'";

const SERVER_CHECKS: &str = "
select t.relname::text, pg_get_constraintdef(k.oid, true)
from pg_constraint k join pg_class t on t.oid = k.conrelid
where t.relnamespace = current_schema()::regnamespace and k.contype = 'c'";

const FILE_TRIGGERS: &str = "select tbl_name, sql from sqlite_schema where type = 'trigger'";

/// Those that act.
const SERVER_TRIGGERS: &str = "
select t.relname::text, pg_get_triggerdef(g.oid, true)
from pg_trigger g join pg_class t on t.oid = g.tgrelid
where t.relnamespace = current_schema()::regnamespace and not g.tgisinternal and g.tgenabled = 'O'";

/// Rows of these tables lie in the order of their key, so that nobody sees which came first.
const FILE_WITHOUT_ORDER: &str = "select name, '' from pragma_table_list where schema = 'main' and wr";

/// Columns that count the rows as they come.
const SERVER_ORDERS: &str = "
select t.relname::text, c.attname::text
from pg_class t join pg_attribute c on c.attrelid = t.oid
where t.relkind = 'r' and t.relnamespace = current_schema()::regnamespace
  and (c.attname = 'rowid' or c.attidentity <> '')";

/// A new database of each engine.
struct Both {
    file: SqliteConnection,
    server: PgConnection,
    _own: TestDatabase,
    _folder: TempDir,
}

impl Both {
    /// Nothing without a server.
    async fn open() -> Option<Both> {
        if !engine::is_server() {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let (database, own) = engine::open(folder.path()).await;
        database.close().await;
        let own = own.unwrap();
        let path = folder.path().join("mybackpain.sqlite");
        Database::open(&path).await.unwrap().close().await;
        let file = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
        let server = PgConnection::connect(&own.address()).await.unwrap();
        Some(Both { file, server, _own: own, _folder: folder })
    }

    async fn of_file(&mut self, sql: &'static str) -> Parts {
        sqlx::query_as(sql).fetch_all(&mut self.file).await.unwrap()
    }

    async fn of_server(&mut self, sql: &'static str) -> Parts {
        sqlx::query_as(sql).fetch_all(&mut self.server).await.unwrap()
    }
}

/// What belongs to each table, a line for each thing, in words that both engines share.
fn lines(columns_and_keys: [Parts; 2], indexes: Parts, checks: Parts) -> Vec<String> {
    let mut all: Parts = columns_and_keys.concat();
    all.extend(indexes.into_iter().map(|(table, sql)| (table, index(&sql))));
    for (table, sql) in checks {
        all.extend(conditions(&sql).into_iter().map(|check| (table.clone(), check)));
    }
    let lines: Vec<String> = all.into_iter().map(|(table, line)| format!("{table}: {line}")).collect();
    for kind in ["column ", "PRIMARY KEY ", "UNIQUE ", "FOREIGN KEY ", "index ", "check "] {
        assert!(lines.iter().any(|line| line.contains(&format!(": {kind}"))), "no {kind}was found");
    }
    lines
}

/// The name of an index, its columns and the condition of a partial one.
fn index(sql: &str) -> String {
    static INDEX: LazyLock<Regex> = LazyLock::new(|| {
        let of = r"(?is)^create\s+(unique\s+)?index\s+(\w+)\s+on\s+(?:\w+\.)?\w+\s+(?:using\s+btree\s+)?";
        Regex::new(&format!("{of}{}", r"\((.*?)\)(?:\s+where\s+(.*))?$")).unwrap()
    });
    let parts = INDEX.captures(sql).unwrap_or_else(|| panic!("an index of another kind: {sql}"));
    let unique = if parts.get(1).is_some() { ", unique" } else { "" };
    let columns: Vec<String> = parts[3].split(',').map(|column| column.trim().to_lowercase()).collect();
    let partial =
        parts.get(4).map_or(String::new(), |condition| format!(" where {}", gist(condition.as_str())));
    format!("index {}{unique} ({}){partial}", &parts[2], columns.join(", "))
}

/// Every check in the SQL of a table or of one check.
fn conditions(sql: &str) -> Vec<String> {
    static CHECK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)\bcheck\s*\(").unwrap());
    let sql = without_comments(sql);
    CHECK.find_iter(&sql).map(|check| format!("check {}", gist(inside(&sql[check.end()..])))).collect()
}

fn without_comments(sql: &str) -> String {
    sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Up to the parenthesis that closes.
fn inside(sql: &str) -> &str {
    let (mut open, mut is_quoted) = (1, false);
    for (place, letter) in sql.char_indices() {
        match letter {
            '\'' => is_quoted = !is_quoted,
            '(' if !is_quoted => open += 1,
            ')' if !is_quoted => open -= 1,
            _ => {}
        }
        if open == 0 {
            return &sql[..place];
        }
    }
    panic!("a parenthesis is not closed: {sql}")
}

/// The names, values and signs of a condition, each once. PostgreSQL keeps `state in ('a', 'b')` as
/// `state = ANY (ARRAY['a'::text, 'b'::text])`, and `minutes between 5 and 240` as two comparisons.
fn gist(condition: &str) -> String {
    static PART: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"'(?:[^']|'')*'|::\s*\w+|\w+|[<>=!]+|[-+*/%|]+").unwrap());
    let mut parts = BTreeSet::new();
    for part in PART.find_iter(condition).map(|part| part.as_str()) {
        let plain = if part.starts_with('\'') { part.to_owned() } else { part.to_lowercase() };
        match plain.as_str() {
            "in" => parts.extend(["=".to_owned()]),
            "between" => parts.extend([">=".to_owned(), "<=".to_owned()]),
            "!=" => parts.extend(["<>".to_owned()]),
            "any" | "array" => {}
            cast if cast.starts_with("::") => {}
            _ => parts.extend([plain]),
        }
    }
    parts.into_iter().collect::<Vec<_>>().join(" ")
}

/// What the second lacks of the first; what is there twice counts twice.
fn lacking(first: &[String], second: &[String]) -> Vec<String> {
    let mut rest = second.to_vec();
    let mut lacks = Vec::new();
    for line in first {
        match rest.iter().position(|other| other == line) {
            Some(place) => drop(rest.swap_remove(place)),
            None => lacks.push(line.clone()),
        }
    }
    lacks
}

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_keys_and_checks() {
    let Some(mut both) = Both::open().await else { return };
    let of_file = [both.of_file(FILE_COLUMNS).await, both.of_file(FILE_KEYS).await];
    let file = lines(of_file, both.of_file(FILE_INDEXES).await, both.of_file(FILE_CHECKS).await);
    let of_server = [both.of_server(SERVER_COLUMNS).await, both.of_server(SERVER_KEYS).await];
    let server = lines(of_server, both.of_server(SERVER_INDEXES).await, both.of_server(SERVER_CHECKS).await);
    let (only_file, only_server) = (lacking(&file, &server), lacking(&server, &file));
    assert!(
        only_file.is_empty() && only_server.is_empty(),
        "only in SQLite:\n{}\nonly in PostgreSQL:\n{}",
        only_file.join("\n"),
        only_server.join("\n"),
    );
}

/// Such as the private summaries: whoever reads the database does not learn from it which was made when.
#[tokio::test]
async fn tables_without_an_order_of_arrival_have_none_in_either_engine() {
    let Some(mut both) = Both::open().await else { return };
    let without = both.of_file(FILE_WITHOUT_ORDER).await;
    assert!(without.iter().any(|(table, _)| table == "summaries"), "{without:?}");
    for (table, column) in both.of_server(SERVER_ORDERS).await {
        assert!(!without.iter().any(|(other, _)| *other == table), "{table}.{column} counts the rows");
    }
}

/// The numbers of the migrations in a folder.
fn numbers(folder: &str) -> BTreeSet<u32> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let migrations = files.filter(|file| file.extension().is_some_and(|kind| kind == "sql"));
    let number = |name: &str| name.split('_').next().unwrap_or_default().parse().ok();
    migrations
        .map(|file| {
            number(&file.file_name().unwrap().to_string_lossy()).unwrap_or_else(|| panic!("{file:?}"))
        })
        .collect()
}

#[test]
fn a_change_of_the_tables_has_a_migration_of_the_same_number_in_both_folders() {
    let (file, server) = (numbers("migrations"), numbers("migrations/postgres"));
    assert_eq!(server.first(), Some(&FIRST_OF_THE_SERVER), "it has all that came before");
    assert!(file.contains(&FIRST_OF_THE_SERVER));
    let newer = |numbers: &BTreeSet<u32>| -> Vec<u32> {
        numbers.iter().copied().filter(|number| *number > FIRST_OF_THE_SERVER).collect()
    };
    assert_eq!(newer(&file), newer(&server));
}

/// Triggers by name: the table, the moment, whether there is a condition, and the words of a refusal. Those of SQLite act
/// for each row.
fn triggers(parts: Parts) -> BTreeMap<String, String> {
    static TRIGGER: LazyLock<Regex> = LazyLock::new(|| {
        let rest = r"(?:\s+for each (row|statement))?(\s+when\b)?(.*)$";
        Regex::new(&format!(r"(?is)^create\s+trigger\s+(\w+)\s+(.*?)\s+on\s+\w+{rest}")).unwrap()
    });
    static WORDS: LazyLock<Regex> = LazyLock::new(|| Regex::new("'[^']*'").unwrap());
    let of = |(table, sql): (String, String)| {
        let sql = without_comments(&sql);
        let parts = TRIGGER.captures(&sql).unwrap_or_else(|| panic!("a trigger of another kind: {sql}"));
        let each = parts.get(3).map_or("row".to_owned(), |each| each.as_str().to_lowercase());
        let condition = if parts.get(4).is_some() { ", on a condition" } else { "" };
        let words: String = WORDS.find_iter(&parts[5]).map(|words| format!(", {}", words.as_str())).collect();
        let moment = parts[2].to_lowercase();
        (parts[1].to_owned(), format!("{table}, {moment}, each {each}{condition}{words}"))
    };
    parts.into_iter().map(of).collect()
}

/// The names that the second lacks.
fn more<'n>(first: &'n BTreeMap<String, String>, second: &BTreeMap<String, String>) -> Vec<&'n str> {
    first.keys().filter(|name| !second.contains_key(*name)).map(String::as_str).collect()
}

#[tokio::test]
async fn the_triggers_of_both_engines_guard_the_same_tables() {
    let Some(mut both) = Both::open().await else { return };
    let file = triggers(both.of_file(FILE_TRIGGERS).await);
    let server = triggers(both.of_server(SERVER_TRIGGERS).await);
    let replaced = ["audit_is_not_replaced", "erasures_are_not_replaced"];
    assert_eq!(more(&file, &server), replaced, "`insert or replace` is of SQLite alone");
    let emptied_or_told = ["audit_is_not_emptied", "erasures_are_not_emptied", "outbox_has_mail"];
    assert_eq!(more(&server, &file), emptied_or_told, "`truncate` and `notify` are of PostgreSQL alone");
    for (name, trigger) in file.iter().filter(|(name, _)| server.contains_key(*name)) {
        assert_eq!(trigger, &server[name], "{name}");
    }
}
