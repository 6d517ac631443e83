-- The highest time that was ever believed: what was stored beyond it was stored by a clock that was ahead.
alter table believed_time add column highest integer not null default 0;
update believed_time set highest = at;

-- Times while the clock ran evenly and showed less than once before. What was stored meanwhile counts from their end.
create table clock_spans (
  id integer primary key,
  from_at integer not null,                  -- the first and the last moment that were seen
  until_at integer not null,
  began_at integer not null,                 -- since when the clock has shown this lower time, small steps aside
  highest integer not null,                  -- what it had shown before: there it is not behind any more
  over_at integer,                           -- the moment that it was put right to; null while it was not
  is_open integer not null default 1 check (is_open in (0, 1)) -- it is still behind
) strict;
