//! Reads rows of which a part is damaged: what cannot be read is named where it stands, and the rest is shown.

use sqlx::any::{Any, AnyTypeInfo, AnyTypeInfoKind, AnyValueRef};
use sqlx::error::BoxDynError;
use sqlx::{Decode, Type, ValueRef};

/// Stands in the place of what cannot be read.
pub const UNREADABLE: &str = "cannot be read";

/// Text of a column; bytes that are no text are `UNREADABLE`.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredText(String);

impl Type<Any> for StoredText {
    fn type_info() -> AnyTypeInfo {
        <String as Type<Any>>::type_info()
    }

    /// Bytes stand where a text is damaged.
    fn compatible(found: &AnyTypeInfo) -> bool {
        matches!(found.kind(), AnyTypeInfoKind::Text | AnyTypeInfoKind::Blob)
    }
}

impl<'r> Decode<'r, Any> for StoredText {
    fn decode(value: AnyValueRef<'r>) -> Result<StoredText, BoxDynError> {
        if value.type_info().kind() == AnyTypeInfoKind::Blob {
            return Ok(StoredText(UNREADABLE.to_owned()));
        }
        Ok(StoredText(<String as Decode<Any>>::decode(value)?))
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

impl Type<Any> for MaybeText {
    fn type_info() -> AnyTypeInfo {
        <StoredText as Type<Any>>::type_info()
    }

    fn compatible(_: &AnyTypeInfo) -> bool {
        true
    }
}

impl<'r> Decode<'r, Any> for MaybeText {
    fn decode(value: AnyValueRef<'r>) -> Result<MaybeText, BoxDynError> {
        Ok(MaybeText(<Option<StoredText> as Decode<Any>>::decode(value)?))
    }
}

impl From<MaybeText> for Option<String> {
    fn from(text: MaybeText) -> Option<String> {
        text.0.map(String::from)
    }
}

/// A flag of a column, or the answer of a comparison, as in `#[sqlx(try_from = "Flag")]`: 0 or 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flag(bool);

impl Type<Any> for Flag {
    fn type_info() -> AnyTypeInfo {
        <i64 as Type<Any>>::type_info()
    }

    fn compatible(found: &AnyTypeInfo) -> bool {
        <i64 as Type<Any>>::compatible(found)
    }
}

impl<'r> Decode<'r, Any> for Flag {
    fn decode(value: AnyValueRef<'r>) -> Result<Flag, BoxDynError> {
        Ok(Flag(<i64 as Decode<Any>>::decode(value)? != 0))
    }
}

impl From<Flag> for bool {
    fn from(flag: Flag) -> bool {
        flag.0
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
