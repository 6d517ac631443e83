-- What clinicians signed: pages, by exactly the words they read. Public, so in plain text.

create table page_signatures (
  id integer primary key,
  slug text not null,
  text_hash text not null,         -- SHA-256 of signed_text: the signature holds for a page of this hash and no other
  signed_text text not null,       -- the words as they were signed, to show what changed since
  name text not null,
  role text not null,
  registration text not null,      -- of a professional register, such as HCPC PH123456
  signed_on text not null,         -- like 2026-12-24, in the clinic's time zone
  staff_id integer references staff (id) on delete set null    -- null when it came from a file
) strict;
create unique index page_signatures_once on page_signatures (slug, text_hash, name, registration);
