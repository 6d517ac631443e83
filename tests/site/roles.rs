//! Every address of the desk for every role: who is let in, who is not, and what each one sees.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use mybackpain::clinic::Role;

use crate::support::{Answer, Site, Visitor, consultation, with};

const ROLES: [Role; 3] = [Role::Reception, Role::Clinician, Role::Administrator];

/// Who may open an address.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Who {
    /// Also who has not signed in.
    Anyone,
    /// Whose code is still asked.
    HalfSignedIn,
    Staff,
    ReceptionAndAdministrators,
    ReceptionAndClinicians,
    Clinicians,
    CliniciansAndAdministrators,
    Administrators,
}

use Who::{
    Administrators, Anyone, Clinicians, CliniciansAndAdministrators, HalfSignedIn,
    ReceptionAndAdministrators, ReceptionAndClinicians, Staff,
};

/// Every address of the desk. One that is missing here fails a test.
pub const MATRIX: &[(&str, &str, Who)] = &[
    ("get", "/staff/sign-in", Anyone),
    ("post", "/staff/sign-in", Anyone),
    ("post", "/staff/sign-out", Anyone),
    ("get", "/staff/welcome/{token}", Anyone),
    ("post", "/staff/welcome/{token}", Anyone),
    ("get", "/staff/reset/{token}", Anyone),
    ("post", "/staff/reset/{token}", Anyone),
    ("get", "/staff/sign-in/passkey", Anyone),
    ("post", "/staff/sign-in/passkey", Anyone),
    ("post", "/staff/sign-in/passkey/challenge", Anyone),
    ("get", "/staff/sign-in/code/passkey", HalfSignedIn),
    ("post", "/staff/sign-in/code/passkey", HalfSignedIn),
    ("post", "/staff/sign-in/code/passkey/challenge", HalfSignedIn),
    ("get", "/staff/sign-in/code", HalfSignedIn),
    ("post", "/staff/sign-in/code", HalfSignedIn),
    ("get", "/staff/sign-in/set-up", HalfSignedIn),
    ("post", "/staff/sign-in/set-up", HalfSignedIn),
    ("get", "/staff", Staff),
    ("get", "/staff/consultations/{reference}", Staff),
    ("get", "/staff/bulk-acts", Staff),
    ("post", "/staff/bulk-acts", Staff),
    ("get", "/staff/bulk-acts/{id}", Staff),
    ("post", "/staff/bulk-acts/{id}/undo", Staff),
    ("get", "/staff/search", Staff),
    ("post", "/staff/search", Staff),
    ("get", "/staff/events", Staff),
    ("get", "/staff/calls", Staff),
    ("get", "/staff/diary", Staff),
    ("get", "/staff/consultations/new", Staff),
    ("post", "/staff/consultations/new", Staff),
    ("get", "/staff/consultations/{reference}/events", Staff),
    ("post", "/staff/consultations/{reference}/calls", Staff),
    ("post", "/staff/consultations/{reference}/owner", Staff),
    ("post", "/staff/consultations/{reference}/notes", Staff),
    ("post", "/staff/consultations/{reference}/reopening", Staff),
    ("post", "/staff/consultations/{reference}/attention", Staff),
    ("post", "/staff/consultations/{reference}/merge", Staff),
    ("post", "/staff/consultations/{reference}/separation", Staff),
    ("post", "/staff/consultations/{reference}/spam", Staff),
    ("post", "/staff/consultations/{reference}/clearance", Staff),
    ("post", "/staff/consultations/{reference}/hold", Staff),
    ("post", "/staff/consultations/{reference}/release", Staff),
    ("get", "/staff/consultations/{reference}/booking", Staff),
    ("post", "/staff/consultations/{reference}/booking", Staff),
    ("get", "/staff/consultations/{reference}/cancellation", Staff),
    ("post", "/staff/consultations/{reference}/cancellation", Staff),
    ("post", "/staff/consultations/{reference}/contact", Staff),
    ("post", "/staff/consultations/{reference}/closure", Staff),
    ("get", "/staff/consultations/{reference}/message", ReceptionAndClinicians),
    ("post", "/staff/consultations/{reference}/message", ReceptionAndClinicians),
    ("get", "/staff/consultations/{reference}/details", ReceptionAndClinicians),
    ("post", "/staff/consultations/{reference}/details", ReceptionAndClinicians),
    ("get", "/staff/consultations.csv", ReceptionAndAdministrators),
    ("get", "/staff/mail", Staff),
    ("get", "/staff/mail/stops", ReceptionAndClinicians),
    ("post", "/staff/mail/stops", ReceptionAndClinicians),
    ("get", "/staff/mail/{id}", Staff),
    ("post", "/staff/mail/{id}/repeat", Staff),
    ("post", "/staff/mail/{id}/address", ReceptionAndClinicians),
    ("post", "/staff/mail/{id}/settlement", Staff),
    ("get", "/staff/pages", Staff),
    ("get", "/staff/pages/{slug}", Staff),
    ("get", "/staff/pages/{slug}/preview", Staff),
    ("post", "/staff/pages/{slug}/signature", Clinicians),
    ("post", "/staff/pages/{slug}/signatures/{id}/removal", CliniciansAndAdministrators),
    ("get", "/staff/corrections/{reference}", Staff),
    ("post", "/staff/corrections/{reference}/answer", Staff),
    ("get", "/staff/components", Staff),
    ("post", "/staff/session", Staff),
    ("get", "/staff/account", Staff),
    ("get", "/staff/account/password", Staff),
    ("post", "/staff/account/password", Staff),
    ("get", "/staff/account/recovery-codes", Staff),
    ("post", "/staff/account/recovery-codes", Staff),
    ("post", "/staff/account/sessions/{id}/end", Staff),
    ("get", "/staff/account/passkeys", Staff),
    ("post", "/staff/account/passkeys", Staff),
    ("get", "/staff/account/passkeys/new", Staff),
    ("post", "/staff/account/passkeys/new", Staff),
    ("get", "/staff/account/passkeys/{id}/removal", Staff),
    ("post", "/staff/account/passkeys/{id}/removal", Staff),
    ("get", "/staff/absences", Staff),
    ("post", "/staff/absences", Staff),
    ("post", "/staff/absences/{id}/removal", Staff),
    ("get", "/staff/account/calendar", Clinicians),
    ("post", "/staff/account/calendar", Clinicians),
    ("post", "/staff/account/calendar/end", Clinicians),
    ("get", "/staff/expired-forms", Staff),
    ("post", "/staff/expired-forms/{reference}/sending", Staff),
    ("post", "/staff/expired-forms/{reference}/removal", Staff),
    ("get", "/staff/people", Administrators),
    ("get", "/staff/people/new", Administrators),
    ("post", "/staff/people/new", Administrators),
    ("get", "/staff/people/{id}", Administrators),
    ("post", "/staff/people/{id}/role", Administrators),
    ("post", "/staff/people/{id}/disabling", Administrators),
    ("post", "/staff/people/{id}/enabling", Administrators),
    ("get", "/staff/people/{id}/reset", Administrators),
    ("post", "/staff/people/{id}/reset", Administrators),
    ("post", "/staff/people/{id}/reset/withdrawal", Administrators),
    ("post", "/staff/invitations/{hash}/removal", Administrators),
    ("get", "/staff/audit", Administrators),
    ("get", "/staff/replies", Administrators),
    ("post", "/staff/replies", Administrators),
    ("get", "/staff/replies/{id}", Administrators),
    ("post", "/staff/replies/{id}", Administrators),
    ("post", "/staff/replies/{id}/removal", Administrators),
    ("get", "/staff/insights", Staff),
    ("get", "/staff/insights.csv", Staff),
    ("get", "/staff/clock", Staff),
    ("post", "/staff/clock", Administrators),
    ("get", "/staff/complaints", Administrators),
    ("get", "/staff/complaints/{reference}", Administrators),
    ("post", "/staff/complaints/{reference}/acknowledgement", Administrators),
    ("post", "/staff/complaints/{reference}/closure", Administrators),
    ("get", "/staff/data-rights", Administrators),
    ("post", "/staff/data-rights", Administrators),
    ("post", "/staff/data-rights/file", Administrators),
    ("post", "/staff/data-rights/erasure", Administrators),
    ("get", "/staff/data-rights/erasures/{reference}", Administrators),
];

