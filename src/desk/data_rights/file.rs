//! One person's data as a file: for programs as JSON, for reading as plain text.

use serde_json::{Map, json};

use crate::clinic::calendar::Calendar;
use crate::desk::data_rights::rows::{PersonalRow, Value, label};
use crate::storage::clock::moment;

/// Every row with its kind and reference; times as ISO 8601.
pub fn json(held: &[PersonalRow], made_at: i64) -> String {
    let rows: Vec<_> = held
        .iter()
        .map(|row| {
            let fields: Map<_, _> =
                row.fields.iter().map(|(name, value)| (name.clone(), value.json())).collect();
            json!({ "kind": row.kind(), "fields": fields })
        })
        .collect();
    format!("{:#}\n", json!({ "made": moment(made_at).to_string(), "held": rows }))
}

pub fn text(held: &[PersonalRow], made_at: i64, site: &str, calendar: &Calendar) -> String {
    let mut text =
        format!("What {site} holds about you\nMade at {}\n", calendar.say_with_year(moment(made_at)));
    for row in held {
        text.push_str(&format!("\n{}\n", row.kind()));
        for (name, value) in &row.fields {
            let value = value.words(calendar).replace('\n', "\n    ");
            text.push_str(&format!(
                "  {}: {}\n",
                label(name),
                if value.is_empty() { "not given" } else { &value }
            ));
        }
    }
    text
}

impl Value {
    fn json(&self) -> serde_json::Value {
        match self {
            Value::Text(text) => json!(text),
            Value::Number(number) => json!(number),
            Value::Moment(at) => json!(moment(*at).to_string()),
        }
    }

    fn words(&self, calendar: &Calendar) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Moment(at) => calendar.say_with_year(moment(*at)),
        }
    }
}
