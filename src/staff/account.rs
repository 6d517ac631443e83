//! What an account of the desk is, and what it takes to make one.

use crate::clinic::Role;
use crate::storage::readable::{Flag, StoredText};

/// An account, without its password.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Account {
    pub id: i64,
    #[sqlx(try_from = "StoredText")]
    pub name: String,
    #[sqlx(try_from = "StoredText")]
    pub email: String,
    pub role: Role,
    #[sqlx(try_from = "Flag")]
    pub has_second_factor: bool,
}

/// What a one-time link gives.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Invitation {
    /// Lower case; nothing for the link of a first start.
    pub email: String,
    #[sqlx(try_from = "String")]
    pub role: Role,
    pub invited_by: Option<i64>,
    /// Of the code that the administrator says to whom they mean; nothing for the link of a first start.
    pub code_hash: String,
}

/// What it takes to make an account, checked.
pub struct NewAccount {
    /// Lower case.
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password: String,
}

/// Why an account was not made.
#[derive(Debug, PartialEq)]
pub enum AccountRefused {
    AddressTaken,
    /// The link was used, has expired, never was, or is for another address or role.
    NoInvitation,
}
