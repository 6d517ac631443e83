-- The diary: who holds a consultation and in which room or on which line, why an odd one was made all the same, and the
-- private calendar addresses of clinicians.

alter table bookings add column clinician_id integer references staff (id); -- the account of who holds it; null for a name, or for nobody named
alter table bookings add column clinician text not null default '';         -- the name of who holds it and has no account; '' otherwise
alter table bookings add column room text not null default '';              -- "Room 2", "Line 1"; '' for none named

-- A day of the diary reads the bookings of that day, and no others, and the rooms in use from the index alone; a calendar
-- address those of one clinician.
create index bookings_by_start on bookings (starts_at, room) where cancelled_at is null;
create index bookings_by_clinician on bookings (clinician_id, starts_at) where cancelled_at is null;

-- Why a booking that clashes, or is odd in another way, was made all the same.
create table booking_reasons (
  id text primary key,                       -- random; the place that the words are encrypted for
  reference text not null references consultations (reference) on delete cascade,
  event_id integer not null references consultation_events (id) on delete cascade, -- the line of the history that it belongs to
  why blob not null                          -- encrypted
) strict;
create index booking_reasons_by_request on booking_reasons (reference);
create index booking_reasons_by_event on booking_reasons (event_id);

-- The address at which programs read the diary of one clinician: one at a time, and only its keyed hash is kept.
create table calendar_addresses (
  staff_id integer primary key references staff (id) on delete cascade,
  token_hash text not null unique,
  created_at integer not null
) strict;
