//! The SQL of bookings, and nothing else.

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use crate::consultations::bookings::booking::{Booking, NewBooking, PLACE, SETTING, Setting};
use crate::storage::clock::{moment, seconds};
use crate::storage::encryption::Cipher;
use crate::storage::readable::{StoredText, Unreadable};

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "StoredText")]
    id: String,
    starts_at: i64,
    minutes: i64,
    #[sqlx(try_from = "StoredText")]
    setting: String,
    place: Option<Vec<u8>>,
    sequence: i64,
}

impl Row {
    /// What cannot be read is named: nothing that stands there instead is shown or sent.
    fn open(self, cipher: &Cipher) -> Booking {
        let mut unreadable = Unreadable::default();
        Booking {
            starts_at: moment(self.starts_at),
            minutes: self.minutes,
            setting: unreadable.word(SETTING, self.setting.parse().ok(), Setting::Phone),
            place: unreadable.field(PLACE, cipher.row("bookings", &self.id).decrypt("place", &self.place)),
            sequence: self.sequence,
            id: self.id,
            unreadable: unreadable.names(),
        }
    }
}

/// The booking of a request that is not cancelled.
pub async fn find(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    reference: &str,
) -> sqlx::Result<Option<Booking>> {
    let row: Option<Row> = sqlx::query_as(
        "select id, starts_at, minutes, setting, place, sequence from bookings \
         where reference = $1 and cancelled_at is null",
    )
    .bind(reference)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.open(cipher)))
}

pub async fn read(readers: &SqlitePool, cipher: &Cipher, reference: &str) -> sqlx::Result<Option<Booking>> {
    find(&mut *readers.acquire().await?, cipher, reference).await
}

/// A booking as a day's calendar shows it.
#[derive(sqlx::FromRow, Clone, Debug)]
pub struct DayBooking {
    #[sqlx(try_from = "StoredText")]
    pub reference: String,
    /// Seconds since 1970.
    pub starts_at: i64,
    pub minutes: i64,
}

/// What is booked between two moments, without what is booked for one request, in the order of time.
pub async fn between(
    readers: &SqlitePool,
    from: Timestamp,
    until: Timestamp,
    but_for: &str,
) -> sqlx::Result<Vec<DayBooking>> {
    sqlx::query_as(
        "select reference, starts_at, minutes from bookings where cancelled_at is null \
         and starts_at < $2 and starts_at + 60 * minutes > $1 and reference <> $3 order by starts_at, reference",
    )
    .bind(seconds(from))
    .bind(seconds(until))
    .bind(but_for)
    .fetch_all(readers)
    .await
}

/// Whether a booking that is not cancelled is still to come.
pub async fn is_ahead(
    connection: &mut SqliteConnection,
    reference: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select 1 from bookings where reference = $1 and cancelled_at is null and starts_at > $2)",
    )
    .bind(reference)
    .bind(seconds(now))
    .fetch_one(connection)
    .await
}

pub async fn insert(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    reference: &str,
    booking: &Booking,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into bookings (id, reference, starts_at, minutes, setting, place, booked_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&booking.id)
    .bind(reference)
    .bind(seconds(booking.starts_at))
    .bind(booking.minutes)
    .bind(booking.setting.as_str())
    .bind(cipher.row("bookings", &booking.id).encrypt("place", &booking.place))
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn change(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    id: &str,
    new: &NewBooking,
    sequence: i64,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "update bookings set starts_at = $2, minutes = $3, setting = $4, place = $5, sequence = $6, booked_at = $7 \
         where id = $1",
    )
    .bind(id)
    .bind(seconds(new.starts_at))
    .bind(new.minutes)
    .bind(new.setting.as_str())
    .bind(cipher.row("bookings", id).encrypt("place", &new.place))
    .bind(sequence)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn cancel(
    connection: &mut SqliteConnection,
    id: &str,
    sequence: i64,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("update bookings set cancelled_at = $2, sequence = $3 where id = $1")
        .bind(id)
        .bind(seconds(now))
        .bind(sequence)
        .execute(connection)
        .await?;
    Ok(())
}

/// What a withdrawal leaves of bookings: that there was a time, and nothing of where.
pub async fn erase(connection: &mut SqliteConnection, reference: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "update bookings set place = null, cancelled_at = coalesce(cancelled_at, $2) where reference = $1",
    )
    .bind(reference)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}
