-- Two requests of one person that are dealt with as one.

alter table consultations add column merged_into text references consultations (reference) on delete set null; -- where this one is dealt with
create index consultations_by_merge on consultations (merged_into) where merged_into is not null;

-- How both stood before, so that they can be separated again.
create table consultation_merges (
  reference text primary key references consultations (reference) on delete cascade, -- the one that was merged
  merged_at integer not null,
  state text not null,
  attention text not null,
  other_due_at integer not null,             -- of the one that it was merged into, before
  other_sign text not null,
  joint_due_at integer not null,             -- and of both: with other values it was changed since, and stays
  joint_sign text not null
) strict;
