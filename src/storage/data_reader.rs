//! Reads the data of a place without changing it, while a program of any version may serve it.

use anyhow::ensure;

use crate::storage::database;
use crate::storage::database::{Connection, TablesAge};
use crate::storage::lock;
use crate::storage::place::DataPlace;

/// What is still in the log of a file is read too.
pub async fn open(place: &DataPlace) -> anyhow::Result<Connection> {
    match place.server() {
        Some(address) => database::read_server(address).await,
        None => Ok(database::read(&place.database_file()).await?),
    }
}

/// For what is done beside the site: where it is served by the program that made older tables, that one is not to lose them.
pub async fn refuse_older_tables(place: &DataPlace) -> anyhow::Result<()> {
    let tables = match open(place).await {
        Ok(mut reader) => TablesAge::read(&mut reader).await,
        Err(error) if place.server().is_some() => return Err(error),
        // A damaged file is told apart when it is opened.
        Err(_) => TablesAge::None,
    };
    ensure!(
        tables != TablesAge::Older || !is_served(place).await?,
        "an older version of mybackpain serves the site, and its tables are older too; start this version in its place first"
    );
    Ok(())
}

async fn is_served(place: &DataPlace) -> anyhow::Result<bool> {
    match place.server() {
        Some(address) => Ok(database::ensure_nobody_serves(address).await.is_err()),
        None => lock::is_served(&place.folder),
    }
}
