//! Makes accounts and reset links from the command line.

use std::io;
use std::io::BufRead;

use anyhow::{Context, bail, ensure};

use crate::cli::arguments::{StaffAdd, StaffReset};
use crate::staff;
use crate::staff::resets::choice::ResetChoice;
use crate::staff::{AccountRefused, NewAccount, password};
use crate::storage::clock::Clock;
use crate::storage::data_dir::{DataDir, Lost, open_data, open_data_that_is_there};
use crate::storage::lock::LockPurpose;
use crate::web::form;
use crate::web::form::email;

/// Makes an account for the desk.
pub async fn add_staff(add: StaffAdd) -> anyhow::Result<()> {
    let address = email::check(&add.email).map_err(anyhow::Error::msg)?.to_lowercase();
    let name = form::name(&add.name, "give --name").map_err(anyhow::Error::msg)?;
    eprintln!("Password for {address} ({} characters or more), then Enter:", password::SHORTEST);
    let mut secret = String::new();
    io::stdin().lock().read_line(&mut secret)?;
    let secret = secret.trim_end_matches(['\r', '\n']).to_owned();
    let own_words = password::own_words(&name, &address, &[]);
    password::check(&secret, &own_words).map_err(anyhow::Error::msg)?;
    let DataDir { database, lock: _lock, .. } =
        open_data(&add.data.place(), LockPurpose::Beside, Lost::Refuse).await?;
    ensure!(!database.condition().is_damaged(), "the database is damaged; restore the last good backup");
    let new = NewAccount { email: address, name, role: add.role, password: secret };
    let made = staff::add(&database, Clock::default().now(), new, None).await;
    database.close().await;
    match made? {
        Ok(_) => println!("The account is made: sign in at /staff/sign-in"),
        Err(AccountRefused::AddressTaken) => bail!("there is an account with this address already"),
        Err(AccountRefused::NoInvitation) => bail!("no invitation was given"),
    }
    Ok(())
}

/// Prints a link with which someone sets up their second step again.
pub async fn reset_staff(reset: StaffReset) -> anyhow::Result<()> {
    let DataDir { database, cipher, lock: _lock } =
        open_data_that_is_there(&reset.data.place(), LockPurpose::Beside).await?;
    let now = Clock::default().now();
    let email = reset.email.to_lowercase();
    let choice = ResetChoice { password: reset.password, second_step: true };
    let made = database
        .write(move |connection| {
            Box::pin(async move { staff::resets::make_for(connection, &cipher, &email, choice, now).await })
        })
        .await;
    database.close().await;
    let token = made?.context("there is no account with this address, or it is disabled")?;
    println!(
        "They are signed out, and sign in again only with this link, once, within 24 hours:\n  {}/staff/reset/{token}",
        reset.base_url.trim_end_matches('/')
    );
    Ok(())
}
