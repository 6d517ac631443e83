//! Linked data: every type and property is one that schema.org publishes, where it publishes it.

use serde_json::Value;

use crate::support::Site;

/// Types that we use, and those of their properties (their own or inherited) that we use, from schema.org 29.
const VOCABULARY: &[(&str, &[&str])] = &[
    (
        "MedicalWebPage",
        &[
            "name",
            "description",
            "url",
            "dateModified",
            "lastReviewed",
            "reviewedBy",
            "audience",
            "publisher",
            "inLanguage",
        ],
    ),
    ("MedicalAudience", &["audienceType"]),
    ("Person", &["name", "jobTitle", "identifier"]),
    ("BreadcrumbList", &["itemListElement"]),
    ("ListItem", &["position", "name", "item"]),
    (
        "MedicalClinic",
        &[
            "name",
            "url",
            "telephone",
            "email",
            "address",
            "openingHoursSpecification",
            "specialOpeningHoursSpecification",
        ],
    ),
    ("OpeningHoursSpecification", &["dayOfWeek", "opens", "closes", "validFrom", "validThrough"]),
];

const DAYS: &[&str] = &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Every type met, after checking each object's properties.
fn check(value: &Value, met: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| check(item, met)),
        Value::Object(fields) => {
            if let Some(kind) = fields.get("@type").and_then(Value::as_str) {
                let known = VOCABULARY.iter().find(|(name, _)| *name == kind);
                let (_, properties) = known.unwrap_or_else(|| panic!("schema.org has no {kind:?}"));
                for name in fields.keys().filter(|name| !name.starts_with('@')) {
                    assert!(properties.contains(&name.as_str()), "{kind} has no {name:?}");
                }
                met.push(kind.to_owned());
            } else {
                assert!(fields.contains_key("@graph"), "an object without a type");
            }
            fields.values().for_each(|value| check(value, met));
        }
        _ => {}
    }
}

async fn data(site: &Site, path: &str) -> Value {
    let page = site.visitor().get(path).await;
    serde_json::from_str(&page.first("script[type='application/ld+json']")).unwrap()
}

#[tokio::test]
async fn every_sheet_is_described_in_the_words_of_schema_org() {
    let site = Site::open().await;
    let sitemap = site.visitor().get("/sitemap.xml").await.body;
    let sheets = sitemap.split("<loc>http://localhost").skip(1).map(|rest| rest.split('<').next().unwrap());
    let mut seen = 0;
    for path in sheets.filter(|path| path.starts_with("/fact-sheets/") || path.starts_with("/guides/")) {
        let data = data(&site, path).await;
        assert_eq!(data["@context"], "https://schema.org");
        let mut met = Vec::new();
        check(&data, &mut met);
        for kind in ["MedicalWebPage", "MedicalAudience", "BreadcrumbList", "MedicalClinic"] {
            assert!(met.iter().any(|found| found == kind), "{path} has no {kind}");
        }
        let page = &data["@graph"][0];
        assert_eq!(page["audience"]["audienceType"], "Patient");
        for fact in ["reviewedBy", "lastReviewed"] {
            assert!(page.get(fact).is_none(), "{path}: nobody has signed it");
        }
        let steps = data["@graph"][1]["itemListElement"].as_array().unwrap();
        for (number, step) in steps.iter().enumerate() {
            assert_eq!(step["position"], number + 1);
        }
        assert_eq!(steps.last().unwrap()["item"], format!("http://localhost{path}"));
        seen += 1;
    }
    assert!(seen >= 26, "{seen}");
}

#[tokio::test]
async fn the_contact_page_describes_the_clinic_as_data() {
    let site = Site::open().await;
    let data = data(&site, "/contact").await;
    check(&data, &mut Vec::new());
    assert_eq!(data["@type"], "MedicalClinic");
    let hours = data["openingHoursSpecification"].as_array().unwrap();
    assert_eq!(hours.len(), 5);
    assert_eq!((&hours[0]["dayOfWeek"], &hours[0]["opens"]), (&"Monday".into(), &"09:00".into()));
    assert!(hours.iter().all(|day| DAYS.contains(&day["dayOfWeek"].as_str().unwrap())));
}
