//! The outcome of an attempt to send a mail, and what follows from it: sent, retried, given up, or left to a person.

use crate::storage::readable::StoredText;

/// What has become of a mail. Stored as its words in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum State {
    Queued,
    Sending,
    Sent,
    Retry,
    Failed,
    /// Only a person can tell what to do; the message is kept.
    #[strum(serialize = "needs attention")]
    NeedsAttention,
    /// A newer mail about the same thing took its place before it went.
    Replaced,
}

impl State {
    /// The words stored for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What staff read.
    pub fn label(self) -> &'static str {
        match self {
            State::Queued => "waiting to be sent",
            State::Sending => "being sent",
            State::Sent => "sent",
            State::Retry => "not sent yet, and will be tried again",
            State::Failed => "failed: it was not delivered",
            State::NeedsAttention => "needs a person to look",
            State::Replaced => "replaced or taken back before it was sent",
        }
    }
}

/// A word that this version does not know is for a person, and must not stop the other rows.
impl From<StoredText> for State {
    fn from(word: StoredText) -> State {
        State::from(String::from(word))
    }
}

impl From<String> for State {
    fn from(word: String) -> State {
        word.parse().unwrap_or(State::NeedsAttention)
    }
}

/// How far an attempt came.
#[derive(Clone, Copy, PartialEq, Eq, Debug, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Stage {
    /// Our own part, before any server is asked.
    Opening,
    #[strum(serialize = "writing the file")]
    File,
    #[strum(serialize = "connecting")]
    Connect,
    Greeting,
    #[strum(serialize = "STARTTLS")]
    StartTls,
    #[strum(serialize = "AUTH")]
    Auth,
    #[strum(serialize = "MAIL FROM")]
    MailFrom,
    #[strum(serialize = "RCPT TO")]
    RcptTo,
    #[strum(serialize = "DATA")]
    Data,
    /// The message and the dot that ends it.
    #[strum(serialize = "the message")]
    Content,
    /// After a mail server took it.
    #[strum(serialize = "reported after sending")]
    Report,
}

impl Stage {
    /// As it stands in front of the server's words.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Why an attempt did not end well. The words may hold an address: stage and code alone may be logged.
#[derive(Clone, PartialEq, Debug)]
pub struct Trouble {
    pub stage: Stage,
    /// The server's reply code.
    pub code: Option<u16>,
    pub words: String,
}

impl Trouble {
    pub fn new(stage: Stage, words: impl Into<String>) -> Trouble {
        Trouble { stage, code: None, words: words.into() }
    }

    /// As staff read it: "RCPT TO: 550 5.1.1 no such person".
    pub fn in_words(&self) -> String {
        let code = self.code.map(|code| format!("{code} ")).unwrap_or_default();
        let words: String = self.words.chars().filter(|c| !c.is_control()).take(500).collect();
        format!("{}: {code}{words}", self.stage.as_str())
    }
}

/// The outcome of an attempt to send a mail.
#[derive(Clone, PartialEq, Debug, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Outcome {
    Sent,
    /// The server will not take this mail, now or later.
    Refused(Trouble),
    /// The server may take this mail later.
    Later(Trouble),
    /// No mail can be sent, through no fault of this one.
    Unreachable(Trouble),
    /// The whole message went and no reply came: it may have been taken.
    Uncertain(Trouble),
    /// The row cannot be made into a mail.
    Unsendable(Trouble),
    /// Our own code failed.
    Internal,
    /// Not tried after all.
    PutBack,
}

impl Outcome {
    /// As logs name it.
    pub fn as_str(&self) -> &'static str {
        self.into()
    }

    /// What a log may say: the server's own words may hold an address.
    pub fn stage_and_code(&self) -> (Option<&'static str>, Option<u16>) {
        let trouble = self.trouble();
        (trouble.map(|trouble| trouble.stage.as_str()), trouble.and_then(|trouble| trouble.code))
    }

    pub fn trouble(&self) -> Option<&Trouble> {
        match self {
            Outcome::Refused(trouble)
            | Outcome::Later(trouble)
            | Outcome::Unreachable(trouble)
            | Outcome::Uncertain(trouble)
            | Outcome::Unsendable(trouble) => Some(trouble),
            Outcome::Sent | Outcome::Internal | Outcome::PutBack => None,
        }
    }

    /// The server accepts mail from us in general, whatever it replied to this one.
    pub fn shows_a_working_server(&self) -> bool {
        match self {
            Outcome::Sent | Outcome::Refused(_) => true,
            Outcome::Later(trouble) => trouble.code.is_some(),
            _ => false,
        }
    }
}

/// What the verdict on a mail depends on, the attempt that just ended included in `attempts`.
#[derive(Clone, Copy)]
pub struct History {
    /// When its days of trying began, by the system's clock.
    pub began_at: i64,
    pub due_at: i64,
    pub attempts: i64,
    pub uncertain: i64,
    /// Attempts that failed before this one.
    pub tries: i64,
    /// Seconds since the first of them, by a clock that cannot be set.
    pub tried_for: i64,
}

/// What becomes of a mail.
#[derive(PartialEq, Debug)]
pub struct Verdict {
    pub state: State,
    pub due_at: i64,
    /// The attempt counts, and moves the mail along its schedule.
    pub counts: bool,
    /// The mail was tried, whether that counts or not.
    pub tried: bool,
    /// The mail may have arrived.
    pub uncertain: bool,
    pub tried_for: i64,
    pub trouble: Option<String>,
}

