//! Redirects addresses that were moved or are written unusually to their one canonical form.

use axum::extract::Request;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::percent_decode_str;

/// How addresses began that have another name now, and how they begin today.
const MOVED: [(&str, &str); 3] = [
    ("/mistakes/", "/corrections/"),
    ("/staff/mistakes/", "/staff/corrections/"),
    ("/staff/unsent", "/staff/expired-forms"),
];

/// Answers what no route answers: leads on, permanently and with its query, when the address was moved or has a plainer
/// form. What is sent to a moved one is sent on.
pub async fn lead_on(request: Request) -> Response {
    if let Some(to) = moved(request.uri()) {
        return Redirect::permanent(&to).into_response();
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match canonical(request.uri()).filter(|_| reads) {
        Some(to) => Redirect::permanent(&to).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn moved(uri: &Uri) -> Option<String> {
    let address = uri.path_and_query()?.as_str();
    MOVED.iter().find_map(|(old, new)| Some(format!("{new}{}", address.strip_prefix(old)?)))
}

/// The plain form of an address: lower case, no needless `%`, no empty part, no slash at its end. Nothing when it has
/// that form already. It begins with a single slash, so it never leads to another site.
fn canonical(uri: &Uri) -> Option<String> {
    let decoded = percent_decode_str(uri.path()).decode_utf8().ok()?;
    // What holds anything else is not an address of ours.
    if decoded.chars().any(|letter| !letter.is_ascii_alphanumeric() && !"/-._~".contains(letter)) {
        return None;
    }
    let parts: Vec<&str> = decoded.split('/').filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| part.chars().all(|letter| letter == '.')) {
        return None;
    }
    let path = format!("/{}", parts.join("/")).to_ascii_lowercase();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    (path != uri.path()).then(|| format!("{path}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led(from: &str) -> Option<String> {
        canonical(&from.parse().unwrap())
    }

    #[test]
    fn capitals_needless_signs_and_slashes_lead_on_with_the_query() {
        for (from, to) in [
            ("/fact-sheets/Sciatica", "/fact-sheets/sciatica"),
            ("/fact-sheets/%73ciatica", "/fact-sheets/sciatica"),
            ("//fact-sheets", "/fact-sheets"),
            ("/consultations/new/", "/consultations/new"),
            ("/search/?q=Numb%20leg", "/search?q=Numb%20leg"),
            ("/staff/", "/staff"),
        ] {
            assert_eq!(led(from).as_deref(), Some(to), "{from}");
        }
    }

    #[test]
    fn nothing_leads_to_another_site_or_round_in_a_ring() {
        assert_eq!(led("//evil.example/Path").as_deref(), Some("/evil.example/path"));
        for still in
            ["/", "/night", "/a%20b", "/%2e%2e/staff", "/a%5Cb", "/a%3Fb", "/a%0D%0Ab", "/%3Cscript%3E"]
        {
            assert_eq!(led(still), None, "{still}");
        }
    }
}
