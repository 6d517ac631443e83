//! One SMTP session per mail, stage by stage, so that each failure is attributed to the server, the mail or the
//! network.

use std::time::Duration;

use anyhow::Context;
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::net::{TcpStream, lookup_host};

use crate::mail::outcome::{Outcome, Stage, Trouble};
use crate::mail::smtp_limit::{LimitedStream, TlsStream};

pub struct Server {
    host: String,
    port: u16,
    security: Security,
    /// On this machine: nothing that is said leaves it.
    local: bool,
    credentials: Option<Credentials>,
    tls: Option<TlsParameters>,
    hello: ClientId,
    pub timeouts: Timeouts,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Security {
    FromTheStart,
    Required,
    WhenOffered,
    None,
}

/// How long each stage may take. lettre's own limit covers connecting alone: a server that says nothing would hold
/// the worker for good.
#[derive(Clone, Copy)]
pub struct Timeouts {
    /// For each of the server's addresses.
    pub connect: Duration,
    /// For the greeting and for each command.
    pub command: Duration,
    /// For the message and the reply to its final dot. A shorter time makes duplicates (RFC 5321, 4.5.3.2.6).
    pub message: Duration,
    /// For the message and the reply, while no other mail goes: a slow server must not hold up the rest.
    pub handover: Duration,
    pub quit: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            connect: Duration::from_secs(10),
            command: Duration::from_secs(60),
            message: Duration::from_secs(12 * 60),
            handover: Duration::from_secs(5),
            quit: Duration::from_secs(5),
        }
    }
}

/// A server that has agreed to a sender and a recipient, and waits for the message.
pub struct SmtpSession {
    connection: AsyncSmtpConnection,
    timeouts: Timeouts,
}

impl Server {
    pub fn new(
        host: &str,
        port: u16,
        security: Security,
        local: bool,
        credentials: Option<Credentials>,
    ) -> anyhow::Result<Server> {
        // A mail server on this machine names the machine, not "localhost", and is often self-signed.
        let trusted = local && security == Security::WhenOffered;
        let tls = (security != Security::None)
            .then(|| {
                TlsParameters::builder(host.to_owned())
                    .dangerous_accept_invalid_certs(trusted)
                    .dangerous_accept_invalid_hostnames(trusted)
                    .build()
            })
            .transpose()
            .context("this machine cannot check the mail server's certificate; install ca-certificates")?;
        let (host, hello) = (host.to_owned(), ClientId::default());
        Ok(Server { host, port, security, local, credentials, tls, hello, timeouts: Timeouts::default() })
    }

    pub fn describe(&self) -> String {
        let how = match self.security {
            Security::FromTheStart => "with TLS",
            Security::Required => "with STARTTLS",
            Security::WhenOffered => "with STARTTLS when offered",
            Security::None => "without TLS",
        };
        format!("mail goes to {}, port {}, {how}", self.host, self.port)
    }

    /// Everything up to the message itself. Until this returns the mail has certainly not gone.
    pub async fn begin(&self, from: &Address, to: &Address) -> Result<SmtpSession, Outcome> {
        // Until it has taken the sender, the server has refused us, not this mail.
        let mut connection = self.introduce(from).await.map_err(Outcome::Unreachable)?;
        let limit = self.timeouts.command;
        let rcpt = connection.command(Rcpt::new(to.clone(), vec![]));
        within(limit, Stage::RcptTo, rcpt).await.map_err(recipient_refused)?;
        let data = within(limit, Stage::Data, connection.command(Data)).await.map_err(mail_refused)?;
        if !data.has_code(354) {
            return Err(Outcome::Later(Trouble::new(Stage::Data, "not the reply that was expected")));
        }
        Ok(SmtpSession { connection, timeouts: self.timeouts })
    }

    /// Connects, signs in, names the sender, and says goodbye: nothing is sent.
    pub async fn try_sign_in(&self, from: &Address) -> Result<(), Trouble> {
        let mut connection = self.introduce(from).await?;
        let _ = tokio::time::timeout(self.timeouts.quit, connection.quit()).await;
        Ok(())
    }

