//! People who work the desk: accounts, both steps of signing in, sessions, roles, the audit log.

pub mod absences;
pub mod account;
pub mod accounts;
pub mod audit;
pub mod calendar_address;
mod common_passwords;
pub mod expired_forms;
pub mod passkeys;
pub mod password;
pub mod password_check;
mod password_hash;
pub mod people;
mod places;
pub mod resets;
pub mod retention;
pub mod second_factor;
pub mod session;
pub mod session_guard;
pub mod store;

pub use account::{Account, AccountRefused, Invitation, NewAccount};
pub use accounts::{add, first_invitation};
pub use audit::note;
pub use password_check::{PasswordCheck, check_password, check_waiting_password};
pub use retention::forget;
