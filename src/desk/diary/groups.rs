//! Whose column of the diary a booking stands in: of a clinician, or of a room or line.

use crate::consultations::bookings::Clinician;
use crate::consultations::bookings::diary::DiaryBooking;

#[derive(Clone, Debug)]
pub enum DiaryGroup {
    Clinician(Clinician),
    /// Empty for none named.
    Room(String),
}

/// Each clinician with an account and each who holds something that is booked, by name; last what names nobody, if there
/// is any of it or nobody else.
pub fn by_clinician(accounts: Vec<(i64, String)>, bookings: &[DiaryBooking]) -> Vec<DiaryGroup> {
    let mut all: Vec<Clinician> =
        accounts.into_iter().map(|(id, name)| Clinician::Account { id, name }).collect();
    for booking in bookings {
        if !all.iter().any(|known| known.is(&booking.clinician)) {
            all.push(booking.clinician.clone());
        }
    }
    all.sort_by_key(|one| (!one.is_named(), one.label().to_lowercase(), one.key()));
    if all.is_empty() {
        all.push(Clinician::Nobody);
    }
    all.into_iter().map(DiaryGroup::Clinician).collect()
}

/// The same for rooms and lines; `named` are those in use.
pub fn by_room(named: Vec<String>, bookings: &[DiaryBooking]) -> Vec<DiaryGroup> {
    let mut all: Vec<String> = Vec::new();
    for room in named.into_iter().chain(bookings.iter().map(|booking| booking.room.clone())) {
        if !all.iter().any(|known| known.to_lowercase() == room.to_lowercase()) {
            all.push(room);
        }
    }
    all.sort_by_key(|room| (room.is_empty(), room.to_lowercase()));
    if all.is_empty() {
        all.push(String::new());
    }
    all.into_iter().map(DiaryGroup::Room).collect()
}

impl DiaryGroup {
    /// By which an address names it.
    pub fn key(&self) -> String {
        match self {
            DiaryGroup::Clinician(clinician) => clinician.key(),
            DiaryGroup::Room(room) if room.is_empty() => "none".to_owned(),
            DiaryGroup::Room(room) => format!("room {room}"),
        }
    }

    pub fn title(&self) -> String {
        match self {
            DiaryGroup::Clinician(clinician) => clinician.label().to_owned(),
            DiaryGroup::Room(room) if room.is_empty() => "No room named".to_owned(),
            DiaryGroup::Room(room) => room.clone(),
        }
    }

    /// One person or one room, and not what names none.
    pub fn is_one(&self) -> bool {
        match self {
            DiaryGroup::Clinician(clinician) => clinician.is_named(),
            DiaryGroup::Room(room) => !room.is_empty(),
        }
    }

    pub fn holds(&self, booking: &DiaryBooking) -> bool {
        match self {
            DiaryGroup::Clinician(clinician) => booking.clinician.is(clinician),
            DiaryGroup::Room(room) if room.is_empty() => booking.room.is_empty(),
            DiaryGroup::Room(room) => booking.is_in(room),
        }
    }
}
