//! The output of the commands that run beside the server: backup, restore, demonstration, a new page, a person's data.

use std::io::Read;
use std::process::ExitCode;

use anyhow::{Context, ensure};

use crate::cli::arguments::{Backup, ConfirmClock, Demo, MoveCommand, NewCommand, PersonCommand, Restore};
use crate::cli::progress::listener;
use crate::cli::settings::Data;
use crate::cli::today::today;
use crate::desk::data_rights;
use crate::desk::data_rights::{DataSubject, PersonalRecord};
use crate::library::{PageKind, count, new_page as blank};
use crate::mail::bounces;
use crate::mail::bounces::{BounceEffect, BounceReport};
use crate::operations::delivery_reports;
use crate::operations::demo as month;
use crate::staff::audit;
use crate::storage::backup as copies;
use crate::storage::believed_time;
use crate::storage::clock::{Clock, seconds};
use crate::storage::data_dir::{DataDir, open_data_that_is_there};
use crate::storage::lock::LockPurpose;
use crate::storage::moving;
use crate::web::error;

/// EX_TEMPFAIL of sysexits.h, as mail servers read it.
const TRY_AGAIN_LATER: u8 = 75;

pub async fn backup(backup: Backup) -> anyhow::Result<()> {
    let copy = copies::make(
        &backup.data.place(),
        &backup.into,
        Clock::default().now(),
        &listener(backup.quiet.quiet),
    )
    .await?;
    println!("The backup is good: {}", copy.display());
    println!("Keep {} too, apart from it.", backup.data.place().key_file().display());
    Ok(())
}

pub async fn restore(restore: Restore) -> anyhow::Result<()> {
    ensure!(
        restore.data.database.is_none(),
        "a backup is put into a folder, without --database; then move it into an empty PostgreSQL database with \
         `mybackpain move`"
    );
    let (data, key_file) = (&restore.data.at.folder, restore.data.place().key_file());
    copies::restore(&restore.backup, data, &listener(restore.quiet.quiet)).await?;
    println!("The backup is in {}.", data.display());
    if !key_file.exists() && restore.data.key_file.is_some() {
        println!("Put the key at {} from its own backup before you start the site.", key_file.display());
    } else if !key_file.exists() {
        println!("Put sealing.key beside it from its own backup before you start the site.");
    }
    println!(
        "If the data folder that was lost still has an erased.log, put it there too: it knows what patients had erased since \
         the last backup. What they had erased before is erased again when the site starts."
    );
    Ok(())
}

pub async fn move_data(command: MoveCommand) -> anyhow::Result<()> {
    let (from, to) = (command.data.place(), command.data.place_at(&command.to));
    let now = Clock::default().now();
    let copied = moving::move_data(&from, &to, now, &listener(command.quiet.quiet)).await?;
    println!("{:<28} {:>10} {:>10}", "table", "rows there", "rows here");
    for table in copied {
        println!("{:<28} {:>10} {:>10}", table.name, table.rows, table.rows);
    }
    if to.server().is_some() {
        println!("Everything is in the PostgreSQL database. Start the site with --database from now on.");
        if let Some(moved) = from.moved_away() {
            println!(
                "{} holds personal data as it was until now: remove it once the site runs well.",
                moved.display()
            );
        }
    } else {
        println!("Everything is in {}. Start the site without --database from now on.", to.folder.display());
        println!("The PostgreSQL database still holds it as it was: drop it once the site runs well.");
    }
    if !to.key_file().exists() {
        println!("Put the key of the site at {} before you start it.", to.key_file().display());
    }
    Ok(())
}

pub async fn demo(demo: Demo) -> anyhow::Result<()> {
    let folder = demo.data.folder.clone();
    let requests = usize::try_from(demo.requests)?;
    let colleagues = month::fill(
        &month::DemoMonth {
            folder: &folder,
            content: &demo.content.folder,
            requests: demo.requests,
            seed: demo.seed,
            work: listener(demo.quiet.quiet),
        },
        Clock::default().now(),
    )
    .await?;
    println!("{} has a made-up month with {}.", folder.display(), count(requests, "request"));
    println!("Serve it with: mybackpain serve --data {}", folder.display());
    println!("Sign in at /staff/sign-in as:");
    for colleague in colleagues {
        println!("  {:<14} {:<28} {}", colleague.role, colleague.email, colleague.password);
    }
    Ok(())
}

