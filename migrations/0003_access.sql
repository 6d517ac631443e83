-- Who may work the desk, what is written down about it, and what a person may ask about their data.

-- The second factor: a secret that an app on a phone shares with us (TOTP, RFC 6238).
alter table staff add column second_factor blob;        -- sealed; null until it is set up at the first sign-in
alter table staff add column second_factor_step integer not null default 0; -- the last 30 seconds whose code was used: none is used twice

-- Codes for who has lost that phone. A row is deleted when its code is used.
create table staff_recovery_codes (
  code_mark text primary key,                -- keyed mark of the account and the code
  staff_id integer not null references staff (id) on delete cascade
) strict;
create index staff_recovery_codes_by_account on staff_recovery_codes (staff_id);

alter table staff_invitations add column email text not null default ''; -- lower case; '' for the link of a first start
alter table staff_invitations add column invited_by integer;             -- null for the link of a first start

-- Signing in takes two steps. Sessions of before had one and end here: everyone signs in again.
drop table staff_sessions;
create table staff_sessions (
  id integer primary key,
  token_hash text not null unique,           -- a new token for each step
  staff_id integer not null references staff (id) on delete cascade,
  step text not null check (step in ('password', 'full')), -- 'password': the code is still asked
  offered blob,                              -- sealed secret that the set-up page shows; null once it is taken or there is one
  return_to text not null default '',        -- the address of the desk that was asked for before signing in
  wrong_codes integer not null default 0,    -- too many end the session
  created_at integer not null,
  seen_at integer not null,
  ended_at integer                           -- the row stays until it is 8 hours old, to know whose unsent words came late
) strict;
create index staff_sessions_by_account on staff_sessions (staff_id);

-- What a member of staff sent after their session had ended: given back to them, and to nobody else, when they sign in.
create table staff_unsent (
  reference text primary key,
  staff_id integer not null references staff (id) on delete cascade,
  path text not null,
  fields blob not null,                      -- sealed; the form as it was sent
  created_at integer not null
) strict;

create index audit_by_person on audit (staff_id, id);
create index audit_by_reference on audit (reference, id);
create index audit_by_what on audit (what, id);

-- A complaint about how we handle personal data. It must be acknowledged within 30 days.
create table complaints (
  reference text primary key,                -- such as DP-7K3M-9QX4
  key_hash text not null unique,             -- of the random key of its check page: the same sent twice is one
  created_at integer not null,
  due_at integer not null,                   -- acknowledged by then
  acknowledged_at integer,
  ended_at integer,                          -- when closed; the row is erased 24 months later
  changed_at integer not null,               -- a save on an older one is refused
  suspect integer not null check (suspect in (0, 1)),
  name blob,                                 -- sealed, like the four below
  email blob,
  phone blob,
  words blob,
  outcome blob                               -- what staff wrote when it was closed
) strict;
create index complaints_by_time on complaints (created_at);

-- Proof that one person's data was erased. It holds no word of it. Kept 24 months, like the audit; cannot be changed.
create table erasures (
  reference text primary key,                -- such as ER-7K3M-9QX4
  happened_at integer not null,
  staff_id integer,                          -- null from the command line
  person_mark text not null,                 -- keyed mark of the address or number that was asked for
  what text not null                         -- a line for each thing: its kind and reference
) strict;
create trigger erasures_are_not_changed before update on erasures
begin
  select raise(abort, 'proofs of erasure are not changed');
end;
create trigger erasures_are_kept before delete on erasures
when old.happened_at > unixepoch() - 63072000 -- 24 months
begin
  select raise(abort, 'proofs of erasure are kept for 24 months');
end;

-- The words for the purpose of a mail are checked where they are read (src/mail/message.rs), so that a new one needs no
-- new table.
create table outbox_next (
  id integer primary key,
  message_id text not null unique,           -- the stable Message-ID; also the place that its sealed fields belong to
  purpose text not null,
  reference text not null,                   -- of the consultation, report or other cause
  recipient blob,                            -- sealed address; null once forgotten
  message blob,                              -- sealed message, ready to send; null once sent or given up
  state text not null check (state in ('queued', 'sending', 'sent', 'retry', 'failed', 'needs attention')),
  created_at integer not null,
  due_at integer not null,                   -- not before this moment
  leased_until integer not null default 0,   -- while 'sending': a worker that died is found by this
  data_sent_at integer,                      -- set just before the final dot: from then on the mail may have gone
  attempts integer not null default 0,
  uncertain integer not null default 0,      -- attempts that ended after the final dot without a reply
  finished_at integer,                       -- when sent or given up
  trouble blob                               -- sealed words of the last failure, for staff
) strict;
insert into outbox_next (id, message_id, purpose, reference, recipient, message, state, created_at, due_at, leased_until,
    data_sent_at, attempts, uncertain, finished_at, trouble)
  select id, message_id, purpose, reference, recipient, message, state, created_at, due_at, leased_until,
    data_sent_at, attempts, uncertain, finished_at, trouble from outbox;
drop table outbox;
alter table outbox_next rename to outbox;
create index outbox_due on outbox (state, due_at);
create index outbox_by_reference on outbox (reference);
