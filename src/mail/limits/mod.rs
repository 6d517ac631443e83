//! Mail that anyone may have sent to an address nobody has confirmed: how much of it, and to whom none is sent any more.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteConnection;

use crate::mail::{Purpose, place};
use crate::storage::clock::seconds;
use crate::storage::encryption::Cipher;
use crate::storage::retention;
use crate::web::form::email;
use crate::web::site::Site;

mod store;

const HOUR: i64 = 60 * 60;
/// Mails to one address: this many at once, then one an hour, and no more in a day than `MOST_A_DAY`.
const FREE: i64 = 3;
const MOST_A_DAY: i64 = 5;
/// Mails to everyone together in an hour; more are held back and staff are alerted.
const MOST_AN_HOUR_IN_ALL: i64 = 60;
const HELD_BACK: SignedDuration = SignedDuration::from_hours(1);

/// Why a mail is not sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unsent {
    /// Too many to one address.
    Often,
    /// The owner of the address asked us to send nothing more.
    Stopped,
    /// Mail cannot be written to the address.
    Unwritten,
}

/// What becomes of a mail that someone asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Send,
    /// Sent later: too many were asked for by everyone together.
    Hold,
    No(Unsent),
}

/// What a mail is about.
#[derive(sqlx::FromRow)]
pub struct Cause {
    #[sqlx(try_from = "String")]
    pub purpose: Purpose,
    pub reference: String,
}

/// What was asked for before.
struct Counts {
    to_address_in_a_day: i64,
    to_address_in_an_hour: i64,
    to_all_in_an_hour: i64,
}

impl Unsent {
    const ALL: [Unsent; 3] = [Unsent::Often, Unsent::Stopped, Unsent::Unwritten];

    /// The word stored for it.
    pub fn word(self) -> &'static str {
        match self {
            Unsent::Often => "often",
            Unsent::Stopped => "stopped",
            Unsent::Unwritten => "unwritten",
        }
    }

    pub fn from_word(word: &str) -> Option<Unsent> {
        Unsent::ALL.into_iter().find(|why| why.word() == word)
    }

    /// The reason, behind a colon or "because".
    pub fn says(self) -> &'static str {
        match self {
            Unsent::Often => "too many emails were asked for to this address",
            Unsent::Stopped => "the owner of this address asked us to send nothing more",
            Unsent::Unwritten => "no email can be written to this address",
        }
    }
}

impl Answer {
    /// When it is sent.
    pub fn due(self, now: Timestamp) -> Timestamp {
        if self == Answer::Hold { now + HELD_BACK } else { now }
    }
}

/// Decides about one mail that a stranger asked for, and counts it when it is to be sent. Without bounds (for load
/// tests) only a stopped address gets nothing.
pub async fn ask(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    address: &str,
    bounded: bool,
    now: Timestamp,
) -> sqlx::Result<Answer> {
    let mark = mark(cipher, address);
    if store::is_stopped(connection, &mark).await? {
        return Ok(Answer::No(Unsent::Stopped));
    }
    if !bounded {
        return Ok(Answer::Send);
    }
    let answer = store::counts(connection, &mark, seconds(now)).await?.answer();
    if !matches!(answer, Answer::No(_)) {
        store::count(connection, &mark, answer == Answer::Hold, seconds(now)).await?;
    }
    Ok(answer)
}

/// True when the owner of an address asked us to send nothing more to it.
pub async fn is_stopped(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    address: &str,
) -> sqlx::Result<bool> {
    store::is_stopped(connection, &mark(cipher, address)).await
}

/// Sends nothing more to an address, and takes back what waits to be sent to it. Says what that was.
pub async fn stop(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    address_mark: &str,
    now: Timestamp,
) -> sqlx::Result<Vec<Cause>> {
    store::stop(connection, address_mark, seconds(now)).await?;
    let mut taken_back = Vec::new();
    for waiting in store::waiting(connection).await? {
        let to = cipher.decrypt(place(&waiting.message_id, "recipient"), &waiting.recipient);
        let theirs = to.is_ok_and(|to| mark(cipher, &to) == address_mark);
        if theirs && waiting.cause.purpose.is_to_patients() {
            store::take_back(connection, waiting.id).await?;
            taken_back.push(waiting.cause);
        }
    }
    Ok(taken_back)
}

/// The link with which the owner of an address stops all mail to it. It holds a mark of the address and a proof that we
/// made it, and says nothing to others.
pub fn stop_link(site: &Site, cipher: &Cipher, address: &str) -> String {
    site.url(&format!("/reports/stop/{}", stop_token(cipher, address)))
}

pub fn stop_token(cipher: &Cipher, address: &str) -> String {
    token_of(cipher, &mark(cipher, address))
}

/// The mark in a link of ours; nothing when the link is not ours.
pub fn open_stop_token(cipher: &Cipher, token: &str) -> Option<String> {
    let (mark, _) = token.split_once('-')?;
    (token_of(cipher, mark) == token).then(|| mark.to_owned())
}

/// Erases counts that no limit looks at any more.
pub async fn forget(connection: &mut SqliteConnection, now: Timestamp) -> sqlx::Result<()> {
    store::forget(connection, seconds(now) - retention::ASKED_MAIL).await
}

impl Purpose {
    /// What strangers can cause, and what its owner stops.
    fn is_to_patients(self) -> bool {
        matches!(self, Purpose::Report | Purpose::ConsultationConfirmation | Purpose::ConsultationBooking)
    }
}

impl Counts {
    fn answer(&self) -> Answer {
        let often = self.to_address_in_a_day >= FREE && self.to_address_in_an_hour > 0;
        if often || self.to_address_in_a_day >= MOST_A_DAY {
            Answer::No(Unsent::Often)
        } else if self.to_all_in_an_hour >= MOST_AN_HOUR_IN_ALL {
            Answer::Hold
        } else {
            Answer::Send
        }
    }
}

/// The word "report" stays, so that who stopped reports before stays stopped.
fn mark(cipher: &Cipher, address: &str) -> String {
    cipher.mark("report address", &email::comparable(address))
}

fn token_of(cipher: &Cipher, address_mark: &str) -> String {
    format!("{address_mark}-{}", &cipher.mark("stop reports", address_mark)[..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(day: i64, hour: i64, all: i64) -> Answer {
        Counts { to_address_in_a_day: day, to_address_in_an_hour: hour, to_all_in_an_hour: all }.answer()
    }

    #[test]
    fn one_address_gets_three_mails_then_one_an_hour_and_five_a_day() {
        let often = Answer::No(Unsent::Often);
        assert_eq!(answer(0, 0, 0), Answer::Send);
        assert_eq!(answer(2, 2, 2), Answer::Send);
        assert_eq!(answer(3, 3, 3), often);
        assert_eq!(answer(3, 0, 3), Answer::Send);
        assert_eq!(answer(4, 1, 4), often);
        assert_eq!(answer(5, 0, 5), often);
    }

    #[test]
    fn a_flood_is_held_back() {
        assert_eq!(answer(0, 0, 59), Answer::Send);
        assert_eq!(answer(0, 0, 60), Answer::Hold);
        assert_eq!(answer(3, 1, 60), Answer::No(Unsent::Often));
    }

    #[test]
    fn every_reason_is_known_by_its_word() {
        for why in Unsent::ALL {
            assert_eq!(Unsent::from_word(why.word()), Some(why));
        }
    }
}
