-- Answers kept between the pages of the self-assessment. Erased 24 hours after the last answer, or when asked.
create table drafts (
  reference text primary key,                -- random; never leaves the database
  saved_at integer not null,
  answers blob not null,                     -- sealed: what was answered, by question
  code_mark text unique                      -- keyed mark of the code that opens it once on another device; null when there is none
) strict;
create index drafts_by_time on drafts (saved_at);

-- The cookies that open a draft: one for each device.
create table draft_tokens (
  token_hash text primary key,
  reference text not null references drafts (reference) on delete cascade
) strict;
create index draft_tokens_by_draft on draft_tokens (reference);

-- A summary behind a private link. Joined to nothing: it holds no address, no reference and no moment of its making,
-- and its rows have no order of arrival.
create table summaries (
  token_hash text primary key,
  expires_at integer not null,               -- the start of a day, so that it says little about when it was made
  summary blob not null                      -- sealed
) strict, without rowid;
create index summaries_by_expiry on summaries (expires_at);

-- A summary that a patient chose to share with the clinic, beside their request.
create table shared_summaries (
  reference text primary key references consultations (reference) on delete cascade,
  summary blob not null                      -- sealed
) strict;
