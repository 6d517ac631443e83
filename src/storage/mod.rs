//! The data folder: the database, encryption of fields and its key, backup and restore, retention periods, references, the clock.

pub mod atomic_file;
pub mod backup;
pub mod believed_time;
pub mod clock;
pub mod counted_time;
pub mod data_dir;
pub mod data_reader;
pub mod database;
pub mod encryption;
pub mod erasure_log;
pub mod key_check;
pub mod key_rotation;
pub mod lock;
pub mod long_work;
pub mod moments_ahead;
pub mod moving;
pub mod next_change;
pub mod place;
pub mod private_file;
pub mod readable;
pub mod reference;
pub mod retention;
pub mod submissions;
