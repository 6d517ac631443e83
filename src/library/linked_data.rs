//! JSON-LD of sheets and of the clinic for search engines, in the vocabulary of schema.org.

use jiff::civil::Time;
use serde_json::{Value, json};

use crate::clinic::periods::Period;
use crate::clinic::special_days::SpecialDays;
use crate::library::Sheet;
use crate::library::signatures::{SignOff, Signature};
use crate::web::site::Site;

/// A sheet, and where it stands on the site. Only who signed these very words is named as a reviewer.
pub fn sheet(site: &Site, sheet: &Sheet, sign_off: &SignOff) -> String {
    let front = &sheet.front;
    let step = |position: u8, name: &str, path: &str| json!({ "@type": "ListItem", "position": position, "name": name, "item": site.url(path) });
    let mut page = json!({
        "@type": "MedicalWebPage",
        "name": front.title,
        "description": front.summary,
        "url": site.url(&sheet.path()),
        "dateModified": sign_off.newest(front).to_string(),
        "audience": { "@type": "MedicalAudience", "audienceType": "Patient" },
        "publisher": { "@type": "MedicalClinic", "name": site.clinic.clinic },
    });
    if let Some(reviewed) = sign_off.signed_on() {
        page["lastReviewed"] = json!(reviewed.to_string());
        page["reviewedBy"] = sign_off.signatures().iter().map(person).collect();
    }
    let way = json!({
        "@type": "BreadcrumbList",
        "itemListElement": [
            step(1, "Home", "/"),
            step(2, "Fact sheets", "/fact-sheets"),
            step(3, &front.title, &sheet.path()),
        ],
    });
    script(&json!({ "@context": "https://schema.org", "@graph": [page, way] }))
}

fn person(signature: &Signature) -> Value {
    let Signature { name, role, registration, .. } = signature;
    json!({ "@type": "Person", "name": name, "jobTitle": role, "identifier": registration })
}

/// The clinic, its week, and the special days that stand on the page.
pub fn clinic(site: &Site, special_days: &[SpecialDays]) -> String {
    let clinic = &site.clinic;
    let week = clinic.calendar().week().iter();
    let hours: Vec<Value> = week
        .flat_map(|(weekday, periods)| {
            let day = json!({ "dayOfWeek": format!("{weekday:?}") });
            periods.iter().map(move |period| opening(period, &day))
        })
        .collect();
    let special: Vec<Value> = special_days.iter().flat_map(special_opening).collect();
    script(&json!({
        "@context": "https://schema.org",
        "@type": "MedicalClinic",
        "name": clinic.clinic,
        "url": site.url("/"),
        "telephone": clinic.phone,
        "email": clinic.email,
        "address": clinic.address.join(", "),
        "openingHoursSpecification": hours,
        "specialOpeningHoursSpecification": special,
    }))
}

/// One period of the days that `of` names.
fn opening(period: &Period, of: &Value) -> Value {
    let mut opening = of.clone();
    opening["@type"] = json!("OpeningHoursSpecification");
    opening["opens"] = json!(period.opens.strftime("%H:%M").to_string());
    opening["closes"] = json!(period.closes.strftime("%H:%M").to_string());
    opening
}

/// Days without a period are closed: search engines read that from equal times.
fn special_opening(special: &SpecialDays) -> Vec<Value> {
    const CLOSED: &[Period] = &[Period { opens: Time::MIN, closes: Time::MIN }];
    let days = json!({ "validFrom": special.first.to_string(), "validThrough": special.last.to_string() });
    let periods = if special.periods.is_empty() { CLOSED } else { special.periods };
    periods.iter().map(|period| opening(period, &days)).collect()
}

/// `<` is escaped, so that no text can end the script element.
fn script(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::library::Library;

    fn described(change: impl Fn(&mut Sheet), sign_off: &SignOff) -> (String, Value) {
        let content = Path::new("content");
        let site = Site::load(content, "http://localhost".into()).unwrap();
        let mut library = Library::load(content, &site).unwrap();
        change(&mut library.sheets[0]);
        let script = sheet(&site, &library.sheets[0], sign_off);
        let data: Value = serde_json::from_str(&script).unwrap();
        (script, data["@graph"][0].clone())
    }

    #[test]
    fn only_who_signed_a_sheet_as_it_stands_is_named_as_its_reviewer() {
        let sam = Signature {
            id: 1,
            slug: "a".into(),
            text_hash: "now".into(),
            name: "Sam Porter".into(),
            role: "GP".into(),
            registration: "GMC 1234567".into(),
            signed_on: "2026-12-01".parse().unwrap(),
            staff_id: None,
        };
        let (_, signed) = described(|_| {}, &SignOff::of(std::slice::from_ref(&sam), "now"));
        assert_eq!(signed["reviewedBy"][0]["name"], "Sam Porter");
        assert_eq!(
            (&signed["lastReviewed"], &signed["dateModified"]),
            (&json!("2026-12-01"), &json!("2026-12-01"))
        );
        for sign_off in [SignOff::Never, SignOff::of(&[sam], "later")] {
            let (_, unsigned) = described(|_| {}, &sign_off);
            assert!(unsigned.get("reviewedBy").is_none() && unsigned.get("lastReviewed").is_none());
        }
    }

    #[test]
    fn no_words_can_end_the_script_element() {
        let (script, page) =
            described(|sheet| sheet.front.summary = "</script><b>".to_owned(), &SignOff::Never);
        assert!(!script.contains('<'));
        assert_eq!(page["description"], "</script><b>");
    }
}
