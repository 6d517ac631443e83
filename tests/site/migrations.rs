//! Each migration runs over tables that hold something.

use mybackpain::storage::database::MIGRATOR;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use tempfile::TempDir;

/// Rows as they were when the first migration was the only one. Never edited; later migrations must carry them along.
const AFTER_THE_FIRST: &str = "
insert into staff (email, name, role, password_hash, created_at) values ('a@example.org', 'A', 'administrator', 'x', 1);
insert into staff_sessions (token_hash, staff_id, created_at, seen_at) values ('t', 1, 1, 1);
insert into staff_invitations (token_hash, role, created_at, expires_at) values ('i', 'reception', 1, 2);
insert into consultations (reference, state, created_at, due_at, changed_at, about, safety, suspect, contact_method,
  call_times, voicemail, name, email, phone, concern, needs, content_mark, token_hash)
  values ('BP-3333-4444', 'new', 1, 2, 1, '', 0, 0, 'phone', 'any', '', x'00', x'00', x'00', x'00', x'00', 'm', 'h');
insert into consultation_events (reference, happened_at, who, what) values ('BP-3333-4444', 1, 'patient', 'asked');
insert into reports (reference, created_at, about, name, email, address_mark, content_mark, state)
  values ('RP-3333-4444', 1, 'fibromyalgia', x'00', x'00', 'a', 'c', 'accepted');
insert into outbox (message_id, purpose, reference, recipient, message, state, created_at, due_at)
  values ('m@example.org', 'report', 'RP-3333-4444', x'00', x'00', 'queued', 1, 1);
insert into submissions (key_hash, kind, reference, created_at) values ('k', 'report', 'RP-3333-4444', 1);
insert into suppressions (address_mark, created_at) values ('s', 1);
insert into usefulness (about, day, useful, not_useful) values ('fibromyalgia', '2026-11-20', 1, 0);
insert into audit (happened_at, staff_id, what, reference) values (1, 1, 'opened', 'BP-3333-4444');
";

/// Rows as they were after the second migration. Never edited.
const AFTER_THE_SECOND: &str = "
insert into drafts (reference, saved_at, answers, code_mark) values ('d', 1, x'00', 'c');
insert into draft_tokens (token_hash, reference) values ('t', 'd');
insert into summaries (token_hash, expires_at, summary) values ('s', 86400, x'00');
insert into shared_summaries (reference, summary) values ('BP-3333-4444', x'00');
";

/// What the third added.
const AFTER_THE_THIRD: &str = "
update staff set second_factor = x'00';
insert into staff_recovery_codes (code_mark, staff_id) values ('r', 1);
insert into staff_sessions (token_hash, staff_id, step, created_at, seen_at) values ('t', 1, 'full', 1, 1);
insert into staff_unsent (reference, staff_id, path, fields, created_at) values ('UN-3333-4444', 1, '/staff/x', x'00', 1);
insert into complaints (reference, key_hash, created_at, due_at, changed_at, suspect, name, email, phone, words)
  values ('DP-3333-4444', 'k', 1, 2, 1, 0, x'00', x'00', x'00', x'00');
insert into erasures (reference, happened_at, staff_id, person_mark, what) values ('ER-3333-4444', 1, 1, 'm', 'w');
";

/// A database without a table, and the folder that holds it.
async fn empty_database() -> (TempDir, SqlitePool) {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("old.sqlite"))
        .create_if_missing(true)
        .foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    (folder, pool)
}

