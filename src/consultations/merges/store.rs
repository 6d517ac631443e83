//! The SQL of merged requests, and nothing else.

use jiff::Timestamp;

use crate::consultations::request_state::RequestState;
use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Readers};
use crate::storage::next_change::next_change;
use crate::storage::readable::{StoredText, texts};

/// A request as it stands when it is to be merged.
#[derive(sqlx::FromRow)]
pub struct MergeStanding {
    #[sqlx(try_from = "StoredText")]
    state: String,
    #[sqlx(try_from = "StoredText")]
    attention: String,
    pub changed_at: i64,
    pub due_at: i64,
    /// The word stored for the gravest sign.
    #[sqlx(try_from = "StoredText")]
    pub sign: String,
}

impl MergeStanding {
    /// One that cannot be read is over: it is left alone.
    pub fn state(&self) -> RequestState {
        self.state.parse().unwrap_or(RequestState::Closed)
    }

    pub fn is_new(&self) -> bool {
        self.state().is_new()
    }
}

pub async fn standing(connection: &mut Connection, reference: &str) -> sqlx::Result<MergeStanding> {
    sqlx::query_as(
        "select state, attention, changed_at, due_at, sign from consultations where reference = $1",
    )
    .bind(reference)
    .fetch_one(connection)
    .await
}

/// Notes how both stood before. `own` are the promise and the sign of the other one by itself, `joint` those of all.
pub async fn insert(
    connection: &mut Connection,
    reference: &str,
    merged: &MergeStanding,
    own: (i64, String),
    joint: (i64, &str),
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into consultation_merges (reference, merged_at, state, attention, other_due_at, other_sign, \
         joint_due_at, joint_sign) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(reference)
    .bind(seconds(now))
    .bind(&merged.state)
    .bind(&merged.attention)
    .bind(own.0)
    .bind(own.1)
    .bind(joint.0)
    .bind(joint.1)
    .execute(connection)
    .await?;
    Ok(())
}

/// Not through `set_state`: the patient did not hear from the clinic by this.
pub async fn close_merged(
    connection: &mut Connection,
    reference: &str,
    into: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(concat!(
        "update consultations set state = 'closed', closed_because = 'twice', attention = '', ended_at = $3, \
         merged_into = $2, changed_at = ",
        next_change!("changed_at", "$3"),
        " where reference = $1"
    ))
    .bind(reference)
    .bind(into)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn open_merged(connection: &mut Connection, reference: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(concat!(
        "update consultations set state = m.state, attention = m.attention, closed_because = '', \
         ended_at = null, changed_at = ",
        next_change!("changed_at", "$2"),
        " \
         from consultation_merges m where m.reference = $1 and consultations.reference = $1"
    ))
    .bind(reference)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_joint(
    connection: &mut Connection,
    into: &str,
    (due_at, sign): (i64, &str),
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(concat!(
        "update consultations set due_at = $2, sign = $3, changed_at = ",
        next_change!("changed_at", "$4"),
        " where reference = $1"
    ))
    .bind(into)
    .bind(due_at)
    .bind(sign)
    .bind(seconds(now))
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "update consultation_merges set joint_due_at = $2, joint_sign = $3 \
         where reference in (select reference from consultations where merged_into = $1)",
    )
    .bind(into)
    .bind(due_at)
    .bind(sign)
    .execute(connection)
    .await?;
    Ok(())
}

/// The promise and the sign that a request has by itself: others may be merged into it already.
pub async fn own(
    connection: &mut Connection,
    into: &str,
    stands: &MergeStanding,
) -> sqlx::Result<(i64, String)> {
    let before: Option<(i64, StoredText, i64, StoredText)> = sqlx::query_as(
        "select other_due_at, other_sign, joint_due_at, joint_sign from consultation_merges \
         join consultations using (reference) where merged_into = $1 limit 1",
    )
    .bind(into)
    .fetch_optional(connection)
    .await?;
    let (mut due_at, mut sign) = (stands.due_at, stands.sign.clone());
    if let Some((own_due_at, own_sign, joint_due_at, joint_sign)) = before {
        if due_at == joint_due_at {
            due_at = own_due_at;
        }
        if sign == String::from(joint_sign) {
            sign = own_sign.into();
        }
    }
    Ok((due_at, sign))
}

/// Gives the one that `merged` was merged into its own promise and sign back, where nothing else changed them.
pub async fn put_back_joint(
    connection: &mut Connection,
    merged: &str,
    into: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(concat!(
        "update consultations set \
         due_at = case when due_at = m.joint_due_at then m.other_due_at else due_at end, \
         sign = case when sign = m.joint_sign then m.other_sign else sign end, \
         changed_at = ",
        next_change!("changed_at", "$3"),
        " \
         from consultation_merges m where m.reference = $1 and consultations.reference = $2"
    ))
    .bind(merged)
    .bind(into)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn forget_merge(connection: &mut Connection, merged: &str) -> sqlx::Result<()> {
    sqlx::query("update consultations set merged_into = null where reference = $1")
        .bind(merged)
        .execute(&mut *connection)
        .await?;
    sqlx::query("delete from consultation_merges where reference = $1")
        .bind(merged)
        .execute(connection)
        .await?;
    Ok(())
}

/// The request that one is merged into.
pub async fn parent(connection: &mut Connection, merged: &str) -> sqlx::Result<Option<String>> {
    let parent: Option<StoredText> = sqlx::query_scalar(
        "select merged_into from consultations where reference = $1 and merged_into is not null",
    )
    .bind(merged)
    .fetch_optional(connection)
    .await?;
    Ok(parent.map(String::from))
}

const MERGED_INTO: &str =
    "select reference from consultations where merged_into = $1 order by created_at, reference";

/// The requests that are merged into one, the oldest first.
pub async fn merged_into(connection: &mut Connection, into: &str) -> sqlx::Result<Vec<String>> {
    let all: Vec<StoredText> = sqlx::query_scalar(MERGED_INTO).bind(into).fetch_all(connection).await?;
    Ok(texts(all))
}

pub async fn read_merged_into(readers: &Readers, into: &str) -> sqlx::Result<Vec<String>> {
    let all: Vec<StoredText> = sqlx::query_scalar(MERGED_INTO).bind(into).fetch_all(readers).await?;
    Ok(texts(all))
}

/// Of each request that is merged into one: whether it was new, its promise and its sign.
pub async fn still_merged(connection: &mut Connection, into: &str) -> sqlx::Result<Vec<(bool, i64, String)>> {
    let all: Vec<(StoredText, i64, StoredText)> = sqlx::query_as(
        "select m.state, c.due_at, c.sign from consultations c join consultation_merges m using (reference) \
         where c.merged_into = $1",
    )
    .bind(into)
    .fetch_all(connection)
    .await?;
    let is_new = |state: StoredText| String::from(state) == RequestState::New.as_str();
    Ok(all.into_iter().map(|(state, due_at, sign)| (is_new(state), due_at, sign.into())).collect())
}

/// What waits for us about the merged one waits with the other, unless something waits there already.
pub async fn carry_attention(connection: &mut Connection, merged: &str, into: &str) -> sqlx::Result<()> {
    sqlx::query(
        "update consultations set attention = m.attention from consultation_merges m \
         where m.reference = $1 and consultations.reference = $2 and consultations.attention = ''",
    )
    .bind(merged)
    .bind(into)
    .execute(connection)
    .await?;
    Ok(())
}
