-- When members of staff are away, and requests that were closed and opened again.

create table staff_absences (
  id integer primary key,
  staff_id integer not null references staff (id) on delete cascade,
  from_day text not null,                    -- the first day away, like 2026-12-24, in the clinic's time zone
  until_day text not null,                   -- the last day away
  cover_id integer references staff (id),    -- who is given what is theirs; null for nobody
  made_at integer not null,
  handed_over_at integer                     -- when it was given, on the first day; null until then
) strict;
create index staff_absences_by_last_day on staff_absences (until_day);

-- Why a request waits for us, with one more reason: it was closed, and somebody opened it again.
alter table consultations add column attention_now text not null default ''
  check (attention_now in
    ('', 'changed', 'wrong number', 'wrong address', 'booking free', 'not told', 'another time', 'opened again'));
update consultations set attention_now = attention;
alter table consultations drop column attention;
alter table consultations rename column attention_now to attention;