#[tokio::test]
async fn every_migration_carries_filled_tables_along() {
    let (_folder, pool) = empty_database().await;
    let first = MIGRATOR.iter().map(|migration| migration.version).min().unwrap();
    MIGRATOR.run_to(first, &pool).await.unwrap();
    sqlx::raw_sql(AFTER_THE_FIRST).execute(&pool).await.unwrap();
    MIGRATOR.run_to(2, &pool).await.unwrap();
    sqlx::raw_sql(AFTER_THE_SECOND).execute(&pool).await.unwrap();
    MIGRATOR.run_to(3, &pool).await.unwrap();
    let sessions: i64 =
        sqlx::query_scalar("select count(*) from staff_sessions").fetch_one(&pool).await.unwrap();
    assert_eq!(sessions, 0, "signing in takes two steps now: sessions that took one are over");
    sqlx::raw_sql(AFTER_THE_THIRD).execute(&pool).await.unwrap();
    MIGRATOR.run(&pool).await.unwrap();
    for table in ["drafts", "draft_tokens", "summaries", "shared_summaries"] {
        let count = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let rows: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
        assert_eq!(rows, 1, "{table}");
    }
    for table in [
        "consultations",
        "consultation_events",
        "reports",
        "outbox",
        "staff",
        "staff_invitations",
        "staff_sessions",
        "staff_recovery_codes",
        "expired_forms",
        "complaints",
        "erasures",
        "audit",
        "usefulness",
    ] {
        let count = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let rows: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
        assert_eq!(rows, 1, "{table}");
    }
    let unsettled =
        "select count(*) from outbox where settled_at is null and resent_at is null and state = 'queued'";
    let rows: i64 = sqlx::query_scalar(unsettled).fetch_one(&pool).await.unwrap();
    assert_eq!(rows, 1, "a mail that waits is no task, and nobody dealt with it");
    let mail: (String, String, Vec<u8>) =
        sqlx::query_as("select message_id, purpose, message from outbox").fetch_one(&pool).await.unwrap();
    assert_eq!(mail, ("m@example.org".to_owned(), "report".to_owned(), vec![0]), "mail goes on as it was");
    let told = "select count(*) from consultations where not_notified = ''";
    assert_eq!(sqlx::query_scalar::<_, i64>(told).fetch_one(&pool).await.unwrap(), 1);
    let report: (String, Vec<u8>, String) =
        sqlx::query_as("select about, email, content_hash from reports").fetch_one(&pool).await.unwrap();
    assert_eq!(report, ("fibromyalgia".to_owned(), vec![0], "c".to_owned()), "only its count moved");
    for replaced in [
        "insert or replace into audit (id, happened_at, what) values (1, 1, 'x')",
        "insert or replace into erasures (reference, happened_at, person_hash, what)
           values ('ER-3333-4444', 1, 'm', 'w')",
    ] {
        assert!(sqlx::query(replaced).execute(&pool).await.is_err(), "{replaced}");
    }
    let broken: Vec<sqlx::sqlite::SqliteRow> =
        sqlx::query("pragma foreign_key_check").fetch_all(&pool).await.unwrap();
    assert!(broken.is_empty());
}

/// What an older version had taken for spam by a guess: nobody was told of it.
const GUESSED_SPAM: &str = "
insert into consultations (reference, state, created_at, due_at, changed_at, about, safety, suspect, contact_method,
  call_times, voicemail, name, email, phone, concern, needs, content_mark, token_hash) values
  ('BP-3333-7777', 'new', 1, 2, 5, '', 1, 1, 'phone', 'any', '', x'00', x'00', x'00', x'00', x'00', 'n', 'i'),
  ('BP-3333-8888', 'contacted', 1, 2, 5, '', 0, 1, 'phone', 'any', '', x'00', x'00', x'00', x'00', x'00', 'o', 'j'),
  ('BP-3333-9999', 'closed', 1, 2, 5, '', 0, 1, 'phone', 'any', '', x'00', x'00', x'00', x'00', x'00', 'p', 'k');
update consultations set attention = 'changed' where reference = 'BP-3333-4444';
insert into complaints (reference, key_hash, created_at, due_at, changed_at, suspect, name, email, phone, words)
  values ('DP-3333-7777', 'l', 1, 2, 1, 1, x'00', x'00', x'00', x'00');
insert into mistakes (reference, key_hash, state, created_at, changed_at, about, version, suspect, name, email, words)
  values ('MP-3333-7777', 'm', 'open', 1, 1, 'fibromyalgia', '1.0', 1, x'00', x'00', x'00');
";

