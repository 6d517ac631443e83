-- The time that this site last believed: one row. A clock far from it erases nothing until it has been steady for a day
-- or an administrator has confirmed it.
create table believed_time (
  id integer primary key check (id = 1),
  at integer not null
) strict;

-- A site that has run before believed the time of its newest row.
insert into believed_time (id, at)
  select 1, max(at) from (
    select max(changed_at) as at from consultations
    union all select max(created_at) from reports
    union all select max(created_at) from outbox
    union all select max(seen_at) from staff_sessions
    union all select max(happened_at) from audit
  ) having max(at) is not null;

-- The guards go by the earlier of both times, so that a wrong clock alone opens neither.
drop trigger audit_is_kept;
create trigger audit_is_kept before delete on audit
when old.happened_at > min(unixepoch(), coalesce((select at from believed_time), 0)) - 63072000 -- 24 months
begin
  select raise(abort, 'audit entries are kept for 24 months');
end;
drop trigger erasures_are_kept;
create trigger erasures_are_kept before delete on erasures
when old.happened_at > min(unixepoch(), coalesce((select at from believed_time), 0)) - 63072000 -- 24 months
begin
  select raise(abort, 'proofs of erasure are kept for 24 months');
end;
