//! What is sent, what a server may reply to it, and what becomes of the mail then.

use jiff::SignedDuration;
use mailparse::MailHeaderMap;
use mybackpain::mail::State;
use mybackpain::storage::clock::seconds;

use crate::mail::outbox::{LEASE, MINUTE, Outbox, letter};
use crate::support::engine;
use crate::support::smtp::{At, Fault, SmtpServer};

#[tokio::test]
async fn a_mail_is_sent_once_with_both_parts_and_then_its_message_is_erased() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    outbox.enqueue("Ada.L@example.org").await;
    assert!(outbox.keeps_a_message().await);
    assert_eq!(outbox.step().await, 1);
    assert_eq!(outbox.step().await, 0);
    let [received] = &server.received()[..] else { panic!("{:?}", server.received()) };
    assert_eq!((&*received.from, &*received.to), ("clinic@example.org", "Ada.L@example.org"));
    assert!(received.bytes.ends_with(b"--\r\n"), "and no line that we did not write");
    let mail = mailparse::parse_mail(&received.bytes).unwrap();
    assert_eq!(mail.subparts[0].get_body().unwrap().trim_end(), "Dear Zoë,\r\n.\r\n..two dots");
    assert_eq!(mail.subparts[1].get_body().unwrap().trim_end(), "<p>Dear Zoë</p>");
    let message_id = mail.headers.get_first_value("Message-ID").unwrap();
    assert!(message_id.ends_with("@mybackpain.example>"), "{message_id}");
    assert_eq!(outbox.states().await, [State::Sent]);
    assert_eq!(outbox.mails().await[0].finished_at, Some(seconds(outbox.clock.now())));
    assert!(!outbox.keeps_a_message().await);
    assert_eq!(server.commands().last().unwrap(), "QUIT");
}

#[tokio::test]
async fn nothing_in_the_outbox_can_be_read_without_the_key() {
    if engine::is_server() {
        return;
    }
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.refuse("marker@example.org", Fault::Say("451 <marker@example.org> later"));
    outbox.enqueue("marker@example.org").await;
    outbox.step().await;
    assert!(outbox.trouble().await.contains("marker@example.org"));
    for file in ["mybackpain.sqlite", "mybackpain.sqlite-wal"] {
        let bytes = std::fs::read(outbox.folder.path().join(file)).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"marker" || window == b"Dear Z"), "{file}");
    }
}

#[tokio::test]
async fn an_address_that_mail_cannot_go_to_is_an_error_and_leaves_no_row() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    assert!(outbox.try_enqueue(letter("a\r\nRCPT TO:<b@example.org>")).await.is_err());
    assert!(outbox.mails().await.is_empty());
    outbox.enqueue("ada@example.org").await;
    assert_eq!(outbox.step().await, 1);
}

#[tokio::test]
async fn a_recipient_that_is_refused_fails_at_once_and_the_words_are_kept() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    server.fail(At::Rcpt, Fault::Say("550 5.1.1 no such person"), 1);
    outbox.enqueue("ada@example.org").await;
    outbox.step().await;
    assert_eq!(outbox.states().await, [State::Failed]);
    assert_eq!(outbox.trouble().await, "RCPT TO: 550 5.1.1 no such person");
    assert!(outbox.keeps_a_message().await, "for the corrected address");
    outbox.clock.advance(LEASE * 100);
    assert_eq!(outbox.step().await, 0);
}

/// Replies by stage, and what becomes of the mail. No reply here may lose a mail that is not at fault.
#[tokio::test]
async fn each_reply_at_each_stage_has_its_own_meaning() {
    for (at, reply, state, counted) in [
        (At::Greeting, "421 busy", State::Retry, 0),
        (At::Greeting, "554 go away", State::Retry, 0),
        (At::Auth, "535 wrong password", State::Retry, 0),
        (At::Auth, "454 later", State::Retry, 0),
        (At::Mail, "550 you may not send", State::Retry, 0),
        (At::Mail, "451 later", State::Retry, 0),
        (At::Rcpt, "530 sign in first", State::Retry, 0),
        (At::Rcpt, "554 5.7.1 Relay access denied", State::Retry, 1),
        (At::Rcpt, "451 grey", State::Retry, 1),
        (At::Rcpt, "553 not a mailbox", State::Failed, 1),
        (At::Data, "451 later", State::Retry, 1),
        (At::Data, "250 what", State::Retry, 1),
        (At::Data, "554 no", State::Failed, 1),
        (At::Dot, "452 full", State::Retry, 1),
        (At::Dot, "552 too big", State::Failed, 1),
        (At::Dot, "354 still here", State::Retry, 1),
    ] {
        let server = SmtpServer::start().await;
        let outbox = Outbox::with(&server).await;
        server.fail(at, Fault::Say(reply), 1);
        outbox.enqueue("ada@example.org").await;
        outbox.step().await;
        assert_eq!(outbox.states().await, [state], "{at:?} {reply}");
        assert_eq!(outbox.mails().await[0].attempts, counted, "{at:?} {reply}");
        assert!(outbox.trouble().await.contains(&reply[4..]) || reply.starts_with("250"), "{reply}");
        assert!(server.received().is_empty());
        if state == State::Retry {
            outbox.clock.advance(MINUTE * 2);
            assert_eq!(outbox.step().await, 1, "{at:?} {reply}");
            assert_eq!(outbox.states().await, [State::Sent], "{at:?} {reply}");
        }
    }
}

