//! How and when a person wants to be contacted: the words that forms, mails and the desk share.

/// How a person wants to hear from the clinic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    Phone,
    Video,
    Email,
}

/// When a person likes to be called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallTime {
    Mornings,
    Afternoons,
    EarlyEvenings,
    AnyTime,
}

/// A choice that a form offers.
pub struct Choice<'a> {
    pub value: &'a str,
    pub label: &'a str,
    pub chosen: bool,
}

impl Method {
    pub const ALL: [Method; 3] = [Method::Phone, Method::Video, Method::Email];

    /// The word stored and sent for it.
    pub fn word(self) -> &'static str {
        match self {
            Method::Phone => "phone",
            Method::Video => "video",
            Method::Email => "email",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Method::Phone => "Phone",
            Method::Video => "Video call",
            Method::Email => "Email",
        }
    }

    pub fn from_word(word: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|method| method.word() == word)
    }

    pub fn needs_phone(self) -> bool {
        self == Method::Phone
    }

    /// The link of a video call is sent by email.
    pub fn needs_email(self) -> bool {
        !self.needs_phone()
    }

    pub fn choices(chosen: &str) -> Vec<Choice<'static>> {
        Method::ALL
            .map(|method| Choice {
                value: method.word(),
                label: method.label(),
                chosen: method.word() == chosen,
            })
            .into()
    }
}

impl CallTime {
    pub const ALL: [CallTime; 4] =
        [CallTime::Mornings, CallTime::Afternoons, CallTime::EarlyEvenings, CallTime::AnyTime];

    pub fn word(self) -> &'static str {
        match self {
            CallTime::Mornings => "mornings",
            CallTime::Afternoons => "afternoons",
            CallTime::EarlyEvenings => "evenings",
            CallTime::AnyTime => "any",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            CallTime::Mornings => "Weekday mornings",
            CallTime::Afternoons => "Weekday afternoons",
            CallTime::EarlyEvenings => "Early evenings",
            CallTime::AnyTime => "Any time",
        }
    }

    pub fn from_word(word: &str) -> Option<CallTime> {
        CallTime::ALL.into_iter().find(|time| time.word() == word)
    }

    pub fn choices(chosen: &[String]) -> Vec<Choice<'static>> {
        CallTime::ALL
            .map(|time| Choice {
                value: time.word(),
                label: time.label(),
                chosen: chosen.iter().any(|word| word == time.word()),
            })
            .into()
    }

    /// "Weekday mornings, early evenings", or nothing.
    pub fn in_words(times: &[CallTime]) -> String {
        let mut words: Vec<String> = times.iter().map(|time| time.label().to_owned()).collect();
        for later in words.iter_mut().skip(1) {
            *later = later[..1].to_lowercase() + &later[1..];
        }
        words.join(", ")
    }
}

/// Yes or no, or not said.
pub fn yes_no(chosen: &str) -> Vec<Choice<'static>> {
    [("yes", "Yes"), ("no", "No")]
        .map(|(value, label)| Choice { value, label, chosen: value == chosen })
        .into()
}
