//! How much mail strangers can have sent: to one address, and to everyone together.

use jiff::Timestamp;

use crate::storage::clock::{moment, seconds};

pub const HOUR: i64 = 60 * 60;
/// Mails to one address: this many at once, then one an hour, and no more in a day than `MOST_A_DAY`.
const FREE: i64 = 3;
const MOST_A_DAY: i64 = 5;
/// Mails to everyone together in an hour; more wait for their turn and staff are alerted.
pub const MOST_AN_HOUR_IN_ALL: i64 = 60;
/// What would wait longer for its turn, in seconds, is not sent: a mail that comes days late helps nobody.
const LONGEST_WAIT: i64 = 24 * HOUR;

/// Why a mail is not sent. Stored as its word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
pub enum NotSent {
    /// Too many to one address, or so many to everyone that the turn of this one would come in more than a day.
    #[strum(serialize = "often")]
    TooOften,
    /// The owner of the address asked us to send nothing more.
    #[strum(serialize = "stopped")]
    Stopped,
    /// Mail cannot be written to the address.
    #[strum(serialize = "unwritten")]
    Unwritable,
}

/// What becomes of a mail that someone asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Allowance {
    Send,
    /// Sent later: too many were asked for by everyone together.
    HoldUntil(Timestamp),
    No(NotSent),
}

/// What was asked for before.
pub struct Counts {
    pub to_address_in_a_day: i64,
    pub to_address_in_an_hour: i64,
    /// When the mail goes that is the sixtieth before this one, of all to everyone.
    pub sixtieth_before: Option<i64>,
}

impl NotSent {
    /// The word stored for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The reason, behind a colon or "because".
    pub fn describe(self) -> &'static str {
        match self {
            NotSent::TooOften => "too many emails were asked for",
            NotSent::Stopped => "the owner of this address asked us to send nothing more",
            NotSent::Unwritable => "no email can be written to this address",
        }
    }
}

impl Allowance {
    /// When it is sent.
    pub fn due(self, now: Timestamp) -> Timestamp {
        if let Allowance::HoldUntil(turn) = self { turn } else { now }
    }
}

impl Counts {
    pub fn allowance(&self, now: Timestamp) -> Allowance {
        let often = self.to_address_in_a_day >= FREE && self.to_address_in_an_hour > 0;
        if often || self.to_address_in_a_day >= MOST_A_DAY {
            return Allowance::No(NotSent::TooOften);
        }
        let now = seconds(now);
        match self.sixtieth_before.map(|before| before.saturating_add(HOUR)) {
            Some(turn) if turn > now + LONGEST_WAIT => Allowance::No(NotSent::TooOften),
            Some(turn) if turn > now => Allowance::HoldUntil(moment(turn)),
            _ => Allowance::Send,
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    const NOW: i64 = 1_000_000;

    fn allowance(day: i64, hour: i64, sixtieth_before: Option<i64>) -> Allowance {
        Counts { to_address_in_a_day: day, to_address_in_an_hour: hour, sixtieth_before }
            .allowance(moment(NOW))
    }

    #[test]
    fn one_address_gets_three_mails_then_one_an_hour_and_five_a_day() {
        let often = Allowance::No(NotSent::TooOften);
        assert_eq!(allowance(0, 0, None), Allowance::Send);
        assert_eq!(allowance(2, 2, None), Allowance::Send);
        assert_eq!(allowance(3, 3, None), often);
        assert_eq!(allowance(3, 0, None), Allowance::Send);
        assert_eq!(allowance(4, 1, None), often);
        assert_eq!(allowance(5, 0, None), often);
    }

    #[test]
    fn a_flood_waits_for_its_turn_an_hour_behind_the_sixtieth_before_it() {
        assert_eq!(allowance(0, 0, Some(NOW - HOUR)), Allowance::Send);
        assert_eq!(allowance(0, 0, Some(NOW - 10)), Allowance::HoldUntil(moment(NOW - 10 + HOUR)));
        assert_eq!(allowance(0, 0, Some(NOW + HOUR)), Allowance::HoldUntil(moment(NOW + 2 * HOUR)));
        assert_eq!(allowance(0, 0, Some(NOW + 23 * HOUR)), Allowance::HoldUntil(moment(NOW + 24 * HOUR)));
        assert_eq!(allowance(0, 0, Some(NOW + 23 * HOUR + 1)), Allowance::No(NotSent::TooOften));
        assert_eq!(allowance(0, 0, Some(i64::MAX)), Allowance::No(NotSent::TooOften));
        assert_eq!(allowance(3, 1, Some(NOW)), Allowance::No(NotSent::TooOften));
    }

    #[test]
    fn every_reason_is_known_by_its_word() {
        for why in NotSent::VARIANTS {
            assert_eq!(why.as_str().parse(), Ok(*why));
        }
    }
}
