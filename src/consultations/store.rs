//! The SQL of consultation requests, and nothing else.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::clinic::Role;
use crate::consultations::answers::{CONCERN, NEEDS, RequestAnswers};
use crate::consultations::request::{EMAIL, PHONE, Request};
use crate::consultations::request_form::Contact;
use crate::consultations::request_state::RequestState;
use crate::signs::Kind;
use crate::storage::clock::{moment, seconds};
use crate::storage::counted_time::is_over;
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::Cipher;
use crate::storage::next_change::next_change;
use crate::storage::readable::{Flag, MaybeText, StoredText, Unreadable};
use crate::web::form::contact::{CallTime, Method};

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "StoredText")]
    reference: String,
    #[sqlx(try_from = "StoredText")]
    state: String,
    created_at: i64,
    due_at: i64,
    changed_at: i64,
    #[sqlx(try_from = "StoredText")]
    about: String,
    #[sqlx(try_from = "StoredText")]
    sign: String,
    #[sqlx(try_from = "Flag")]
    spam: bool,
    #[sqlx(try_from = "StoredText")]
    contact_method: String,
    #[sqlx(try_from = "StoredText")]
    call_times: String,
    #[sqlx(try_from = "StoredText")]
    voicemail: String,
    name: Option<Vec<u8>>,
    email: Option<Vec<u8>>,
    phone: Option<Vec<u8>>,
    concern: Option<Vec<u8>>,
    needs: Option<Vec<u8>>,
    #[sqlx(try_from = "StoredText")]
    token_hash: String,
    #[sqlx(try_from = "MaybeText")]
    merged_into: Option<String>,
}

const TABLE: &str = "consultations";

impl Row {
    /// A field that was erased is empty. So is one that cannot be read; it is named.
    fn open(self, cipher: &Cipher) -> Request {
        let row = cipher.row(TABLE, &self.reference);
        let mut unreadable = Unreadable::default();
        let (state, method) = (self.state.parse().ok(), Method::from_word(&self.contact_method));
        Request {
            state: unreadable.word("state", state, RequestState::New),
            created_at: moment(self.created_at),
            due_at: moment(self.due_at),
            changed_at: self.changed_at,
            sign: if self.sign.is_empty() { None } else { self.sign_found(&mut unreadable) },
            spam: self.spam,
            method: unreadable.word("how they want to be reached", method, Method::Phone),
            name: unreadable.field("name", row.decrypt("name", &self.name)),
            email: unreadable.field(EMAIL, row.decrypt("email", &self.email)),
            phone: unreadable.field(PHONE, row.decrypt("phone", &self.phone)),
            answers: RequestAnswers {
                concern: unreadable.field(CONCERN, row.decrypt("concern", &self.concern)),
                needs: unreadable.field(NEEDS, row.decrypt("needs", &self.needs)),
                voicemail: unreadable.text("voicemail", self.voicemail),
            },
            about: unreadable.text("page it began on", self.about),
            times: unreadable
                .text("best time", self.call_times)
                .split(',')
                .filter_map(CallTime::from_word)
                .collect(),
            token_hash: self.token_hash,
            merged_into: self.merged_into,
            reference: self.reference,
            unreadable: unreadable.names(),
        }
    }

    /// The gravest stands for one that cannot be read, until somebody has read the words.
    fn sign_found(&self, unreadable: &mut Unreadable) -> Option<Kind> {
        Some(unreadable.word("sign that needs help", self.sign.parse().ok(), Kind::Emergency))
    }

    /// For what goes out by itself, such as a mail: an error when a part of it cannot be read.
    fn open_whole(self, cipher: &Cipher) -> sqlx::Result<Request> {
        let request = self.open(cipher);
        match request.unreadable[..] {
            [] => Ok(request),
            [first, ..] => {
                Err(sqlx::Error::Decode(format!("the {first} of a request cannot be read").into()))
            }
        }
    }
}

