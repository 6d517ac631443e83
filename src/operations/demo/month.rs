//! What happens in the made-up month, and when: requests by day and by hour, a full weekend, staff who mostly keep up.

use std::path::Path;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::clinic::calendar::Calendar;
use crate::consultations::RequestState;
use crate::consultations::request_form::NewRequest;
use crate::operations::demo::chance::Chance;
use crate::operations::demo::people;
use crate::operations::demo::people::{MadeUpPerson, Special};
use crate::patients::corrections::PageVersion;
use crate::patients::corrections::request::NewCorrection;
use crate::patients::reports::request::NewReport;
use crate::storage::long_work::LongWork;

pub const LENGTH: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Of 200 requests, so many came over the last weekend.
const WEEKEND: u32 = 60;
/// Of these, so many are late.
const FORGOTTEN: u64 = 4;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

pub struct Event {
    pub at: Timestamp,
    pub happening: Happening,
}

pub enum Happening {
    Request { new: Box<NewRequest>, fate: Fate },
    Move { reference: String, fate: Fate, next: RequestState },
    Booking { reference: String, fate: Fate, number: u32 },
    Withdrawal { reference: String },
    Spam { reference: String },
    Report { about: String, new: NewReport },
    Vote { about: String, useful: bool },
    Correction { told: PageVersion, new: NewCorrection },
}

/// What becomes of a request after it was asked.
#[derive(Clone, Copy)]
pub enum Fate {
    /// Nobody rings; perhaps it becomes late.
    Waits,
    /// Rung so many minutes before the promised moment, and closed so many days later.
    Rung { before: i64, closed_after: Option<i64> },
    /// Withdrawn by the patient so many hours later.
    Withdrawn { after: i64 },
    /// Put among spam by staff soon after.
    Spam,
}

impl Fate {
    /// The first thing that staff or the patient do after it was asked.
    pub fn begins(self, calendar: &Calendar, asked: Timestamp, reference: String) -> Option<Event> {
        match self {
            Fate::Waits => None,
            Fate::Rung { before, .. } => {
                let due = calendar.promise(asked).due.timestamp();
                let at = (due - SignedDuration::from_mins(before)).max(asked + SignedDuration::from_mins(20));
                let happening = Happening::Move { reference, fate: self, next: RequestState::Contacted };
                Some(Event { at, happening })
            }
            Fate::Withdrawn { after } => {
                let at = asked + SignedDuration::from_hours(after);
                Some(Event { at, happening: Happening::Withdrawal { reference } })
            }
            Fate::Spam => {
                let at = asked + SignedDuration::from_mins(10);
                Some(Event { at, happening: Happening::Spam { reference } })
            }
        }
    }

    /// A consultation that was agreed on in the call.
    pub fn books(self, rung: Timestamp, reference: String, number: u32) -> Event {
        let at = rung + SignedDuration::from_mins(6);
        Event { at, happening: Happening::Booking { reference, fate: self, number } }
    }

    /// The last thing, after the call or the consultation.
    pub fn ends(self, rung: Timestamp, reference: String) -> Option<Event> {
        let Fate::Rung { closed_after: Some(days), .. } = self else { return None };
        let at = rung + SignedDuration::from_hours(24 * days);
        Some(Event { at, happening: Happening::Move { reference, fate: self, next: RequestState::Closed } })
    }
}

/// Events in the order of their time; what follows from one is put in as it happens.
pub struct Ahead {
    order: BinaryHeap<Reverse<(Timestamp, usize)>>,
    events: Vec<Option<Event>>,
}

impl Ahead {
    pub fn push(&mut self, event: Event) {
        self.order.push(Reverse((event.at, self.events.len())));
        self.events.push(Some(event));
    }

    /// The next event, where it comes before this moment.
    pub fn pop_before(&mut self, moment: Timestamp) -> Option<Event> {
        let next = self.order.peek_mut().filter(|next| next.0.0 < moment)?;
        let Reverse((_, at)) = PeekMut::pop(next);
        self.events[at].take()
    }
}

/// What kind of month is made up, and where.
pub struct DemoMonth<'a> {
    /// The data folder, empty or missing.
    pub folder: &'a Path,
    pub content: &'a Path,
    /// How many people ask for a consultation in the month.
    pub requests: u32,
    /// Another number makes other people.
    pub seed: u64,
    /// Told how far the month has come.
    pub work: LongWork,
}

