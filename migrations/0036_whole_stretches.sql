-- A stretch says twice how much time was counted: one whose numbers do not agree is damaged, and nothing goes by it.
create table whole_stretches (
  id integer primary key,
  from_at integer not null,                  -- what the clock showed when it began, and when it was last looked at
  until_at integer not null,
  ahead integer not null,                    -- how far the clock was ahead of the counted time; negative while behind
  counted_at integer not null check (counted_at = until_at - ahead),  -- the counted time when it was last looked at
  ran integer not null default 0,            -- 1 when the program ran when the clock was set: the machine was not off
  off integer not null default 0             -- seconds that were counted at starts, as if the machine had been off; bounded
) strict;
insert into whole_stretches (id, from_at, until_at, ahead, counted_at, ran, off)
  select id, from_at, until_at, ahead, until_at - ahead, ran, off from clock_stretches
  -- A span that was open when the time in it was believed was no time behind: the one after it says how it is counted.
  where not (ahead < -172800 and id < (select max(id) from clock_stretches)
    and coalesce((select at from believed_time), -1) between from_at and until_at);
drop table clock_stretches;
alter table whole_stretches rename to clock_stretches;
