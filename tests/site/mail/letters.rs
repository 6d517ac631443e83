//! Mail is data until it goes for the first time, and the same bytes from then on.

use mybackpain::mail::{State, Timeouts};
use mybackpain::storage::database::MIGRATOR;
use mybackpain::storage::encryption::{Cipher, FieldId};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::mail::outbox::{MINUTE, Outbox};
use crate::support::engine;
use crate::support::smtp::{At, Fault, SmtpServer};

#[tokio::test]
async fn what_has_gone_once_goes_again_with_the_same_bytes_though_the_program_and_its_words_are_others() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    outbox.enqueue("ada@example.org").await;
    server.fail(At::Dot, Fault::HangUp, 1);
    outbox.step().await;
    let outbox = outbox.restarted_with(&server, Timeouts::default(), " and more");
    outbox.clock.advance(MINUTE * 2);
    outbox.step().await;
    let [first, second] = &server.received()[..] else { panic!("two copies") };
    assert_eq!(first, second);
    assert_eq!(outbox.states().await, [State::Sent]);
}

#[tokio::test]
async fn what_has_never_gone_goes_with_the_words_of_today() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    outbox.enqueue("ada@example.org").await;
    server.fail(At::Rcpt, Fault::Say("451 later"), 1);
    outbox.step().await;
    let outbox = outbox.restarted_with(&server, Timeouts::default(), " and more");
    outbox.clock.advance(MINUTE * 2);
    outbox.step().await;
    let mail = String::from_utf8(server.received()[0].bytes.clone()).unwrap();
    assert!(mail.contains("..two dots and more"), "{mail}");
}

#[tokio::test]
async fn a_mail_that_the_program_before_stored_goes_as_it_is() {
    if engine::is_server() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let cipher = Cipher::open(&folder.path().join("keys"), true).unwrap();
    let options =
        SqliteConnectOptions::new().filename(folder.path().join("mybackpain.sqlite")).create_if_missing(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    MIGRATOR.run_to(7, &pool).await.unwrap();
    let at = |column| FieldId { table: "outbox", reference: "<1@x>", column };
    let bytes = b"To: ada@example.org\r\nSubject: Before\r\n\r\nWhole.\r\n";
    sqlx::query(
        "insert into outbox (message_id, purpose, reference, recipient, message, state, created_at, due_at)
         values ($1, $2, $3, $4, $5, 'queued', $6, $7)",
    )
    .bind("<1@x>")
    .bind("report")
    .bind("RP-2345-6789")
    .bind(cipher.encrypt(at("recipient"), "ada@example.org"))
    .bind(cipher.encrypt_bytes(at("message"), bytes))
    .bind(1)
    .bind(1)
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    let server = SmtpServer::start().await;
    let outbox = Outbox::open(folder, Some(&server.url())).await;
    assert_eq!(outbox.step().await, 1);
    assert_eq!(server.received()[0].bytes, bytes);
    assert_eq!(outbox.states().await, [State::Sent]);
    assert!(!outbox.keeps_a_message().await);
}

#[tokio::test]
async fn a_mail_of_another_version_is_for_a_person_and_the_others_go() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    for number in 0..3 {
        outbox.enqueue(&format!("person{number}@example.org")).await;
    }
    outbox.change("update outbox set purpose = 'reminder' where id = 1").await;
    outbox.step().await;
    assert_eq!(outbox.states().await, [State::NeedsAttention, State::Sent, State::Sent]);
    assert!(outbox.trouble().await.contains("does not know this mail"));
    assert!(outbox.keeps_a_message().await, "the version that knows it can send it");
}

#[tokio::test]
async fn a_clock_that_jumps_six_days_fails_no_mail() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.fail(At::Rcpt, Fault::Say("451 later"), usize::MAX);
    for number in 0..3 {
        outbox.enqueue(&format!("person{number}@example.org")).await;
    }
    outbox.step().await;
    for _ in 0..12 {
        outbox.clock.jump(MINUTE * 60 * 24 * 6);
        assert_eq!(outbox.step().await, 3);
        assert_eq!(outbox.states().await, [State::Retry; 3]);
    }
}

#[tokio::test]
async fn a_mail_taken_up_by_a_killed_program_is_free_at_the_next_start_unless_its_message_had_begun_to_go() {
    for (at, at_once) in [(At::Greeting, true), (At::Rcpt, true), (At::Dot, false)] {
        let server = SmtpServer::start().await;
        let outbox = Outbox::with(&server).await;
        server.fail(at, Fault::Silence, 1);
        outbox.enqueue("ada@example.org").await;
        let worker = outbox.worker.clone();
        let dying = tokio::spawn(async move { worker.step().await });
        server.silent().await;
        dying.abort();
        let _ = dying.await;
        let before = server.received().len();
        let outbox = outbox.restarted(&server, Timeouts::default());
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let running = tokio::spawn(outbox.worker.clone().run(stopped));
        let sent = async {
            while server.received().len() == before {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let sent = tokio::time::timeout(std::time::Duration::from_millis(500), sent).await.is_ok();
        assert_eq!(sent, at_once, "{at:?}");
        stop.send(true).unwrap();
        running.await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_says_a_line_without_end_is_left() {
    let server = SmtpServer::start().await;
    for at in [At::Greeting, At::Rcpt] {
        let outbox = Outbox::with(&server).await;
        server.fail(at, Fault::Endless, 1);
        outbox.enqueue("ada@example.org").await;
        let step = tokio::time::timeout(std::time::Duration::from_secs(10), outbox.step()).await;
        assert!(step.is_ok_and(|tried| tried == 1), "{at:?}");
        assert_eq!(outbox.states().await, [State::Retry]);
        assert!(outbox.trouble().await.contains("said more than"), "{}", outbox.trouble().await);
    }
}

#[tokio::test]
async fn a_server_that_says_short_lines_without_end_is_left_at_once() {
    let server = SmtpServer::start().await;
    for at in [At::Greeting, At::Rcpt] {
        let outbox = Outbox::with(&server).await;
        server.fail(at, Fault::ManyLines, 1);
        outbox.enqueue("ada@example.org").await;
        let begun = std::time::Instant::now();
        assert_eq!(outbox.step().await, 1, "{at:?}");
        assert!(begun.elapsed() < std::time::Duration::from_secs(3), "{at:?}: {:?}", begun.elapsed());
        assert_eq!(outbox.states().await, [State::Retry]);
        assert!(outbox.trouble().await.contains("said more than"), "{}", outbox.trouble().await);
    }
}

#[tokio::test]
async fn replies_that_are_injected_before_the_encryption_are_not_taken_for_the_servers() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    let injected = "220 go\r\n250-inj\r\n250 8BITMIME\r\n250 i\r\n250 i\r\n354 i\r\n250 INJECTED";
    server.fail(At::StartTls, Fault::Say(injected), 1);
    outbox.enqueue("ada@example.org").await;
    outbox.step().await;
    assert_eq!(outbox.states().await, [State::Retry]);
    assert!(outbox.trouble().await.contains("before the encryption"), "{}", outbox.trouble().await);
    assert!(server.received().is_empty());
}
