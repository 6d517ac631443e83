-- Stretches of time in which the clock ran evenly. What is kept for a time is erased by the time that was counted in them.
create table clock_stretches (
  id integer primary key,
  from_at integer not null,                  -- what the clock showed when it began, and when it was last looked at
  until_at integer not null,
  ahead integer not null,                    -- how far the clock was ahead of the counted time; negative while behind
  ran integer not null default 0,            -- 1 when the program ran when the clock was set: the machine was not off
  off integer not null default 0             -- seconds that were counted at starts, as if the machine had been off; bounded
) strict;
-- What was stored while the clock was behind counts from when it was right again, or from what it had shown before.
insert into clock_stretches (from_at, until_at, ahead)
  select from_at, until_at, from_at - coalesce(over_at, highest) from clock_spans order by id;
insert into clock_stretches (from_at, until_at, ahead) select 0, at, 0 from believed_time;
drop table clock_spans;
