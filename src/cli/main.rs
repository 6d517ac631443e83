//! The command line; starts the web server and the background work, and stops both cleanly.

use std::process::ExitCode;

use mybackpain::cli::arguments::{ClockCommand, Command, StaffCommand};
use mybackpain::cli::{commands, doctor, manual, parse, preview, show_settings, signatures, staff, start};
use mybackpain::operations::alarms;
use mybackpain::storage::data_dir;

#[tokio::main]
async fn main() -> ExitCode {
    data_dir::keep_new_files_private();
    let parse::CommandLine { cli, settings } = match parse::command_line() {
        Ok(read) => read,
        Err(code) => return code,
    };
    let done = match cli.command {
        None => start::serve(cli.serve).await,
        Some(Command::Serve(serve)) => start::serve(*serve).await,
        Some(Command::Config(_)) => {
            print!("{}", show_settings::show(&settings));
            Ok(())
        }
        Some(Command::Doctor(doctor)) => return doctor::run(&doctor).await,
        Some(Command::Preview(preview)) => preview::serve(preview).await,
        Some(Command::Manual { into }) => manual::write(&into),
        Some(Command::Check(check)) => start::check(&check),
        Some(Command::New(new)) => commands::new_page(&new),
        Some(Command::Staff(StaffCommand::Add(add))) => staff::add_staff(add).await,
        Some(Command::Backup(backup)) => commands::backup(backup).await,
        Some(Command::Restore(restore)) => commands::restore(restore).await,
        Some(Command::Move(command)) => commands::move_data(command).await,
        Some(Command::Healthcheck(check)) => alarms::health::ask(check.health_address).await,
        Some(Command::Demo(demo)) => commands::demo(demo).await,
        Some(Command::Staff(StaffCommand::Reset(reset))) => staff::reset_staff(reset).await,
        Some(Command::Person(command)) => commands::person(command).await,
        Some(Command::Signatures(command)) => signatures::run(command).await,
        Some(Command::Clock(ClockCommand::Confirm(data))) => commands::confirm_clock(data).await,
        Some(Command::Bounce(data)) => return commands::bounce(data).await,
        Some(Command::RotateKey(rotate)) => start::rotate_key(rotate).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mybackpain: {error:#}");
            ExitCode::FAILURE
        }
    }
}
