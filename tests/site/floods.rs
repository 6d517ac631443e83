//! A flood that was held goes at its rate however often the program is started.

use jiff::SignedDuration;

use crate::requested_mails::limited;
use crate::support::{consultation, with};

#[tokio::test]
async fn a_restart_lets_no_more_held_mails_go_within_the_hour() {
    let site = limited().await;
    for number in 0..200_u8 {
        let email = format!("patient{number}@example.org");
        let form = with(with(consultation(), "email", &[&email]), "concern", &["Lower back"]);
        site.visitor_from([198, 51, 100, number]).submit("/consultations/new", &form).await;
    }
    let sent = "outbox where purpose = 'consultation-confirmation' and state = 'sent'";
    site.mails().await;
    assert_eq!(site.count(sent).await, 60);
    // Their turns are over by the clock, and nothing but the count holds them.
    site.clock.advance(SignedDuration::from_hours(5));
    for start in 0..4 {
        site.mails().await;
        assert_eq!(site.count(sent).await, 120, "start {start}");
        site.clock.advance(SignedDuration::from_mins(10));
    }
    site.clock.advance(SignedDuration::from_mins(30));
    site.mails().await;
    assert_eq!(site.count(sent).await, 180, "an hour later");
}
