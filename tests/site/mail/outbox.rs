//! An outbox in a folder of its own, with its worker and the clock that both go by.

use std::sync::Arc;

use jiff::SignedDuration;
use mybackpain::mail;
use mybackpain::mail::{Letter, MailState, Patience, Post, Progress, Purpose, Sender, State, Worker};
use mybackpain::storage::clock::{Clock, seconds};
use mybackpain::storage::database::Database;
use mybackpain::storage::encryption::Cipher;
use mybackpain::web::site::Site;
use tokio::sync::Notify;

use crate::support::smtp::SmtpServer;

const REFERENCE: &str = "RP-2345-6789";
pub const MINUTE: SignedDuration = SignedDuration::from_mins(1);
pub const LEASE: SignedDuration = SignedDuration::from_mins(20);

/// An outbox with its worker, and the clock that both go by.
pub struct Outbox {
    pub folder: tempfile::TempDir,
    pub database: Database,
    cipher: Arc<Cipher>,
    sender: Arc<Sender>,
    pub clock: Clock,
    pub waiting: Arc<Notify>,
    pub worker: Arc<Worker>,
}

impl Outbox {
    pub async fn with(server: &SmtpServer) -> Outbox {
        Outbox::at(Some(&server.url())).await
    }

    pub async fn at(smtp: Option<&str>) -> Outbox {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("test.sqlite")).await.unwrap();
        let cipher = Arc::new(Cipher::open(&folder.path().join("keys"), true).unwrap());
        let site = Site::load("content".as_ref(), "https://mybackpain.example".into()).unwrap();
        let sender = Arc::new(Sender::new(&site, Some("clinic@example.org")).unwrap());
        let clock = Clock::set_to("2026-11-20T18:15:00Z".parse().unwrap());
        let waiting = Arc::new(Notify::new());
        let worker = Arc::new(Worker {
            database: database.clone(),
            cipher: cipher.clone(),
            sender: sender.clone(),
            post: Post::parse(smtp, folder.path().join("mail")).unwrap(),
            clock: clock.clone(),
            waiting: waiting.clone(),
            progress: Progress::default(),
        });
        Outbox { folder, database, cipher, sender, clock, waiting, worker }
    }

    /// The same outbox with a worker that has just been started.
    pub fn restarted(self, server: &SmtpServer, patience: Patience) -> Outbox {
        let mut post = Post::parse(Some(&server.url()), "unused".into()).unwrap();
        if let Post::Smtp(server) = &mut post {
            server.patience = patience;
        }
        let worker = Arc::new(Worker {
            database: self.database.clone(),
            cipher: self.cipher.clone(),
            sender: self.sender.clone(),
            post,
            clock: self.clock.clone(),
            waiting: self.waiting.clone(),
            progress: Progress::default(),
        });
        Outbox { worker, ..self }
    }

    pub async fn enqueue(&self, to: &str) {
        self.try_enqueue(letter(to)).await.unwrap();
    }

    pub async fn try_enqueue(&self, letter: Letter) -> sqlx::Result<()> {
        let (cipher, sender, now) = (self.cipher.clone(), self.sender.clone(), self.clock.now());
        self.database
            .write(move |c| {
                Box::pin(async move { mail::enqueue(c, &cipher, &sender, letter, now, now).await })
            })
            .await
    }

    pub async fn step(&self) -> usize {
        self.worker.step().await.unwrap()
    }

    pub async fn mails(&self) -> Vec<MailState> {
        mail::mails_of(self.database.readers(), REFERENCE).await.unwrap()
    }

    pub async fn states(&self) -> Vec<State> {
        self.mails().await.iter().map(|mail| mail.state).collect()
    }

    pub async fn trouble(&self) -> String {
        let id = self.mails().await[0].id;
        mail::trouble_of(self.database.readers(), &self.cipher, id).await.unwrap().unwrap_or_default()
    }

    pub async fn number(&self, column: &'static str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("select {column} from outbox order by id limit 1"));
        sqlx::query_scalar(sql).fetch_one(self.database.readers()).await.unwrap()
    }

    /// How long until the first mail is tried again.
    pub async fn wait(&self) -> i64 {
        self.number("due_at").await - seconds(self.clock.now())
    }

    pub async fn keeps_a_message(&self) -> bool {
        self.number("message is not null").await == 1
    }
}

pub fn letter(to: &str) -> Letter {
    Letter {
        purpose: Purpose::Report,
        reference: REFERENCE.into(),
        to: to.into(),
        to_name: "Zoë".into(),
        subject: "Your report".into(),
        text: "Dear Zoë,\n.\n..two dots".into(),
        html: "<p>Dear Zoë</p>".into(),
    }
}
