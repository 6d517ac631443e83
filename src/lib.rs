//! A clinic's patient education website, and the desk where its staff answer.
//!
//! Two people use it. A patient, often tired and in pain, reads a fact sheet, works out whether this is an emergency,
//! makes a summary of their answers, and asks for a report by email or for the clinic to get in touch. A receptionist
//! sees whom to ring, and by when. Everything works without script.
//!
//! # The rooms
//!
//! Each module uses those below it and nothing above; within a feature, rules and SQL stand below the pages that show
//! them. `tests/site/tidy.rs` reads the imports and holds both.
//!
//! | Module | It is responsible for |
//! |---|---|
//! | [`cli`] | the commands, their settings, how the program starts and stops |
//! | [`router`] | which room answers which address, and the layers around every answer |
//! | [`operations`] | what watches over the running site: alarms, health, retention, demonstration data |
//! | [`desk`] | every page staff see |
//! | [`patients`] | every form and page a patient uses |
//! | [`consultations`] | a request's life as rules and SQL: taken in, called, booked, closed, withdrawn, and its mails |
//! | [`staff`] | accounts, both steps of signing in, sessions, the audit log |
//! | [`library`] | fact sheets, guides, topics, glossary, Markdown, search, the content check, feeds |
//! | [`mail`] | the outbox: stored with its cause, sent, retried, reported on |
//! | [`web`] | the HTTP server, layers, forms and their errors, pages as responses, the frame around a page |
//! | [`signs`] | the signs that need help, and the one reader that finds them in what people type |
//! | [`clinic`] | what the clinic says of itself: names, hours, roles, the promised moment |
//! | [`storage`] | the data folder, the database, field encryption, backup, retention periods, references, the clock |
//!
//! # The way of one request
//!
//! `POST /consultations` passes the layers of [`router`] (headers, size, time, origin) and reaches
//! [`patients::consultations`]. The form as typed is checked into a new request or into errors by field; with errors
//! the same page is shown again with status 422 and everything typed. A checked one goes to [`consultations`], which
//! stores it, its history and the mails it owes in one transaction, and the visitor is sent on with 303 to a page that
//! may be reloaded. The worker of [`mail`] renders and sends the mails; the queue of [`desk`] reads the change. What
//! the person wrote was read by [`signs`], so that a sign that needs help stands first everywhere.
//!
//! # Five decisions that shape everything
//!
//! 1. **One writer.** Every write runs through one connection in [`storage::database`], as `begin immediate` with
//!    `synchronous = full`, and commits before the answer. *Because* an acknowledged request must survive a kill and a
//!    power cut, and SQLite has one writer anyway. *The price*: a slow write makes the next one wait, and a second
//!    machine needs another engine.
//! 2. **The outbox in the transaction of its cause.** A mail is a row, stored with what it is about; a worker renders
//!    and sends it. *Because* a request and its mail are then kept or lost together, and a dead mail server costs
//!    nobody anything. *The price*: at most one extra copy after a crash between the last byte and its reply.
//! 3. **Field encryption.** Names, addresses, numbers and words are encrypted one by one, each tied to its table, row
//!    and column, with a key outside the database and its backups. *Because* a copied file must tell nothing. *The
//!    price*: the database cannot search them; the desk keeps an index in memory.
//! 4. **Public pages are rendered once.** Each is the same bytes for everyone, with a strong ETag, and holds no cookie,
//!    token or nonce; the thread that reads a request for one answers it ([`web::server`]), and gives the rest
//!    to others. *Because* it then opens before anyone notices, and any cache may keep it. *The price*: nothing on
//!    a public page depends on the hour or the person; cross-site posts are refused by headers instead of tokens.
//! 5. **Content is checked like code.** Pages, references and phrases are files; the program refuses to serve a library
//!    that breaks a rule, and names the line. *Because* a wrong link or a claim without a source must not reach a
//!    patient. *The price*: a writer must learn a small notation and mend before publishing.

pub mod cli;
pub mod clinic;
pub mod consultations;
pub mod desk;
pub mod library;
pub mod mail;
pub mod operations;
pub mod patients;
pub mod router;
pub mod signs;
pub mod staff;
pub mod storage;
pub mod web;
