//! Applies what staff decide, in one transaction with its history, its audit entry and its mails.

use jiff::Timestamp;

use crate::consultations::another_time;
use crate::consultations::bookings;
use crate::consultations::bookings::AllTheSame;
use crate::consultations::bookings::scheduling;
use crate::consultations::calls;
use crate::consultations::calls::CallOutcome;
use crate::consultations::contact_change;
use crate::consultations::handling::{Act, ActOutcome, Attention, store};
use crate::consultations::history;
use crate::consultations::messages::sending;
use crate::consultations::notes;
use crate::consultations::notifications;
use crate::consultations::request::Request;
use crate::consultations::request_state::RequestState;
use crate::consultations::store as requests;
use crate::consultations::withdrawal;
use crate::staff::Account;
use crate::staff::audit;
use crate::storage::database::Connection;
use crate::web::app::App;

/// Does it for someone who saw the request as it was at `seen_at`.
pub async fn act(
    app: &App,
    me: &Account,
    reference: String,
    seen_at: i64,
    act: Act,
) -> sqlx::Result<ActOutcome> {
    let now = app.clock.now();
    let (request, _) = store::find(app.database.readers(), &app.cipher, &reference, me.role).await?;
    let to_erase = request.state == RequestState::Withdrawn && matches!(act, Act::Release);
    let (parts, me) = (app.clone(), me.clone());
    let moved = app
        .database
        .write(move |connection| {
            Box::pin(async move { act_on(connection, &parts, &me, &request, seen_at, act, now).await })
        })
        .await?;
    if to_erase && moved == ActOutcome::Done {
        // The patient withdrew while it was kept for a reason: what was promised then is done now.
        withdrawal::withdraw(app, reference).await?;
    }
    app.mail_waiting.notify_one();
    Ok(moved)
}

/// The same within a transaction, of a request as it was read before.
pub async fn act_on(
    connection: &mut Connection,
    app: &App,
    me: &Account,
    request: &Request,
    seen_at: i64,
    act: Act,
    now: Timestamp,
) -> sqlx::Result<ActOutcome> {
    let about = &request.reference;
    let standing = store::standing(connection, about).await?;
    if standing.changed_at != seen_at || request.changed_at != seen_at {
        return Ok(ActOutcome::Stale);
    }
    let possible = match act {
        Act::MarkSpam => !standing.spam,
        Act::UnmarkSpam => standing.spam,
        // It is separated again, not opened again.
        Act::Reopen => !standing.merged,
        Act::Hold(_) => standing.held_at.is_none(),
        Act::Release => standing.held_at.is_some(),
        // A time that is still to come is cancelled first, so that the patient hears of it.
        Act::Close(_) => !bookings::store::is_ahead(connection, about, now).await?,
        // Its owner may have stopped mail since the page was opened.
        Act::Write(_) => sending::can_write(connection, app, request, now).await?,
        _ => true,
    };
    let Some(next) = act.next(request.state).filter(|_| possible) else {
        return Ok(ActOutcome::Impossible);
    };
    if matches!(act, Act::Contact | Act::Call(_) | Act::Book(_) | Act::Write(_))
        && standing.owner_id.is_none()
    {
        store::set_owner(connection, about, Some(me.id)).await?;
    }
    let all_the_same = act.all_the_same();
    let what = perform(connection, app, me, request, act, now).await?;
    if next == request.state {
        store::touch(connection, about, now).await?;
    } else {
        requests::set_state(connection, about, next, now).await?;
    }
    let done = match &all_the_same {
        Some(AllTheSame { odd, .. }) => format!("{what} all the same, {odd}"),
        None => what.clone(),
    };
    history::store::add_event(connection, about, now, &format!("staff:{}", me.id), &done).await?;
    if let Some(AllTheSame { why, .. }) = &all_the_same {
        bookings::reasons::store::insert(connection, &app.cipher, about, why).await?;
    }
    audit::store::insert(connection, Some(me.id), now, &what, about).await?;
    Ok(ActOutcome::Done)
}

/// Does it, and says what was done as the history says it.
async fn perform(
    connection: &mut Connection,
    app: &App,
    me: &Account,
    request: &Request,
    act: Act,
    now: Timestamp,
) -> sqlx::Result<String> {
    let (cipher, about) = (&app.cipher, &request.reference);
    Ok(match act {
        Act::Contact => {
            store::set_attention(connection, about, Attention::None).await?;
            notifications::store::set_not_notified(connection, about, None).await?;
            "marked it as contacted".to_owned()
        }
        Act::Call(outcome) => {
            call(connection, app, me, request, outcome, now).await?;
            format!("rang: {}", outcome.label().to_lowercase())
        }
        Act::Own(owner) => {
            store::set_owner(connection, about, owner.as_ref().map(|(id, _)| *id)).await?;
            match owner {
                Some((id, _)) if id == me.id => "took it".to_owned(),
                Some((_, name)) => format!("gave it to {name}"),
                None => "handed it back".to_owned(),
            }
        }
        Act::Note { words, clinical } => {
            notes::store::insert(connection, cipher, about, me.id, (&words, clinical), now).await?;
            if clinical { "wrote a clinical note" } else { "wrote a note" }.to_owned()
        }
        Act::Close(reason) => {
            store::set_reason(connection, about, reason).await?;
            store::set_attention(connection, about, Attention::None).await?;
            format!("closed: {}", reason.label().to_lowercase())
        }
        Act::Reopen => {
            store::set_open_again(connection, about).await?;
            store::set_attention(connection, about, Attention::OpenedAgain).await?;
            "opened it again".to_owned()
        }
        Act::Attend => {
            store::set_attention(connection, about, Attention::None).await?;
            "saw to what had changed".to_owned()
        }
        Act::MarkSpam => {
            store::set_spam(connection, about, true).await?;
            "marked it as spam".to_owned()
        }
        Act::UnmarkSpam => {
            store::set_spam(connection, about, false).await?;
            "said that it is not spam".to_owned()
        }
        Act::Hold(reason) => {
            store::set_hold(connection, cipher, about, Some((&reason, now))).await?;
            "keeps it for a reason".to_owned()
        }
        Act::Release => {
            store::set_hold(connection, cipher, about, None).await?;
            "no longer keeps it for a reason".to_owned()
        }
        Act::Book(new) => {
            store::set_attention(connection, about, Attention::None).await?;
            store::set_next_try(connection, about, None).await?;
            another_time::store::set_wish(connection, cipher, about, None).await?;
            scheduling::book(connection, app, request, new, now).await?.to_owned()
        }
        Act::CancelBooking => scheduling::cancel(connection, app, request, now).await?.to_owned(),
        Act::Correct(contact) => contact_change::correct(connection, app, request, contact, now).await?,
        Act::Write(new) => sending::send(connection, app, me, request, new, now).await?.to_owned(),
    })
}

async fn call(
    connection: &mut Connection,
    app: &App,
    me: &Account,
    request: &Request,
    outcome: CallOutcome,
    now: Timestamp,
) -> sqlx::Result<()> {
    let about = &request.reference;
    calls::store::insert(connection, about, me.id, outcome, now).await?;
    let next = outcome.next_try(app.site.clinic.calendar(), &request.times, now);
    store::set_next_try(connection, about, next).await?;
    if outcome == CallOutcome::Spoke {
        notifications::store::set_not_notified(connection, about, None).await?;
    }
    let attention = match outcome {
        CallOutcome::WrongNumber => Attention::WrongNumber,
        _ => Attention::None,
    };
    store::set_attention(connection, about, attention).await
}
