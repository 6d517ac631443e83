//! Why a request waits for the clinic, beyond its promised moment.

/// Something about a request that a person is to see to.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Default, strum::EnumString, strum::IntoStaticStr, strum::VariantArray,
)]
pub enum Attention {
    #[default]
    #[strum(serialize = "")]
    None,
    /// The patient changed how to reach them.
    #[strum(serialize = "changed")]
    Changed,
    #[strum(serialize = "wrong number")]
    WrongNumber,
    /// Whoever gets our mail says that the request is not theirs.
    #[strum(serialize = "wrong address")]
    WrongAddress,
    /// The patient withdrew, and a time that was booked is free.
    #[strum(serialize = "booking free")]
    BookingFree,
    /// The patient cannot make the time that was booked, and asks for another.
    #[strum(serialize = "another time")]
    AnotherTime,
    /// It was closed, and a member of staff opened it again.
    #[strum(serialize = "opened again")]
    OpenedAgain,
    /// No mail went: an older version took it for spam, or a part of what it would say cannot be read.
    #[strum(serialize = "not told")]
    NotTold,
}

impl Attention {
    /// The word stored for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What to do about it.
    pub fn label(self) -> &'static str {
        match self {
            Attention::None => "",
            Attention::Changed => "The patient changed how to reach them",
            Attention::WrongNumber => "Wrong number: find another way to reach them",
            Attention::WrongAddress => {
                "The email address may be wrong: whoever gets our emails says that the request is not theirs"
            }
            Attention::BookingFree => "The patient withdrew: the time that was booked is free",
            Attention::AnotherTime => "The patient cannot make their time: find another with them",
            Attention::OpenedAgain => "Opened again: see to what is still to be done",
            Attention::NotTold => "Nobody was told of this by email: get in touch with them now",
        }
    }
}

impl TryFrom<String> for Attention {
    type Error = strum::ParseError;

    fn try_from(word: String) -> Result<Attention, strum::ParseError> {
        word.parse()
    }
}
