//! A made-up month in an empty folder, so that a newcomer sees a living desk. Nobody in it is real.
//!
//! Everything is done by the features' own verbs, at the moments of a clock that runs through the month: what is
//! shown is what the site would have made of it. The same seed makes the same people; references stay random.
//!
//! A month, with a full weekend and staff who are sometimes late, is what makes every group of the queue, the mail tasks
//! and the register appear as in a clinic: newcomers look at it, and the browser tests and upgrade tests run on it. The
//! names and words take half of its lines.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, ensure};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::consultations;
use crate::consultations::RequestState;
use crate::consultations::calls::CallOutcome;
use crate::consultations::handling::{Act, CloseReason};
use crate::consultations::transitions;
use crate::library::Library;
use crate::mail::{Progress, Sender, Transport, Worker};
use crate::operations::{letters, retention_job};
use crate::patients::corrections;
use crate::patients::reports;
use crate::patients::usefulness::store::count_usefulness;
use crate::staff;
use crate::storage::clock::Clock;
use crate::storage::database::Database;
use crate::storage::encryption::{Cipher, key_file};
use crate::storage::key_check;
use crate::storage::lock;
use crate::storage::lock::{Lock, LockPurpose};
use crate::storage::reference::SubmissionKey;
use crate::web::app::{App, Parts};
use crate::web::error::Error;
use crate::web::security::Limits;
use crate::web::site::Site;

pub use month::DemoMonth;

use month::{Event, Happening};

mod bookings;
mod chance;
mod month;
mod people;
mod visits;

/// Of those who were rung one in two is booked, and never many more than a hundred: the diary of a clinic has no more.
const BOOKED: u32 = 100;
/// In the data folder: that everything there was made up.
const MARK: &str = "demo";
/// What happens within this time happens at once, and then the mail goes.
const AT_ONCE: SignedDuration = SignedDuration::from_mins(5);

/// True when the folder was filled by `mybackpain demo`.
pub fn is_demo(data: &Path) -> bool {
    data.join(MARK).exists()
}

/// Who can sign in.
pub struct Colleague {
    pub email: String,
    pub role: &'static str,
    pub password: String,
}

/// Fills the folder. The month ends `now`.
pub async fn fill(demo: &DemoMonth<'_>, now: Timestamp) -> anyhow::Result<Vec<Colleague>> {
    let folder = demo.folder;
    let _lock = claim(folder)?;
    let site = Site::load(demo.content, "http://127.0.0.1:8080".to_owned())?;
    let library =
        Arc::new(Library::load_on(demo.content, &site, now.to_zoned(jiff::tz::TimeZone::UTC).date())?);
    let sender = Sender::new(&site, None)?;
    let begins = now - month::LENGTH;
    let clock = Clock::set_to(begins);
    let app = App::new(Parts {
        site: Arc::new(site),
        database: Database::open_for_filling(&folder.join("mybackpain.sqlite")).await?,
        cipher: Arc::new(Cipher::open(&key_file(folder), true)?),
        limits: Arc::new(Limits::none()),
        clock: clock.clone(),
        mail_waiting: Arc::new(Notify::new()),
    });
    key_check::note(&app.database, &app.cipher).await?;
    let every = (demo.requests / BOOKED).max(2);
    let month = Arc::new(Month {
        worker: worker(&app, sender, &library),
        app,
        library,
        every,
        rung: AtomicU32::new(0),
    });
    let colleagues = month.hire().await?;
    month.live(demo, now).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let day = |at| month.app.site.clinic.calendar().local(at).date();
    visits::fill(&month.app, &month.library, day(begins), day(now), demo.seed).await?;
    month.app.database.close().await;
    Ok(colleagues)
}

fn days(span: SignedDuration) -> u64 {
    u64::try_from(span.as_hours() / 24).unwrap_or(0)
}

/// Only an empty folder: whatever is in another one may be real.
fn claim(folder: &Path) -> anyhow::Result<Lock> {
    ensure!(
        !is_demo(folder),
        "{} holds a demonstration already; remove the folder first, or give another with --data",
        folder.display()
    );
    let empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    ensure!(
        empty,
        "{} is not empty, and a demonstration is never mixed with real data; give an empty folder with --data",
        folder.display()
    );
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let lock = lock::take(folder, LockPurpose::Change("demo"))?;
    let words = "Everything in this folder was made up by `mybackpain demo`. Nobody in it is real.\n";
    fs::write(folder.join(MARK), words).with_context(|| format!("cannot write into {}", folder.display()))?;
    Ok(lock)
}

/// Its mails are not kept as files: there are too many to read.
fn worker(app: &App, sender: Sender, library: &Arc<Library>) -> Arc<Worker> {
    let (demo, library) = (app.clone(), library.clone());
    Arc::new(Worker {
        app: app.clone(),
        sender,
        transport: Transport::Demo(None),
        renderer: letters::renderer(move || (demo.clone(), library.clone(), Arc::default())),
        progress: Progress::default(),
    })
}