/// After this many attempts that may have arrived, a person looks: nobody gets more copies than this.
pub const MOST_UNCERTAIN: i64 = 3;
/// After this many attempts, a failure of our own code is for a person.
const MOST_INTERNAL: i64 = 5;
/// Temporary trouble never fails a mail before this age, in seconds.
const GIVE_UP_AFTER: i64 = 5 * 24 * 60 * MINUTE;
/// Nor before so many attempts, by a clock that cannot be set, over this many seconds: the system's clock may have jumped,
/// or the program may have been off for a week.
const FEWEST_TRIES: i64 = 8;
const TRIED_AT_LEAST_FOR: i64 = 4 * 24 * 60 * MINUTE;
/// While the mail server cannot be used, this long between tries.
pub const PROBE_EVERY: i64 = MINUTE;
const MINUTE: i64 = 60;
/// Minutes after the first, second and later attempts; then the last for good.
const SCHEDULE: [i64; 8] = [1, 5, 15, 30, 60, 120, 240, 360];

impl Outcome {
    /// `chance` is any number: it spreads retries by up to a tenth, so that they do not arrive all at once.
    pub fn verdict(&self, mail: History, now: i64, chance: u8) -> Verdict {
        let old = mail.is_old(now);
        let state = match self {
            Outcome::Sent => State::Sent,
            Outcome::Refused(_) => State::Failed,
            Outcome::Unsendable(_) => State::NeedsAttention,
            Outcome::Uncertain(_) if old || mail.uncertain + 1 >= MOST_UNCERTAIN => State::NeedsAttention,
            Outcome::Internal if mail.attempts >= MOST_INTERNAL => State::NeedsAttention,
            Outcome::Later(_) | Outcome::Unreachable(_) if old => State::Failed,
            _ => State::Retry,
        };
        let due_at = match self {
            Outcome::PutBack => mail.due_at,
            Outcome::Unreachable(_) => now + PROBE_EVERY,
            _ => now + delay(mail.attempts, chance),
        };
        let trouble = match self {
            Outcome::Internal => Some("internal".to_owned()),
            outcome => outcome.trouble().map(Trouble::in_words),
        };
        let tried = *self != Outcome::PutBack;
        let counts = tried && !matches!(self, Outcome::Unreachable(_));
        let uncertain = matches!(self, Outcome::Uncertain(_));
        Verdict { state, due_at, counts, tried, uncertain, tried_for: mail.tried_for, trouble }
    }
}

impl History {
    fn is_old(&self, now: i64) -> bool {
        now - self.began_at >= GIVE_UP_AFTER
            && self.tries + 1 >= FEWEST_TRIES
            && self.tried_for >= TRIED_AT_LEAST_FOR
    }
}

fn delay(attempts: i64, chance: u8) -> i64 {
    let step = usize::try_from(attempts - 1).unwrap_or(0).min(SCHEDULE.len() - 1);
    let spread = 900 + i64::from(chance) * 200 / 255;
    SCHEDULE[step] * MINUTE * spread / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: History = History {
        began_at: 0,
        due_at: 0,
        attempts: 1,
        uncertain: 0,
        tries: FEWEST_TRIES - 1,
        tried_for: TRIED_AT_LEAST_FOR,
    };

    fn trouble() -> Trouble {
        Trouble { stage: Stage::RcptTo, code: Some(451), words: "4.7.1 busy\r\n".into() }
    }

    #[test]
    fn retries_come_after_1_5_15_30_minutes_then_1_2_4_hours_then_every_6() {
        for (attempts, minutes) in
            [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 120), (7, 240), (8, 360), (99, 360)]
        {
            let due =
                |chance| Outcome::Later(trouble()).verdict(History { attempts, ..MAIL }, 100, chance).due_at;
            assert_eq!(due(0), 100 + minutes * 54);
            assert_eq!(due(255), 100 + minutes * 66);
        }
    }

    #[test]
    fn temporary_trouble_fails_a_mail_after_5_days_and_not_a_second_before() {
        for outcome in [Outcome::Later(trouble()), Outcome::Unreachable(trouble())] {
            assert_eq!(outcome.verdict(MAIL, GIVE_UP_AFTER - 1, 0).state, State::Retry);
            let last = outcome.verdict(MAIL, GIVE_UP_AFTER, 0);
            assert_eq!(last.state, State::Failed);
            assert_eq!(last.trouble.as_deref(), Some("RCPT TO: 451 4.7.1 busy"));
        }
    }

    #[test]
    fn a_clock_that_jumps_never_fails_a_mail() {
        for jumped in [History { tries: FEWEST_TRIES - 2, ..MAIL }, History { tried_for: 60, ..MAIL }] {
            assert_eq!(Outcome::Later(trouble()).verdict(jumped, 9 * GIVE_UP_AFTER, 0).state, State::Retry);
        }
    }

    #[test]
    fn our_own_failures_are_tried_five_times_and_then_are_for_a_person() {
        let after = |attempts| Outcome::Internal.verdict(History { attempts, ..MAIL }, 0, 0).state;
        assert_eq!([after(1), after(4), after(5)], [State::Retry, State::Retry, State::NeedsAttention]);
    }

    #[test]
    fn a_mail_that_may_have_gone_is_never_sent_a_fourth_time() {
        let after =
            |uncertain| Outcome::Uncertain(trouble()).verdict(History { uncertain, ..MAIL }, 0, 0).state;
        assert_eq!([after(0), after(1), after(2)], [State::Retry, State::Retry, State::NeedsAttention]);
    }

    #[test]
    fn a_clock_that_went_back_never_fails_a_mail() {
        let later = Outcome::Later(trouble()).verdict(History { began_at: 900_000_000, ..MAIL }, 0, 0);
        assert_eq!(later.state, State::Retry);
    }
}
