-- The desk: who deals with a request, calls, notes, bookings, and what is kept for a reason.

alter table consultations add column channel text not null default 'site' check (channel in ('site', 'phone')); -- how it came
alter table consultations add column token blob;          -- sealed: the private page's address, for later mails; null once withdrawn
alter table consultations add column owner_id integer references staff (id); -- who deals with it; null for nobody
alter table consultations add column next_try_at integer; -- not to be rung before; null for as soon as it suits the patient
alter table consultations add column attention text not null default '' -- why it waits for us: what the patient did, or what is to be mended
  check (attention in ('', 'changed', 'wrong number', 'booking free'));
alter table consultations add column closed_because text not null default ''
  check (closed_because in ('', 'dealt with', 'not reached', 'elsewhere', 'twice', 'not real'));
alter table consultations add column held_at integer;     -- kept for a reason since: retention skips it
alter table consultations add column hold_reason blob;    -- sealed
alter table consultations add column revision integer not null default 0; -- grows with every change of any request: what has changed since

create index consultations_by_revision on consultations (revision);
create index consultations_by_end on consultations (ended_at);

create trigger consultation_is_new after insert on consultations
begin
  update consultations set revision = (select max(revision) + 1 from consultations) where reference = new.reference;
end;
create trigger consultation_is_changed after update of changed_at on consultations
begin
  update consultations set revision = (select max(revision) + 1 from consultations) where reference = new.reference;
end;

-- How many requests were erased whole, ever: who keeps a list in memory sees by it that some are gone.
create table consultations_erased (
  id integer primary key check (id = 1),
  times integer not null
) strict;
insert into consultations_erased (id, times) values (1, 0);
create trigger consultation_is_erased after delete on consultations
begin
  update consultations_erased set times = times + 1;
end;

-- Calls to a patient.
create table consultation_calls (
  id integer primary key,
  reference text not null references consultations (reference) on delete cascade,
  called_at integer not null,
  staff_id integer not null references staff (id),
  outcome text not null check (outcome in ('spoke', 'no-answer', 'left-message', 'wrong-number'))
) strict;
create index consultation_calls_by_request on consultation_calls (reference, id);

-- What staff write down about a request.
create table consultation_notes (
  id text primary key,                       -- random; the place that the words are sealed for
  reference text not null references consultations (reference) on delete cascade,
  written_at integer not null,
  staff_id integer not null references staff (id),
  clinical integer not null check (clinical in (0, 1)), -- for clinicians only
  words blob not null                        -- sealed
) strict;
create index consultation_notes_by_request on consultation_notes (reference, written_at);

-- Consultations that were booked, changed and cancelled.
create table bookings (
  id text primary key,                       -- random; also the calendar's name for it, and the place of its sealed field
  reference text not null references consultations (reference) on delete cascade,
  starts_at integer not null,
  minutes integer not null check (minutes between 5 and 240),
  setting text not null check (setting in ('clinic', 'video', 'phone')),
  place blob,                                -- sealed: an address or the link of a video call; null once withdrawn
  sequence integer not null default 0,       -- grows with each change, so that calendars take the newest
  cancelled_at integer
) strict;
create index bookings_by_request on bookings (reference);
-- At most one is not cancelled.
create unique index bookings_that_stand on bookings (reference) where cancelled_at is null;
