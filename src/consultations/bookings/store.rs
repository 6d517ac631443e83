//! The SQL of bookings, and nothing else.

use jiff::Timestamp;

use crate::consultations::bookings::booking::{Booking, NewBooking, PLACE, SETTING, Setting};
use crate::consultations::bookings::clinician::Clinician;
use crate::storage::clock::{moment, seconds};
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::Cipher;
use crate::storage::readable::{Flag, MaybeText, StoredText, Unreadable};

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "StoredText")]
    id: String,
    starts_at: i64,
    minutes: i64,
    #[sqlx(try_from = "StoredText")]
    setting: String,
    place: Option<Vec<u8>>,
    clinician_id: Option<i64>,
    /// The name of that account.
    #[sqlx(try_from = "MaybeText")]
    account: Option<String>,
    #[sqlx(try_from = "StoredText")]
    clinician: String,
    #[sqlx(try_from = "StoredText")]
    room: String,
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
            clinician: Clinician::stored(self.clinician_id, self.account, self.clinician),
            room: self.room,
            sequence: self.sequence,
            id: self.id,
            unreadable: unreadable.names(),
        }
    }
}

/// The booking of a request that is not cancelled.
pub async fn find(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
) -> sqlx::Result<Option<Booking>> {
    let row: Option<Row> = sqlx::query_as(
        "select b.id, starts_at, minutes, setting, place, clinician_id, staff.name as account, clinician, room, \
         sequence from bookings b left join staff on staff.id = clinician_id \
         where reference = $1 and cancelled_at is null",
    )
    .bind(reference)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.open(cipher)))
}

pub async fn read(readers: &Readers, cipher: &Cipher, reference: &str) -> sqlx::Result<Option<Booking>> {
    find(&mut readers.acquire().await?, cipher, reference).await
}

/// Whether a booking that is not cancelled is still to come.
pub async fn is_ahead(connection: &mut Connection, reference: &str, now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select 1 from bookings where reference = $1 and cancelled_at is null and starts_at > $2)",
    )
    .bind(reference)
    .bind(seconds(now))
    .fetch_one(connection)
    .await.map(|flag: Flag| flag.into())
}

pub async fn insert(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    booking: &Booking,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into bookings (id, reference, starts_at, minutes, setting, place, clinician_id, clinician, room, \
         booked_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&booking.id)
    .bind(reference)
    .bind(seconds(booking.starts_at))
    .bind(booking.minutes)
    .bind(booking.setting.as_str())
    .bind(cipher.row("bookings", &booking.id).encrypt("place", &booking.place))
    .bind(booking.clinician.account())
    .bind(booking.clinician.name_without_account())
    .bind(&booking.room)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn change(
    connection: &mut Connection,
    cipher: &Cipher,
    id: &str,
    new: &NewBooking,
    sequence: i64,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "update bookings set starts_at = $2, minutes = $3, setting = $4, place = $5, sequence = $6, booked_at = $7, \
         clinician_id = $8, clinician = $9, room = $10 where id = $1",
    )
    .bind(id)
    .bind(seconds(new.starts_at))
    .bind(new.minutes)
    .bind(new.setting.as_str())
    .bind(cipher.row("bookings", id).encrypt("place", &new.place))
    .bind(sequence)
    .bind(seconds(now))
    .bind(new.clinician.account())
    .bind(new.clinician.name_without_account())
    .bind(&new.room)
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes the time that the patient knows.
pub async fn note_told(connection: &mut Connection, id: &str, starts_at: Timestamp) -> sqlx::Result<()> {
    sqlx::query("update bookings set told_starts_at = $2 where id = $1")
        .bind(id)
        .bind(seconds(starts_at))
        .execute(connection)
        .await?;
    Ok(())
}

/// The time that was noted last.
pub async fn told(connection: &mut Connection, id: &str) -> sqlx::Result<Option<Timestamp>> {
    let told: Option<i64> = sqlx::query_scalar("select told_starts_at from bookings where id = $1")
        .bind(id)
        .fetch_one(connection)
        .await?;
    Ok(told.map(moment))
}

pub async fn cancel(
    connection: &mut Connection,
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

/// What a withdrawal leaves of bookings: that there was a time, and nothing of where, with whom or why.
pub async fn erase(connection: &mut Connection, reference: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "update bookings set place = null, clinician_id = null, clinician = '', room = '', \
         cancelled_at = coalesce(cancelled_at, $2) where reference = $1",
    )
    .bind(reference)
    .bind(seconds(now))
    .execute(&mut *connection)
    .await?;
    sqlx::query("delete from booking_reasons where reference = $1")
        .bind(reference)
        .execute(connection)
        .await?;
    Ok(())
}
