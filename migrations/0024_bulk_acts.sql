-- What was done to several requests at once, so that it can be undone at once.

create table bulk_acts (
  id integer primary key,
  staff_id integer not null references staff (id) on delete cascade,
  made_at integer not null,
  what text not null,                        -- as the history says it, such as "took it"
  undone_at integer                          -- null until then
) strict;
create index bulk_acts_by_age on bulk_acts (made_at);

-- Each request that was chosen, and how it stood before.
create table bulk_act_rows (
  act_id integer not null references bulk_acts (id) on delete cascade,
  reference text not null references consultations (reference) on delete cascade,
  outcome text not null,                     -- 'done', 'stale', 'sign' or 'impossible'; then 'undone' or 'changed'
  state text not null,
  owner_id integer,
  attention text not null,
  contacted_at integer,
  changed_at integer not null,               -- of the request after the act: with another one it is not undone
  primary key (act_id, reference)
) strict;
create index bulk_act_rows_by_request on bulk_act_rows (reference);
