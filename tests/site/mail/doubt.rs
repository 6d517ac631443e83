//! Mail that may have gone or not: lost connections, silence, dead workers and clocks that jump.

use std::time::Duration;

use jiff::SignedDuration;
use mybackpain::mail::{State, Timeouts};

use crate::mail::outbox::{LEASE, MINUTE, Outbox};
use crate::support::smtp::{At, Fault, SmtpServer};

#[tokio::test]
async fn a_connection_lost_after_the_dot_makes_one_extra_copy() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.fail(At::Dot, Fault::HangUp, 1);
    outbox.enqueue("ada@example.org").await;
    for _ in 0..10 {
        outbox.step().await;
        outbox.clock.advance(MINUTE * 400);
    }
    assert_eq!(server.received().len(), 2);
    assert_eq!(outbox.states().await, [State::Sent]);
    assert_eq!(outbox.number("uncertain").await, 1);
}

#[tokio::test]
async fn a_connection_lost_after_the_dot_again_and_again_is_for_a_person_after_three_copies() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.fail(At::Dot, Fault::HangUp, 99);
    outbox.enqueue("ada@example.org").await;
    for _ in 0..10 {
        outbox.step().await;
        outbox.clock.advance(MINUTE * 400);
    }
    assert_eq!(server.received().len(), 3);
    assert_eq!(outbox.states().await, [State::NeedsAttention]);
    assert!(outbox.keeps_a_message().await, "so that staff may send it again");
}

#[tokio::test]
async fn a_server_that_never_speaks_is_left_at_every_stage() {
    for (at, copies) in
        [(At::Greeting, 1), (At::Auth, 1), (At::Mail, 1), (At::Rcpt, 1), (At::Data, 1), (At::Dot, 2)]
    {
        let server = SmtpServer::start().await;
        let outbox = Outbox::with(&server).await.restarted(&server, impatient_at(at));
        server.fail(at, Fault::Silence, 1);
        outbox.enqueue("ada@example.org").await;
        outbox.step().await;
        assert_eq!(outbox.states().await, [State::Retry], "{at:?}");
        assert!(outbox.trouble().await.contains("no answer within 30ms"), "{}", outbox.trouble().await);
        server.mend();
        let outbox = outbox.restarted(&server, Timeouts::default());
        outbox.clock.advance(MINUTE * 2);
        outbox.step().await;
        assert_eq!(server.received().len(), copies, "{at:?}");
    }
}

#[tokio::test]
async fn a_mail_whose_worker_died_is_found_after_its_lease() {
    for (at, uncertain) in [(At::Greeting, 0), (At::Rcpt, 0), (At::Dot, 1)] {
        let server = SmtpServer::start().await;
        let outbox = Outbox::with(&server).await;
        server.fail(at, Fault::Silence, 1);
        outbox.enqueue("ada@example.org").await;
        let worker = outbox.worker.clone();
        let dying = tokio::spawn(async move { worker.step().await });
        server.silent().await;
        dying.abort();
        assert!(dying.await.unwrap_err().is_cancelled());
        let outbox = outbox.restarted(&server, Timeouts::default());
        assert_eq!(outbox.states().await, [State::Sending]);
        outbox.clock.advance(LEASE - SignedDuration::from_secs(1));
        assert_eq!(outbox.step().await, 0);
        outbox.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(outbox.step().await, 1);
        assert_eq!(outbox.states().await, [State::Sent]);
        assert_eq!(outbox.number("uncertain").await, uncertain, "{at:?}");
    }
}

#[tokio::test]
async fn a_worker_that_dies_leaves_one_mail_that_may_go_twice() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.fail(At::Dot, Fault::Silence, 99);
    for number in 0..6 {
        outbox.enqueue(&format!("person{number}@example.org")).await;
    }
    let worker = outbox.worker.clone();
    let dying = tokio::spawn(async move { worker.step().await });
    server.silent().await;
    // The others have gone as far as they may.
    while server.commands().iter().filter(|command| *command == "DATA").count() < 4 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    dying.abort();
    let _ = dying.await;
    assert_eq!(server.received().len(), 1);
    assert_eq!(outbox.count("data_sent_at is not null").await, 1);
    server.mend();
    let outbox = outbox.restarted(&server, Timeouts::default());
    outbox.clock.advance(LEASE);
    assert_eq!(outbox.step().await, 6);
    assert!(outbox.states().await.iter().all(|state| *state == State::Sent));
    assert_eq!(server.received().len(), 7);
}

