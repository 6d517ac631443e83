//! What the booking form says, as typed and as checked.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

use crate::clinic::Clinic;
use crate::clinic::calendar::say_time;
use crate::consultations::bookings::booking::{Booking, NewBooking, Setting};
use crate::consultations::bookings::clinician::{Clinician, is_same_text};
use crate::consultations::bookings::{date_and_time, length};
use crate::web::form;
use crate::web::form::contact::Choice;
use crate::web::form::{FieldErrors, Fields, one_line};

const LONGEST_PLACE: usize = 200;
const LONGEST_NAME: usize = 100;
const LONGEST_ROOM: usize = 40;
/// Of the words that say why an odd booking is made all the same.
const LONGEST_WHY: usize = 200;
const USUAL_MINUTES: &str = "30";

/// As typed.
#[derive(Default)]
pub struct BookingForm {
    pub date: String,
    pub time: String,
    pub minutes: String,
    pub setting: String,
    pub place: String,
    /// The number of an account, or nothing.
    pub clinician: String,
    /// The name of who has no account.
    pub clinician_name: String,
    pub room: String,
    /// Why it is to be made all the same.
    pub why: String,
}

impl BookingForm {
    pub fn read(fields: &Fields) -> BookingForm {
        BookingForm {
            date: fields.text("date"),
            time: fields.text("time"),
            minutes: fields.text("minutes"),
            setting: fields.text("setting"),
            place: fields.text("place"),
            clinician: fields.text("clinician"),
            clinician_name: fields.text("clinician_name"),
            room: fields.text("room"),
            why: fields.text("why"),
        }
    }

    /// A new booking; `clinician` is who books it, when they hold consultations.
    pub fn empty(clinician: Option<i64>) -> BookingForm {
        BookingForm {
            minutes: USUAL_MINUTES.to_owned(),
            clinician: clinician.map(|id| id.to_string()).unwrap_or_default(),
            ..BookingForm::default()
        }
    }

    /// As it would be typed to book the same again.
    pub fn of(booking: &Booking, clinic: &Clinic) -> BookingForm {
        let local = clinic.calendar().local(booking.starts_at);
        BookingForm {
            date: local.date().to_string(),
            time: local.strftime("%H:%M").to_string(),
            minutes: booking.minutes.to_string(),
            setting: booking.setting.as_str().to_owned(),
            place: booking.place.clone(),
            clinician: booking.clinician.account().map(|id| id.to_string()).unwrap_or_default(),
            clinician_name: booking.clinician.name_without_account().to_owned(),
            room: booking.room.clone(),
            why: String::new(),
        }
    }

    pub fn setting_choices(&self) -> Vec<Choice<'static>> {
        Setting::choices(&self.setting)
    }

    /// What is booked, or what to mend. `accounts` are those that may be chosen: number and name.
    pub fn check(
        &self,
        clinic: &Clinic,
        accounts: &[(i64, String)],
        now: Timestamp,
    ) -> Result<NewBooking, FieldErrors> {
        let mut errors = FieldErrors::default();
        let date = errors.take("date", date_and_time::date(&self.date));
        let time = errors.take("time", date_and_time::time(&self.time));
        let starts_at = match date.zip(time).map(|(date, time)| ahead(clinic, date, time, now)) {
            Some(Ok(starts_at)) => Some(starts_at),
            Some(Err((field, message))) => errors.take(field, Err(message)),
            None => None,
        };
        let minutes = errors.take("minutes", length::length(&self.minutes));
        let setting = self.setting.parse().ok();
        if setting.is_none() {
            errors.add("setting", "Select where the consultation takes place");
        }
        let place = match setting {
            Some(setting) => errors.take("place", place(setting, &self.place, clinic)),
            None => None,
        };
        let clinician = match clinician(&self.clinician, &self.clinician_name, accounts) {
            Ok(clinician) => Some(clinician),
            Err((field, message)) => errors.take(field, Err(message)),
        };
        let room = errors.take("room", form::words(&self.room, LONGEST_ROOM, "Room or line"));
        match (starts_at, minutes, setting, place, clinician, room) {
            (Some(starts_at), Some(minutes), Some(setting), Some(place), Some(clinician), Some(room)) => {
                let (room, all_the_same) = (one_line(&room), None);
                Ok(NewBooking { starts_at, minutes, setting, place, clinician, room, all_the_same })
            }
            _ => Err(errors),
        }
    }

    /// Why an odd booking is to be made all the same.
    pub fn why(&self) -> Result<String, String> {
        let why = one_line(&form::words(&self.why, LONGEST_WHY, "Why it is to be booked all the same")?);
        if why.is_empty() { Err("Enter why it is to be booked all the same".to_owned()) } else { Ok(why) }
    }
}

