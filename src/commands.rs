//! What the commands say that are run beside the server: backup, restore, demonstration.

use crate::clock::Clock;
use crate::config::{Backup, Demo, Restore};
use crate::library::count;
use crate::{backup as copies, demo as month};

pub async fn backup(backup: Backup) -> anyhow::Result<()> {
    let copy = copies::make(&backup.data.folder, &backup.into, Clock::default().now()).await?;
    println!("The backup is good: {}", copy.display());
    println!("Keep {} too, apart from it.", backup.data.folder.join("sealing.key").display());
    Ok(())
}

pub async fn restore(restore: Restore) -> anyhow::Result<()> {
    let data = &restore.data.folder;
    copies::restore(&restore.backup, data).await?;
    println!("The backup is in {}.", data.display());
    if !data.join("sealing.key").exists() {
        println!("Put sealing.key beside it from its own backup before you start the site.");
    }
    Ok(())
}

pub async fn demo(demo: Demo) -> anyhow::Result<()> {
    let folder = demo.data.folder.clone();
    let requests = usize::try_from(demo.requests)?;
    let colleagues = month::fill(&demo, Clock::default().now()).await?;
    println!("{} has a made-up month with {}.", folder.display(), count(requests, "request"));
    println!("Serve it with: mybackpain serve --data {}", folder.display());
    println!("Sign in at /staff/sign-in as:");
    for colleague in colleagues {
        println!("  {:<14} {:<28} {}", colleague.role, colleague.email, colleague.password);
    }
    Ok(())
}
