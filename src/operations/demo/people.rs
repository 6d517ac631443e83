//! Invented people and what they write. Numbers are from Ofcom's ranges for drama, addresses end in example.org.

use crate::clinic::Role;
use crate::consultations::answers::RequestAnswers;
use crate::consultations::request_form::{Contact, NewRequest};
use crate::operations::demo::chance::Chance;
use crate::patients::corrections::PageVersion;
use crate::patients::corrections::request::NewCorrection;
use crate::patients::reports::request::NewReport;
use crate::staff::NewAccount;
use crate::storage::encryption::random;
use crate::web::form::contact::{CallTime, Method};

#[rustfmt::skip]
const FIRST: &[&str] = &[
    "Aisha", "Alun", "Amara", "Angus", "Anwen", "Bela", "Bronwen", "Callum", "Carys", "Chidi", "Dafydd", "Deepa",
    "Ewan", "Farah", "Fiona", "Gethin", "Grace", "Hamish", "Idris", "Imani", "Ines", "Isla", "Jaspal", "Joan", "Kemi",
    "Keith", "Leila", "Lorna", "Mairi", "Marek", "Meera", "Nadia", "Niamh", "Olu", "Owain", "Padma", "Ravi", "Rhian",
    "Rosa", "Sanjay", "Siobhán", "Tariq", "Tomasz", "Una", "Vera", "Wanda", "Yusuf", "Zofia",
];
#[rustfmt::skip]
const LAST: &[&str] = &[
    "Abara", "Ainsley", "Baines", "Bevan", "Brightwell", "Chowdhury", "Corrigan", "Dunmore", "Eze", "Fairclough",
    "Garrity", "Gwynne", "Haverstock", "Holloway", "Iqbal", "Jessop", "Kapoor", "Kowalczyk", "Lockyer", "MacAulay",
    "Mistry", "Nwosu", "O’Hare", "Okafor", "Parfitt", "Pritchard", "Quayle", "Rahimi", "Rowntree", "Sandhu",
    "Thistlewood", "Tregenza", "Umar", "Vance", "Wetherby", "Yardley", "Zielińska",
];
const CONCERNS: &[&str] = &[
    "Lower back ache after gardening, about 3 months. Worse in the mornings.",
    "I sit at a desk all day and my back stiffens up by the afternoon. About a year.",
    "Pain down the left leg since I moved house in the spring.",
    "I wake at 3 most nights with my back. I would like to sleep again.",
    "My back went when I lifted my grandson. It was 2 weeks ago and it is a little better.",
    "Stiff neck and upper back, on and off for 5 years.",
    "I was told it is a slipped disc. I would like to know what I can do myself.",
    "Back pain since my second baby, 8 months ago.",
    "I am a roofer and worry about work. 6 weeks now.",
    "I have fibromyalgia and my back is the worst part. Many years.",
    "I would like to swim again but I am afraid to make it worse. 4 months.",
    "My back hurts when I stand at the sink. Since the summer.",
    "Sciatica, they said. It comes and goes, 2 years.",
    "I cannot find a position to sleep in. 5 weeks.",
    "Sore back after a long drive, 10 days.",
    "Exercises help for a while, then it comes back. I would like a plan.",
    "",
];
const WORRYING: &[&str] = &[
    "Back pain for a week, and since yesterday I feel numb between my legs.",
    "I fell down the stairs on Saturday and my back has hurt since.",
    "I had cancer 4 years ago and now my back hurts at night.",
    "My leg is weaker than it was and I cannot wee properly.",
];
const SPAM: &[&str] = &[
    "GET MORE VISITORS TO YOUR WEBSITE write to offers at example dot org",
    "Buy followers now, best price, example dot org",
    "Dear webmaster, we build links",
];
const NEEDS: &[&str] = &[
    "I use a hearing aid, so please speak slowly.",
    "My daughter may answer.",
    "I would like a Welsh speaker.",
    "Please do not say why you ring.",
];
const SHEETS: &[&str] =
    &["sleep-and-back-pain", "fear-avoidance", "fibromyalgia", "self-management", "central-sensitisation"];

pub struct MadeUpPerson {
    name: String,
    email: String,
    phone: String,
}

/// Requests that show something: the first few of the month are these.
#[derive(Clone, Copy, PartialEq)]
pub enum Special {
    /// The first and second are from one person.
    Same,
    Worrying(usize),
    /// A slip in the address: the mail cannot be delivered.
    WrongAddress(usize),
    Spam(usize),
}

pub fn special(number: u32) -> Option<Special> {
    let number = usize::try_from(number).ok()?;
    match number {
        0 | 1 => Some(Special::Same),
        2..=5 => Some(Special::Worrying(number - 2)),
        6 | 7 => Some(Special::WrongAddress(number - 6)),
        8..=10 => Some(Special::Spam(number - 8)),
        _ => None,
    }
}

