//! How quick the desk is with very many requests: a measurement, not a test.

use mybackpain::storage::encryption::FieldId;

use crate::support::{Site, consultation};

/// Fills a queue with 50,000 requests and measures its pages at 8 at once: `cargo test -- --ignored --nocapture 50_000`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "fills a large database and measures"]
async fn measures_the_desk_with_50_000_requests() {
    let site = Site::open().await;
    fill(&site, 50_000).await;
    book(&site).await;
    let mut staff = site.staff().await;
    let warm = std::time::Instant::now();
    let queue = staff.get("/staff").await;
    println!("first opening, which reads everything: {:?}", warm.elapsed());
    let one = queue.attribute("table.queue .who a", "href")[0].clone();
    let asks: [(&str, String, &str); 9] = [
        ("queue", "/staff".into(), ""),
        ("queue, page 400", "/staff?page=400".into(), ""),
        ("search a name", "/staff/search".into(), "person 04321"),
        ("search a number", "/staff/search".into(), "07700 904321"),
        ("one request", one, ""),
        ("diary, day", "/staff/diary?day=2026-06-04".into(), ""),
        ("diary, week", "/staff/diary?day=2026-06-04&view=week".into(), ""),
        ("insights", "/staff/insights".into(), ""),
        ("diary, week by room", "/staff/diary?day=2026-06-04&view=week&by=room".into(), ""),
    ];
    for (what, path, typed) in asks {
        let took = staff.measure(&path, typed, 8, 40).await;
        println!("{what}: median {:?}, p99 {:?}", took[took.len() / 2], took[took.len() * 99 / 100]);
    }
}

/// Books the 12,000 requests that were contacted: 100 a day with eight clinicians in five rooms, over 120 days.
async fn book(site: &Site) {
    let heard =
        "update consultations set contacted_at = created_at + 60 * (rowid % 2000) where state <> 'new'";
    site.change(heard).await.unwrap();
    site.change(
        "insert into bookings (id, reference, starts_at, minutes, setting, clinician, room)
         select 'b' || n, reference, unixepoch('2026-04-20') + 86400 * (n % 120) + 32400 + 900 * ((n / 120) % 30), 30,
           'clinic', 'Clinician ' || (n % 8), 'Room ' || (n % 5)
         from (select reference, row_number() over (order by reference) as n from consultations
           where state = 'contacted' limit 12000)",
    )
    .await
    .unwrap();
}

async fn fill(site: &Site, number: usize) {
    let reference = site.request(&consultation()).await;
    let cipher = site.app.cipher.clone();
    site.app
        .database
        .write(move |connection| {
            Box::pin(async move {
                for at in 0..number {
                    let own = format!("BP-{:04}-{:04}", at / 10_000, at % 10_000);
                    let encrypt = |column, text: &str| {
                        cipher.encrypt(FieldId { table: "consultations", reference: &own, column }, text)
                    };
                    let (name, email, phone) = (
                        format!("Person {at:05} Okafor"),
                        format!("person{at}@example.org"),
                        format!("07700 9{at:05}"),
                    );
                    sqlx::query(
                        "insert into consultations (reference, state, created_at, due_at, changed_at, about, \
                         sign, spam, contact_method, call_times, voicemail, name, email, phone, concern, \
                         needs, content_hash, token_hash) select $1, case $8 % 4 when 0 then 'contacted' else \
                         'new' end, created_at + $8, due_at + ($8 % 200000) - 90000, changed_at, about, case when $8 % 97 = 0 then 'emergency' else '' end, 0, \
                         contact_method, call_times, voicemail, $2, $3, $4, $5, $6, null, $1 \
                         from consultations where reference = $7",
                    )
                    .bind(&own)
                    .bind(encrypt("name", &name))
                    .bind(encrypt("email", &email))
                    .bind(encrypt("phone", &phone))
                    .bind(encrypt("concern", "Lower back ache for 3 months"))
                    .bind(encrypt("needs", ""))
                    .bind(&reference)
                    .bind(at as i64)
                    .execute(&mut *connection)
                    .await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
}
