//! Server-sent events that tell an open page of the desk what has changed. Without them pages say the same when they
//! are opened.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;

use crate::consultations::RequestState;
use crate::consultations::handling::store;
use crate::desk::presence::{OpenPage, Other};
use crate::desk::state::DeskState;
use crate::library::count;
use crate::staff::session;
use crate::staff::session::CurrentSession;
use crate::web::app::Stopping;
use crate::web::error::Result;
use crate::web::form::Fields;

/// Another program may have made the change: it is found in the tables, and within a second.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Shorter than a connection may last; the browser asks again by itself.
const LOOKS: usize = 90;

/// What a stream last sent, so that it tells only what is new.
struct EventFeed<T> {
    desk: DeskState,
    here: CurrentSession,
    stopping: Stopping,
    looks: usize,
    sent: T,
    about: String,
    /// While it lives, the others see that this page is open.
    _page: Option<OpenPage>,
}

/// How many requests are new or have changed since the page was made.
pub async fn queue(
    State(desk): State<DeskState>,
    here: CurrentSession,
    stopping: Stopping,
    RawQuery(query): RawQuery,
) -> impl IntoResponse {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let number = |name| fields.text(name).parse::<i64>().unwrap_or(i64::MAX);
    let (since, made_at) = (number("since"), number("at"));
    let (sent, about) = (String::new(), String::new());
    let feed = EventFeed { desk, here, stopping, looks: 0, sent, about, _page: None };
    Sse::new(unfold(feed, move |mut feed| async move {
        loop {
            feed.wait().await?;
            let words = feed.desk.news(since, made_at).await.ok()?;
            if words != feed.sent {
                feed.sent.clone_from(&words);
                return Some((Ok::<_, Infallible>(Event::default().event("news").data(words)), feed));
            }
        }
    }))
}

/// Who else has the request open, and whether someone has changed it.
pub async fn request(
    State(desk): State<DeskState>,
    here: CurrentSession,
    Path(reference): Path<String>,
    stopping: Stopping,
    RawQuery(query): RawQuery,
) -> Result<Sse<impl Stream<Item = std::result::Result<Event, Infallible>>>> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let since = fields.text("since").parse::<i64>().unwrap_or(i64::MAX);
    // Unknown is not found, not an empty stream.
    store::find(desk.app.database.readers(), &desk.app.cipher, &reference, here.account.role).await?;
    let page = desk.presence.connect(&reference, &here.account, &desk.app.clock);
    let sent = (String::new(), false);
    let feed = EventFeed { desk, here, stopping, looks: 0, sent, about: reference, _page: Some(page) };
    Ok(Sse::new(unfold(feed, move |mut feed| async move {
        loop {
            feed.wait().await?;
            let now = feed.desk.app.clock.now();
            let others = feed.desk.presence.others(&feed.about, feed.here.account.id, now);
            let words = feed.desk.here(&others);
            if words != feed.sent.0 {
                feed.sent.0.clone_from(&words);
                return Some((Ok(Event::default().event("here").data(words)), feed));
            }
            let changed = feed.desk.has_changed(&feed.about, since).await.ok()?;
            if changed && !feed.sent.1 {
                feed.sent.1 = true;
                let words = "This request has changed since you opened it.";
                return Some((Ok(Event::default().event("news").data(words)), feed));
            }
        }
    })))
}

impl<T> EventFeed<T> {
    /// The first look is at once. Nothing when it is time to end, as it is when the session has ended.
    async fn wait(&mut self) -> Option<()> {
        self.looks += 1;
        if self.looks > LOOKS {
            return None;
        }
        if self.looks == 1 {
            return Some(());
        }
        tokio::select! {
            () = self.stopping.wait() => return None,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        session::goes_on(&self.desk.app, self.here.session).await.ok()?.then_some(())
    }
}

impl DeskState {
    /// "2 new requests and 1 change", or nothing.
    async fn news(&self, since: i64, made_at: i64) -> Result<String> {
        self.queue_index.refresh(&self.app).await?;
        let entries = self.queue_index.read();
        let later = entries.all().iter().filter(|entry| entry.revision > since && !entry.is_put_aside());
        let (new, changed): (Vec<_>, Vec<_>) =
            later.partition(|entry| entry.state == RequestState::New && entry.created_at >= made_at);
        let new = (!new.is_empty()).then(|| count(new.len(), "new request"));
        let changed = (!changed.is_empty()).then(|| count(changed.len(), "change"));
        Ok([new, changed].into_iter().flatten().collect::<Vec<_>>().join(" and "))
    }

    async fn has_changed(&self, reference: &str, since: i64) -> Result<bool> {
        self.queue_index.refresh(&self.app).await?;
        Ok(self.queue_index.read().get(reference).is_none_or(|entry| entry.changed_at > since))
    }

    /// "Sam Jones has had this open since 9.12am.", or nothing.
    pub fn here(&self, others: &[Other]) -> String {
        let calendar = self.app.site.clinic.calendar();
        let say = |other: &Other| {
            format!("{} has had this open since {}.", other.name, calendar.say_time(other.since))
        };
        others.iter().map(say).collect::<Vec<_>>().join(" ")
    }
}
