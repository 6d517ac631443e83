//! JSON-LD of sheets and of the clinic for search engines, in the vocabulary of schema.org.

use jiff::civil::Time;
use serde_json::{Value, json};

use crate::clinic::periods::Period;
use crate::clinic::special_days::SpecialDays;
use crate::library::Sheet;
use crate::web::site::Site;

/// A sheet, and where it stands on the site. Only a person who signed it off is named as its reviewer.
pub fn sheet(site: &Site, sheet: &Sheet) -> String {
    let front = &sheet.front;
    let step = |position: u8, name: &str, path: &str| json!({ "@type": "ListItem", "position": position, "name": name, "item": site.url(path) });
    let mut page = json!({
        "@type": "MedicalWebPage",
        "name": front.title,
        "description": front.summary,
        "url": site.url(&sheet.path()),
        "dateModified": front.newest().to_string(),
        "audience": { "@type": "MedicalAudience", "audienceType": "Patient" },
        "publisher": { "@type": "MedicalClinic", "name": site.clinic.clinic },
    });
    if let Some(reviewed) = front.signed_on() {
        page["lastReviewed"] = json!(reviewed.to_string());
        page["reviewedBy"] =
            json!({ "@type": "Person", "name": front.reviewer.name, "jobTitle": front.reviewer.role });
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
    use crate::library::{Library, ReviewState};

    fn described(change: impl Fn(&mut Sheet)) -> (String, Value) {
        let content = Path::new("content");
        let site = Site::load(content, "http://localhost".into()).unwrap();
        let mut library = Library::load(content, &site).unwrap();
        change(&mut library.sheets[0]);
        let script = sheet(&site, &library.sheets[0]);
        let data: Value = serde_json::from_str(&script).unwrap();
        (script, data["@graph"][0].clone())
    }

    #[test]
    fn only_who_signed_a_sheet_is_named_as_its_reviewer() {
        let sign = |sheet: &mut Sheet, state| {
            sheet.front.reviewer.name = "Sam Porter".to_owned();
            sheet.front.reviewer.state = state;
            sheet.front.reviewed = Some(sheet.front.written);
        };
        let (_, signed) = described(|sheet| sign(sheet, ReviewState::Signed));
        assert_eq!(signed["reviewedBy"]["name"], "Sam Porter");
        assert_eq!(signed["lastReviewed"], signed["dateModified"]);
        let (_, pending) = described(|sheet| sign(sheet, ReviewState::Pending));
        assert!(pending.get("reviewedBy").is_none() && pending.get("lastReviewed").is_none());
    }

    #[test]
    fn no_words_can_end_the_script_element() {
        let (script, page) = described(|sheet| sheet.front.summary = "</script><b>".to_owned());
        assert!(!script.contains('<'));
        assert_eq!(page["description"], "</script><b>");
    }
}
