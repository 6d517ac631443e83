//! A clinic's patient education website: what it is made of.

// What everything stands on.
pub mod clock;
pub mod config;
pub mod database;
pub mod form;
pub mod markdown;
pub mod page;
pub mod reference;
pub mod retention;
pub mod sealing;

// What the clinic says about itself, and what every page shows.
pub mod assets;
pub mod clinic;
pub mod promise;
pub mod safety;
pub mod signs;
pub mod site;
pub mod vitals;

// What the site does.
pub mod assessment;
pub mod complaints;
pub mod consultations;
pub mod drafts;
pub mod insights;
pub mod mail;
pub mod mailroom;
pub mod mistakes;
pub mod reports;
pub mod staff;
pub mod summaries;
pub mod upkeep;

// What there is to read.
pub mod library;

// What features are given, and what can go wrong.
pub mod app;
pub mod error;
pub mod security;

// What runs it.
pub mod backup;
pub mod commands;
pub mod demo;
pub mod folder;
pub mod forgetting;
pub mod resealing;
pub mod rights;
pub mod router;
pub mod server;
pub mod start;
pub mod watch;
