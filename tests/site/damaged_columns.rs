//! One damaged column of any table ends no page of the desk or of a patient: what cannot be read is named, the rest is shown.

use std::time::Duration;

use axum::http::StatusCode;
use mybackpain::clinic::Role;
use mybackpain::mail::Transport;
use mybackpain::staff::{NewAccount, add};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};

use crate::assessment::answer_all;
use crate::support::desk::page;
use crate::support::engine;
use crate::support::{Answer, PASSWORD, READING, Site, Visitor, consultation, with};

const PHONE: &str = "07700 900123";
/// Rows of the accounts that walk the pages: without them nobody is signed in.
const WALKERS: &str = "'sam@example.org', 'priya@example.org', 'asha@example.org'";

/// A site with a row in every table, and who looks at it.
struct Walk<'s> {
    reception: Visitor<'s>,
    clinician: Visitor<'s>,
    administrator: Visitor<'s>,
    patient: Visitor<'s>,
    /// With answers of the assessment, in a browser of their own: `Visitor` keeps one cookie.
    answering: Visitor<'s>,
    /// A booked request with a note, a call, a hold and a shared summary.
    reference: String,
    other: String,
    private: String,
    confirmation: String,
    complaint: String,
    correction: String,
    colleague: i64,
    /// The address at which programs read what is booked with that colleague.
    calendar: String,
    mails: Vec<i64>,
}

