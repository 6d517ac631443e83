//! The full-text index: SQLite's FTS5 in memory, filled when the library is loaded and only read after that.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteOwnedBuf};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard};

/// So many searches are answered at a time; each has its own copy of the index.
const CONNECTIONS: usize = 2;
/// More passages than a page has: a passage's row is its page's number times this, plus its place on the page.
const PASSAGES: usize = 4096;
/// What marks the beginning and the end of a match in a passage. No text has them.
pub const MARKS: [char; 2] = ['\u{2}', '\u{3}'];

/// `pages` and `lines` hold words as `Reader::indexed` gives them; passages are as they are shown.
const TABLES: &str = "
create virtual table pages using fts5(
  title, keywords, lede, headings, body, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
);
-- Each title and keyword once: what somebody might type.
create virtual table lines using fts5(line, content = '', tokenize = 'porter unicode61 remove_diacritics 2');
create table line_pages (
  line integer not null,
  page integer not null,
  is_title integer not null,
  primary key (line, page)
) strict, without rowid;
create virtual table passages using fts5(words, tokenize = 'porter unicode61 remove_diacritics 2');
-- Below 1 for pages that are about the site.
create table weights (page integer primary key, weight real not null) strict;
";

const OPTIMISE: &str = "
insert into pages (pages) values ('optimize');
insert into lines (lines) values ('optimize');
insert into passages (passages) values ('optimize');
";

/// A page's score: the sum of what it says of each expression, and what its best line says of all of them together.
const RANKED: &str = "
with
  asked(expression, on_page, in_line, in_title) as materialized (
    select value ->> 'expression', value ->> 'on_page', value ->> 'in_line', value ->> 'in_title' from json_each($1)
  ),
  said(page, score) as materialized (
    select pages.rowid, asked.on_page * -bm25(pages, 8.0, 4.0, 3.0, 2.5, 1.0)
    from asked cross join pages on pages match asked.expression
    where asked.on_page > 0
  ),
  titled(page, score) as materialized (
    select line_pages.page, asked.in_title
    from asked cross join lines on lines match asked.expression
      cross join line_pages on line_pages.line = lines.rowid
    where asked.in_title > 0 and is_title
  ),
  typed(line, score) as materialized (
    select lines.rowid, asked.in_line * -bm25(lines)
    from asked cross join lines on lines match asked.expression
    where asked.in_line > 0
  ),
  likest(line, score) as materialized (
    select line, sum(score) from typed group by line order by sum(score) desc, line limit 60
  ),
  scored(page, score) as (
    select page, sum(score) from (
      select page, score from said
      union all
      select page, score from titled
      union all
      select page, max(score * iif(is_title, 1.4, 1.0)) from (
        select page, score, is_title from likest cross join line_pages using (line) limit 2000
      ) group by page
    )
    where $2 is null or page in (select rowid from pages where pages match $2)
    group by page
  )
select page, score * weight from scored join weights using (page)
order by 2 desc, page limit 50";

/// The passage of each page that says most of what was asked, its matches marked.
const MARKED: &str = "
with
  said(passage, score) as materialized (
    select passages.rowid, sum(asked.value ->> 1) * iif(passages.rowid % $4 = 0, 0.1, 1) - (passages.rowid % $4) * 1e-7
    from json_each($1) shown cross join json_each($2) asked
      cross join passages on passages match asked.value ->> 0
      and passages.rowid between shown.value * $4 and shown.value * $4 + $4 - 1
    group by passages.rowid
  ),
  best(page, passage) as materialized (
    select page, passage from (select passage / $4 as page, passage, max(score) from said group by 1)
  )
select best.page, snippet(passages, 0, char(2), char(3), ' … ', 40)
from best cross join passages on passages match $3 and passages.rowid = best.passage";

/// One page as it is indexed.
pub struct IndexEntry {
    pub title: String,
    pub keywords: String,
    pub lede: String,
    pub headings: String,
    pub body: String,
    /// The title and each keyword.
    pub lines: Vec<String>,
    /// As they are shown; the first is for a page of which no other matches.
    pub passages: Vec<String>,
    pub weight: f32,
}

/// What is looked for, in FTS5's language, and what it counts: on pages, in their lines, and for standing in a title.
#[derive(Clone, Serialize)]
pub struct Asked {
    pub expression: String,
    pub on_page: f32,
    pub in_line: f32,
    pub in_title: f32,
}

pub struct Store {
    connections: Vec<Mutex<SqliteConnection>>,
}