/// What the program routes under /staff, read from where it says so: method and address.
fn routed() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = std::fs::read_to_string(&entry).unwrap();
            for route in text.split(".route(").skip(1) {
                let Some((path, rest)) = route.trim_start().strip_prefix('"').and_then(|r| r.split_once('"'))
                else {
                    continue;
                };
                if !path.starts_with("/staff") {
                    continue;
                }
                let handlers = rest.split(".route(").next().unwrap().split(".with_state").next().unwrap();
                let known = found.len();
                for method in ["get", "post", "put", "patch", "delete", "any"] {
                    if handlers.contains(&format!("{method}(")) {
                        found.insert((method.to_owned(), path.to_owned()));
                    }
                }
                assert!(
                    found.len() > known || MATRIX.iter().any(|line| line.1 == path),
                    "{path} answers nothing"
                );
            }
        }
    }
    found
}

/// An address with something in the place of its braces.
fn filled(path: &str, request: &str) -> String {
    let reference = if path.contains("/consultations/") { request } else { "XX-2222-3333" };
    path.replace("{reference}", reference)
        .replace("{id}", "999")
        .replace("{slug}", "fibromyalgia")
        .replace("{token}", "0")
        .replace("{hash}", "0")
}

async fn ask(visitor: &mut Visitor<'_>, method: &str, path: &str) -> Answer {
    if path.ends_with("/events") {
        // News goes on for as long as the page is open: its head is enough.
        let (head, _) = visitor.open(path).await.into_parts();
        return Answer { status: head.status, headers: head.headers, body: String::new() };
    }
    if method == "get" { visitor.get(path).await } else { visitor.post(path, &[]).await }
}