pub fn person(chance: &mut Chance, number: u32) -> MadeUpPerson {
    let (first, last) = (*chance.one(FIRST), *chance.one(LAST));
    let plain: String = format!("{first}.{last}")
        .to_lowercase()
        .replace('á', "a")
        .replace('ń', "n")
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '.')
        .collect();
    // 1,000 numbers in each range, so that a large demonstration still has people who differ.
    let line = chance.below(1000);
    let phone = match chance.below(4) {
        0 => format!("020 7946 0{line:03}"),
        1 => format!("0113 496 0{line:03}"),
        2 => format!("07700900{line:03}"),
        _ => format!("07700 900 {line:03}"),
    };
    MadeUpPerson { name: format!("{first} {last}"), email: format!("{plain}{number}@example.org"), phone }
}

pub fn request(chance: &mut Chance, person: &MadeUpPerson, special: Option<Special>) -> NewRequest {
    let method = *chance.one(&[Method::Phone, Method::Phone, Method::Video, Method::Email]);
    let concern = match special {
        Some(Special::Worrying(at)) => WORRYING[at],
        Some(Special::Spam(at)) => SPAM[at],
        _ => chance.one(CONCERNS),
    };
    let email = match special {
        Some(Special::WrongAddress(0)) => person.email.replace("example.org", "example.ogr"),
        Some(Special::WrongAddress(_)) => "nobody@example.org".to_owned(),
        _ if method == Method::Phone && chance.percent(20) => String::new(),
        _ => person.email.clone(),
    };
    let times = CallTime::ALL.into_iter().filter(|_| chance.percent(35)).collect();
    let contact = Contact { name: person.name.clone(), email, phone: person.phone.clone(), times, method };
    NewRequest {
        about: if chance.percent(60) { (*chance.one(SHEETS)).to_owned() } else { String::new() },
        contact,
        answers: RequestAnswers {
            concern: concern.to_owned(),
            voicemail: (*chance.one(&["yes", "no", ""])).to_owned(),
            needs: if chance.percent(10) { (*chance.one(NEEDS)).to_owned() } else { String::new() },
        },
    }
}

pub fn report(chance: &mut Chance, number: u32) -> (String, NewReport) {
    let person = person(chance, 1_000_000 + number);
    let new = NewReport { name: person.name, email: person.email };
    ((*chance.one(SHEETS)).to_owned(), new)
}

pub fn vote(chance: &mut Chance) -> (String, bool) {
    ((*chance.one(SHEETS)).to_owned(), chance.percent(82))
}

pub fn corrections() -> Vec<(PageVersion, NewCorrection)> {
    let one = |about: &str, words: &str, name: &str, email: &str| {
        let told = PageVersion { about: about.into(), version: "1.0".into() };
        (told, NewCorrection { words: words.into(), name: name.into(), email: email.into() })
    };
    vec![
        one(
            "sleep-and-back-pain",
            "The third reference has a link that leads nowhere.",
            "Una Lockyer",
            "una.lockyer@example.org",
        ),
        one("fibromyalgia", "You write “10 in 100” at the top and “1 in 20” further down.", "", ""),
        one("self-management", "cheap links cheap links cheap links", "", ""),
    ]
}

/// Accounts whose passwords are printed: one of each role, in the order of their numbers. The passwords are drawn anew
/// each
/// time, whatever the seed.
pub fn colleagues() -> Vec<(NewAccount, &'static str)> {
    let mut chance = Chance::new(u64::from_le_bytes(random()));
    let words = [
        "violet", "harbour", "kettle", "meadow", "lantern", "pebble", "thimble", "orchard", "saddle",
        "ribbon",
    ];
    [
        ("Morgan Ellery", "administrator@example.org", Role::Administrator),
        ("Priya Nandakumar", "reception@example.org", Role::Reception),
        ("Dr Callum Strand", "clinician@example.org", Role::Clinician),
    ]
    .into_iter()
    .map(|(name, email, role)| {
        let picked: Vec<&str> = (0..4).map(|_| *chance.one(&words)).collect();
        let password = format!("{} {}", picked.join(" "), chance.below(9_000_000_000) + 1_000_000_000);
        (NewAccount { email: email.to_owned(), name: name.to_owned(), role, password }, role.as_str())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::form::email;

    #[test]
    fn nobody_is_real_numbers_are_for_drama_and_addresses_are_examples() {
        let mut chance = Chance::new(7);
        for number in 0..500 {
            let person = person(&mut chance, number);
            let digits: String = person.phone.chars().filter(char::is_ascii_digit).collect();
            let drama = ["02079460", "01134960", "07700900"].iter().any(|range| digits.starts_with(range));
            assert!(drama && digits.len() == 11, "{}", person.phone);
            assert!(
                person.email.ends_with("@example.org") && email::check(&person.email).is_ok(),
                "{}",
                person.email
            );
        }
    }

    #[test]
    fn the_wrong_address_is_a_slip_that_the_desk_understands() {
        let mut chance = Chance::new(7);
        let somebody = person(&mut chance, 6);
        let new = request(&mut chance, &somebody, Some(Special::WrongAddress(0)));
        assert_eq!(email::suggestion(&new.contact.email), Some(somebody.email));
    }
}