impl Store {
    pub async fn open(entries: &[IndexEntry]) -> sqlx::Result<Store> {
        let options = SqliteConnectOptions::new().in_memory(true);
        let mut first = options.connect().await?;
        fill(&mut first, entries).await?;
        let mut connections = Vec::new();
        while connections.len() + 1 < CONNECTIONS {
            let mut copy = options.connect().await?;
            let whole: SqliteOwnedBuf = first.serialize(None).await?;
            copy.deserialize(None, whole, true).await?;
            connections.push(Mutex::new(copy));
        }
        connections.push(Mutex::new(first));
        Ok(Store { connections })
    }

    /// Numbers of pages with their scores, the best first; with `quoted`, only of pages that match it too.
    pub async fn ranked(&self, asked: &[Asked], quoted: Option<&str>) -> sqlx::Result<Vec<(u32, f32)>> {
        let mut connection = self.connection().await;
        let ranked = sqlx::query_as(RANKED).bind(json(asked)?).bind(quoted);
        ranked.fetch_all(&mut *connection).await
    }

    /// The best passage of each of these pages that has one, in which `MARKS` stand around what matched.
    pub async fn passages(
        &self,
        pages: &[u32],
        looked_for: &[(String, f32)],
    ) -> sqlx::Result<HashMap<u32, String>> {
        let any: Vec<&str> = looked_for.iter().map(|(expression, _)| expression.as_str()).collect();
        let mut connection = self.connection().await;
        let marked = sqlx::query_as(MARKED).bind(json(pages)?).bind(json(looked_for)?).bind(any.join(" OR "));
        Ok(marked.bind(PASSAGES as i64).fetch_all(&mut *connection).await?.into_iter().collect())
    }

    /// How many pages match.
    pub async fn count(&self, expression: &str) -> sqlx::Result<usize> {
        let mut connection = self.connection().await;
        let counted = sqlx::query_scalar("select count(*) from pages where pages match $1").bind(expression);
        let pages: i64 = counted.fetch_one(&mut *connection).await?;
        Ok(pages as usize)
    }

    async fn connection(&self) -> MutexGuard<'_, SqliteConnection> {
        match self.connections.iter().find_map(|connection| connection.try_lock().ok()) {
            Some(free) => free,
            None => self.connections[0].lock().await,
        }
    }
}

fn json<T: Serialize>(list: &[T]) -> sqlx::Result<String> {
    serde_json::to_string(list).map_err(|error| sqlx::Error::Encode(error.into()))
}

async fn fill(connection: &mut SqliteConnection, entries: &[IndexEntry]) -> sqlx::Result<()> {
    let mut filling = connection.begin().await?;
    sqlx::raw_sql(TABLES).execute(&mut *filling).await?;
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let (mut lines, mut line_pages) = (Vec::new(), Vec::new());
    for (page, entry) in (0i64..).zip(entries) {
        sqlx::query("insert into weights (page, weight) values ($1, $2)")
            .bind(page)
            .bind(entry.weight)
            .execute(&mut *filling)
            .await?;
        sqlx::query(
            "insert into pages (rowid, title, keywords, lede, headings, body) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(page)
        .bind(&entry.title)
        .bind(&entry.keywords)
        .bind(&entry.lede)
        .bind(&entry.headings)
        .bind(&entry.body)
        .execute(&mut *filling)
        .await?;
        sqlx::query("insert into passages (rowid, words) select $1 * $2 + key, value from json_each($3)")
            .bind(page)
            .bind(PASSAGES as i64)
            .bind(json(&entry.passages[..entry.passages.len().min(PASSAGES)])?)
            .execute(&mut *filling)
            .await?;
        for (place, line) in entry.lines.iter().enumerate() {
            let number = *numbers.entry(line).or_insert_with(|| {
                lines.push(line);
                lines.len() - 1
            });
            line_pages.push((number, page, place == 0));
        }
    }
    sqlx::query("insert into lines (rowid, line) select key, value from json_each($1)")
        .bind(json(&lines)?)
        .execute(&mut *filling)
        .await?;
    sqlx::query(
        "insert or ignore into line_pages (line, page, is_title)
        select value ->> 0, value ->> 1, value ->> 2 from json_each($1)",
    )
    .bind(json(&line_pages)?)
    .execute(&mut *filling)
    .await?;
    sqlx::raw_sql(OPTIMISE).execute(&mut *filling).await?;
    filling.commit().await
}