#[tokio::test]
async fn what_was_hidden_by_a_guess_is_an_ordinary_request_that_waits_for_us() {
    let (_folder, pool) = empty_database().await;
    let first = MIGRATOR.iter().map(|migration| migration.version).min().unwrap();
    MIGRATOR.run_to(first, &pool).await.unwrap();
    sqlx::raw_sql(AFTER_THE_FIRST).execute(&pool).await.unwrap();
    MIGRATOR.run_to(7, &pool).await.unwrap();
    sqlx::raw_sql(GUESSED_SPAM).execute(&pool).await.unwrap();
    MIGRATOR.run(&pool).await.unwrap();
    let rows: Vec<(String, String, i64, i64)> =
        sqlx::query_as("select reference, attention, spam, revision from consultations order by reference")
            .fetch_all(&pool)
            .await
            .unwrap();
    let row = |reference: &str, attention: &str| (reference.to_owned(), attention.to_owned());
    assert_eq!(
        rows.iter()
            .map(|(reference, attention, ..)| (reference.clone(), attention.clone()))
            .collect::<Vec<_>>(),
        [
            row("BP-3333-4444", "changed"),
            row("BP-3333-7777", "not told"),
            row("BP-3333-8888", ""),
            row("BP-3333-9999", "")
        ],
        "nothing is lost, and who waits to hear from us is marked"
    );
    assert!(rows.iter().all(|(.., spam, _)| *spam == 0), "no guess stays");
    assert!(rows[1].3 > rows[3].3, "the change counts");
    let told: Vec<String> = sqlx::query_scalar(
        "select reference from consultation_events where who = 'system' and what like '%sent no mail' order by reference",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(told, ["BP-3333-7777", "BP-3333-8888"], "the history says what happened to open ones");
    for table in ["complaints", "corrections"] {
        let count = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&pool).await.unwrap(), 1, "{table}");
    }
}

/// Requests from before the desk kept what changed: they are taken in like the others, and a change counts.
#[tokio::test]
async fn older_requests_are_on_the_desk_and_their_changes_are_counted() {
    let (_folder, pool) = empty_database().await;
    let first = MIGRATOR.iter().map(|migration| migration.version).min().unwrap();
    MIGRATOR.run_to(first, &pool).await.unwrap();
    sqlx::raw_sql(AFTER_THE_FIRST).execute(&pool).await.unwrap();
    MIGRATOR.run(&pool).await.unwrap();
    let revision = "select revision from consultations";
    assert_eq!(sqlx::query_scalar::<_, i64>(revision).fetch_one(&pool).await.unwrap(), 0);
    sqlx::query("update consultations set changed_at = changed_at + 1").execute(&pool).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, i64>(revision).fetch_one(&pool).await.unwrap(), 1);
    sqlx::query("delete from consultations").execute(&pool).await.unwrap();
    let erased =
        sqlx::query_scalar::<_, i64>("select times from consultations_erased").fetch_one(&pool).await;
    assert_eq!(erased.unwrap(), 1);
}

/// Rows as the program before the eighth migration wrote them, with its own SQL. Never edited.
const BEFORE_THE_EIGHTH: &str = "
insert into outbox (message_id, purpose, reference, recipient, message, state, created_at, due_at)
  values ('b', 'consultation-booking', 'BP-3333-4444', x'00', x'01', 'queued', 1, 1);
update outbox set attempts = attempts + 1, uncertain = uncertain + 1, state = 'sending', data_sent_at = 5,
  leased_until = 1201 where message_id = 'b';
insert into outbox (message_id, purpose, reference, recipient, message, state, created_at, due_at)
  values ('f', 'report', 'RP-3333-4444', x'00', x'02', 'queued', 2, 2);
update outbox set state = 'failed', finished_at = 3, trouble = x'03', settled_at = 4, settled_by = 1,
  settled_why = x'04', resent_at = 3, followed_by = 1 where message_id = 'f';
insert into asked_mails (address_mark, asked_at, held) values ('a', 100, 0), ('a', 200, 1);
insert into suppressions (address_mark, created_at) values ('s', 1) on conflict do nothing;
insert into consultations (reference, state, created_at, due_at, changed_at, about, safety, suspect, contact_method,
  call_times, voicemail, name, email, phone, concern, needs, content_mark, token_hash)
  values ('BP-3333-4444', 'new', 1, 2, 1, '', 0, 0, 'phone', 'any', '', x'00', x'00', x'00', x'00', x'00', 'm', 'h');
update consultations set untold = 'stopped' where reference = 'BP-3333-4444';
";

#[tokio::test]
async fn mail_that_waits_keeps_its_message_and_all_that_happened_to_it() {
    let (_folder, pool) = empty_database().await;
    MIGRATOR.run_to(7, &pool).await.unwrap();
    sqlx::raw_sql(BEFORE_THE_EIGHTH).execute(&pool).await.unwrap();
    MIGRATOR.run(&pool).await.unwrap();
    let told =
        async |sql: &'static str| -> String { sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap() };
    let sending =
        "select concat_ws(' ', state, topic, hex(message), letter is null, attempts, uncertain, data_sent_at,
        leased_until, tries) from outbox where message_id = 'b'";
    assert_eq!(told(sending).await, "sending booking:BP-3333-4444 01 1 1 1 5 1201 0");
    let failed =
        "select concat_ws(' ', state, topic, hex(message), hex(trouble), finished_at, settled_at, settled_by,
        hex(settled_why), resent_at, followed_by) from outbox where message_id = 'f'";
    assert_eq!(told(failed).await, "failed  02 03 3 4 1 04 3 1");
    let asked = "select group_concat(requested_at || ' ' || release_at, ', ') from requested_mails";
    assert_eq!(told(asked).await, "100 100, 200 3800");
    let stopped = "select concat_ws(' ', address_hash, lifted_at is null) from suppressions";
    assert_eq!(told(stopped).await, "s 1", "a stop stands");
    assert_eq!(told("select not_notified from consultations").await, "stopped");
}

