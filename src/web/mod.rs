//! The HTTP server: layers, forms and their errors, pages as responses, the frame around a page, static files.

pub mod answer_counts;
pub mod app;
mod arriving_body;
pub mod canonical_path;
pub mod compressed_pages;
pub mod connections;
pub mod counts;
pub mod error;
pub mod form;
pub mod icons;
pub mod job_round;
pub mod metrics;
pub mod network_threads;
pub mod page;
pub mod public_posts;
pub mod refusals;
pub mod security;
pub mod server;
pub mod site;
pub mod static_files;
pub mod tappable;
pub mod token_cookie;