pub async fn insert(
    connection: &mut Connection,
    cipher: &Cipher,
    request: &Request,
    content_hash: &str,
) -> sqlx::Result<()> {
    let row = cipher.row(TABLE, &request.reference);
    sqlx::query(
        "insert into consultations (reference, state, created_at, due_at, changed_at, about, sign, spam, \
         contact_method, call_times, voicemail, name, email, phone, concern, needs, content_hash, token_hash) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(&request.reference)
    .bind(request.state.as_str())
    .bind(seconds(request.created_at))
    .bind(seconds(request.due_at))
    .bind(request.changed_at)
    .bind(&request.about)
    .bind(Kind::word(request.sign))
    .bind(request.spam)
    .bind(request.method.word())
    .bind(words_of(&request.times))
    .bind(&request.answers.voicemail)
    .bind(row.encrypt("name", &request.name))
    .bind(row.encrypt("email", &request.email))
    .bind(row.encrypt("phone", &request.phone))
    .bind(row.encrypt("concern", &request.answers.concern))
    .bind(row.encrypt("needs", &request.answers.needs))
    .bind(content_hash)
    .bind(&request.token_hash)
    .execute(connection)
    .await?;
    Ok(())
}

/// The hash of a request's content; nothing when it was withdrawn or erased.
pub async fn content_hash(connection: &mut Connection, reference: &str) -> sqlx::Result<Option<String>> {
    let hash: Option<Option<String>> =
        sqlx::query_scalar("select content_hash from consultations where reference = $1")
            .bind(reference)
            .fetch_optional(connection)
            .await?;
    Ok(hash.flatten())
}

/// A request with the same words from the same person, made since `since` and not over. One that is merged is over when
/// the other is.
pub async fn same_content(
    connection: &mut Connection,
    content_hash: &str,
    since: i64,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar(
        "select reference from consultations c where content_hash = $1 and created_at >= $2 \
         and coalesce((select parent.state from consultations parent where parent.reference = c.merged_into), state) \
         in ('new', 'contacted', 'booked') order by created_at desc limit 1",
    )
    .bind(content_hash)
    .bind(since)
    .fetch_optional(connection)
    .await
}

pub async fn find(readers: &Readers, cipher: &Cipher, reference: &str) -> sqlx::Result<Request> {
    find_for(readers, cipher, reference, Role::Clinician).await
}

/// The same for the desk: what the patient wrote is not even read for a role that does not see it.
pub async fn find_for(
    readers: &Readers,
    cipher: &Cipher,
    reference: &str,
    role: Role,
) -> sqlx::Result<Request> {
    let row: Row = sqlx::query_as(
        "select reference, state, created_at, due_at, changed_at, about, sign, spam, contact_method, \
         call_times, voicemail, name, email, phone, case when $2 = 1 then concern end as concern, \
         case when $2 = 1 then needs end as needs, token_hash, merged_into from consultations where reference = $1",
    )
    .bind(reference)
    .bind(role.sees_words())
    .fetch_one(readers)
    .await?;
    Ok(row.open(cipher))
}

/// The same within a transaction, for what goes out by itself: an error when a part of it cannot be read.
pub async fn find_on(c: &mut Connection, cipher: &Cipher, reference: &str) -> sqlx::Result<Request> {
    row_on(c, reference).await?.open_whole(cipher)
}

/// The same, with the names of what cannot be read.
pub async fn find_as_it_is(c: &mut Connection, cipher: &Cipher, of: &str) -> sqlx::Result<Request> {
    Ok(row_on(c, of).await?.open(cipher))
}

async fn row_on(connection: &mut Connection, reference: &str) -> sqlx::Result<Row> {
    sqlx::query_as("select * from consultations where reference = $1")
        .bind(reference)
        .fetch_one(connection)
        .await
}

pub async fn find_by_key(readers: &Readers, cipher: &Cipher, key_hash: &str) -> sqlx::Result<Request> {
    let row: Row = sqlx::query_as(
        "select consultations.* from consultations join submissions using (reference) \
         where submissions.key_hash = $1 and submissions.kind = 'consultation'",
    )
    .bind(key_hash)
    .fetch_one(readers)
    .await?;
    Ok(row.open(cipher))
}

pub async fn find_by_token(readers: &Readers, cipher: &Cipher, token_hash: &str) -> sqlx::Result<Request> {
    let row: Row = sqlx::query_as("select * from consultations where token_hash = $1")
        .bind(token_hash)
        .fetch_one(readers)
        .await?;
    Ok(row.open(cipher))
}

pub async fn set_state(
    connection: &mut Connection,
    reference: &str,
    state: RequestState,
    now: Timestamp,
) -> sqlx::Result<()> {
    // `changed_at` always grows, so that two changes within a second are two.
    sqlx::query(concat!(
        "update consultations set state = $2, changed_at = ",
        next_change!("changed_at", "$3"),
        ", ended_at = case when $4 = 1 then $3 else ended_at end, \
         contacted_at = case when $5 = 1 then coalesce(contacted_at, $3) else contacted_at end where reference = $1"
    ))
    .bind(reference)
    .bind(state.as_str())
    .bind(seconds(now))
    .bind(state.is_over())
    .bind(state.has_answered())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_sign(connection: &mut Connection, reference: &str, sign: Option<Kind>) -> sqlx::Result<()> {
    sqlx::query("update consultations set sign = $2 where reference = $1")
        .bind(reference)
        .bind(Kind::word(sign))
        .execute(connection)
        .await?;
    Ok(())
}

/// True when the request was still open, or the one that it is merged into.
pub async fn change_contact(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    contact: &Contact,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let row = cipher.row(TABLE, reference);
    let changed = sqlx::query(concat!(
        "update consultations set name = $2, email = $3, phone = $4, contact_method = $5, call_times = $6, \
         changed_at = ",
        next_change!("changed_at", "$7"),
        " where reference = $1 and coalesce((select p.state from consultations p where p.reference = consultations.merged_into), state) in ('new', 'contacted', 'booked')"
    ))
    .bind(reference)
    .bind(row.encrypt("name", &contact.name))
    .bind(row.encrypt("email", &contact.email))
    .bind(row.encrypt("phone", &contact.phone))
    .bind(contact.method.word())
    .bind(words_of(&contact.times))
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Erases every personal field. True when there was something to erase.
pub async fn withdraw(connection: &mut Connection, reference: &str, now: Timestamp) -> sqlx::Result<bool> {
    let changed = sqlx::query(concat!(
        "update consultations set state = 'withdrawn', name = null, email = null, phone = null, concern = null, \
         needs = null, content_hash = null, call_times = '', voicemail = '', sign = '', \
         changed_at = ",
        next_change!("changed_at", "$2"),
        ", ended_at = $2 \
         where reference = $1 and (state <> 'withdrawn' or name is not null)"
    ))
    .bind(reference)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Erases requests that ended before `before`, whole, but for those that are kept for a reason. Says how many.
pub async fn forget(connection: &mut Connection, before: i64) -> sqlx::Result<u64> {
    // One that is merged goes with the one that it is dealt with in, and neither while the other is kept.
    let is_over = is_over("consultations.ended_at");
    let forget = format!(
        "delete from consultations where {is_over} and held_at is null and merged_into is null \
         and not exists (select 1 from consultations m where m.merged_into = consultations.reference and m.held_at is not null)"
    );
    let mut gone = 0;
    // Those that were merged into what is erased stand alone then, and are erased too.
    for _ in 0..2 {
        let statement = sqlx::query(AssertSqlSafe(forget.clone())).bind(before);
        gone += statement.execute(&mut *connection).await?.rows_affected();
    }
    Ok(gone)
}

fn words_of(times: &[CallTime]) -> String {
    times.iter().map(|time| time.word()).collect::<Vec<_>>().join(",")
}