/// Rows as the program before the thirteenth migration wrote them. Never edited.
const BEFORE_THE_THIRTEENTH: &str = "
insert into staff (email, name, role, password_hash, created_at) values ('a@example.org', 'A', 'administrator', 'x', 1);
insert into mistakes (reference, key_hash, state, created_at, changed_at, answered_at, about, version, name, email, words,
  answer) values ('MP-3333-7777', 'm', 'answered', 1, 2, 3, 'fibromyalgia', '1.0', x'00', x'01', x'02', x'03');
insert into staff_unsent (reference, staff_id, path, fields, created_at)
  values ('UN-3333-4444', 1, '/staff/mistakes/MP-3333-7777/answer', x'04', 1);
insert into drafts (reference, saved_at, answers, code_mark) values ('d', 1, x'00', 'c');
insert into staff_recovery_codes (code_mark, staff_id) values ('r', 1);
insert into staff_places (place_mark, staff_id, seen_at) values ('p', 1, 1);
insert into requested_mails (address_mark, requested_at, release_at) values ('a', 1, 2);
insert into erasures (reference, happened_at, staff_id, person_mark, what) values ('ER-3333-4444', 1, 1, 'e', 'w');
";

#[tokio::test]
async fn corrections_expired_forms_and_hashes_keep_every_value_under_their_new_names() {
    let (_folder, pool) = empty_database().await;
    MIGRATOR.run_to(12, &pool).await.unwrap();
    sqlx::raw_sql(BEFORE_THE_THIRTEENTH).execute(&pool).await.unwrap();
    MIGRATOR.run(&pool).await.unwrap();
    let row = async |sql: &'static str| -> String { sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap() };
    let correction =
        "select concat_ws(' ', reference, key_hash, state, created_at, changed_at, answered_at, about,
        version, hex(name), hex(email), hex(words), hex(answer)) from corrections";
    assert_eq!(row(correction).await, "MP-3333-7777 m answered 1 2 3 fibromyalgia 1.0 00 01 02 03");
    let form = "select concat_ws(' ', reference, staff_id, path, hex(fields), created_at) from expired_forms";
    assert_eq!(row(form).await, "UN-3333-4444 1 /staff/corrections/MP-3333-7777/answer 04 1");
    for (sql, hash) in [
        ("select code_hash from drafts", "c"),
        ("select code_hash from staff_recovery_codes", "r"),
        ("select place_hash from staff_places", "p"),
        ("select address_hash from requested_mails", "a"),
        ("select person_hash from erasures", "e"),
    ] {
        assert_eq!(row(sql).await, hash, "{sql}");
    }
    let rewritten = sqlx::query("update erasures set what = ''").execute(&pool).await;
    assert!(rewritten.is_err(), "proofs are guarded as before");
    sqlx::query("delete from staff").execute(&pool).await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from expired_forms").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0, "a form goes with its account, as before");
}

#[tokio::test]
async fn mails_about_a_booking_belong_to_the_booking_that_stands_or_stood_last() {
    let (_folder, pool) = empty_database().await;
    MIGRATOR.run_to(14, &pool).await.unwrap();
    sqlx::raw_sql(
        "pragma foreign_keys = off;
        insert into bookings (id, reference, starts_at, minutes, setting, cancelled_at)
          values ('old', 'BP-3333-4444', 1, 30, 'phone', 5), ('new', 'BP-3333-4444', 1, 30, 'phone', null),
            ('over', 'BP-3333-5555', 1, 30, 'phone', 7);
        insert into outbox (message_id, purpose, reference, topic, state, created_at, due_at)
          values ('a', 'consultation-booking', 'BP-3333-4444', 'booking:BP-3333-4444', 'queued', 1, 1),
            ('b', 'consultation-booking', 'BP-3333-5555', 'booking:BP-3333-5555', 'sent', 1, 1),
            ('c', 'consultation-confirmation', 'BP-3333-4444', '', 'sent', 1, 1);",
    )
    .execute(&pool)
    .await
    .unwrap();
    MIGRATOR.run(&pool).await.unwrap();
    let topics: String =
        sqlx::query_scalar("select group_concat(topic, ' ') from outbox").fetch_one(&pool).await.unwrap();
    assert_eq!(topics, "booking:new booking:over ");
}

