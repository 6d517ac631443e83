-- What happened on the site, counted by day. Nothing about who: no address, no network, no name.
create table daily_counts (
  day text not null,                         -- of the clinic's time zone, such as 2026-11-20
  what text not null,                        -- such as 'read', 'search' or 'wrong-field'
  subject text not null,                     -- path of a page, 'form: field', or ''
  times integer not null check (times > 0),
  primary key (day, what, subject)
) strict, without rowid;

-- What people searched for and found nothing, by day. Erased after a week; shown to staff only when several people in
-- several networks typed it.
create table missed_searches (
  day text not null,
  query_hash text not null,                  -- keyed hash of the words
  query blob not null,                       -- encrypted: the words, in lower case
  networks integer not null,                 -- how many networks typed it that day, up to a few
  primary key (day, query_hash)
) strict;

-- When the patient first heard from the clinic: the request was marked as contacted, booked or closed.
alter table consultations add column contacted_at integer;
update consultations set contacted_at = (
  select min(happened_at) from consultation_events
  where consultation_events.reference = consultations.reference and who like 'staff:%'
  and (what = 'marked it as contacted' or what like 'rang: spoke%' or what like 'booked%' or what like 'closed%')
);
-- Waiting times are counted over every request: from this index alone, without the rows.
create index consultations_by_creation on consultations (created_at, due_at, contacted_at, state, spam);
