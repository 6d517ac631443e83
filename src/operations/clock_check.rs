//! Decides whether the system's time is believed: what a wrong clock erases is gone for good.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::storage::believed_time;
use crate::storage::believed_time::BelievedTime;
use crate::storage::clock::DRIFT;
use crate::storage::counted_time;
use crate::storage::counted_time::{ClockStep, Stretch};
use crate::web::app::App;
use crate::web::metrics::{Alarm, AlarmLink, CLOCK_JUMPED};

/// A step beyond this is not believed at once.
pub const FURTHEST_DRIFT: SignedDuration = SignedDuration::from_hours(48);
/// So much of the drift is made good for each second of even running: all that may be believed, within a day.
const MADE_GOOD: i32 = 2;
/// A doubted time is believed once it has run evenly for this long.
const STEADY_FOR: SignedDuration = SignedDuration::from_hours(24);

/// One for all jobs that go by the time.
pub type SharedClockCheck = Arc<Mutex<ClockCheck>>;

/// The system's time at a moment, and how long the machine had run then.
#[derive(Clone, Copy)]
struct ClockReading {
    time: Timestamp,
    ran: SignedDuration,
}

/// The state of the clock check in this process. The last believed time is in the database.
#[derive(Default)]
pub struct ClockCheck {
    /// When a time was last believed by this process.
    believed: Option<ClockReading>,
    /// Since when a time that is not believed has gone on evenly.
    doubted: Option<ClockReading>,
    /// The last look of this process.
    looked: Option<ClockReading>,
}

impl ClockCheck {
    pub fn is_believed(&self) -> bool {
        self.doubted.is_none()
    }

    /// Compares the time with the last believed one and the time that the machine has run since. True when it is
    /// believed, and noted then; an alarm otherwise.
    pub async fn look(&mut self, app: &App, machine_ran: SignedDuration) -> sqlx::Result<bool> {
        let now = ClockReading { time: app.clock.look(), ran: machine_ran };
        let believed = believed_time::find(app.database.readers()).await?;
        let mut drift = believed.map_or(SignedDuration::ZERO, |then| self.drift(then, now));
        self.count(app, now, drift.abs() > FURTHEST_DRIFT).await?;
        if drift.abs() > FURTHEST_DRIFT {
            if !self.is_steady(now) {
                warn(app, drift, self.doubted.is_none());
                self.doubted = Some(self.doubted.filter(|since| since.goes_evenly_to(now)).unwrap_or(now));
                return Ok(false);
            }
            drift = SignedDuration::ZERO;
        }
        self.doubted = None;
        app.site.metrics.end(CLOCK_JUMPED);
        let believed = BelievedTime { at: now.time, drift };
        app.database
            .write(move |connection| Box::pin(async move { believed_time::set(connection, believed).await }))
            .await?;
        self.believed = Some(now);
        Ok(true)
    }

    /// Counts the time since the last look, by this process or by another one, whether the clock is believed or not.
    async fn count(&mut self, app: &App, now: ClockReading, doubted: bool) -> sqlx::Result<()> {
        let latest = counted_time::latest(app.database.readers()).await?;
        let step = latest.map(|latest| (latest, self.step(latest, now, doubted)));
        self.looked = Some(now);
        let counted = app.database.write(move |connection| {
            Box::pin(async move {
                match step {
                    Some((latest, step)) => counted_time::note(connection, latest, step).await,
                    None => counted_time::begin(connection, now.time).await,
                }
            })
        });
        counted.await
    }

    /// What the clock did since it was last looked at. How long the machine was off before a start nobody knows.
    fn step(&self, latest: Stretch, now: ClockReading, doubted: bool) -> ClockStep {
        let known = self.looked.filter(|known| known.time.duration_until(latest.until).abs() <= DRIFT);
        let (since, ran) = match known {
            Some(known) => (known.time, Some(now.ran - known.ran)),
            None => (latest.until, None),
        };
        let by = since.duration_until(now.time) - ran.unwrap_or_default();
        ClockStep { now: now.time, by, ran, doubted }
    }

    /// By how much the time has moved without the machine having run for it: since the believed one, and before that as
    /// far as it was not made good. How long a machine was off nobody knows: at a start all of it is a step.
    fn drift(&self, believed: BelievedTime, now: ClockReading) -> SignedDuration {
        let ran = match self.believed {
            // Another one was confirmed meanwhile when they differ: nothing is known about the time since.
            Some(known) if known.time.duration_until(believed.at).abs() < SignedDuration::from_secs(1) => {
                now.ran - known.ran
            }
            _ => SignedDuration::ZERO,
        };
        let step = believed.at.duration_until(now.time) - ran;
        made_good(believed.drift, ran) + step
    }

    fn is_steady(&self, now: ClockReading) -> bool {
        self.doubted.is_some_and(|since| since.goes_evenly_to(now) && now.ran - since.ran >= STEADY_FOR)
    }
}

/// What is left of a drift after the machine has run evenly for a while.
fn made_good(drift: SignedDuration, ran: SignedDuration) -> SignedDuration {
    let most = ran.abs().saturating_mul(MADE_GOOD);
    drift - drift.clamp(-most, most)
}

impl ClockReading {
    /// True when as much time has passed by the clock as by the machine.
    fn goes_evenly_to(self, now: ClockReading) -> bool {
        let by_clock = self.time.duration_until(now.time);
        (by_clock - (now.ran - self.ran)).abs() <= DRIFT
    }
}

fn warn(app: &App, drift: SignedDuration, is_new: bool) {
    let days = drift.as_hours().abs() / 24;
    if is_new {
        tracing::error!(
            days,
            "the clock of this machine has jumped: nothing is erased and no reminders are sent; put it right, or run `mybackpain clock confirm`"
        );
    }
    let sentence = format!(
        "The clock of the site’s machine has jumped by {days} days, so nothing is erased, no reminders are sent, and promises may be wrong: have it put right, or confirm the time if it is right now."
    );
    let link = Some(AlarmLink { to: "/staff/clock", words: "Look at the time" });
    app.site.metrics.raise(Alarm { name: CLOCK_JUMPED, sentence, link });
}
