-- What staff do about a mail that was not delivered, and mistakes that readers report.

alter table outbox add column resent_at integer;        -- staff sent it again: its days of trying begin here
alter table outbox add column settled_at integer;       -- staff dealt with the failure: it is no longer a task
alter table outbox add column settled_by integer;       -- the account that did
alter table outbox add column settled_why blob;         -- sealed; why it was left; null when another mail took its place
alter table outbox add column followed_by integer;      -- the mail that took its place, to the corrected address
create index outbox_by_time on outbox (created_at);

-- What a reader says is wrong on a page. Erased 90 days after it was answered.
create table mistakes (
  reference text primary key,                -- such as MP-7K3M-9QX4
  key_hash text not null unique,             -- of the random key of its form: the same sent twice is one
  state text not null check (state in ('open', 'answered')),
  created_at integer not null,
  changed_at integer not null,               -- a save on an older one is refused
  answered_at integer,
  about text not null,                       -- slug of the page
  version text not null,                     -- of the page, as the reader saw it; '' for a page without one
  suspect integer not null check (suspect in (0, 1)), -- looks like spam: shown apart, never discarded
  name blob,                                 -- sealed, like the three below
  email blob,
  words blob,
  answer blob                                -- what staff did about it
) strict;
create index mistakes_by_state on mistakes (state, created_at);