/// Writes a page to fill in, and says what to do next.
pub fn new_page(new: &NewCommand) -> anyhow::Result<()> {
    let (kind, asked) = match new {
        NewCommand::FactSheet(asked) => (PageKind::FactSheet, asked),
        NewCommand::Guide(asked) => (PageKind::Guide, asked),
    };
    let today = today(&Clock::default());
    let file = blank::write(&asked.content.folder, kind, &asked.slug, today)?;
    println!("{} is yours to fill in. Then run: mybackpain check", file.display());
    Ok(())
}

/// Writes out or erases what is held under exactly this address or number. What is nearly the same is named.
pub async fn person(command: PersonCommand) -> anyhow::Result<()> {
    let (PersonCommand::Export(asked) | PersonCommand::Erase(asked)) = &command;
    let person = DataSubject::parse(&asked.person).map_err(anyhow::Error::msg)?;
    let DataDir { database, cipher, lock: _lock } =
        open_data_that_is_there(&asked.data.place(), LockPurpose::Beside).await?;
    let now = Clock::default().now();
    let done = async {
        let found = data_rights::find(&database, &cipher, &person, &[]).await?;
        match command {
            PersonCommand::Export(_) => {
                data_rights::note_taken(&database, &found.held, None, now).await?;
                print!("{}", data_rights::file::json(&found.held, seconds(now)));
            }
            PersonCommand::Erase(_) => {
                let proof = data_rights::erase(&database, &cipher, &person, &[], None, now).await?;
                println!("Erased. The proof is {proof}: /staff/data-rights/erasures/{proof}");
            }
        }
        print_near_matches(&found);
        error::Result::Ok(())
    };
    let done = done.await;
    database.close().await;
    done.map_err(|error| anyhow::anyhow!("{error:?}"))
}

/// Says that the time of this machine is right, though it is far from the time that the site last believed.
pub async fn confirm_clock(confirm: ConfirmClock) -> anyhow::Result<()> {
    let DataDir { database, lock: _lock, .. } =
        open_data_that_is_there(&confirm.data.place(), LockPurpose::Beside).await?;
    let now = Clock::default().now();
    let confirmed = database
        .write(move |connection| {
            Box::pin(async move {
                believed_time::confirm(connection, now, confirm.was_off).await?;
                audit::store::insert(connection, None, now, audit::CONFIRMED_CLOCK, "").await
            })
        })
        .await;
    database.close().await;
    confirmed?;
    println!(
        "The time {now} is believed. Reminders are sent again, and what is due is erased within the hour."
    );
    if !confirm.was_off {
        println!(
            "Nothing is older by a jump of the clock: if the machine was off for all of it, say so with --was-off."
        );
    }
    Ok(())
}

/// Reads a report about a mail that was sent. A mail server that hands it over tries again later when it cannot be
/// stored now, and never when it is no report or tells nothing new: it would be sent back as undelivered otherwise.
pub async fn bounce(data: Data) -> ExitCode {
    match take_report(data).await {
        Ok(change) => {
            println!("{change}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("mybackpain: {error:#}");
            ExitCode::from(TRY_AGAIN_LATER)
        }
    }
}

async fn take_report(data: Data) -> anyhow::Result<&'static str> {
    let (mut bytes, mut input) = (Vec::new(), std::io::stdin());
    let read = (&mut input).take(bounces::LARGEST as u64).read_to_end(&mut bytes);
    // The rest is taken too: a mail server would see a broken pipe as a failure.
    read.and_then(|_| std::io::copy(&mut input, &mut std::io::sink())).context("cannot read the report")?;
    let Some(report) = BounceReport::parse(&bytes) else {
        return Ok("This is no report about a mail: nothing was changed.");
    };
    let DataDir { database, cipher, lock: _lock } =
        open_data_that_is_there(&data.place(), LockPurpose::Beside).await?;
    let now = Clock::default().now();
    let applied = database
        .write(move |c| Box::pin(async move { delivery_reports::take(c, &cipher, &report, now).await }))
        .await;
    database.close().await;
    Ok(match applied? {
        BounceEffect::Failed => "The mail was not delivered: it is a task on the desk.",
        BounceEffect::Unwanted => "The mail was unwanted: nothing more is sent to its address.",
        BounceEffect::Nothing => "The report tells nothing new about a mail of ours: nothing was changed.",
    })
}

fn print_near_matches(found: &PersonalRecord) {
    if !found.near.is_empty() {
        eprintln!("Not taken, as it may be another person’s: ask, and tick it at /staff/data-rights.");
    }
    for near in &found.near {
        eprintln!("  {}", near.words);
    }
    for one in &found.unopened {
        eprintln!("{one} cannot be opened, so nobody can say whose it is.");
    }
}
