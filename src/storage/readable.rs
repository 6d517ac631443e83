//! Reads rows of which a part is damaged: what cannot be read is named where it stands, and the rest is shown.

use sqlx::error::BoxDynError;
use sqlx::sqlite::{Sqlite, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Decode, Type};

/// Stands in the place of what cannot be read.
pub const UNREADABLE: &str = "cannot be read";

/// Text of a column; bytes that are no text are `UNREADABLE`.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredText(String);

impl Type<Sqlite> for StoredText {
    fn type_info() -> SqliteTypeInfo {
        <String as Type<Sqlite>>::type_info()
    }
}

impl<'r> Decode<'r, Sqlite> for StoredText {
    fn decode(value: SqliteValueRef<'r>) -> Result<StoredText, BoxDynError> {
        let bytes = <Vec<u8> as Decode<Sqlite>>::decode(value)?;
        Ok(StoredText(String::from_utf8(bytes).unwrap_or_else(|_| UNREADABLE.to_owned())))
    }
}

impl From<StoredText> for String {
    fn from(text: StoredText) -> String {
        text.0
    }
}

/// The same for a column that may be null, as in `#[sqlx(try_from = "MaybeText")]`.
#[derive(Clone, Debug, PartialEq)]
pub struct MaybeText(Option<StoredText>);

impl Type<Sqlite> for MaybeText {
    fn type_info() -> SqliteTypeInfo {
        <StoredText as Type<Sqlite>>::type_info()
    }

    fn compatible(_: &SqliteTypeInfo) -> bool {
        true
    }
}

impl<'r> Decode<'r, Sqlite> for MaybeText {
    fn decode(value: SqliteValueRef<'r>) -> Result<MaybeText, BoxDynError> {
        Ok(MaybeText(<Option<StoredText> as Decode<Sqlite>>::decode(value)?))
    }
}

impl From<MaybeText> for Option<String> {
    fn from(text: MaybeText) -> Option<String> {
        text.0.map(String::from)
    }
}

/// An encrypted field that is shown and nothing else.
pub fn or_unreadable(decrypted: sqlx::Result<String>) -> String {
    decrypted.unwrap_or_else(|_| UNREADABLE.to_owned())
}

/// A list of a column's texts.
pub fn texts(stored: Vec<StoredText>) -> Vec<String> {
    stored.into_iter().map(String::from).collect()
}

/// Collects which fields of a row cannot be read, as people call them.
#[derive(Default)]
pub struct Unreadable(Vec<&'static str>);

impl Unreadable {
    /// An encrypted field; empty when it cannot be read.
    pub fn field(&mut self, called: &'static str, decrypted: sqlx::Result<String>) -> String {
        decrypted.unwrap_or_else(|_| {
            self.0.push(called);
            String::new()
        })
    }

    /// What a stored word stands for; what stands for it otherwise is never taken for what was stored.
    pub fn word<T>(&mut self, called: &'static str, known: Option<T>, otherwise: T) -> T {
        known.unwrap_or_else(|| {
            self.0.push(called);
            otherwise
        })
    }

    /// Text of a column; empty when it cannot be read.
    pub fn text(&mut self, called: &'static str, text: String) -> String {
        if text == UNREADABLE { self.word(called, None, String::new()) } else { text }
    }

    pub fn names(self) -> Vec<&'static str> {
        self.0
    }
}
