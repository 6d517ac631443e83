//! An outbox in a folder of its own, with its worker and the clock that both go by.

use std::sync::Arc;

use jiff::SignedDuration;
use mybackpain::mail;
use mybackpain::mail::{
    Letter, MailState, NewMail, Progress, Purpose, RenderedLetter, Sender, State, Timeouts, Transport, Worker,
};
use mybackpain::storage::clock::{Clock, seconds};
use mybackpain::storage::database::Database;
use mybackpain::storage::encryption::Cipher;
use mybackpain::web::app::{App, Parts};
use mybackpain::web::security::Limits;
use mybackpain::web::site::Site;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::support::engine;
use crate::support::engine::TestDatabase;
use crate::support::smtp::SmtpServer;

const REFERENCE: &str = "RP-2345-6789";
pub const MINUTE: SignedDuration = SignedDuration::from_mins(1);
pub const LEASE: SignedDuration = SignedDuration::from_mins(20);

/// An outbox with its worker, and the clock that both go by.
pub struct Outbox {
    pub folder: tempfile::TempDir,
    pub app: App,
    pub database: Database,
    pub clock: Clock,
    pub waiting: Arc<Notify>,
    pub worker: Arc<Worker>,
    _own: Option<TestDatabase>,
}

/// A letter of these tests.
#[derive(Serialize, Deserialize)]
pub struct Words {
    name: String,
    pub text: String,
}

impl Letter for Words {
    const PURPOSE: Purpose = Purpose::Report;
}

impl Outbox {
    pub async fn with(server: &SmtpServer) -> Outbox {
        Outbox::at(Some(&server.url())).await
    }

    pub async fn at(smtp: Option<&str>) -> Outbox {
        Outbox::open(tempfile::tempdir().unwrap(), smtp).await
    }

    /// What a folder holds already goes on.
    pub async fn open(folder: tempfile::TempDir, smtp: Option<&str>) -> Outbox {
        let (database, own) = engine::open(folder.path()).await;
        database.take_part();
        let clock = Clock::set_to("2026-11-20T18:15:00Z".parse().unwrap());
        let app = App::new(Parts {
            site: Arc::new(Site::load("content".as_ref(), "https://mybackpain.example".into()).unwrap()),
            database: database.clone(),
            cipher: Arc::new(Cipher::open(&folder.path().join("keys"), true).unwrap()),
            limits: Arc::new(Limits::none()),
            clock: clock.clone(),
            mail_waiting: Arc::new(Notify::new()),
        });
        let worker = worker(&app, Transport::parse(smtp, folder.path().join("mail")).unwrap(), "");
        let waiting = app.mail_waiting.clone();
        Outbox { folder, app, database, clock, waiting, worker, _own: own }
    }

    /// The same outbox with a worker that has just been started.
    pub fn restarted(self, server: &SmtpServer, timeouts: Timeouts) -> Outbox {
        self.restarted_with(server, timeouts, "")
    }

    /// The same with a program whose words are others.
    pub fn restarted_with(self, server: &SmtpServer, timeouts: Timeouts, more: &'static str) -> Outbox {
        let mut transport = Transport::parse(Some(&server.url()), "unused".into()).unwrap();
        if let Transport::Smtp(server) = &mut transport {
            server.timeouts = timeouts;
        }
        Outbox { worker: worker(&self.app, transport, more), ..self }
    }

    pub async fn enqueue(&self, to: &str) {
        self.try_enqueue(letter(to)).await.unwrap();
    }

    pub async fn try_enqueue(&self, mail: NewMail) -> sqlx::Result<()> {
        let (app, now) = (self.app.clone(), self.clock.now());
        self.database
            .write(move |c| Box::pin(async move { mail::enqueue(c, &app, mail, now, now).await.map(|_| ()) }))
            .await
    }

    pub async fn change(&self, sql: &'static str) {
        self.database
            .write(move |c| Box::pin(async move { sqlx::query(sql).execute(c).await.map(|_| ()) }))
            .await
            .unwrap();
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
        mail::trouble_of(self.database.readers(), &self.app.cipher, id).await.unwrap().unwrap_or_default()
    }

    pub async fn number(&self, column: &'static str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("select {column} from outbox order by id limit 1"));
        sqlx::query_scalar(sql).fetch_one(self.database.readers()).await.unwrap()
    }

    /// How many mails this is true of.
    pub async fn count(&self, condition: &'static str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("select count(*) from outbox where {condition}"));
        sqlx::query_scalar(sql).fetch_one(self.database.readers()).await.unwrap()
    }

    /// How long until the first mail is tried again.
    pub async fn wait(&self) -> i64 {
        self.number("due_at").await - seconds(self.clock.now())
    }

    pub async fn keeps_a_message(&self) -> bool {
        self.number("letter is not null or message is not null").await == 1
    }
}

pub fn letter(to: &str) -> NewMail {
    let words = Words { name: "Zoë".into(), text: "Dear Zoë,\n.\n..two dots".into() };
    NewMail::new(&words, REFERENCE, to)
}

fn worker(app: &App, transport: Transport, more: &'static str) -> Arc<Worker> {
    Arc::new(Worker {
        app: app.clone(),
        sender: Sender::new(&app.site, Some("clinic@example.org")).unwrap(),
        transport,
        renderer: Arc::new(move |mail| {
            let Words { name, text } = serde_json::from_str(mail.letter)?;
            Ok(RenderedLetter {
                html: format!("<p>Dear {name}</p>"),
                text: text + more,
                subject: "Your report".into(),
                to_name: name,
                ..RenderedLetter::default()
            })
        }),
        progress: Progress::default(),
    })
}
