//! Runs every check in turn, and prints what each finds as soon as it is found.

use std::process::ExitCode;

use crate::cli::arguments::DoctorCommand;
use crate::cli::doctor::finding::DoctorFinding;
use crate::cli::doctor::{address, backup, clock, content, database, folders, key, mail};
use crate::library::count;
use crate::storage::clock::Clock;

/// Changes nothing. The exit code is 1 when something has to be mended.
pub async fn run(doctor: &DoctorCommand) -> ExitCode {
    let serve = &doctor.serve;
    let (folder, now) = (&*serve.data.at.folder, Clock::default().now());
    println!("{}", clock::head(now));
    let mut to_mend = 0;
    let mut say = |findings: Vec<DoctorFinding>| {
        for finding in findings {
            println!("{finding}");
            to_mend += usize::from(finding.is_to_mend());
        }
    };
    say(folders::look(folder));
    say(database::look(serve.data.database.as_deref()).await);
    if folder.is_dir() {
        say(key::look(&serve.data.place()).await);
        say(clock::look(&serve.data.place(), now).await);
        say(backup::disk(folder, serve.least_free));
        say(backup::age(&serve.data.place(), now));
    }
    let (site, found) = content::look(&serve.content.folder, now);
    say(found);
    say(address::look(serve).await);
    say(mail::look(serve, site.as_ref(), doctor.mail_to.as_deref(), now).await);
    if to_mend == 0 {
        println!("Nothing has to be mended.");
        return ExitCode::SUCCESS;
    }
    let verb = if to_mend == 1 { "has" } else { "have" };
    println!("{} {verb} to be mended.", count(to_mend, "thing"));
    ExitCode::FAILURE
}