async fn filled(site: &Site) -> Walk<'_> {
    let mut patient = site.visitor();
    answer_all(&mut patient, "Carrying shopping").await;
    let mut form = with(consultation(), "summary", &["yes"]);
    form.push(("share", "yes"));
    let sent = patient.submit("/consultations/new", &form).await;
    let confirmation = sent.location().to_owned();
    let shown = patient.get(&confirmation).await;
    let reference = shown.first(".ref");
    let undelivered = with(consultation(), "email", &["grace@example.ogr"]);
    let other = site.request(&with(undelivered, "email_queried", &["grace@example.ogr"])).await;
    let report = [("about", "sleep-and-back-pain"), ("name", "Ada"), ("email", "ada@example.org")];
    patient.submit("/reports/new", &report).await;
    let (complaint, correction) = told(site).await;

    let (name, email) = ("Lee Wong", "lee@example.org");
    let new = NewAccount {
        email: email.into(),
        name: name.into(),
        role: Role::Clinician,
        password: PASSWORD.into(),
    };
    add(&site.app.database, site.now(), new, None).await.unwrap().unwrap();
    let mut lee = site.visitor();
    lee.post("/staff/sign-in", &[("email", email), ("password", PASSWORD)]).await;
    lee.second_step(email).await;
    for (act, fields) in [
        ("calls", &[("outcome", "no-answer")][..]),
        ("notes", &[("note", "Prefers mornings")]),
        ("notes", &[("note", "Sore calf"), ("clinical", "yes")]),
        ("hold", &[("hold", "An open complaint")]),
        ("owner", &[("owner", "me")]),
    ] {
        let done = lee.act(&reference, act, fields).await;
        assert!(done.status.is_redirection(), "{act}: {}", done.words());
    }
    let shown = lee.act(&reference, "message", &[("words", "Ring us")]).await;
    let mark = shown.attribute("input[name=previewed]", "value")[0].clone();
    let send = [("words", "Ring us"), ("step", "send"), ("previewed", mark.as_str())];
    assert_eq!(lee.act(&reference, "message", &send).await.status, StatusCode::SEE_OTHER);
    let odd = [("date", "2026-06-04"), ("time", "20:00"), ("minutes", "45"), ("setting", "clinic")];
    let held = [("clinician_name", name), ("room", "Room 2"), ("place", "Upstairs")];
    assert_eq!(
        lee.act(&reference, "booking", &[&odd[..], &held].concat()).await.status,
        StatusCode::SEE_OTHER
    );
    let away = lee.post("/staff/absences", &[("from", "1/7/2026"), ("until", "3/7/2026")]).await;
    assert_eq!(away.status, StatusCode::SEE_OTHER, "{}", away.words());
    let made = lee.post("/staff/account/calendar", &[]).await.first("[data-address]");
    let calendar = made.strip_prefix("http://localhost").unwrap().to_owned();
    let mut reception = site.staff_as(Role::Reception).await;
    let mut clinician = site.staff_as(Role::Clinician).await;
    let doubled = site.request(&with(consultation(), "concern", &["a double"])).await;
    let both = clinician.get(&page(&other)).await;
    let hidden = |name: &str| {
        both.attribute(&format!("form[action$='/merge'] input[name={name}]"), "value")[0].clone()
    };
    let (seen, other_seen, double) = (hidden("seen_at"), hidden("other_seen_at"), hidden("other"));
    let merge = [("seen_at", seen.as_str()), ("other", &double), ("other_seen_at", &other_seen)];
    let merged = clinician.post(&format!("{}/merge", page(&other)), &merge).await;
    assert_eq!((merged.status, double == doubled), (StatusCode::SEE_OTHER, true), "{}", merged.words());
    let tick = clinician.get("/staff").await.attribute("input[name=chosen]", "value")[0].clone();
    let bulk = clinician.post("/staff/bulk-acts", &[("chosen", &tick), ("act", "take")]).await;
    assert_eq!(bulk.location(), "/staff/bulk-acts/1");
    let mut administrator = site.staff_as(Role::Administrator).await;
    let colleague = [("email", "new@example.org"), ("role", "reception")];
    administrator.post("/staff/people/new", &colleague).await;
    late_form(site, &mut clinician, &other).await;
    let mut clinician = site.staff_as(Role::Clinician).await;
    for staff in [&mut reception, &mut administrator] {
        staff.get("/staff").await;
    }
    let worker = site.worker_with(Transport::Demo(Some(site.folder.path().join("mail"))));
    while worker.step().await.unwrap() > 0 {}
    clinician.get("/staff").await;
    let token: String = {
        let stored: Vec<u8> = sqlx::query_scalar("select token from consultations where reference = $1")
            .bind(&reference)
            .fetch_one(site.app.database.readers())
            .await
            .unwrap();
        site.app.cipher.row("consultations", &reference).decrypt("token", &Some(stored)).unwrap()
    };
    let private = format!("/consultations/{token}");
    let answering = patient.on_the_same_device();
    let mut patient = site.visitor();
    patient.prove(&private, "0123").await;
    let ids = "select id from outbox order by id";
    let mails = sqlx::query_scalar(ids).fetch_all(site.app.database.readers()).await.unwrap();
    let reset = "insert into staff_resets select id, 'h', null, 1, 2, 1, 1, null from staff where email = 'lee@example.org'";
    site.change(reset).await.unwrap();
    let passkeys = "insert into passkeys (staff_id, credential_id, public_key, sign_count, name, created_at, used_at) \
        select id, 'c' || id, 'k', 1, 'Phone', 1, 2 from staff";
    site.change(passkeys).await.unwrap();
    let colleague = sqlx::query_scalar("select id from staff where email = 'lee@example.org'")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    let reception = site.staff_as(Role::Reception).await;
    let administrator = site.staff_as(Role::Administrator).await;
    Walk {
        reception,
        clinician,
        administrator,
        patient,
        answering,
        reference,
        other,
        private,
        confirmation,
        complaint,
        correction,
        colleague,
        calendar,
        mails,
    }
}

/// A complaint and a correction.
async fn told(site: &Site) -> (String, String) {
    let form = [("name", "Ada Lovelace"), ("email", "ada@example.org"), ("words", "You spelt my name wrong")];
    site.visitor().submit("/complaints", &form).await;
    let mut reader = site.visitor();
    let key = reader.get("/corrections/new").await.attribute("input[name=key]", "value")[0].clone();
    site.clock.advance(READING);
    let told = [("about", "privacy"), ("words", "a slip"), ("name", "Ada"), ("key", &key)];
    reader.post("/corrections/new", &told).await;
    let find = async |sql: &'static str| -> String {
        sqlx::query_scalar(sql).fetch_one(site.app.database.readers()).await.unwrap()
    };
    (find("select reference from complaints").await, find("select reference from corrections").await)
}

