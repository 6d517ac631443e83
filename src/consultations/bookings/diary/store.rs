//! The SQL of the diary, and nothing else.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::consultations::bookings::booking::{SETTING, Setting};
use crate::consultations::bookings::clinician::Clinician;
use crate::consultations::bookings::diary::entry::DiaryBooking;
use crate::storage::clock::seconds;
use crate::storage::database::Readers;
use crate::storage::encryption::Cipher;
use crate::storage::readable::{MaybeText, StoredText, Unreadable, texts};

/// The longest booking, in minutes: what begins earlier before a day than this is over.
const LONGEST: i64 = 240;
const SHORTEST: i64 = 5;
/// Stands for a length that cannot be read.
const USUAL: i64 = 30;

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "StoredText")]
    id: String,
    #[sqlx(try_from = "StoredText")]
    reference: String,
    starts_at: i64,
    minutes: i64,
    #[sqlx(try_from = "StoredText")]
    setting: String,
    clinician_id: Option<i64>,
    #[sqlx(try_from = "MaybeText")]
    account: Option<String>,
    #[sqlx(try_from = "StoredText")]
    clinician: String,
    #[sqlx(try_from = "StoredText")]
    room: String,
    name: Option<Vec<u8>>,
    sequence: i64,
    booked_at: i64,
}

const READ: &str = "select b.id, b.reference, b.starts_at, b.minutes, b.setting, b.clinician_id, s.name as account,
    b.clinician, b.room, c.name, b.sequence, b.booked_at
    from bookings b left join consultations c on c.reference = b.reference left join staff s on s.id = b.clinician_id
    where b.cancelled_at is null";

impl Row {
    fn open(self, cipher: &Cipher) -> DiaryBooking {
        let mut unreadable = Unreadable::default();
        let has_length = (SHORTEST..=LONGEST).contains(&self.minutes);
        let minutes = unreadable.word("length", has_length.then_some(self.minutes), USUAL);
        let setting = self.setting.parse().ok();
        unreadable.word(SETTING, setting, Setting::Phone);
        let name = cipher.row("consultations", &self.reference).decrypt("name", &self.name);
        DiaryBooking {
            starts_at: self.starts_at,
            minutes,
            setting,
            clinician: Clinician::stored(self.clinician_id, self.account, self.clinician),
            room: self.room,
            name: unreadable.field("name", name),
            sequence: self.sequence,
            changed_at: self.booked_at,
            id: self.id,
            reference: self.reference,
            unreadable: unreadable.names(),
            clashes: Vec::new(),
        }
    }
}

/// What is booked between two moments, in the order of time.
pub async fn between(
    readers: &Readers,
    cipher: &Cipher,
    from: Timestamp,
    until: Timestamp,
) -> sqlx::Result<Vec<DiaryBooking>> {
    let sql = format!("{READ} and b.starts_at > $1 and b.starts_at < $2 order by b.starts_at, b.reference");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(seconds(from) - 60 * LONGEST)
        .bind(seconds(until))
        .fetch_all(readers)
        .await?;
    let opened = rows.into_iter().map(|row| row.open(cipher));
    Ok(opened.filter(|booking| booking.ends_at() > seconds(from)).collect())
}

/// What is booked with one account between two moments, in the order of time.
pub async fn of_clinician(
    readers: &Readers,
    cipher: &Cipher,
    staff: i64,
    from: Timestamp,
    until: Timestamp,
) -> sqlx::Result<Vec<DiaryBooking>> {
    let sql = format!(
        "{READ} and b.clinician_id = $1 and b.starts_at >= $2 and b.starts_at < $3 order by b.starts_at, b.reference"
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(staff)
        .bind(seconds(from))
        .bind(seconds(until))
        .fetch_all(readers)
        .await?;
    Ok(rows.into_iter().map(|row| row.open(cipher)).collect())
}

/// References of bookings at moments that no form takes: their time is damaged, and they are on no day.
pub async fn without_time(
    readers: &Readers,
    earliest: Timestamp,
    latest: Timestamp,
) -> sqlx::Result<Vec<String>> {
    let stored = sqlx::query_scalar(
        "select reference from bookings where cancelled_at is null and starts_at < $1 union all \
         select reference from bookings where cancelled_at is null and starts_at > $2 order by 1 limit 20",
    )
    .bind(seconds(earliest))
    .bind(seconds(latest))
    .fetch_all(readers)
    .await?;
    Ok(texts(stored))
}

/// Rooms and lines of what is booked between two moments, each once.
pub async fn rooms(readers: &Readers, from: Timestamp, until: Timestamp) -> sqlx::Result<Vec<String>> {
    let stored = sqlx::query_scalar(
        "select distinct room from bookings where cancelled_at is null and starts_at >= $1 and starts_at < $2 \
         and room <> '' order by room limit 50",
    )
    .bind(seconds(from))
    .bind(seconds(until))
    .fetch_all(readers)
    .await?;
    Ok(texts(stored))
}

/// Who may be chosen to hold a consultation: number and name.
pub async fn clinicians(readers: &Readers) -> sqlx::Result<Vec<(i64, String)>> {
    let all: Vec<(i64, StoredText)> = sqlx::query_as(
        "select id, name from staff where role = 'clinician' and disabled_at is null order by name, id",
    )
    .fetch_all(readers)
    .await?;
    Ok(all.into_iter().map(|(id, name)| (id, name.into())).collect())
}
