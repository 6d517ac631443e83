//! What a form said, errors by field, and the checks that forms share.

use std::convert::Infallible;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_http::timeout::TimeoutError;

pub mod contact;
pub mod email;
pub mod mailbox;
pub mod own_words;
pub mod person_name;
pub mod phone;

/// The fields of a submitted form, in order, with what does no harm taken out.
///
/// Unknown, missing and repeated fields are never an error by themselves: a person who sends an odd form gets the
/// form again with its words, not a refusal.
#[derive(Default, Debug)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub fn parse(body: &[u8]) -> Fields {
        let pairs =
            form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), without_invisible(&value)));
        Fields(pairs.collect())
    }

    /// The first answer of this name that says something, or nothing.
    pub fn text(&self, name: &str) -> String {
        self.all(name).find(|value| !value.is_empty()).unwrap_or_default().to_owned()
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Every field as it came.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// When what a form was made of had changed last, as the form carries it in a hidden field. Nothing is that old when
    /// it is missing or was tampered with, so that the act is refused as one on an older state.
    pub fn seen_at(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or(-1)
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Fields, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next());
        if !kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")) {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
        }
        let body =
            axum::body::Bytes::from_request(request, state).await.map_err(|refused| match refused {
                refused if came_too_slowly(&refused) => StatusCode::REQUEST_TIMEOUT.into_response(),
                refused => refused.into_response(),
            })?;
        Ok(Fields::parse(&body))
    }
}

fn came_too_slowly(refused: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(refused), |error| error.source()).any(|error| error.is::<TimeoutError>())
}

/// The page that a form is about, from the address: `?about=sleep-and-back-pain`.
pub struct About(pub String);

impl<S: Send + Sync> FromRequestParts<S> for About {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<About, Infallible> {
        Ok(About(Fields::parse(parts.uri.query().unwrap_or_default().as_bytes()).text("about")))
    }
}

/// What an address asks for after its question mark.
pub struct Query(pub Fields);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query, Infallible> {
        Ok(Query(Fields::parse(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

/// What is wrong with a form, in the order of its fields.
#[derive(Default, Debug, PartialEq)]
pub struct FieldErrors {
    errors: Vec<FieldError>,
    /// What the address was probably meant to be, when the form asks.
    email_meant: String,
}

#[derive(Debug, PartialEq)]
pub struct FieldError {
    pub field: &'static str,
    pub message: String,
}

impl FieldErrors {
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.errors.push(FieldError { field, message: message.into() });
    }

    /// Asks about a likely slip in the address: a complaint like any other, and a choice of two addresses.
    pub fn add_question(&mut self, question: &str, meant: String) {
        self.add("email", format!("{question} {meant}?"));
        self.email_meant = meant;
    }

    /// The address to choose instead of the one that was typed, or nothing.
    pub fn email_meant(&self) -> &str {
        &self.email_meant
    }

    /// Keeps the value of a check, or its complaint under this field.
    pub fn take<T>(&mut self, field: &'static str, checked: Result<T, String>) -> Option<T> {
        checked.map_err(|message| self.add(field, message)).ok()
    }

    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.errors.iter()
    }

    /// The complaint about one field, or nothing.
    pub fn of(&self, field: &str) -> &str {
        self.errors.iter().find(|error| error.field == field).map_or("", |error| &error.message)
    }
}

/// A name: any characters, up to 100 of them.
pub fn name(typed: &str, missing: &str) -> Result<String, String> {
    let name = one_line(typed);
    match name.chars().count() {
        0 => Err(missing.to_owned()),
        1..=100 => Ok(name),
        _ => Err("Full name must be 100 characters or less".to_owned()),
    }
}

/// Words of any length up to `most` characters, as the person would count them (a new line is one).
pub fn words(typed: &str, most: usize, what: &str) -> Result<String, String> {
    let text = typed.trim().to_owned();
    if text.chars().count() > most {
        return Err(format!("{what} must be {most} characters or less"));
    }
    Ok(text)
}

/// One line with single spaces: what a person sees when they typed spaces at the ends or a stray new line.
pub fn one_line(typed: &str) -> String {
    typed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes out what nobody typed on purpose: control characters, and marks that hide or turn the text around them.
///
/// Joiners (U+200C, U+200D) stay: names in Persian and many Indian scripts, and emoji, are spelt with them.
fn without_invisible(value: &str) -> String {
    let unseen = |c: &char| {
        !matches!(c,
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
            | '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
    };
    value.replace("\r\n", "\n").replace('\r', "\n").chars().filter(unseen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_missing_and_strange_fields_are_all_readable() {
        let fields = Fields::parse(b"time=any&time=evening&name=&name=Ada&%FF=%00x&=&&novalue");
        assert_eq!(fields.all("time").collect::<Vec<_>>(), ["any", "evening"]);
        assert_eq!(fields.text("name"), "Ada");
        assert_eq!(fields.text("absent"), "");
        assert!(fields.has("novalue"));
    }

    #[tokio::test]
    async fn a_form_is_known_by_its_type_however_it_is_written() {
        let fields = async |kind: &str| {
            let request = Request::post("/").header(header::CONTENT_TYPE, kind);
            Fields::from_request(request.body("name=Ada".into()).unwrap(), &()).await
        };
        for good in [
            "application/x-www-form-urlencoded",
            "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
            " APPLICATION/X-WWW-FORM-URLENCODED ;charset=utf-8",
        ] {
            assert_eq!(fields(good).await.unwrap().text("name"), "Ada", "{good}");
        }
        for bad in ["", "text/plain", "application/json", "multipart/form-data; boundary=x"] {
            assert_eq!(fields(bad).await.unwrap_err().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{bad}");
        }
    }

    #[test]
    fn invisible_and_control_characters_are_dropped_and_every_letter_stays() {
        let fields = Fields::parse("a=\u{202e}Zo\u{200b}ë%00%0D%0Aو\u{200c}ا👩\u{200d}👧".as_bytes());
        assert_eq!(fields.text("a"), "Zoë\nو\u{200c}ا👩\u{200d}👧");
    }

    #[test]
    fn a_name_is_any_characters_on_one_line() {
        assert_eq!(name("  Ada\r\nLovelace ", "Enter your name"), Ok("Ada Lovelace".into()));
        assert_eq!(name(" \n ", "Enter your name"), Err("Enter your name".into()));
        assert!(name(&"x".repeat(101), "").is_err());
    }

    #[test]
    fn length_is_counted_in_characters_and_a_new_line_is_one() {
        let text = Fields::parse(b"t=a%0D%0Ab").text("t");
        assert_eq!(words(&text, 3, "Main concern"), Ok("a\nb".into()));
        assert_eq!(words(&"é".repeat(500), 500, "Main concern").unwrap().chars().count(), 500);
        assert_eq!(
            words(&"é".repeat(501), 500, "Main concern"),
            Err("Main concern must be 500 characters or less".into())
        );
    }
}
