-- Mail is data until it is sent: a row keeps what is to be said, and its message is made when it first goes.

create table outbox_next (
  id integer primary key,
  message_id text not null unique,           -- the stable Message-ID; also the place that its encrypted fields belong to
  purpose text not null,
  reference text not null,                   -- of the consultation, report or other cause
  topic text not null default '',            -- a newer mail of the same topic replaces this one while it waits; '' for none
  recipient blob,                            -- encrypted address; null once forgotten
  letter blob,                               -- encrypted JSON: what is to be said, from which the message is made; null once sent or erased
  message blob,                              -- encrypted message, kept from the first time that it goes, so that every retry has the same bytes
  state text not null check (state in ('queued', 'sending', 'sent', 'retry', 'failed', 'needs attention', 'replaced')),
  created_at integer not null,
  due_at integer not null,                   -- not before this moment
  leased_until integer not null default 0,   -- while 'sending': a worker that died is found by this
  data_sent_at integer,                      -- set just before the final dot: from then on the mail may have gone
  attempts integer not null default 0,       -- that moved the mail along its schedule of retries
  uncertain integer not null default 0,      -- attempts that ended after the final dot without a reply
  tries integer not null default 0,          -- every attempt that failed, also while no mail server could be reached
  tried_for integer not null default 0,      -- seconds between the first of them and the last, by a clock that cannot be set
  finished_at integer,                       -- when sent, given up or replaced
  trouble blob,                              -- encrypted words of the last failure, for staff
  resent_at integer,                         -- staff sent it again: its days of trying begin here
  settled_at integer,                        -- staff dealt with the failure: it is no longer a task
  settled_by integer,                        -- the account that did
  settled_why blob,                          -- encrypted; why it was left; null when another mail took its place
  followed_by integer                        -- the mail that took its place
) strict;
-- What waits was written before as a whole message, and goes as it is.
insert into outbox_next (id, message_id, purpose, reference, topic, recipient, message, state, created_at, due_at,
    leased_until, data_sent_at, attempts, uncertain, finished_at, trouble, resent_at, settled_at, settled_by, settled_why,
    followed_by)
  select id, message_id, purpose, reference,
    case purpose when 'consultation-booking' then 'booking:' || reference else '' end, recipient, message, state,
    created_at, due_at, leased_until, data_sent_at, attempts, uncertain, finished_at, trouble, resent_at, settled_at,
    settled_by, settled_why, followed_by from outbox;
drop table outbox;
alter table outbox_next rename to outbox;
create index outbox_due on outbox (state, due_at);
create index outbox_by_reference on outbox (reference);
create index outbox_by_time on outbox (created_at);
create index outbox_by_topic on outbox (topic) where topic <> '';

-- One row for each mail that anyone may have sent to an address. It holds no reference: nothing joins it to what the
-- mail was about. Erased after a day.
create table requested_mails (
  address_mark text not null,                -- keyed hash of the address as one mailbox
  requested_at integer not null,
  release_at integer not null                -- later than requested_at when too many were asked for in an hour
) strict;
insert into requested_mails (address_mark, requested_at, release_at)
  select address_mark, asked_at, asked_at + held * 3600 from asked_mails;
drop table asked_mails;
create index requested_mails_by_address on requested_mails (address_mark, requested_at);
create index requested_mails_by_release on requested_mails (release_at);

alter table consultations rename column untold to not_notified;

-- Staff may lift a stop that was set by mistake, with a reason.
alter table suppressions add column lifted_at integer;  -- mail goes again from here on; null while the stop stands
alter table suppressions add column lifted_by integer;  -- the account that lifted it
alter table suppressions add column lifted_why blob;    -- encrypted
