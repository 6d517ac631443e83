//! Requests on the desk, and what staff do to them.

use sqlx::AssertSqlSafe;

use super::{Answer, Site, Visitor, consultation, engine};

/// The address of one request on the desk.
pub fn page(reference: &str) -> String {
    format!("/staff/consultations/{reference}")
}

impl Site {
    /// A request of a patient; gives its reference.
    pub async fn request(&self, form: &[(&str, &str)]) -> String {
        let mut patient = self.visitor();
        let sent = patient.submit("/consultations/new", form).await;
        patient.get(sent.location()).await.first(".ref")
    }

    pub async fn one_request(&self) -> String {
        self.request(&consultation()).await
    }

    /// Does to the tables what no page does.
    pub async fn change(&self, sql: &str) -> sqlx::Result<()> {
        let sql = AssertSqlSafe(engine::with_bytes(sql));
        let write = self.app.database.write(move |connection| {
            Box::pin(async move { sqlx::query(sql).execute(connection).await.map(|_| ()) })
        });
        write.await
    }
}

impl Visitor<'_> {
    /// The stamp of a request as it is shown now.
    pub async fn seen_at(&mut self, reference: &str) -> String {
        let shown = self.get(&page(reference)).await;
        shown.attribute("input[name=seen_at]", "value").into_iter().next().unwrap_or_default()
    }

    /// Opens a request and does something to it.
    pub async fn act(&mut self, reference: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
        let seen_at = self.seen_at(reference).await;
        let mut form = vec![("seen_at", seen_at.as_str())];
        form.extend(fields);
        let path = format!("{}/{act}", page(reference));
        let answer = self.post(&path, &form).await;
        // A booking that is odd, such as one over another, is asked about once.
        let asked = answer.attribute("input[name=asked]", "value");
        let [asked] = &asked[..] else { return answer };
        form.extend([("asked", asked.as_str()), ("why", "They can only come then")]);
        self.post(&path, &form).await
    }

    /// Books 10.30am on 4 June 2026 at the clinic.
    pub async fn book(&mut self, reference: &str) -> Answer {
        self.act(
            reference,
            "booking",
            &[("date", "2026-06-04"), ("time", "10:30"), ("minutes", "45"), ("setting", "clinic")],
        )
        .await
    }

    /// Answers the question of a private page: from now on this browser sees all of it.
    pub async fn prove(&mut self, private: &str, answer: &str) -> Answer {
        self.post(private, &[("answer", answer)]).await
    }
}