fn leads_to_sign_in(answer: &Answer) -> bool {
    answer.status == StatusCode::SEE_OTHER && answer.location().starts_with("/staff/sign-in")
}

async fn one_request(site: &Site) -> String {
    let mut patient = site.visitor();
    let form = with(consultation(), "concern", &["I play the xylophone and cannot pee"]);
    let sent = patient.submit("/consultations/new", &form).await;
    patient.get(sent.location()).await.first(".ref")
}

#[test]
fn every_address_of_the_desk_has_a_line_in_the_matrix_and_every_line_an_address() {
    let lines: BTreeSet<(String, String)> =
        MATRIX.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    let routed = routed();
    let missing: Vec<_> = routed.difference(&lines).collect();
    assert!(missing.is_empty(), "say in tests/site/roles.rs who may open {missing:?}");
    let gone: Vec<_> = lines.difference(&routed).collect();
    assert!(gone.is_empty(), "no such address: {gone:?}");
}

#[tokio::test]
async fn each_role_is_let_in_where_it_belongs_and_refused_elsewhere() {
    let site = Site::open().await;
    let request = one_request(&site).await;
    for role in ROLES {
        let visitor = site.staff_as(role).await;
        for (method, path, who) in MATRIX.iter().filter(|line| line.1 != "/staff/sign-out") {
            // A browser keeps its session beside what a page of the sign-in gives it.
            let answer = ask(&mut visitor.on_the_same_device(), method, &filled(path, &request)).await;
            let may = match who {
                Anyone | Staff => true,
                HalfSignedIn => false,
                ReceptionAndAdministrators => role != Role::Clinician,
                ReceptionAndClinicians => role != Role::Administrator,
                Clinicians => role == Role::Clinician,
                CliniciansAndAdministrators => role != Role::Reception,
                Administrators => role == Role::Administrator,
            };
            let what = format!("{method} {path} as {}: {}", role.as_str(), answer.status);
            match who {
                Anyone => {}
                HalfSignedIn => assert!(leads_to_sign_in(&answer), "{what}"),
                _ if may => {
                    assert!(answer.status != StatusCode::FORBIDDEN && !leads_to_sign_in(&answer), "{what}")
                }
                _ => assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}"),
            }
            assert!(!answer.status.is_server_error(), "{what}");
        }
    }
}

#[tokio::test]
async fn strangers_and_who_has_not_entered_a_code_see_nothing_of_the_desk() {
    let site = Site::open().await;
    let request = one_request(&site).await;
    site.staff_as(Role::Administrator).await;
    let form = [("email", "asha@example.org"), ("password", crate::support::PASSWORD)];
    for (method, path, who) in MATRIX.iter().filter(|line| line.2 != Anyone) {
        let path = filled(path, &request);
        let stranger = ask(&mut site.visitor(), method, &path).await;
        assert!(leads_to_sign_in(&stranger), "{method} {path}: {}", stranger.status);
        if *who == HalfSignedIn {
            continue;
        }
        let mut half = site.visitor();
        assert_eq!(half.post("/staff/sign-in", &form).await.location(), "/staff/sign-in/code");
        let refused = ask(&mut half, method, &path).await;
        assert!(leads_to_sign_in(&refused), "{method} {path}: {}", refused.status);
    }
}