/// What is typed after a session had ended, and kept.
async fn late_form(site: &Site, staff: &mut Visitor<'_>, reference: &str) {
    let seen_at = staff.seen_at(reference).await;
    site.clock.advance(jiff::SignedDuration::from_mins(20));
    let form = [("seen_at", seen_at.as_str()), ("note", "She moved house")];
    let late = staff.post(&format!("{}/notes", page(reference)), &form).await;
    assert_eq!(late.location(), "/staff/sign-in?again=kept");
}

impl Walk<'_> {
    /// Every page, with its address.
    async fn pages(&mut self) -> Vec<(String, Answer)> {
        let one = page(&self.reference);
        let mut all = Vec::new();
        let mut desk: Vec<String> =
            ["/staff", "/staff?show=done", "/staff/calls", "/staff/bulk-acts/1", "/staff/expired-forms"]
                .map(str::to_owned)
                .into();
        desk.extend([
            one.clone(),
            page(&self.other),
            format!("{one}/booking"),
            format!("{one}/cancellation"),
            format!("{one}/message"),
        ]);
        desk.extend(["/staff/mail".to_owned(), "/staff/mail?show=all".to_owned()]);
        desk.extend(self.mails.iter().map(|id| format!("/staff/mail/{id}")));
        desk.extend([
            "/staff/pages".to_owned(),
            "/staff/insights".to_owned(),
            format!("/staff/corrections/{}", self.correction),
        ]);
        desk.extend(["/staff/account", "/staff/absences"].map(str::to_owned));
        let diary = "/staff/diary?day=2026-06-04";
        desk.extend([diary.to_owned(), format!("{diary}&by=room"), format!("{diary}&view=week")]);
        for path in desk {
            all.push((path.clone(), self.clinician.get(&path).await));
        }
        for path in [&one, "/staff/consultations.csv", "/staff/mail"] {
            all.push((format!("{path} (reception)"), self.reception.get(path).await));
        }
        let complaint = format!("/staff/complaints/{}", self.complaint);
        let person = format!("/staff/people/{}", self.colleague);
        for path in [
            "/staff/people",
            &person,
            "/staff/audit",
            "/staff/complaints",
            &complaint,
            "/staff/clock",
            "/staff/replies",
        ] {
            all.push((path.to_owned(), self.administrator.get(path).await));
        }
        let asked = [("person", "ada@example.org")];
        all.push(("data rights".to_owned(), self.administrator.post("/staff/data-rights", &asked).await));
        all.push(("its file".to_owned(), self.administrator.post("/staff/data-rights/file", &asked).await));
        all.push(("search".to_owned(), self.reception.post("/staff/search", &[("q", "ada")]).await));
        let private = self.private.clone();
        for path in [
            private.clone(),
            format!("{private}/contact"),
            format!("{private}/withdrawal"),
            format!("{private}/reminders"),
            format!("{private}/another-time"),
            self.confirmation.clone(),
            self.calendar.clone(),
        ] {
            all.push((path.clone(), self.patient.get(&path).await));
        }
        for path in ["/assessment/check", "/assessment/summary"] {
            all.push((path.to_owned(), self.answering.get(path).await));
        }
        all
    }
}

/// Every column: its table, name and type.
async fn columns(tables: &mut SqliteConnection) -> Vec<(String, String, String)> {
    let sql = "select t.name, c.name, c.type from sqlite_schema t join pragma_table_info(t.name) c \
        where t.type = 'table' and t.name not like '\\_%' escape '\\' and t.name not like 'sqlite%' \
        and t.name not in ('believed_time', 'consultations_erased') order by t.rowid, c.cid";
    let rows = sqlx::query(sql).fetch_all(tables).await.unwrap();
    let mut all: Vec<(String, String, String)> =
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    // The queue reads what changed after the highest it has seen.
    all.sort_by_key(|(_, column, _)| column == "revision");
    all
}

