//! A clinic's patient education website: what it is made of.

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