#[tokio::test]
async fn a_mail_server_slow_to_reply_holds_up_no_other_mail_for_long() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    let handover = Duration::from_millis(30);
    let outbox = outbox.restarted(&server, Timeouts { handover, ..Timeouts::default() });
    server.fail(At::Dot, Fault::Wait, 1);
    for number in 0..3 {
        outbox.enqueue(&format!("person{number}@example.org")).await;
    }
    let worker = outbox.worker.clone();
    let sending = tokio::spawn(async move { worker.step().await });
    let others_went = async {
        while outbox.count("state = 'sent'").await < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), others_went).await.expect("the others did not wait");
    server.go_on(1);
    sending.await.unwrap().unwrap();
    assert_eq!(outbox.count("state = 'sent'").await, 3);
}

#[tokio::test]
async fn three_deaths_after_the_dot_are_for_a_person() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.fail(At::Dot, Fault::Silence, 99);
    outbox.enqueue("ada@example.org").await;
    for _ in 0..3 {
        let worker = outbox.worker.clone();
        let dying = tokio::spawn(async move { worker.step().await });
        server.silent().await;
        dying.abort();
        let _ = dying.await;
        outbox.clock.advance(LEASE);
    }
    outbox.step().await;
    assert_eq!(server.received().len(), 3);
    assert_eq!(outbox.states().await, [State::NeedsAttention]);
}

#[tokio::test]
async fn a_mail_in_hand_is_not_taken_up_again_though_the_clock_jumps() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.fail(At::Dot, Fault::Wait, 1);
    outbox.enqueue("ada@example.org").await;
    let worker = outbox.worker.clone();
    let first = tokio::spawn(async move { worker.step().await });
    server.silent().await;
    for jump in [LEASE * 2, -LEASE * 9] {
        outbox.clock.advance(jump);
        assert_eq!(outbox.step().await, 0);
    }
    server.go_on(1);
    first.await.unwrap().unwrap();
    assert_eq!(server.received().len(), 1);
    assert_eq!(outbox.states().await, [State::Sent]);
}

#[tokio::test]
async fn a_mail_that_another_worker_has_taken_is_dropped_before_its_dot() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.fail(At::Data, Fault::Wait, 1);
    outbox.enqueue("ada@example.org").await;
    let worker = outbox.worker.clone();
    let late = tokio::spawn(async move { worker.step().await });
    server.silent().await;
    outbox.clock.advance(LEASE);
    let outbox = outbox.restarted(&server, Timeouts::default());
    assert_eq!(outbox.step().await, 1);
    server.go_on(1);
    late.await.unwrap().unwrap();
    assert_eq!(server.received().len(), 1);
    assert_eq!(outbox.states().await, [State::Sent]);
}

#[tokio::test]
async fn a_clock_that_goes_back_a_day_holds_nothing_up() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    let day = SignedDuration::from_hours(24);
    outbox.enqueue("queued@example.org").await;
    server.fail(At::Rcpt, Fault::Say("451 later"), 1);
    outbox.step().await;
    outbox.clock.advance(-day);
    outbox.enqueue("second@example.org").await;
    assert_eq!(outbox.step().await, 2);
    assert_eq!(outbox.states().await, [State::Sent, State::Sent]);
    // A lease from the future ends, too.
    outbox.enqueue("third@example.org").await;
    server.fail(At::Mail, Fault::Silence, 1);
    let worker = outbox.worker.clone();
    let dying = tokio::spawn(async move { worker.step().await });
    server.silent().await;
    dying.abort();
    let _ = dying.await;
    outbox.clock.advance(-day);
    assert_eq!(outbox.step().await, 1);
    assert_eq!(outbox.states().await[2], State::Sent);
}

#[tokio::test]
async fn a_mail_whose_turn_in_a_flood_comes_in_a_day_waits_for_it() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    outbox.enqueue("held@example.org").await;
    outbox.change("update outbox set due_at = due_at + 24 * 3600").await;
    assert_eq!(outbox.step().await, 0);
    outbox.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(outbox.step().await, 1);
}

/// Waits long for everything that comes before the stage that is about to fail.
fn impatient_at(at: At) -> Timeouts {
    let (usual, short) = (Timeouts::default(), Duration::from_millis(30));
    match at {
        At::Dot => Timeouts { message: short, ..usual },
        _ => Timeouts { command: short, ..usual },
    }
}