/// Who holds it: an account that was chosen, a name, or nobody. The name of an account is that account.
fn clinician(
    chosen: &str,
    name: &str,
    accounts: &[(i64, String)],
) -> Result<Clinician, (&'static str, String)> {
    let name = form::words(name, LONGEST_NAME, "Name").map_err(|message| ("clinician_name", message))?;
    let name = one_line(&name);
    let of = |found: Option<&(i64, String)>| {
        found.map(|(id, name)| Clinician::Account { id: *id, name: name.clone() })
    };
    match (chosen.trim(), name.as_str()) {
        ("", "") => Ok(Clinician::Nobody),
        ("", _) => {
            let account = of(accounts.iter().find(|(_, account)| is_same_text(account, &name)));
            Ok(account.unwrap_or(Clinician::Named(name)))
        }
        (id, "") => of(accounts.iter().find(|(account, _)| account.to_string() == id))
            .ok_or_else(|| ("clinician", "Select a clinician from the list".to_owned())),
        _ => Err((
            "clinician_name",
            "A booking has one clinician: leave this empty, or choose “No clinician named” above".to_owned(),
        )),
    }
}

/// The moment of a date and time of the clinic's clock.
fn ahead(
    clinic: &Clinic,
    date: Date,
    time: Time,
    now: Timestamp,
) -> Result<Timestamp, (&'static str, String)> {
    let calendar = clinic.calendar();
    let day = date.strftime("%-d %B %Y");
    let a_year_on = calendar.local(now).date().saturating_add(1.year());
    if date > a_year_on {
        return Err((
            "date",
            format!("{day} is more than 12 months ahead: enter a date in the next 12 months"),
        ));
    }
    if calendar.is_skipped(date, time) {
        let clock = say_time(time);
        let words =
            format!("There is no {clock} on {day}: the clocks go forward that night. Enter another time");
        return Err(("time", words));
    }
    let starts_at = calendar.at(date, time).timestamp();
    if starts_at <= now {
        let said = calendar.say_with_year(starts_at);
        return Err(("date", format!("{said} has passed: enter a date and time in the future")));
    }
    Ok(starts_at)
}

