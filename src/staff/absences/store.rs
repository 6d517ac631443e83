//! The SQL of absences, and nothing else.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::staff::absences::absence::{Absence, NewAbsence};
use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::{Flag, MaybeText, StoredText};

/// An absence that has begun, whose requests are still to be given away.
#[derive(sqlx::FromRow)]
pub struct DueAbsence {
    pub id: i64,
    pub staff_id: i64,
    #[sqlx(try_from = "StoredText")]
    pub name: String,
    pub cover_id: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct AbsenceRow {
    id: i64,
    staff_id: i64,
    #[sqlx(try_from = "StoredText")]
    name: String,
    #[sqlx(try_from = "StoredText")]
    from_day: String,
    #[sqlx(try_from = "StoredText")]
    until_day: String,
    #[sqlx(try_from = "MaybeText")]
    cover: Option<String>,
}

const COLUMNS: &str = "select absence.id, absence.staff_id, staff.name, absence.from_day, absence.until_day, \
     cover.name as cover from staff_absences as absence \
     join staff on staff.id = absence.staff_id left join staff as cover on cover.id = absence.cover_id";

impl From<AbsenceRow> for Absence {
    fn from(row: AbsenceRow) -> Absence {
        let days = row.from_day.parse().ok().zip(row.until_day.parse().ok());
        Absence { id: row.id, staff_id: row.staff_id, name: row.name, days, cover: row.cover }
    }
}

/// Absences that are not over, the next first. One whose days cannot be read is among them.
pub async fn ahead(readers: &Readers, today: Date) -> sqlx::Result<Vec<Absence>> {
    let rows: Vec<AbsenceRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{COLUMNS} where cast(absence.until_day as text) not like '____-__-__' or absence.until_day >= $1 \
         order by absence.from_day, absence.id"
    )))
    .bind(today.to_string())
    .fetch_all(readers)
    .await?;
    Ok(rows.into_iter().map(Absence::from).collect())
}

pub async fn find(readers: &Readers, id: i64) -> sqlx::Result<Absence> {
    let row: AbsenceRow = sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where absence.id = $1")))
        .bind(id)
        .fetch_one(readers)
        .await?;
    Ok(row.into())
}

/// Who is away on a day, and their last day away.
pub async fn away_on(readers: &Readers, day: Date) -> sqlx::Result<Vec<(i64, Date)>> {
    let rows: Vec<(i64, StoredText)> = sqlx::query_as(
        "select staff_id, max(until_day) from staff_absences where from_day <= $1 and until_day >= $1 \
         group by staff_id",
    )
    .bind(day.to_string())
    .fetch_all(readers)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(staff, until)| Some((staff, String::from(until).parse().ok()?)))
        .collect())
}

/// Whether somebody is away on one of these days already.
pub async fn overlaps(
    connection: &mut Connection,
    staff: i64,
    (from, until): (Date, Date),
) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select 1 from staff_absences where staff_id = $1 and from_day <= $3 and until_day >= $2)",
    )
    .bind(staff)
    .bind(from.to_string())
    .bind(until.to_string())
    .fetch_one(connection)
    .await.map(|flag: Flag| flag.into())
}

pub async fn insert(connection: &mut Connection, new: &NewAbsence, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "insert into staff_absences (staff_id, from_day, until_day, cover_id, made_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(new.staff_id)
    .bind(new.from.to_string())
    .bind(new.until.to_string())
    .bind(new.cover_id)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn delete(connection: &mut Connection, id: i64) -> sqlx::Result<()> {
    sqlx::query("delete from staff_absences where id = $1").bind(id).execute(connection).await?;
    Ok(())
}

/// Absences that have begun, whose requests were not given away yet.
pub async fn due(readers: &Readers, today: Date) -> sqlx::Result<Vec<DueAbsence>> {
    sqlx::query_as(
        "select absence.id, absence.staff_id, staff.name, absence.cover_id from staff_absences as absence \
         join staff on staff.id = absence.staff_id \
         where absence.handed_over_at is null and absence.from_day <= $1 and absence.until_day >= $1",
    )
    .bind(today.to_string())
    .fetch_all(readers)
    .await
}

/// False when it was handed over meanwhile, or taken back.
pub async fn set_handed_over(connection: &mut Connection, id: i64, now: Timestamp) -> sqlx::Result<bool> {
    let changed =
        sqlx::query("update staff_absences set handed_over_at = $2 where id = $1 and handed_over_at is null")
            .bind(id)
            .bind(seconds(now))
            .execute(connection)
            .await?;
    Ok(changed.rows_affected() == 1)
}

/// The name of who takes over, when they can: enabled, and not away themselves.
pub async fn able_cover(
    connection: &mut Connection,
    cover: i64,
    today: Date,
) -> sqlx::Result<Option<String>> {
    if overlaps(connection, cover, (today, today)).await? {
        return Ok(None);
    }
    let name: Option<StoredText> =
        sqlx::query_scalar("select name from staff where id = $1 and disabled_at is null")
            .bind(cover)
            .fetch_optional(connection)
            .await?;
    Ok(name.map(String::from))
}