/// What stands in a damaged column, each row with another value: some columns take none twice. Text that is no text is
/// also a word that nobody knows.
fn damages(column: &str, kind: &str) -> &'static [&'static str] {
    match kind.to_lowercase().as_str() {
        "text" => &["cast(x'ff41fe' || hex(randomblob(4)) as text)"],
        "blob" => &["x'00112233445566778899'"],
        _ if column.ends_with("_at") => {
            &["9223372036854775807 - abs(random() % 1000)", "-9223372036854775807 + abs(random() % 1000)"]
        }
        _ => &["9223372036854775807 - abs(random() % 1000)"],
    }
}

async fn run(tables: &mut SqliteConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql.clone()))
        .execute(tables)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

#[tokio::test]
async fn no_damaged_column_of_any_table_ends_a_page() {
    if engine::is_server() {
        return;
    }
    let site = Site::open().await;
    let mut walk = filled(&site).await;
    for (path, shown) in walk.pages().await {
        assert!(shown.status == StatusCode::OK, "{path}: {} {}", shown.status, shown.words());
    }
    let mut tables = SqliteConnectOptions::new()
        .filename(site.folder.path().join("mybackpain.sqlite"))
        .foreign_keys(false)
        .busy_timeout(Duration::from_secs(10))
        .pragma("ignore_check_constraints", "on")
        .connect()
        .await
        .unwrap();
    for trigger in ["audit_is_not_changed", "audit_is_kept", "audit_is_not_replaced"] {
        run(&mut tables, format!("drop trigger {trigger}")).await;
    }
    let mut wrong = Vec::new();
    for (table, column, kind) in columns(&mut tables).await {
        for damage in damages(&column, &kind) {
            let others = match table.as_str() {
                "staff" => format!("where email not in ({WALKERS})"),
                "staff_sessions" => {
                    format!("where staff_id not in (select id from staff where email in ({WALKERS}))")
                }
                _ => String::new(),
            };
            run(&mut tables, format!("create temp table kept as select * from {table}")).await;
            run(&mut tables, format!("update or ignore {table} set {column} = {damage} {others}")).await;
            if table == "consultations" && column != "revision" {
                // By this the queue knows that a row is another.
                run(&mut tables, "update consultations set changed_at = changed_at".to_owned()).await;
            }
            for (path, shown) in walk.pages().await {
                if shown.status.is_server_error() {
                    wrong.push(format!("{table}.{column} = {damage}: {path}"));
                }
                // By whom a row is known, its page goes with it; otherwise the number is there to ring.
                let number_is_gone = ["reference", "phone", "state", "ended_at"].contains(&column.as_str());
                if path == page(&walk.reference) && !number_is_gone && !shown.body.contains(PHONE) {
                    wrong.push(format!("{table}.{column} = {damage}: no number at {path}"));
                }
            }
            let kept =
                format!("delete from {table}; insert into {table} select * from kept; drop table kept");
            run(&mut tables, kept).await;
        }
    }
    assert!(wrong.is_empty(), "{} pages:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn a_waiting_mail_that_cannot_be_read_keeps_nobody_from_stopping_mail() {
    if engine::is_server() {
        return;
    }
    let site = Site::open().await;
    site.one_request().await;
    let token = mybackpain::mail::limits::stop_token(&site.app.cipher, "ada@example.org");
    site.change(
        "update outbox set reference = cast(x'ff41fe' as text), purpose = cast(x'ff' as text) where id = 1",
    )
    .await
    .unwrap();
    site.change("update outbox set reference = cast(x'ff41fe' as text) where id = 2").await.unwrap();
    let stopped = site.visitor().post(&format!("/reports/stop/{token}"), &[]).await;
    assert!(!stopped.status.is_server_error(), "{}", stopped.words());
    assert_eq!(site.count("suppressions").await, 1);
}
