//! Every form and page a patient uses: consultations, reports, the assessment, corrections, usefulness, complaints.

pub mod assessment;
pub mod complaints;
pub mod consultations;
pub mod corrections;
pub mod drafts;
pub mod reports;
pub mod summaries;
pub mod usefulness;
