//! The worker as the program runs it, and mail as files.

use std::time::Duration;

use jiff::Timestamp;
use mailparse::MailHeaderMap;
use mybackpain::mail::State;
use tokio::sync::watch;

use crate::mail::outbox::{MINUTE, Outbox};
use crate::support::smtp::{At, Fault, SmtpServer};

#[tokio::test]
async fn the_running_worker_sends_when_woken_and_ends_what_is_in_hand_when_stopped() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(outbox.worker.clone().run(stopped));
    for number in 0..30 {
        outbox.enqueue(&format!("person{number}@example.org")).await;
        outbox.waiting.notify_one();
    }
    let all_sent = async {
        while server.received().len() < 30 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all_sent).await.expect("the worker was woken");
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(10), running).await.unwrap().unwrap();
    assert!(outbox.states().await.iter().all(|state| *state == State::Sent));
}

#[tokio::test]
async fn a_stop_ends_the_mails_in_hand_and_puts_the_others_back() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.fail(At::Greeting, Fault::Wait, 4);
    for number in 0..6 {
        outbox.enqueue(&format!("person{number}@example.org")).await;
    }
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(outbox.worker.clone().run(stopped));
    while server.connections() < 4 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(true).unwrap();
    // The worker must have seen the stop before the first mail makes room for the fifth.
    while !outbox.worker.progress.is_stopping() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.go_on(4);
    running.await.unwrap();
    assert_eq!(server.received().len(), 4);
    let mails = outbox.mails().await;
    assert_eq!(mails.iter().filter(|mail| mail.state == State::Sent).count(), 4);
    assert_eq!(mails.iter().filter(|mail| mail.state == State::Retry && mail.attempts == 0).count(), 2);
}

#[tokio::test]
async fn without_a_mail_server_each_mail_is_one_private_file() {
    use std::os::unix::fs::PermissionsExt;
    let outbox = Outbox::at(None).await;
    outbox.enqueue("ada@example.org").await;
    outbox.enqueue("grace@example.org").await;
    assert_eq!(outbox.step().await, 2);
    assert_eq!(outbox.states().await, [State::Sent, State::Sent]);
    let folder = outbox.folder.path().join("mail");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let base = "20261120T181500Z-report-RP-2345-6789";
    assert_eq!(names, [format!("{base}-2.eml"), format!("{base}.eml")]);
    for name in names {
        let file = folder.join(name);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let bytes = std::fs::read(&file).unwrap();
        let mail = mailparse::parse_mail(&bytes).unwrap();
        assert!(mail.headers.get_first_value("To").unwrap().contains("@example.org"));
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_keeps_the_mail_for_later() {
    let outbox = Outbox::at(None).await;
    let folder = outbox.folder.path().join("mail");
    std::fs::write(&folder, "in the way").unwrap();
    outbox.enqueue("ada@example.org").await;
    outbox.step().await;
    assert_eq!(outbox.states().await, [State::Retry]);
    std::fs::remove_file(&folder).unwrap();
    outbox.clock.advance(MINUTE);
    outbox.step().await;
    assert_eq!(outbox.states().await, [State::Sent]);
    assert_eq!(
        Timestamp::from_second(outbox.number("created_at").await).unwrap().to_string(),
        "2026-11-20T18:15:00Z"
    );
}