/// Signed in as whoever may, with the cookie that the browser would send along.
#[tokio::test]
async fn no_form_of_the_desk_is_taken_from_another_site_or_from_who_knows_where() {
    let site = Site::open().await;
    let request = one_request(&site).await;
    for role in ROLES {
        let mut visitor = site.staff_as(role).await;
        for (_, path, _) in MATRIX.iter().filter(|line| line.0 == "post") {
            for sent_from in ["cross-site", "same-site", ""] {
                let answer = visitor.post_from(sent_from, &filled(path, &request)).await;
                let what = format!("{path} as {} from {sent_from:?}", role.as_str());
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
                assert!(answer.words().contains("020 7946 0123"), "{what}");
            }
        }
        assert_eq!(visitor.get("/staff").await.status, StatusCode::OK, "{}", role.as_str());
    }
}

#[tokio::test]
async fn only_a_clinician_reads_what_a_patient_wrote() {
    let site = Site::open().await;
    let request = one_request(&site).await;
    for role in ROLES {
        let mut visitor = site.staff_as(role).await;
        let (readers, cipher) = (site.app.database.readers(), &site.app.cipher);
        let read = mybackpain::consultations::store::find_for(readers, cipher, &request, role).await.unwrap();
        let sees = role == Role::Clinician;
        assert_eq!(!read.answers.concern.is_empty(), sees, "the query itself leaves it out");
        let page = visitor.get(&format!("/staff/consultations/{request}")).await;
        assert_eq!(page.body.contains("xylophone"), sees, "{}", role.as_str());
        assert_eq!(page.body.contains("Please speak slowly"), sees, "{}", role.as_str());
        assert!(page.words().contains("07700 900123"), "contact details are for everyone");
        assert!(page.words().contains("Emergency words"), "so is the mark");
        let queue = visitor.get("/staff").await;
        assert!(!queue.body.contains("xylophone") || sees);
        let stale = visitor.post(&format!("/staff/consultations/{request}/contact"), &[]).await;
        assert_eq!((stale.status, stale.body.contains("xylophone")), (StatusCode::CONFLICT, sees));
    }
}

#[tokio::test]
async fn only_administrators_are_shown_the_way_to_people_audit_and_data_rights() {
    let site = Site::open().await;
    for role in ROLES {
        let links = site.staff_as(role).await.get("/staff").await.attribute("header nav a", "href");
        for path in ["/staff/people", "/staff/audit", "/staff/data-rights", "/staff/complaints"] {
            assert_eq!(links.iter().any(|link| link == path), role == Role::Administrator, "{path}");
        }
        assert!(links.iter().any(|link| link == "/staff/account"));
    }
}

#[tokio::test]
async fn the_queue_as_a_file_opens_safely_and_holds_no_word_that_a_patient_wrote() {
    let site = Site::open().await;
    let form = with(consultation(), "name", &["=HYPERLINK(\"http://evil.example\",\"Ada\")"]);
    site.visitor().submit("/consultations/new", &form).await;
    one_request(&site).await;
    let file = site.staff_as(Role::Reception).await.get("/staff/consultations.csv").await;
    assert!(file.header("content-type").starts_with("text/csv"));
    assert!(
        file.header("content-disposition").starts_with("attachment; filename=\"requests-2026-05-20.csv\"")
    );
    assert_eq!(file.header("cache-control"), "no-store");
    let lines: Vec<&str> = file.body.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[1].contains("\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"Ada\"\")\""), "{}", lines[1]);
    assert!(lines[1].contains("\"07700 900123\"") && lines[1].contains("\"ada@example.org\""));
    assert!(
        !file.body.contains("xylophone")
            && !file.body.contains("Lower back")
            && !file.body.contains("slowly")
    );
    assert_eq!(site.count("audit where what = 'took the queue away as a file'").await, 1);
}