/// The clinic's own address goes without saying; a video call needs its link.
fn place(setting: Setting, typed: &str, clinic: &Clinic) -> Result<String, String> {
    let place = one_line(&form::words(typed, LONGEST_PLACE, "Place or video link")?);
    match setting {
        Setting::Phone => Ok(String::new()),
        Setting::Clinic if place.is_empty() => Ok(clinic.address.join(", ")),
        Setting::Clinic => Ok(place),
        Setting::Video if place.is_empty() => Err("Enter the link of the video call".to_owned()),
        Setting::Video => {
            let is_link = place
                .strip_prefix("https://")
                .is_some_and(|rest| rest.contains('.') && !rest.starts_with('.') && !place.contains(' '));
            if is_link && !place.contains(['"', '<', '>']) {
                Ok(place)
            } else {
                Err("Enter the link of the video call, beginning https://".to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn filled() -> BookingForm {
        BookingForm {
            date: "2026-06-04".into(),
            time: "10:30".into(),
            minutes: "45".into(),
            setting: "clinic".into(),
            ..BookingForm::default()
        }
    }

    fn accounts() -> [(i64, String); 1] {
        [(3, "Priya Shah".to_owned())]
    }

    fn checked(form: &BookingForm) -> Result<NewBooking, Vec<(&'static str, String)>> {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let errors = |errors: FieldErrors| errors.iter().map(|e| (e.field, e.message.clone())).collect();
        form.check(&clinic, &accounts(), "2026-05-20T09:00:00Z".parse().unwrap()).map_err(errors)
    }

    #[test]
    fn dates_and_times_are_taken_as_browsers_send_and_as_people_type_them() {
        let starts = |date: &str, time: &str| {
            let form = BookingForm { date: date.into(), time: time.into(), ..filled() };
            checked(&form).unwrap().starts_at.to_string()
        };
        for (date, time) in [
            ("2026-06-04", "14:30"),
            ("4/6/2026", "2.30pm"),
            ("04.06.2026", "2:30 PM"),
            ("4-6-2026", "14.30"),
        ] {
            assert_eq!(starts(date, time), "2026-06-04T13:30:00Z", "{date} {time}");
        }
        assert_eq!(starts("2026-06-04", "midday"), "2026-06-04T11:00:00Z");
        assert_eq!(starts("2026-06-04", "12am"), "2026-06-03T23:00:00Z");
        assert_eq!(starts("2026-12-04", "9am"), "2026-12-04T09:00:00Z", "winter time");
    }

    #[test]
    fn what_is_missing_or_impossible_is_said_in_words() {
        let complaint = |form: BookingForm| checked(&form).unwrap_err()[0].clone();
        assert_eq!(complaint(BookingForm::default()), ("date", "Enter the date".to_owned()));
        for date in ["tomorrow", "2026-13-01", "31/2/2026", "0", "1/2", "99999-1-1"] {
            assert_eq!(complaint(BookingForm { date: date.into(), ..filled() }).0, "date", "{date}");
        }
        for time in ["25:00", "10", "half past", "13pm", "10:61", ":", "-1:00"] {
            assert_eq!(complaint(BookingForm { time: time.into(), ..filled() }).0, "time", "{time}");
        }
        let past = complaint(BookingForm { date: "2026-05-20".into(), time: "09:59".into(), ..filled() });
        assert!(past.1.contains("future"), "{past:?}");
        let far = complaint(BookingForm { date: "2027-05-21".into(), ..filled() });
        assert!(far.1.contains("12 months"), "{far:?}");
        let short = complaint(BookingForm { date: "27/5/27".into(), ..filled() });
        assert!(short.1.starts_with("27 May 2027 is more than 12 months ahead"), "{short:?}");
        for minutes in ["", "0", "241", "a while"] {
            assert_eq!(complaint(BookingForm { minutes: minutes.into(), ..filled() }).0, "minutes");
        }
        assert_eq!(complaint(BookingForm { setting: "moon".into(), ..filled() }).0, "setting");
    }

    #[test]
    fn a_time_that_the_clock_skips_is_refused_with_words_about_the_clock() {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let form = BookingForm { date: "28/3/27".into(), time: "01:30".into(), ..filled() };
        let errors = form.check(&clinic, &[], "2027-01-20T09:00:00Z".parse().unwrap()).unwrap_err();
        let words =
            "There is no 1.30am on 28 March 2027: the clocks go forward that night. Enter another time";
        assert_eq!(errors.of("time"), words);
        let later = BookingForm { time: "02:00".into(), ..form };
        let new = later.check(&clinic, &[], "2027-01-20T09:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(new.starts_at.to_string(), "2027-03-28T01:00:00Z");
    }

    #[test]
    fn a_video_call_needs_a_link_and_the_clinic_has_its_address() {
        let video = |place: &str| {
            let form = BookingForm { setting: "video".into(), place: place.into(), ..filled() };
            checked(&form).map(|new| new.place)
        };
        assert_eq!(video("https://video.example.org/abc").unwrap(), "https://video.example.org/abc");
        for wrong in ["", "video.example.org", "javascript:alert(1)", "http://example.org", "https://a b.c"] {
            assert_eq!(video(wrong).unwrap_err()[0].0, "place", "{wrong}");
        }
        assert_eq!(checked(&filled()).unwrap().place, "Osteospinal, 1 Sample Street, London, N1 0AA");
    }

    #[test]
    fn a_booking_is_shown_as_it_would_be_typed() {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let new = checked(&filled()).unwrap();
        let booking = Booking {
            id: "x".into(),
            starts_at: new.starts_at,
            minutes: new.minutes,
            setting: new.setting,
            place: new.place,
            clinician: new.clinician,
            room: new.room,
            sequence: 0,
            unreadable: Vec::new(),
        };
        let form = BookingForm::of(&booking, &clinic);
        assert_eq!(
            (form.date.as_str(), form.time.as_str(), form.minutes.as_str()),
            ("2026-06-04", "10:30", "45")
        );
    }
    #[test]
    fn a_booking_has_one_clinician_who_is_chosen_named_or_left_open() {
        let of = |clinician: &str, name: &str| {
            let form = BookingForm {
                clinician: clinician.into(),
                clinician_name: name.into(),
                room: " Room  2\n".into(),
                ..filled()
            };
            checked(&form).map(|new| {
                assert_eq!(new.room, "Room 2");
                new.clinician
            })
        };
        let priya = Clinician::Account { id: 3, name: "Priya Shah".into() };
        assert_eq!(of("", " "), Ok(Clinician::Nobody));
        assert_eq!(of("3", ""), Ok(priya.clone()));
        assert_eq!(of("", "priya  shah"), Ok(priya), "her account, though its name was typed");
        assert_eq!(of("", " Jo\nBaines "), Ok(Clinician::Named("Jo Baines".into())));
        let name = "n".repeat(101);
        for (clinician, typed, field) in [
            ("4", "", "clinician"),
            ("x", "", "clinician"),
            ("3", "Jo", "clinician_name"),
            ("", &name, "clinician_name"),
        ] {
            assert_eq!(of(clinician, typed).unwrap_err()[0].0, field, "{clinician} {typed}");
        }
        assert_eq!(checked(&BookingForm { room: "r".repeat(41), ..filled() }).unwrap_err()[0].0, "room");
    }

    #[test]
    fn what_is_made_all_the_same_needs_words_that_say_why() {
        let why = |typed: &str| BookingForm { why: typed.into(), ..filled() }.why();
        assert_eq!(why(" She can only\ncome then "), Ok("She can only come then".into()));
        assert!(why(" \n ").is_err() && why(&"w".repeat(201)).is_err());
    }
}