/// Everything that readers and patients do by themselves.
pub fn plan(demo: &DemoMonth<'_>, calendar: &Calendar, now: Timestamp) -> Ahead {
    let mut chance = Chance::new(demo.seed);
    let mut ahead = Ahead { order: BinaryHeap::new(), events: Vec::new() };
    let weekend = last_weekend(calendar, now);
    let of_weekend = demo.requests * WEEKEND / 200;
    let mut again: Option<MadeUpPerson> = None;
    for number in 0..demo.requests {
        // One person asks twice, the second time a few hours after the first.
        let person =
            again.take().filter(|_| number == 1).unwrap_or_else(|| people::person(&mut chance, number));
        let special = people::special(number);
        let at = match special {
            // A mail that was given up a week ago is forgotten: these two are of the last day.
            Some(Special::WrongAddress(_)) => now - HOUR - part(&mut chance, HOUR * 20),
            _ if number < of_weekend => weekend.0 + part(&mut chance, weekend.1.duration_since(weekend.0)),
            _ => by_day(&mut chance, calendar, now),
        };
        let fate = match special {
            Some(Special::Spam(_)) => Fate::Spam,
            Some(_) => Fate::Waits,
            None => fate(&mut chance),
        };
        let new = people::request(&mut chance, &person, special);
        if number == 0 {
            again = Some(person);
        }
        ahead.push(Event { at, happening: Happening::Request { new: Box::new(new), fate } });
    }
    for number in 0..demo.requests / 4 {
        let (about, new) = people::report(&mut chance, number);
        ahead.push(Event {
            at: by_day(&mut chance, calendar, now),
            happening: Happening::Report { about, new },
        });
    }
    for _ in 0..demo.requests * 2 {
        let (about, useful) = people::vote(&mut chance);
        ahead.push(Event {
            at: by_day(&mut chance, calendar, now),
            happening: Happening::Vote { about, useful },
        });
    }
    for (told, new) in people::corrections() {
        ahead.push(Event {
            at: by_day(&mut chance, calendar, now),
            happening: Happening::Correction { told, new },
        });
    }
    ahead
}

fn fate(chance: &mut Chance) -> Fate {
    match chance.below(100) {
        0..FORGOTTEN => Fate::Waits,
        FORGOTTEN..7 => Fate::Withdrawn { after: 2 + i64::try_from(chance.below(40)).unwrap_or(0) },
        _ => {
            let before = 5 + i64::try_from(chance.below(7 * 60)).unwrap_or(0);
            let days = i64::try_from(chance.below(7)).unwrap_or(0);
            Fate::Rung { before, closed_after: chance.percent(85).then_some(days.max(1)) }
        }
    }
}

/// From closing time on the last Friday to opening time on the Monday after it, or to now.
fn last_weekend(calendar: &Calendar, now: Timestamp) -> (Timestamp, Timestamp) {
    let local = calendar.local(now);
    let days = match local.weekday() {
        // On a Saturday or Sunday it is the one that is under way.
        Weekday::Saturday => 1,
        Weekday::Sunday => 2,
        day => i64::from(day.to_monday_zero_offset()) + 3,
    };
    let friday = local.date() - days.days();
    let at = |date: jiff::civil::Date, hour: i8| {
        date.at(hour, 0, 0, 0).to_zoned(local.time_zone().clone()).map_or(now, |moment| moment.timestamp())
    };
    (at(friday, 17).min(now - HOUR), at(friday + 3.days(), 9).min(now))
}

/// Some moment of the month; fewer at night.
fn by_day(chance: &mut Chance, calendar: &Calendar, now: Timestamp) -> Timestamp {
    for _ in 0..20 {
        let at = now - LENGTH + part(chance, LENGTH);
        let hour = calendar.local(at).hour();
        let likely = match hour {
            8..=21 => 100,
            22 | 23 => 50,
            _ => 15,
        };
        if chance.percent(likely) {
            return at;
        }
    }
    now - HOUR
}

fn part(chance: &mut Chance, of: SignedDuration) -> SignedDuration {
    let seconds = chance.below(u64::try_from(of.as_secs()).unwrap_or(1));
    SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinic::Clinic;

    #[test]
    fn the_last_weekend_is_from_friday_evening_to_monday_morning_or_to_now() {
        let clinic = Clinic::load("content".as_ref()).unwrap();
        let weekend = |now: &str| {
            let (from, to) = last_weekend(clinic.calendar(), now.parse().unwrap());
            (from.to_string(), to.to_string())
        };
        let whole = ("2026-11-13T17:00:00Z".to_owned(), "2026-11-16T09:00:00Z".to_owned());
        assert_eq!(weekend("2026-11-16T09:00:00Z"), whole, "Monday at nine");
        assert_eq!(weekend("2026-11-20T21:00:00Z"), whole, "the Friday after it");
        assert_eq!(weekend("2026-11-15T12:00:00Z").1, "2026-11-15T12:00:00Z", "on the Sunday");
    }

    #[test]
    fn events_come_out_in_the_order_of_time() {
        let mut ahead = Ahead { order: BinaryHeap::new(), events: Vec::new() };
        for second in [5, 1, 3] {
            let at = Timestamp::from_second(second).unwrap();
            ahead.push(Event { at, happening: Happening::Vote { about: String::new(), useful: true } });
        }
        let end = Timestamp::from_second(5).unwrap();
        let mut until = |end| {
            std::iter::from_fn(|| ahead.pop_before(end)).map(|event| event.at.as_second()).collect::<Vec<_>>()
        };
        assert_eq!(until(end), [1, 3]);
        assert_eq!(until(Timestamp::MAX), [5]);
    }
}
