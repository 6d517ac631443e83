//! The order of the queue: the group of each request, the filter, and the page.

use std::cmp::Reverse;

use crate::consultations::RequestState;
use crate::consultations::handling::Attention;
use crate::consultations::queue_index::{Entries, QueueEntry, SearchKey};
use crate::signs::Kind;
use crate::web::form::contact::Method;

/// Requests on one page of the queue.
pub const ON_A_PAGE: usize = 50;

/// The parts of the queue, the most urgent first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum QueueGroup {
    /// Holds safety words, and nobody has been in touch.
    Safety,
    /// The patient cannot make the time that was booked, and asks for another.
    AnotherTime,
    Late,
    Today,
    /// We are to do something: the patient changed or mended something, or the next try is due.
    Waiting,
    Later,
    /// Contacted or booked, and nothing is due.
    InHand,
    Done,
}

/// What the queue is asked to show.
#[derive(Default)]
pub struct QueueFilter {
    pub view: View,
    pub state: Option<RequestState>,
    pub owner: Option<Owned>,
    pub method: Option<Method>,
    pub search_key: Option<SearchKey>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum View {
    #[default]
    Open,
    Done,
    /// What staff put among spam.
    Spam,
    /// Everything: where a search looks.
    All,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Owned {
    Nobody,
    By(i64),
}

/// One page of the queue.
pub struct Listing {
    pub items: Vec<QueueItem>,
    /// How many requests each group shows, on all pages together.
    pub counts: Vec<(QueueGroup, usize)>,
    pub total: usize,
}

pub struct QueueItem {
    pub group: QueueGroup,
    /// The row above is about the same person.
    pub same: bool,
    pub entry: QueueEntry,
}

impl View {
    /// The word for it in addresses.
    pub fn id(self) -> &'static str {
        match self {
            View::Open | View::All => "queue",
            View::Done => "done",
            View::Spam => "spam",
        }
    }
}

/// Smaller is more urgent: by group, then safety words, then the moment of the group, then who asked first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Urgency {
    group: QueueGroup,
    sign: Reverse<Option<Kind>>,
    /// Seconds since 1970; negative where the latest comes first.
    moment: i64,
    created_at: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    /// The most urgent of the same person's, and a number that keeps persons apart.
    person: (Urgency, u32),
    urgency: Urgency,
    slot: u32,
}

impl QueueGroup {
    pub const ALL: [QueueGroup; 8] = [
        QueueGroup::Safety,
        QueueGroup::AnotherTime,
        QueueGroup::Late,
        QueueGroup::Today,
        QueueGroup::Waiting,
        QueueGroup::Later,
        QueueGroup::InHand,
        QueueGroup::Done,
    ];

    /// Where a request stands now; `tomorrow` is the next midnight.
    pub fn of(entry: &QueueEntry, now: i64, tomorrow: i64) -> QueueGroup {
        let again = entry.next_try_at.is_some_and(|at| at <= now);
        let over = entry.booked.is_some_and(|(_, until)| until <= now);
        match entry.state {
            RequestState::Withdrawn if entry.attention == Attention::BookingFree => QueueGroup::Waiting,
            RequestState::Closed | RequestState::Withdrawn => QueueGroup::Done,
            RequestState::New if entry.sign.is_some() => QueueGroup::Safety,
            _ if entry.attention == Attention::AnotherTime => QueueGroup::AnotherTime,
            RequestState::New if entry.due_at < now => QueueGroup::Late,
            RequestState::New if entry.due_at < tomorrow => QueueGroup::Today,
            _ if entry.attention != Attention::None => QueueGroup::Waiting,
            RequestState::Contacted if again => QueueGroup::Waiting,
            RequestState::Booked if over => QueueGroup::Waiting,
            RequestState::New => QueueGroup::Later,
            RequestState::Contacted | RequestState::Booked => QueueGroup::InHand,
        }
    }

    pub fn id(self) -> &'static str {
        match self {
            QueueGroup::Safety => "safety",
            QueueGroup::AnotherTime => "another-time",
            QueueGroup::Late => "late",
            QueueGroup::Today => "today",
            QueueGroup::Waiting => "waiting",
            QueueGroup::Later => "later",
            QueueGroup::InHand => "in-hand",
            QueueGroup::Done => "done",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            QueueGroup::Safety => "Signs that need help",
            QueueGroup::AnotherTime => "Cannot make their time",
            QueueGroup::Late => "Late",
            QueueGroup::Today => "Due today",
            QueueGroup::Waiting => "Waiting for us",
            QueueGroup::Later => "Later",
            QueueGroup::InHand => "In hand",
            QueueGroup::Done => "Done",
        }
    }

    /// What is said when nobody is in it; nothing for a group that is then left out.
    pub fn empty(self) -> &'static str {
        match self {
            QueueGroup::Late => "Nobody has waited longer than we promised.",
            QueueGroup::Today => "Nothing more is due today.",
            _ => "",
        }
    }
}

