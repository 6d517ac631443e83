//! A mail server that cannot be used, and what waits for it.

use jiff::SignedDuration;
use mybackpain::mail::State;

use crate::mail::outbox::{MINUTE, Outbox};
use crate::support::smtp::{At, Fault, SmtpServer};

#[tokio::test]
async fn three_days_without_a_mail_server_lose_nothing_and_everything_goes_once_after() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.fail(At::Greeting, Fault::HangUp, usize::MAX);
    for number in 0..50 {
        outbox.enqueue(&format!("person{number}@example.org")).await;
    }
    for _ in 0..72 {
        outbox.step().await;
        outbox.clock.advance(SignedDuration::from_hours(1));
    }
    assert!(outbox.states().await.iter().all(|state| matches!(state, State::Queued | State::Retry)));
    assert!(server.connections() <= 4 + 72, "one probe at a time: {}", server.connections());
    server.mend();
    assert_eq!(outbox.step().await, 1, "a probe");
    for _ in 0..3 {
        outbox.step().await;
    }
    let mut reached: Vec<_> = server.received().into_iter().map(|mail| mail.to).collect();
    assert_eq!(reached.len(), 50);
    reached.sort();
    reached.dedup();
    assert_eq!(reached.len(), 50);
    assert!(outbox.states().await.iter().all(|state| *state == State::Sent));
}

#[tokio::test]
async fn while_the_server_cannot_be_used_it_is_tried_once_a_minute_with_another_mail_each_time() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.fail(At::Auth, Fault::Say("535 no"), usize::MAX);
    outbox.enqueue("first@example.org").await;
    outbox.step().await;
    outbox.enqueue("second@example.org").await;
    assert_eq!(outbox.step().await, 0, "an outage: new mail waits for the probe");
    // A mail that the server cannot bear does not hold up the others.
    server.mend();
    server.refuse("first@example.org", Fault::HangUp);
    outbox.clock.advance(MINUTE);
    assert_eq!(outbox.step().await, 1);
    outbox.clock.advance(MINUTE);
    outbox.step().await;
    outbox.step().await;
    assert_eq!(outbox.states().await[1], State::Sent);
    assert_eq!(outbox.states().await[0], State::Retry);
}

#[tokio::test]
async fn the_first_mail_that_gets_through_brings_the_others_forward() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    outbox.enqueue("early@example.org").await;
    for _ in 0..5 {
        server.fail(At::Rcpt, Fault::Say("451 later"), 1);
        outbox.step().await;
        let wait = outbox.wait().await;
        if wait < 50 * 60 {
            outbox.clock.advance(SignedDuration::from_secs(wait));
        }
    }
    assert!(outbox.wait().await > 50 * 60);
    outbox.enqueue("second@example.org").await;
    server.fail(At::Mail, Fault::Say("451 full"), 1);
    outbox.step().await;
    outbox.clock.advance(MINUTE);
    assert_eq!(outbox.step().await, 1);
    assert_eq!(outbox.states().await, [State::Retry, State::Sent]);
    assert_eq!(outbox.step().await, 1);
    assert_eq!(outbox.states().await, [State::Sent, State::Sent]);
}

#[tokio::test]
async fn an_outage_ends_though_the_clock_went_back() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.fail(At::Auth, Fault::Say("535 no"), 1);
    outbox.enqueue("ada@example.org").await;
    outbox.step().await;
    outbox.clock.advance(SignedDuration::from_hours(-24));
    assert_eq!(outbox.step().await, 1);
    assert_eq!(outbox.states().await, [State::Sent]);
}
