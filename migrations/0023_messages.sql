-- Writing to a patient from their request, and the replies that a clinic keeps for it.

-- What staff wrote to a patient by email: it belongs to the request and is erased with it.
create table consultation_messages (
  id text primary key,                       -- random; the place that the words are encrypted for
  reference text not null references consultations (reference) on delete cascade,
  written_at integer not null,
  staff_id integer not null references staff (id),
  clinical integer not null check (clinical in (0, 1)), -- a clinician wrote it and it may be about health: only clinicians read it here
  words blob not null                        -- encrypted
) strict;
create index consultation_messages_by_request on consultation_messages (reference);

-- Words that staff send again and again. They are about nobody.
create table saved_replies (
  id integer primary key,
  title text not null,
  words text not null,                       -- with fields such as {name}
  changed_at integer not null                -- grows with every change: a save on an older one is refused
) strict;

insert into saved_replies (title, words, changed_at) values
  ('We tried to ring you',
   'We tried to ring you and could not reach you.

Please ring us on {phone}, or reply to this email and tell us when we can ring you.', 0),
  ('We have not forgotten you',
   'We have not forgotten your request. You will hear from us by {promise}.

You can see how it stands here: {link}', 0),
  ('How should we reach you?',
   'We could not reach you with the phone number that we have.

You can change how we reach you here: {link}

Or ring us on {phone}.', 0);
