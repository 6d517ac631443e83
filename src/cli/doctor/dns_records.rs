//! The records of a sender's domain by which large mailboxes tell its mail from spam. Only a person can compare them with
//! what the mail provider asks for.

use crate::cli::doctor::finding::DoctorFinding;

/// `domain` is who mail is from, `bounces` who mail servers are told it is from.
pub fn explain(domain: &str, bounces: &str) -> Vec<DoctorFinding> {
    vec![
        DoctorFinding::look(format!(
            "SPF says who may send as {bounces}. This should print one line that begins with v=spf1 and names your mail \
             provider, such as \"v=spf1 include:spf.provider.example -all\":\n  dig +short TXT {bounces}"
        )),
        DoctorFinding::look(format!(
            "DKIM signs each mail. Your provider gives you a name to put in place of SELECTOR, and the record that this \
             should print, which begins with v=DKIM1:\n  dig +short TXT SELECTOR._domainkey.{domain}"
        )),
        DoctorFinding::look(format!(
            "DMARC says what mailboxes do with mail that has neither. This should print a line such as \
             \"v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}\"; begin with p=none, and read the reports for two \
             weeks:\n  dig +short TXT _dmarc.{domain}"
        )),
    ]
}