    /// From connecting to the reply to MAIL FROM.
    async fn introduce(&self, from: &Address) -> Result<AsyncSmtpConnection, Trouble> {
        let limit = self.timeouts.command;
        let mut connection = self.connect().await?;
        let wanted = match self.security {
            Security::Required => true,
            Security::WhenOffered => connection.can_starttls(),
            Security::FromTheStart | Security::None => false,
        };
        if let (true, Some(tls)) = (wanted, &self.tls) {
            within(limit, Stage::StartTls, connection.starttls(tls.clone(), &self.hello)).await?;
        }
        if let Some(credentials) = &self.credentials {
            let encrypted = self.security == Security::FromTheStart || connection.is_encrypted();
            if !encrypted && !self.local {
                let words = "the server offers no encryption, and the password is not sent without it";
                return Err(Trouble::new(Stage::StartTls, words));
            }
            within(limit, Stage::Auth, connection.auth(DEFAULT_MECHANISMS, credentials)).await?;
        }
        let mail = connection.command(Mail::new(Some(from.clone()), vec![]));
        within(limit, Stage::MailFrom, mail).await?;
        Ok(connection)
    }

    /// Connects and reads the greeting.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Trouble> {
        let Timeouts { connect, command, .. } = self.timeouts;
        let stream = LimitedStream::new(self.open().await?);
        if let (Security::FromTheStart, Some(tls)) = (self.security, &self.tls) {
            let stream = within(connect, Stage::Connect, TlsStream::over(stream, tls.clone())).await?;
            let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello);
            return within(command, Stage::Greeting, greeted).await;
        }
        let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello);
        within(command, Stage::Greeting, greeted).await
    }

    async fn open(&self) -> Result<TcpStream, Trouble> {
        let limit = self.timeouts.connect;
        let failed = |error: std::io::Error| Trouble::new(Stage::Connect, error.to_string());
        let late = || Trouble::new(Stage::Connect, format!("no answer within {limit:?}"));
        let addresses = tokio::time::timeout(limit, lookup_host((self.host.as_str(), self.port)))
            .await
            .map_err(|_| late())?
            .map_err(failed)?;
        let mut last = Trouble::new(Stage::Connect, "the server has no address");
        for address in addresses.take(3) {
            match tokio::time::timeout(limit, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // Or the final dot waits some 40 ms until the server says that it has the words before it.
                    stream.set_nodelay(true).map_err(failed)?;
                    return Ok(stream);
                }
                Ok(Err(error)) => last = failed(error),
                Err(_) => last = late(),
            }
        }
        Err(last)
    }
}

impl SmtpSession {
    /// Sends the message and waits for the one reply that says it was taken.
    pub async fn deliver(&mut self, message: &[u8]) -> Outcome {
        // lettre ends the message with a line break of its own.
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        let replied = within(self.timeouts.message, Stage::Content, self.connection.message(message)).await;
        match replied {
            Ok(reply) if reply.has_code(250) => Outcome::Sent,
            Ok(reply) => Outcome::Uncertain(unexpected(&reply)),
            Err(trouble) if trouble.code.is_none() => Outcome::Uncertain(trouble),
            Err(trouble) => mail_refused(trouble),
        }
    }

    /// Says goodbye, if the server still listens.
    pub async fn quit(mut self) {
        let _ = tokio::time::timeout(self.timeouts.quit, self.connection.quit()).await;
    }
}

/// A refusal of this recipient, unless its words show that it is a refusal of us.
fn recipient_refused(trouble: Trouble) -> Outcome {
    match trouble.code {
        // Codes about signing in are never about a recipient (RFC 4954, section 6).
        Some(530 | 534 | 535 | 538) => Outcome::Unreachable(trouble),
        // "Relay access denied": the server is not set up for us, or the recipient's is not set up at all.
        Some(500..) if trouble.words.to_lowercase().contains("relay") => Outcome::Later(trouble),
        _ => mail_refused(trouble),
    }
}

/// Without a reply code the connection was lost: another time may be better.
fn mail_refused(trouble: Trouble) -> Outcome {
    match trouble.code {
        Some(500..) => Outcome::Refused(trouble),
        _ => Outcome::Later(trouble),
    }
}

fn unexpected(reply: &Response) -> Trouble {
    let words = reply.message().collect::<Vec<_>>().join(" ");
    Trouble { stage: Stage::Content, code: Some(reply.code().into()), words }
}

async fn within<T>(
    limit: Duration,
    stage: Stage,
    work: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Trouble> {
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(trouble(stage, &error)),
        Err(_) => Err(Trouble::new(stage, format!("no answer within {limit:?}"))),
    }
}

fn trouble(stage: Stage, error: &lettre::transport::smtp::Error) -> Trouble {
    use std::error::Error;
    let code = error.status().map(u16::from);
    // With a code, the cause is what the server said.
    let words = match (code, error.source()) {
        (Some(_), Some(said)) => said.to_string(),
        (Some(_), None) => String::new(),
        (None, _) => error.to_string(),
    };
    Trouble { stage, code, words }
}
