//! The mail server: signs in without sending, or sends one mail when asked to.

use std::time::Duration;

use jiff::Timestamp;
use lettre::Address;

use crate::cli::doctor::dns_records;
use crate::cli::doctor::finding::DoctorFinding;
use crate::cli::settings::Serve;
use crate::mail::{Outcome, RenderedLetter, Sender, Server, Stage, Transport, Trouble, new_message_id};
use crate::web::site::Site;

const WORDS: &str = "This mail was sent by mybackpain doctor to see whether mail of the site arrives. There is nothing to do.";
const SERVER: &str = "Correct --smtp (smtp in the settings file).";

pub async fn look(
    serve: &Serve,
    site: Option<&Site>,
    mail_to: Option<&str>,
    now: Timestamp,
) -> Vec<DoctorFinding> {
    let url = match serve.smtp_url() {
        Ok(url) => url,
        Err(error) => {
            return vec![DoctorFinding::failed(
                &error,
                "Put it into the file of --smtp-password-file, as it is.",
            )];
        }
    };
    let transport = Transport::parse(url.as_deref(), "mail".into());
    let mut server = match transport {
        Ok(Transport::Smtp(server)) => server,
        Ok(_) => return without_server(mail_to),
        Err(error) => return vec![DoctorFinding::failed(&error, SERVER)],
    };
    server.timeouts.command = Duration::from_secs(20);
    let Some(site) = site else {
        return vec![DoctorFinding::look(
            "The mail server was not tried: the content does not say who mail is from.",
        )];
    };
    let sender = match sender(serve, site) {
        Ok(sender) => sender,
        Err(error) => {
            return vec![DoctorFinding::failed(&error, "Correct it in the settings, and run this again.")];
        }
    };
    let envelope = envelope(serve, &sender);
    let mut findings = match mail_to {
        None => vec![sign_in(&server, &envelope).await],
        Some(to) => vec![send(&server, &sender, &envelope, to, site, now).await],
    };
    findings.extend(dns_records::explain(sender.address().domain(), envelope.domain()));
    findings
}

fn without_server(mail_to: Option<&str>) -> Vec<DoctorFinding> {
    let words = "There is no mail server: mail is written to files in the data folder.";
    vec![match mail_to {
        None => DoctorFinding::look(format!("{words} Set smtp before patients come.")),
        Some(_) => DoctorFinding::mend(words, "Give --smtp, or leave --mail-to out."),
    }]
}

fn sender(serve: &Serve, site: &Site) -> anyhow::Result<Sender> {
    let sender = Sender::new(site, serve.mail_from.as_deref())?;
    match &serve.mail_bounces_to {
        Some(address) => sender.with_bounces_to(address),
        None => Ok(sender),
    }
}

/// What the mail server is told of the sender, as it would be with a mail to a patient.
fn envelope(serve: &Serve, sender: &Sender) -> Address {
    let bounces_to = serve.mail_bounces_to.as_ref().map(|address| address.replace('*', "doctor"));
    bounces_to.and_then(|address| address.parse().ok()).unwrap_or_else(|| sender.address().clone())
}

async fn sign_in(server: &Server, envelope: &Address) -> DoctorFinding {
    match server.try_sign_in(envelope).await {
        Ok(()) => DoctorFinding::good(format!(
            "The mail server takes us as {envelope} ({}). Nothing was sent; --mail-to ADDRESS sends one mail.",
            server.describe()
        )),
        Err(trouble) => refused(server, &trouble),
    }
}

async fn send(
    server: &Server,
    sender: &Sender,
    envelope: &Address,
    to: &str,
    site: &Site,
    now: Timestamp,
) -> DoctorFinding {
    let Ok(to) = to.parse::<Address>() else {
        return DoctorFinding::mend(
            format!("{to:?} is not an email address."),
            "Give --mail-to an address of yours.",
        );
    };
    let message = match sender.write(&letter(site), &to, &new_message_id(site), now) {
        Ok(message) => message,
        Err(error) => return DoctorFinding::failed(&error, "Give --mail-to another address of yours."),
    };
    let outcome = match server.begin(envelope, &to).await {
        Ok(mut session) => {
            let outcome = session.deliver(&message).await;
            session.quit().await;
            outcome
        }
        Err(outcome) => outcome,
    };
    match outcome {
        Outcome::Sent => DoctorFinding::look(format!(
            "The mail server took one mail to {to}: see that it arrives, and not among spam."
        )),
        other => other.trouble().map_or_else(
            || DoctorFinding::mend("The mail server did not take the mail.", SERVER),
            |trouble| refused(server, trouble),
        ),
    }
}

fn letter(site: &Site) -> RenderedLetter {
    RenderedLetter {
        to_name: String::new(),
        subject: format!("A test mail of {}", site.clinic.site),
        text: WORDS.to_owned(),
        html: format!("<!doctype html>\n<html lang=\"en-GB\">\n<title>A test</title>\n<p>{WORDS}</p>\n"),
        calendar: None,
        reply_to: None,
        stop: None,
    }
}

fn refused(server: &Server, trouble: &Trouble) -> DoctorFinding {
    let how = match trouble.stage {
        Stage::Connect | Stage::Greeting => {
            "Correct the host and the port of --smtp, and see that no firewall of the machine's provider stops them: many close port 25."
        }
        Stage::StartTls => "Use smtps://, or another port: the password is not sent without encryption.",
        Stage::Auth => {
            "Correct the user in --smtp and the password. Many providers want a password made for programs."
        }
        Stage::MailFrom => {
            "Ask the provider to let this user send as that address, or give another with --mail-from."
        }
        Stage::RcptTo => "Try --mail-to with another address: the server does not take this one.",
        _ => SERVER,
    };
    DoctorFinding::mend(
        format!(
            "The mail server does not take our mail: {}. (It was: {}.)",
            trouble.in_words(),
            server.describe()
        ),
        how,
    )
}
