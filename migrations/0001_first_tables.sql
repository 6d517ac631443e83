-- Times are whole seconds since 1970 in UTC. Personal fields are sealed (src/sealing.rs) and therefore blobs.

-- What a patient asked of the clinic. One row is one request, erased 90 days after closing or when withdrawn.
create table consultations (
  reference text primary key,                -- such as BP-7K3M-9QXT, the only name of a request outside the database
  state text not null check (state in ('new', 'contacted', 'booked', 'closed', 'withdrawn')),
  created_at integer not null,
  due_at integer not null,                   -- the promised moment, as the patient saw it
  changed_at integer not null,               -- last change of state or details; a save on an older one is refused
  ended_at integer,                          -- when closed or withdrawn; the row is erased 90 days later
  about text not null,                       -- slug of the page the request began on, or ''
  safety integer not null check (safety in (0, 1)), -- the text holds a safety word
  suspect integer not null check (suspect in (0, 1)), -- looks like spam: shown apart, gets no mail, never discarded
  contact_method text not null check (contact_method in ('phone', 'video', 'email')),
  call_times text not null,                  -- comma-separated names of times to call
  voicemail text not null check (voicemail in ('', 'yes', 'no')),
  name blob,                                 -- sealed, like the four below; null once withdrawn
  email blob,
  phone blob,
  concern blob,
  needs blob,                                -- communication needs
  content_mark text,                         -- keyed mark of address, phone and text: the same twice in a day is one; null once withdrawn
  token_hash text not null unique            -- of the private page's address
) strict;
create index consultations_by_promise on consultations (state, due_at);
create index consultations_by_content on consultations (content_mark, created_at);

-- What happened to a request: who, when and what, never content.
create table consultation_events (
  id integer primary key,
  reference text not null references consultations (reference) on delete cascade,
  happened_at integer not null,
  who text not null,                         -- 'patient', 'system' or 'staff:' and the number of an account
  what text not null                         -- such as 'asked', 'contacted', 'closed', 'changed contact details'
) strict;
create index consultation_events_by_request on consultation_events (reference, id);

-- A report by email. The address is here and in its mail only, and is erased 7 days after sending or giving up.
create table reports (
  reference text primary key,
  created_at integer not null,
  about text not null,                       -- slug of the page sent
  name blob,                                 -- sealed; null once forgotten
  email blob,                                -- sealed; null once forgotten
  address_mark text,                         -- keyed mark of the address without case, dots and +tag; null once forgotten
  content_mark text,                         -- keyed mark of address, name and page; null once forgotten
  state text not null check (state in ('accepted', 'held', 'suppressed', 'forgotten'))
) strict;
create index reports_by_address on reports (address_mark, created_at);
create index reports_by_content on reports (content_mark, created_at);
create index reports_by_time on reports (created_at);

-- Addresses whose owner asked us to send nothing more: kept as a keyed mark, never as an address.
create table suppressions (
  address_mark text primary key,
  created_at integer not null
) strict;

-- The random key of a form's check page, and what it made. The same key again leads to the same answer.
create table submissions (
  key_hash text primary key,
  kind text not null check (kind in ('consultation', 'report')),
  reference text not null,
  created_at integer not null
) strict;

-- Mail to send, stored in the transaction of its cause. The body is erased once it is sent or given up.
create table outbox (
  id integer primary key,
  message_id text not null unique,           -- the stable Message-ID; also the place that its sealed fields belong to
  purpose text not null check (purpose in ('consultation-confirmation', 'consultation-notice', 'report')),
  reference text not null,                   -- of the consultation or report
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
create index outbox_due on outbox (state, due_at);
create index outbox_by_reference on outbox (reference);

-- People who work the desk.
create table staff (
  id integer primary key,
  email text not null unique,                -- lower case
  name text not null,
  role text not null check (role in ('reception', 'clinician', 'administrator')),
  password_hash text not null,               -- argon2id, in its standard text form
  created_at integer not null,
  disabled_at integer
) strict;

-- A one-time link with which an account is made.
create table staff_invitations (
  token_hash text primary key,
  role text not null check (role in ('reception', 'clinician', 'administrator')),
  created_at integer not null,
  expires_at integer not null
) strict;

create table staff_sessions (
  token_hash text primary key,
  staff_id integer not null references staff (id) on delete cascade,
  created_at integer not null,
  seen_at integer not null
) strict;

-- Who opened or changed what on the desk, and when. Never content. Kept 24 months; cannot be changed.
create table audit (
  id integer primary key,
  happened_at integer not null,
  staff_id integer,                          -- null for the system
  what text not null,
  reference text not null default ''
) strict;
create index audit_by_time on audit (happened_at);
create trigger audit_is_not_changed before update on audit
begin
  select raise(abort, 'audit entries are not changed');
end;
create trigger audit_is_kept before delete on audit
when old.happened_at > unixepoch() - 63072000 -- 24 months
begin
  select raise(abort, 'audit entries are kept for 24 months');
end;

-- Yes and no answers to "Was this page useful?", counted by page, never by person.
create table usefulness (
  about text not null,
  day text not null,
  useful integer not null default 0,
  not_useful integer not null default 0,
  primary key (about, day)
) strict;