struct Month {
    app: App,
    library: Arc<Library>,
    worker: Arc<Worker>,
    /// One in so many of those who were rung is booked.
    every: u32,
    rung: AtomicU32,
}

impl Month {
    /// One of each role.
    async fn hire(&self) -> anyhow::Result<Vec<Colleague>> {
        let mut colleagues = Vec::new();
        for (new, role) in people::colleagues() {
            let colleague = Colleague { email: new.email.clone(), role, password: new.password.clone() };
            let made = staff::add(&self.app.database, self.app.clock.now(), new, None).await?;
            made.map_err(|refused| anyhow::anyhow!("an account was not made: {refused:?}"))?;
            colleagues.push(colleague);
        }
        Ok(colleagues)
    }

    /// Lets everything happen in its order, and ends `now`.
    async fn live(self: &Arc<Self>, demo: &DemoMonth<'_>, now: Timestamp) -> Result<(), Error> {
        let calendar = self.app.site.clinic.calendar();
        let begins = now - month::LENGTH;
        let mut ahead = month::plan(demo, calendar, now);
        while let Some(first) = ahead.pop_before(now) {
            self.go_to(first.at);
            demo.work.at(
                "living through each day",
                days(begins.duration_until(first.at)),
                days(month::LENGTH),
            );
            let until = now.min(first.at + AT_ONCE);
            let mut at_once = JoinSet::new();
            let mut next = Some(first);
            while let Some(Event { at, happening }) = next {
                let month = self.clone();
                at_once.spawn(async move { month.happen(happening, at).await });
                next = ahead.pop_before(until);
            }
            while let Some(happened) = at_once.join_next().await {
                if let Some(next) = happened.map_err(anyhow::Error::from)?? {
                    ahead.push(next);
                }
            }
            while self.worker.step().await? > 0 {}
        }
        self.go_to(now);
        while self.worker.step().await? > 0 {}
        demo.work.at("living through each day", days(month::LENGTH), days(month::LENGTH));
        Ok(retention_job::forget(&self.app).await?)
    }

    fn go_to(&self, at: Timestamp) {
        let ahead = at.duration_since(self.app.clock.now());
        self.app.clock.advance(ahead.max(SignedDuration::ZERO));
    }

    /// Gives what follows from it, if anything does.
    async fn happen(&self, happening: Happening, at: Timestamp) -> Result<Option<Event>, Error> {
        let app = &self.app;
        let key = || SubmissionKey::new(&app.cipher, &app.clock);
        match happening {
            Happening::Request { new, fate } => {
                let taken = consultations::submit(app, &self.library, *new, None, &key()).await?;
                let reference = taken.reference;
                return Ok(fate.begins(app.site.clinic.calendar(), at, reference));
            }
            Happening::Move { reference, fate, next } => {
                let act = match next {
                    RequestState::Closed => Act::Close(CloseReason::DealtWith),
                    _ => Act::Call(CallOutcome::Spoke),
                };
                self.act(&reference, act).await?;
                if next != RequestState::Contacted {
                    return Ok(None);
                }
                let number = self.rung.fetch_add(1, Ordering::Relaxed);
                if number.is_multiple_of(self.every) {
                    return Ok(Some(fate.books(at, reference, number / self.every)));
                }
                return Ok(fate.ends(at, reference));
            }
            Happening::Booking { reference, fate, number } => {
                // The third account is the clinician's.
                let clinician = staff::store::find(app.database.readers(), 3).await?;
                let new = bookings::next(app, &clinician, number, at).await?;
                let over = new.starts_at + SignedDuration::from_mins(new.minutes);
                self.act(&reference, Act::Book(new)).await?;
                return Ok(fate.ends(over, reference));
            }
            Happening::Withdrawal { reference } => consultations::withdraw(app, reference).await?,
            Happening::Spam { reference } => self.act(&reference, Act::MarkSpam).await?,
            Happening::Report { about, new } => {
                if let Some(sheet) = self.library.sheet(&about) {
                    reports::submit(app, &[sheet], None, new, &key()).await?;
                }
            }
            Happening::Vote { about, useful } => self.vote(about, useful).await?,
            Happening::Correction { told, new } => corrections::submit(app, told, new, &key()).await?,
        }
        Ok(None)
    }

    /// Does what reception would do.
    async fn act(&self, reference: &str, act: Act) -> Result<(), Error> {
        let app = &self.app;
        let request = consultations::store::find(app.database.readers(), &app.cipher, reference).await?;
        // The second account is reception's.
        let reception = staff::store::find(app.database.readers(), 2).await?;
        transitions::act(app, &reception, reference.to_owned(), request.changed_at, act).await?;
        Ok(())
    }

    async fn vote(&self, about: String, useful: bool) -> Result<(), Error> {
        let calendar = self.app.site.clinic.calendar();
        let day = calendar.local(self.app.clock.now()).date().to_string();
        let write = self.app.database.write(move |connection| {
            Box::pin(async move { count_usefulness(connection, &about, &day, useful).await })
        });
        Ok(write.await?)
    }
}