#[tokio::test]
async fn a_busy_server_is_asked_again_on_the_schedule_and_gets_the_same_bytes() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    outbox.enqueue("ada@example.org").await;
    for minutes in [1, 5, 15, 30, 60, 120, 240, 360, 360] {
        server.fail(At::Dot, Fault::Say("451 later"), 1);
        assert_eq!(outbox.step().await, 1);
        let wait = outbox.wait().await;
        assert!((minutes * 54..=minutes * 66).contains(&wait), "{wait} s for {minutes} min");
        assert_eq!(outbox.step().await, 0, "not before it is due");
        outbox.clock.advance(SignedDuration::from_secs(wait));
    }
    server.fail(At::Dot, Fault::HangUp, 1);
    outbox.step().await;
    outbox.clock.advance(MINUTE * 400);
    outbox.step().await;
    let [first, second] = &server.received()[..] else { panic!("two copies") };
    assert_eq!(first, second);
}

#[tokio::test]
async fn temporary_trouble_never_fails_a_mail_before_5_days_and_does_after() {
    for fault in [Fault::Say("451 later"), Fault::HangUp] {
        let server = SmtpServer::start().await;
        let outbox = Outbox::with(&server).await;
        server.fail(At::Rcpt, fault.clone(), usize::MAX);
        outbox.enqueue("ada@example.org").await;
        let five_days_later = seconds(outbox.clock.now()) + 5 * 86_400;
        while seconds(outbox.clock.now()) < five_days_later {
            assert_eq!(outbox.step().await, 1);
            assert_eq!(outbox.states().await, [State::Retry], "{fault:?}");
            outbox.clock.advance(SignedDuration::from_secs(outbox.wait().await));
        }
        outbox.step().await;
        assert_eq!(outbox.states().await, [State::Failed], "{fault:?}");
        assert!(outbox.trouble().await.starts_with("RCPT TO: "));
    }
}

#[tokio::test]
async fn a_row_that_does_not_open_is_for_a_person_and_the_others_go() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    for number in 0..3 {
        outbox.enqueue(&format!("person{number}@example.org")).await;
    }
    outbox.change("update outbox set message = recipient where id = 1").await;
    outbox.step().await;
    assert_eq!(outbox.states().await, [State::NeedsAttention, State::Sent, State::Sent]);
    assert!(outbox.trouble().await.contains("does not open"));
}

#[tokio::test]
async fn a_row_whose_text_is_no_text_is_for_a_person_and_the_others_go() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::with(&server).await;
    for number in 0..3 {
        outbox.enqueue(&format!("person{number}@example.org")).await;
    }
    outbox.change("update outbox set message_id = cast(x'ff41fe' as text) where id = 1").await;
    outbox.step().await;
    assert_eq!(outbox.states().await, [State::NeedsAttention, State::Sent, State::Sent]);
}

#[tokio::test]
async fn a_password_is_not_sent_without_encryption_to_another_machine() {
    let server = SmtpServer::start().await;
    // To this program 0.0.0.0 is not this machine, though connecting to it works.
    let elsewhere = format!("smtp://user:secret@0.0.0.0:{}", server.port());
    for url in [elsewhere.clone(), format!("{elsewhere}?tls=required"), server.url() + "?tls=required"] {
        let outbox = Outbox::at(Some(&url)).await;
        outbox.enqueue("ada@example.org").await;
        outbox.step().await;
        assert_eq!(outbox.states().await, [State::Retry], "{url}");
        assert!(outbox.trouble().await.starts_with("STARTTLS: "), "{}", outbox.trouble().await);
    }
    let said = server.commands().join("\n");
    assert!(said.contains("EHLO") && !said.contains("AUTH") && !said.contains("MAIL"), "{said}");
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_an_outage_for_smtps() {
    let server = SmtpServer::start().await;
    let outbox = Outbox::at(Some(&server.url().replace("smtp:", "smtps:"))).await;
    outbox.enqueue("ada@example.org").await;
    outbox.step().await;
    assert_eq!(outbox.states().await, [State::Retry]);
    assert!(server.commands().join("").find("AUTH").is_none() && server.received().is_empty());
}
