//! Nobody reads about a person without a line in the audit, whatever they pressed and whatever came of it.

use mybackpain::clinic::Role;

use crate::roles::MATRIX;
use crate::support::{READING, Site, Visitor, consultation, with};

/// Words that stand nowhere but in what one person sent.
const MARKERS: [&str; 3] = ["Zebedee", "quagga@example.org", "xylophone"];

/// Posts that are refused, each in another way: with nothing, and as of a page that is long out of date.
const FORMS: [&[(&str, &str)]; 2] = [
    &[("person", "quagga@example.org")],
    &[
        ("person", "quagga@example.org"),
        ("step", "erase"),
        ("seen_at", "1"),
        ("note", "a note"),
        ("hold", "a reason"),
        ("outcome", "spoke"),
        ("owner", "me"),
        ("reason", "dealt with"),
        ("answer", "mended"),
        ("date", "2026-06-04"),
        ("time", "10:30"),
        ("minutes", "45"),
        ("setting", "clinic"),
    ],
];

/// Where one person wrote everything that can be written: the references of what the desk holds of them.
struct Told {
    request: String,
    complaint: String,
    mistake: String,
}

impl Told {
    async fn of(site: &Site) -> Told {
        let form = with(with(consultation(), "name", &["Zebedee"]), "email", &["quagga@example.org"]);
        let request = site.request(&with(form, "concern", &["xylophone"])).await;
        let complaint = [("name", "Zebedee"), ("email", "quagga@example.org"), ("words", "a xylophone")];
        assert_eq!(site.visitor().submit("/complaints", &complaint).await.status, 303);
        let mut reader = site.visitor();
        let key = reader.get("/corrections/new").await.attribute("input[name=key]", "value")[0].clone();
        let told = [("about", "privacy"), ("words", "a xylophone"), ("name", "Zebedee"), ("key", &key)];
        site.clock.advance(READING);
        assert_eq!(reader.post("/corrections/new", &told).await.status, 303);
        let mut staff = site.staff().await;
        staff.book(&request).await;
        Told {
            request,
            complaint: first(site, "complaints").await,
            mistake: first(site, "corrections").await,
        }
    }

    /// An address of the desk with what it is about in the place of its braces.
    fn address(&self, path: &str) -> String {
        let reference = match path {
            path if path.starts_with("/staff/consultations") => &self.request,
            path if path.starts_with("/staff/complaints") => &self.complaint,
            _ => &self.mistake,
        };
        path.replace("{reference}", reference).replace("{id}", "1")
    }
}

async fn first(site: &Site, table: &str) -> String {
    let find = sqlx::AssertSqlSafe(format!("select reference from {table}"));
    sqlx::query_scalar(find).fetch_one(site.app.database.readers()).await.unwrap()
}

/// True when the answer says something about the person.
async fn shows(visitor: &mut Visitor<'_>, method: &str, path: &str, form: &[(&str, &str)]) -> bool {
    let answer = if method == "get" { visitor.get(path).await } else { visitor.post(path, form).await };
    MARKERS.iter().any(|marker| answer.body.contains(marker))
}

#[tokio::test]
async fn every_page_about_one_person_leaves_a_line_in_the_audit_whatever_its_status() {
    let site = Site::open().await;
    let told = Told::of(&site).await;
    let one = |path: &str| path.contains('{') || path.starts_with("/staff/data-rights");
    let mut seen = std::collections::BTreeSet::new();
    for role in [Role::Reception, Role::Clinician, Role::Administrator] {
        let mut visitor = site.staff_as(role).await;
        for (method, path, _) in MATRIX.iter().filter(|line| one(line.1) && !line.1.ends_with("/events")) {
            for form in FORMS {
                let before = site.count("audit").await;
                if shows(&mut visitor, method, &told.address(path), form).await {
                    seen.insert((*method, *path));
                    let after = site.count("audit").await;
                    assert!(after > before, "{method} {path} as {} with {form:?}", role.as_str());
                }
            }
        }
    }
    for shown in [
        ("get", "/staff/consultations/{reference}"),
        ("get", "/staff/consultations/{reference}/booking"),
        ("get", "/staff/consultations/{reference}/cancellation"),
        ("get", "/staff/consultations/{reference}/message"),
        ("post", "/staff/consultations/{reference}/message"),
        ("post", "/staff/consultations/{reference}/booking"),
        ("post", "/staff/consultations/{reference}/calls"),
        ("post", "/staff/consultations/{reference}/contact"),
        ("post", "/staff/consultations/{reference}/notes"),
        ("get", "/staff/mail/{id}"),
        ("post", "/staff/mail/{id}/address"),
        ("post", "/staff/mail/{id}/settlement"),
        ("get", "/staff/complaints/{reference}"),
        ("post", "/staff/complaints/{reference}/closure"),
        ("get", "/staff/corrections/{reference}"),
        ("post", "/staff/corrections/{reference}/answer"),
        ("post", "/staff/data-rights"),
        ("post", "/staff/data-rights/file"),
        ("post", "/staff/data-rights/erasure"),
    ] {
        assert!(seen.contains(&shown), "{shown:?} was to be among what shows a person: {seen:?}");
    }
}

#[tokio::test]
async fn a_page_or_an_act_that_is_not_for_a_role_is_in_the_audit_by_its_route() {
    let site = Site::open().await;
    let mut reception = site.staff_as(Role::Reception).await;
    assert_eq!(reception.get("/staff/complaints/XX-2222-3333").await.status, 403);
    assert_eq!(reception.post("/staff/data-rights/erasure", FORMS[0]).await.status, 403);
    assert_eq!(reception.get("/staff/consultations.csv").await.status, 200);
    assert_eq!(site.visitor().get("/staff/people").await.status, 303, "a stranger is nobody");
    let mut administrator = site.staff_as(Role::Administrator).await;
    let audit = administrator.get("/staff/audit?what=was+refused+a+page+or+an+act").await;
    let about = audit.all("td[data-label=About]");
    assert_eq!(about, ["/staff/data-rights/erasure", "/staff/complaints/{reference}"]);
}
