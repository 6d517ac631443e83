//! Every form and page a patient uses: consultations, reports, the assessment, corrections, usefulness, complaints.

pub mod assessment;
pub mod complaints;
pub mod confirmation_mail;
pub mod consultations;
pub mod corrections;
pub mod drafts;
pub mod form_step;
pub mod reports;
pub mod summaries;
pub mod unread_words;
pub mod usefulness;