/// Rows as the program before the sixteenth migration wrote them. Never edited.
const BEFORE_THE_SIXTEENTH: &str = "
insert into complaints (reference, key_hash, created_at, due_at, changed_at, name, email, phone, words)
  values ('DP-3333-4444', 'k', 1, 2, 3, x'00', x'01', x'02', x'03');
insert into corrections (reference, key_hash, state, created_at, changed_at, about, version, name, email, words)
  values ('MP-3333-4444', 'k', 'open', 1, 2, 'fibromyalgia', '1.0', x'00', x'01', x'02');
";

#[tokio::test]
async fn complaints_and_corrections_from_before_keep_their_words_and_are_yet_to_be_read() {
    let (_folder, pool) = empty_database().await;
    MIGRATOR.run_to(15, &pool).await.unwrap();
    sqlx::raw_sql(BEFORE_THE_SIXTEENTH).execute(&pool).await.unwrap();
    MIGRATOR.run(&pool).await.unwrap();
    let row = async |sql: &'static str| -> String { sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap() };
    let complaint = "select concat_ws(' ', reference, key_hash, created_at, due_at, changed_at, hex(name),
        hex(email), hex(phone), hex(words), sign is null) from complaints";
    assert_eq!(row(complaint).await, "DP-3333-4444 k 1 2 3 00 01 02 03 1");
    let correction =
        "select concat_ws(' ', reference, key_hash, state, created_at, changed_at, about, version,
        hex(name), hex(email), hex(words), sign is null) from corrections";
    assert_eq!(row(correction).await, "MP-3333-4444 k open 1 2 fibromyalgia 1.0 00 01 02 1");
}

#[tokio::test]
async fn bookings_from_before_name_no_clinician_and_keep_their_time_and_their_place() {
    let (_folder, pool) = empty_database().await;
    MIGRATOR.run_to(17, &pool).await.unwrap();
    let booked = "pragma foreign_keys = off;
        insert into bookings (id, reference, starts_at, minutes, setting, place, sequence, cancelled_at, booked_at)
        values ('b', 'BP-3333-4444', 5, 30, 'clinic', x'01', 2, 7, 4)";
    sqlx::raw_sql(booked).execute(&pool).await.unwrap();
    MIGRATOR.run(&pool).await.unwrap();
    let kept = "select concat_ws(' ', id, starts_at, minutes, setting, hex(place), sequence, cancelled_at, booked_at,
        clinician_id is null, clinician = '', room = '') from bookings";
    let kept: String = sqlx::query_scalar(kept).fetch_one(&pool).await.unwrap();
    assert_eq!(kept, "b 5 30 clinic 01 2 7 4 1 1 1");
}

#[tokio::test]
async fn what_was_stored_while_a_clock_was_wrong_counts_as_else_after_the_upgrade_too() {
    let behind = "insert into believed_time (id, at, drift, highest) values (1, 9000, 0, 9000);
        insert into clock_spans (from_at, until_at, began_at, highest, over_at, is_open) values (100, 400, 100, 8000, 8500, 0);
        insert into clock_spans (from_at, until_at, began_at, highest) values (600, 700, 600, 8700)";
    // It was ahead, believed, and then right again.
    let ahead = "insert into believed_time (id, at, drift, highest) values (1, 1000500, 0, 64000000);
        insert into clock_spans (from_at, until_at, began_at, highest) values (1000000, 1000500, 1000000, 64000000)";
    for (sql, expected) in [(behind, "100 400 -8400, 600 700 -8100, 0 9000 0"), (ahead, "0 1000500 0")] {
        let (_folder, pool) = empty_database().await;
        MIGRATOR.run_to(34, &pool).await.unwrap();
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        MIGRATOR.run(&pool).await.unwrap();
        let stretches =
            "select group_concat(concat_ws(' ', from_at, until_at, ahead), ', ') from clock_stretches";
        let stretches: String = sqlx::query_scalar(stretches).fetch_one(&pool).await.unwrap();
        assert_eq!(stretches, expected);
    }
}
