-- Reminders of a booking, and patients who cannot make their time.

alter table bookings add column booked_at integer not null default 0; -- when it was booked or last changed: the patient was told then

-- The reminders of a booking that were made. One that is moved is reminded of anew.
create table booking_reminders (
  booking_id text not null references bookings (id) on delete cascade,
  starts_at integer not null,                -- of the booking, as it stood then
  hours_before integer not null,
  made_at integer not null,
  primary key (booking_id, starts_at, hours_before)
) strict;

alter table consultations add column no_reminders integer not null default 0 check (no_reminders in (0, 1)); -- the patient wants none
alter table consultations add column wanted_time blob;    -- encrypted: what would suit, in the patient's words; null when no other time is wanted

-- A mail that is of no use from some moment on, such as a reminder.
alter table outbox add column expires_at integer;         -- not sent from then on; null for never

-- Why a request waits for us, with one more reason: the patient cannot make the time that was booked.
alter table consultations add column attention_now text not null default ''
  check (attention_now in ('', 'changed', 'wrong number', 'wrong address', 'booking free', 'not told', 'another time'));
update consultations set attention_now = attention;
alter table consultations drop column attention;
alter table consultations rename column attention_now to attention;
