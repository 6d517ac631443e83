-- Networks that an account was signed in to from: its owner does not wait there for strangers who guess elsewhere.
create table staff_places (
  place_mark text primary key,               -- keyed mark of the address and the network; neither is kept
  staff_id integer not null references staff (id) on delete cascade,
  seen_at integer not null                   -- erased 90 days later
) strict;
create index staff_places_by_time on staff_places (seen_at);