impl QueueFilter {
    fn takes(&self, entry: &QueueEntry) -> bool {
        let over = entry.state.is_over() && entry.attention != Attention::BookingFree;
        let in_view = match self.view {
            View::Open => !entry.is_put_aside() && !over,
            View::Done => entry.state.is_over() && entry.merged_into.is_none(),
            View::Spam => entry.spam && !entry.state.is_over(),
            View::All => true,
        };
        let owned = match self.owner {
            None => true,
            Some(Owned::Nobody) => entry.owner.is_none(),
            Some(Owned::By(staff)) => entry.owner == Some(staff),
        };
        in_view
            && owned
            && self.state.is_none_or(|state| entry.state == state)
            && self.method.is_none_or(|method| entry.method == method)
    }
}

/// A page of what is asked for, counted from 1: the same person's requests stand together, where the most urgent is due.
pub fn list(entries: &Entries, asked: &QueueFilter, now: i64, tomorrow: i64, page: usize) -> Listing {
    let ranked = |(slot, entry): (u32, &QueueEntry)| {
        let rank = |urgency| Ranked { person: (urgency, slot), urgency, slot };
        asked.takes(entry).then(|| rank(Urgency::of(entry, now, tomorrow)))
    };
    let mut items: Vec<Ranked> = match &asked.search_key {
        Some(key) => {
            let found = entries.found_by(key).into_iter();
            found.filter_map(|slot| ranked((slot, &entries.all()[slot as usize]))).collect()
        }
        None => (0..).zip(entries.all()).filter_map(ranked).collect(),
    };
    bring_persons_together(entries, &mut items);
    let mut numbers = [0; QueueGroup::ALL.len()];
    items.iter().for_each(|item| numbers[item.person.0.group as usize] += 1);
    let counts = QueueGroup::ALL.into_iter().zip(numbers).collect();
    let total = items.len();
    let end = (page * ON_A_PAGE).min(total);
    if end < total {
        items.select_nth_unstable(end);
        items.truncate(end);
    }
    items.sort_unstable();
    let start = ((page - 1) * ON_A_PAGE).min(end);
    let item = |at: usize| QueueItem {
        group: items[at].person.0.group,
        same: at > start && items[at].person == items[at - 1].person,
        entry: entries.all()[items[at].slot as usize].clone(),
    };
    Listing { items: (start..end).map(item).collect(), counts, total }
}

impl Urgency {
    fn of(entry: &QueueEntry, now: i64, tomorrow: i64) -> Urgency {
        let group = QueueGroup::of(entry, now, tomorrow);
        let moment = match group {
            QueueGroup::Done => -entry.ended_at.unwrap_or_default(),
            QueueGroup::Waiting => entry.next_try_at.unwrap_or(entry.changed_at),
            QueueGroup::InHand => {
                entry.booked.map(|(from, _)| from).or(entry.next_try_at).unwrap_or(entry.changed_at)
            }
            _ => entry.due_at,
        };
        Urgency { group, sign: Reverse(entry.sign), moment, created_at: entry.created_at }
    }
}

/// Each request stands where the most urgent of the same person's does. Only those with a sign of their own stand among
/// the signs: nobody in danger waits behind a calm request of another.
fn bring_persons_together(entries: &Entries, items: &mut [Ranked]) {
    let place = |item: &Ranked| {
        let person = entries.all()[item.slot as usize].person?;
        Some(2 * person + usize::from(item.urgency.group == QueueGroup::Safety))
    };
    let mut most_urgent: Vec<Option<(Urgency, u32)>> = vec![None; 2 * entries.persons()];
    for item in &*items {
        if let Some(place) = place(item) {
            let best = most_urgent[place].get_or_insert(item.person);
            *best = (*best).min(item.person);
        }
    }
    for item in items {
        if let Some(best) = place(item).and_then(|place| most_urgent[place]) {
            item.person = best;
        }
    }
}
