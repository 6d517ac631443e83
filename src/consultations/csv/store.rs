//! The SQL of the queue as a file, and nothing else. What patients wrote is not selected.

use crate::storage::database::Readers;
use crate::storage::encryption::Cipher;
use crate::storage::readable::{Flag, MaybeText, StoredText, or_unreadable};
use crate::web::form::contact::{CallTime, Method};

/// A request as a line of the file.
pub struct CsvRow {
    pub reference: String,
    pub state: String,
    pub created_at: i64,
    pub due_at: i64,
    /// The word stored for the gravest sign, or nothing.
    pub sign: String,
    pub spam: bool,
    pub name: String,
    pub phone: String,
    pub email: String,
    pub method: String,
    pub times: String,
    /// The request that it is dealt with in.
    pub merged_into: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Stored {
    #[sqlx(try_from = "StoredText")]
    reference: String,
    #[sqlx(try_from = "StoredText")]
    state: String,
    created_at: i64,
    due_at: i64,
    #[sqlx(try_from = "StoredText")]
    sign: String,
    #[sqlx(try_from = "Flag")]
    spam: bool,
    name: Option<Vec<u8>>,
    phone: Option<Vec<u8>>,
    email: Option<Vec<u8>>,
    #[sqlx(try_from = "StoredText")]
    contact_method: String,
    #[sqlx(try_from = "StoredText")]
    call_times: String,
    #[sqlx(try_from = "MaybeText")]
    merged_into: Option<String>,
}

/// Every request that is not erased, by the promised moment.
pub async fn all(readers: &Readers, cipher: &Cipher) -> sqlx::Result<Vec<CsvRow>> {
    let rows: Vec<Stored> = sqlx::query_as(
        "select reference, state, created_at, due_at, sign, spam, name, phone, email, contact_method, \
         call_times, merged_into from consultations order by due_at, created_at",
    )
    .fetch_all(readers)
    .await?;
    Ok(rows.into_iter().map(|row| row.open(cipher)).collect())
}

impl Stored {
    /// One that does not open stands among the others, with what can be read of it.
    fn open(self, cipher: &Cipher) -> CsvRow {
        let row = cipher.row("consultations", &self.reference);
        let times: Vec<CallTime> = self.call_times.split(',').filter_map(CallTime::from_word).collect();
        CsvRow {
            name: row
                .decrypt("name", &self.name)
                .unwrap_or_else(|_| "This request cannot be opened".to_owned()),
            phone: or_unreadable(row.decrypt("phone", &self.phone)),
            email: or_unreadable(row.decrypt("email", &self.email)),
            method: Method::from_word(&self.contact_method).map_or("", Method::label).to_owned(),
            times: CallTime::in_words(&times),
            state: self.state,
            merged_into: self.merged_into,
            created_at: self.created_at,
            due_at: self.due_at,
            sign: self.sign,
            spam: self.spam,
            reference: self.reference,
        }
    }
}
