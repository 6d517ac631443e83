//! The program as an administrator meets it: started, stopped, killed and badly treated, over real sockets.

mod client;
mod dying_line;
mod mail_server;
mod program;
mod quiet_log;
mod records;
mod server;

mod backup;
mod behind_a_proxy;
mod bounces;
mod damaged;
mod disk;
mod doctor;
mod killing;
mod live_content;
mod locked;
mod lost_database;
mod manual;
mod many_reloads;
mod memory;
mod old_demo;
mod one_at_a_time;
mod one_database;
mod overwritten;
mod preview;
mod private_files;
mod progress;
mod secrets;
mod service_manager;
mod settings;
mod slow_visitors;
mod starting;
mod stopping;
mod wrong_clock;
