//! The commands that write the signatures of pages to a file and take them from one.

use anyhow::Context;

use crate::cli::arguments::SignaturesCommand;
use crate::cli::today::today;
use crate::library::count;
use crate::library::signatures::{file, store};
use crate::staff::audit;
use crate::storage::clock::Clock;
use crate::storage::data_dir::{DataDir, open_data_that_is_there};
use crate::storage::lock::LockPurpose;

/// The site may run meanwhile: it shows what was taken within a minute.
pub async fn run(command: SignaturesCommand) -> anyhow::Result<()> {
    let data = match &command {
        SignaturesCommand::Export(data) => data,
        SignaturesCommand::Import(import) => &import.data,
    };
    let opened = open_data_that_is_there(&data.place(), LockPurpose::Beside).await?;
    let done = match &command {
        SignaturesCommand::Export(_) => {
            file::export(opened.database.readers()).await.map(|file| print!("{file}"))
        }
        SignaturesCommand::Import(import) => take(&opened, &import.file).await,
    };
    opened.database.close().await;
    done
}

/// All of the file or nothing of it.
async fn take(opened: &DataDir, path: &std::path::Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let all = file::read(&text, today(&Clock::default()))
        .with_context(|| format!("nothing was taken from {}", path.display()))?;
    let (whole, now) = (all.len(), Clock::default().now());
    let write = opened.database.write(move |connection| {
        Box::pin(async move {
            let mut taken = 0;
            for new in &all {
                if store::insert(connection, new).await? {
                    taken += 1;
                    audit::store::insert(connection, None, now, "took a signature from a file", &new.slug)
                        .await?;
                }
            }
            Ok(taken)
        })
    });
    let taken = write.await?;
    println!("{} taken, {} there already.", count(taken, "signature"), whole - taken);
    Ok(())
}
