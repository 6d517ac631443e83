//! The fields of a message and of a saved reply, such as {name}, and what stands in their place.

/// Each field, and what it stands for, as staff read it.
pub const FIELDS: [(&str, &str); 4] = [
    ("name", "The patient’s first name"),
    ("promise", "When they were promised to hear from us"),
    ("phone", "The clinic’s phone number"),
    (LINK, "The link to their private page"),
];
/// Filled in when the mail is sent: its address is for the patient alone.
pub const LINK: &str = "link";

/// What stands in place of the fields of one message.
pub struct FieldValues<'a> {
    /// Empty for a name that does not stand in mails.
    pub name: &'a str,
    /// Empty when no promise is still to be kept.
    pub promise: &'a str,
    pub phone: &'a str,
    pub link: &'a str,
}

enum Piece<'w> {
    Words(&'w str),
    /// The name between the braces, as typed.
    Field(&'w str),
}

/// The first field that nobody knows.
pub fn unknown_field(words: &str) -> Option<&str> {
    pieces(words).into_iter().find_map(|piece| match piece {
        Piece::Field(name) if !FIELDS.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) => Some(name),
        _ => None,
    })
}

/// The words with every field filled in, or why one cannot be.
pub fn fill(words: &str, values: &FieldValues) -> Result<String, String> {
    let mut filled = String::with_capacity(words.len());
    for piece in pieces(words) {
        match piece {
            Piece::Words(words) => filled.push_str(words),
            Piece::Field(field) => filled.push_str(value(field, values)?),
        }
    }
    Ok(filled)
}

/// The words around each private link: between each two stands the link.
pub fn parted_by_link(words: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for piece in pieces(words) {
        match piece {
            Piece::Field(name) if name.eq_ignore_ascii_case(LINK) => parts.push(String::new()),
            Piece::Field(name) => last(&mut parts).push_str(&format!("{{{name}}}")),
            Piece::Words(words) => last(&mut parts).push_str(words),
        }
    }
    parts
}

fn last(parts: &mut [String]) -> &mut String {
    parts.last_mut().expect("there is always a part")
}

fn value<'v>(field: &str, values: &FieldValues<'v>) -> Result<&'v str, String> {
    match field.to_ascii_lowercase().as_str() {
        "name" if values.name.is_empty() => {
            Err("Take {name} out: we have no first name of theirs that can stand in an email".to_owned())
        }
        "promise" if values.promise.is_empty() => {
            Err("Take {promise} out: nothing that we promised them is still to come".to_owned())
        }
        "name" => Ok(values.name),
        "promise" => Ok(values.promise),
        "phone" => Ok(values.phone),
        LINK => Ok(values.link),
        _ => Err(unknown(field)),
    }
}

/// What to say of a field that nobody knows.
fn unknown(field: &str) -> String {
    let known: Vec<String> = FIELDS.iter().map(|(name, _)| format!("{{{name}}}")).collect();
    format!("There is no field {{{field}}}: use {}", known.join(", "))
}

fn pieces(words: &str) -> Vec<Piece<'_>> {
    let (mut found, mut rest) = (Vec::new(), words);
    let mut from = 0;
    while let Some(at) = rest[from..].find('{').map(|at| from + at) {
        let name: &str = &rest[at + 1..];
        let length = name.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(name.len());
        if length > 0 && name[length..].starts_with('}') {
            found.push(Piece::Words(&rest[..at]));
            found.push(Piece::Field(&name[..length]));
            rest = &name[length + 1..];
            from = 0;
        } else {
            from = at + 1;
        }
    }
    found.push(Piece::Words(rest));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: FieldValues =
        FieldValues { name: "Ada", promise: "5pm on Thursday", phone: "020 7946 0123", link: "(their link)" };

    #[test]
    fn every_field_is_filled_in_however_it_is_written_and_other_braces_stay() {
        let words = "{Name}, by {promise}: {phone} {link} {LINK} {} { name } {9} }{ {{name}}";
        assert_eq!(
            fill(words, &VALUES).unwrap(),
            "Ada, by 5pm on Thursday: 020 7946 0123 (their link) (their link) {} { name } {9} }{ {Ada}"
        );
        assert_eq!(unknown_field(words), None);
        assert!(FIELDS.iter().all(|(name, _)| fill(&format!("{{{name}}}"), &VALUES).is_ok()));
    }

    #[test]
    fn what_cannot_be_filled_in_is_said() {
        assert!(fill("Dear {nane}", &VALUES).unwrap_err().starts_with("There is no field {nane}"));
        assert_eq!(unknown_field("Dear {nane}"), Some("nane"));
        let empty = FieldValues { name: "", promise: "", ..VALUES };
        assert!(fill("{name}", &empty).unwrap_err().contains("no first name"));
        assert!(fill("{promise}", &empty).unwrap_err().contains("still to come"));
    }

    #[test]
    fn the_link_stands_between_the_parts() {
        assert_eq!(parted_by_link("See {link} or {Link}."), ["See ", " or ", "."]);
        assert_eq!(parted_by_link("none, {other}"), ["none, {other}"]);
    }
}
