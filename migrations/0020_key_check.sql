-- The key that makes the keyed hashes of this database, as one of them: one row. With another key every stop of mail
-- would be forgotten; a database without it, beside a key that was used, was emptied or put there from elsewhere.
create table key_check (
  id integer primary key check (id = 1),
  key_hash text not null
) strict;

-- By how many seconds the believed time has moved without the machine having run for it, less what a day of even running
-- makes good: many small jumps are together one large one.
alter table believed_time add column drift integer not null default 0;
