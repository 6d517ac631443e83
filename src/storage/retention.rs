//! How long personal data is kept, in one place, in seconds. The privacy page says the same.

const DAY: i64 = 24 * 60 * 60;

/// A consultation request after it was closed or withdrawn.
pub const CONSULTATION: i64 = 90 * DAY;
/// The address of a report, and of any mail, after it was sent or given up.
pub const ADDRESS: i64 = 7 * DAY;
/// What counts mail to an address for the limits on it.
pub const ASKED_MAIL: i64 = DAY;
/// Answers of the self-assessment after the last one was given.
pub const DRAFT: i64 = DAY;

/// What was done to several requests at once, so that it can be undone.
pub const UNDO: i64 = DAY;
/// A summary behind a private link: at most.
pub const SUMMARY: i64 = 14 * DAY;

/// What a check page's key led to, so that its confirmation can be opened again.
pub const SUBMISSION: i64 = 90 * DAY;
/// What a reader said is wrong on a page, after staff answered it.
pub const CORRECTION: i64 = 90 * DAY;
/// Who opened or changed what on the desk: 24 months.
pub const AUDIT: i64 = 730 * DAY;
/// A sign-in without a sign of life.
pub const SESSION_IDLE: i64 = 15 * 60;
/// A sign-in in all.
pub const SESSION: i64 = 8 * 60 * 60;
/// A network that an account was signed in to from, as a keyed hash.
pub const PLACE: i64 = 90 * DAY;
/// A one-time link for a new account.
pub const INVITATION: i64 = 2 * DAY;
/// A link that resets a password or a second step.
pub const RESET: i64 = DAY;
/// The time between the password and the code, long enough to set up an app.
pub const HALF_SESSION: i64 = 15 * 60;
/// What was sent to the desk after a session had ended.
pub const UNSENT: i64 = SESSION;
/// Counts by day, which are about nobody: 24 months.
pub const COUNTS: i64 = 730 * DAY;
/// What people searched for and did not find.
pub const MISSED_SEARCH: i64 = 7 * DAY;
/// A complaint about personal data after it was closed: 24 months.
pub const COMPLAINT: i64 = 730 * DAY;
/// What is erased again when a backup is restored: far longer than any backup is kept.
pub const ERASURE: i64 = 730 * DAY;
