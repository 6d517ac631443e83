-- Mails about a booking belong to that booking, and no longer to its request: a request that is booked again after a
-- cancellation has two entries in the patient's calendar, and the mail about one must not replace the mail about the other.

update outbox
set topic = 'booking:' || (
  select id from bookings
  where bookings.reference = outbox.reference
  order by cancelled_at is null desc, cancelled_at desc limit 1
)
where topic = 'booking:' || reference and reference in (select reference from bookings);
