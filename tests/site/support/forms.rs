//! Forms that are right, and the same with one field changed.

/// A consultation form that is right; tests change one field.
pub fn consultation() -> Vec<(&'static str, &'static str)> {
    vec![
        ("about", "sleep-and-back-pain"),
        ("name", "Ada Lovelace"),
        ("email", "ada@example.org"),
        ("phone", "07700 900123"),
        ("times", "mornings"),
        ("times", "evenings"),
        ("method", "phone"),
        ("concern", "Lower back ache for 3 months"),
        ("voicemail", "no"),
        ("needs", "Please speak slowly"),
    ]
}

pub fn report() -> Vec<(&'static str, &'static str)> {
    vec![("about", "sleep-and-back-pain"), ("name", "Ada Lovelace"), ("email", "ada@example.org")]
}

/// The same form with other values for one field; no values leave the field out.
pub fn with<'a>(
    form: Vec<(&'a str, &'a str)>,
    field: &'a str,
    values: &[&'a str],
) -> Vec<(&'a str, &'a str)> {
    let mut changed: Vec<_> = form.into_iter().filter(|(name, _)| *name != field).collect();
    changed.extend(values.iter().map(|value| (field, *value)));
    changed
}
