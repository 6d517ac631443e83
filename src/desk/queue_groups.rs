//! The order of the queue: which section a request stands in, what is asked for, and which page of it.

use crate::consultations::State;
use crate::consultations::handling::Attention;
use crate::consultations::queue_index::{Entries, Entry, LookedFor};
use crate::web::form::contact::Method;

/// Requests on one page of the queue.
pub const ON_A_PAGE: usize = 50;

/// The parts of the queue, the most urgent first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Section {
    /// Holds safety words, and nobody has been in touch.
    Safety,
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
pub struct Asked {
    pub view: View,
    pub state: Option<State>,
    pub owner: Option<Owned>,
    pub method: Option<Method>,
    pub looked_for: Option<LookedFor>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum View {
    #[default]
    Open,
    Done,
    /// What looks like spam.
    Suspects,
    /// Everything but suspects: where a search looks.
    All,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Owned {
    Nobody,
    By(i64),
}

/// One page of the queue.
pub struct Listing {
    pub rows: Vec<Row>,
    /// How many people or requests each section holds on all pages together.
    pub counts: Vec<(Section, usize)>,
    pub total: usize,
}

pub struct Row {
    pub section: Section,
    /// The row above is about the same person.
    pub same: bool,
    pub entry: Entry,
}

impl View {
    /// The word for it in addresses.
    pub fn id(self) -> &'static str {
        match self {
            View::Open | View::All => "queue",
            View::Done => "done",
            View::Suspects => "spam",
        }
    }
}

/// Smaller is more urgent. One number, so that tens of thousands are put in order quickly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u128);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    /// The most urgent of the same person's, and a number that keeps persons apart.
    person: (Key, u32),
    key: Key,
    slot: u32,
}

impl Section {
    pub const ALL: [Section; 7] = [
        Section::Safety,
        Section::Late,
        Section::Today,
        Section::Waiting,
        Section::Later,
        Section::InHand,
        Section::Done,
    ];

    /// Where a request stands now; `tomorrow` is the next midnight.
    pub fn of(entry: &Entry, now: i64, tomorrow: i64) -> Section {
        let again = entry.next_try_at.is_some_and(|at| at <= now);
        let over = entry.booked.is_some_and(|(_, until)| until <= now);
        match entry.state {
            State::Withdrawn if entry.attention == Attention::BookingFree => Section::Waiting,
            State::Closed | State::Withdrawn => Section::Done,
            State::New if entry.safety => Section::Safety,
            State::New if entry.due_at < now => Section::Late,
            State::New if entry.due_at < tomorrow => Section::Today,
            _ if entry.attention != Attention::None => Section::Waiting,
            State::Contacted if again => Section::Waiting,
            State::Booked if over => Section::Waiting,
            State::New => Section::Later,
            State::Contacted | State::Booked => Section::InHand,
        }
    }

    pub fn id(self) -> &'static str {
        match self {
            Section::Safety => "safety",
            Section::Late => "late",
            Section::Today => "today",
            Section::Waiting => "waiting",
            Section::Later => "later",
            Section::InHand => "in-hand",
            Section::Done => "done",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Section::Safety => "Safety words",
            Section::Late => "Late",
            Section::Today => "Due today",
            Section::Waiting => "Waiting for us",
            Section::Later => "Later",
            Section::InHand => "In hand",
            Section::Done => "Done",
        }
    }

    /// What is said when nobody is in it; nothing for a section that is then left out.
    pub fn empty(self) -> &'static str {
        match self {
            Section::Late => "Nobody has waited longer than we promised.",
            Section::Today => "Nothing more is due today.",
            _ => "",
        }
    }
}

impl Asked {
    fn takes(&self, entry: &Entry) -> bool {
        let over = entry.state.is_over() && entry.attention != Attention::BookingFree;
        let in_view = match self.view {
            View::Open => !entry.suspect && !over,
            View::Done => !entry.suspect && entry.state.is_over(),
            View::Suspects => entry.suspect && !entry.state.is_over(),
            View::All => !entry.suspect,
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
            && self.looked_for.as_ref().is_none_or(|looked_for| entry.is_found_by(looked_for))
    }
}

/// A page of what is asked for, counted from 1: the same person's requests stand together, where the most urgent is due.
pub fn list(entries: &Entries, asked: &Asked, now: i64, tomorrow: i64, page: usize) -> Listing {
    let mut items: Vec<Item> = Vec::new();
    for (slot, entry) in (0..).zip(entries.all()) {
        if asked.takes(entry) {
            let key = Key::of(entry, now, tomorrow);
            items.push(Item { person: (key, slot), key, slot });
        }
    }
    bring_persons_together(entries, &mut items);
    let mut numbers = [0; Section::ALL.len()];
    items.iter().for_each(|item| numbers[item.person.0.section() as usize] += 1);
    let counts = Section::ALL.into_iter().zip(numbers).collect();
    let total = items.len();
    let end = (page * ON_A_PAGE).min(total);
    if end < total {
        items.select_nth_unstable(end);
        items.truncate(end);
    }
    items.sort_unstable();
    let start = ((page - 1) * ON_A_PAGE).min(end);
    let row = |at: usize| Row {
        section: items[at].person.0.section(),
        same: at > start && items[at].person == items[at - 1].person,
        entry: entries.all()[items[at].slot as usize].clone(),
    };
    Listing { rows: (start..end).map(row).collect(), counts, total }
}

impl Key {
    fn of(entry: &Entry, now: i64, tomorrow: i64) -> Key {
        let section = Section::of(entry, now, tomorrow);
        let moment = match section {
            Section::Done => -entry.ended_at.unwrap_or_default(),
            Section::Waiting => entry.next_try_at.unwrap_or(entry.changed_at),
            Section::InHand => {
                entry.booked.map(|(from, _)| from).or(entry.next_try_at).unwrap_or(entry.changed_at)
            }
            _ => entry.due_at,
        };
        // The section, then safety words, then the moment, then who asked first.
        let number = (section as u128) << 120 | u128::from(!entry.safety) << 112;
        Key(number | in_order(moment) << 56 | in_order(entry.created_at))
    }

    fn section(self) -> Section {
        Section::ALL[(self.0 >> 120) as usize]
    }
}

/// A moment as a number of 48 bits that keeps its order: some lie before 1970, since what ended last comes first.
fn in_order(moment: i64) -> u128 {
    const FARTHEST: i64 = 1 << 46;
    u128::from((moment.clamp(-FARTHEST, FARTHEST) + FARTHEST).unsigned_abs())
}

/// Each request stands where the most urgent of the same person's does.
fn bring_persons_together(entries: &Entries, items: &mut [Item]) {
    let person = |item: &Item| entries.all()[item.slot as usize].person;
    let mut most_urgent: Vec<Option<(Key, u32)>> = vec![None; entries.persons()];
    for item in &*items {
        if let Some(person) = person(item) {
            let best = most_urgent[person].get_or_insert(item.person);
            *best = (*best).min(item.person);
        }
    }
    for item in items {
        if let Some(best) = person(item).and_then(|person| most_urgent[person]) {
            item.person = best;
        }
    }
}
