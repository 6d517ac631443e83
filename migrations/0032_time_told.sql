-- When the consultation begins by the last mail about it that may have gone: a change or a cancellation names that time,
-- though the booking may have moved several times since while the mail server was away.
alter table bookings add column told_starts_at integer;
