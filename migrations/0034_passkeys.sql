-- Passkeys: keys on a device of a member of staff that sign in without a password and a code.
create table passkeys (
  id integer primary key,
  staff_id integer not null references staff (id) on delete cascade,
  credential_id text not null unique,        -- as the device named it, in base64url
  public_key text not null,                  -- COSE, in base64url: nothing that opens anything
  sign_count integer not null,               -- how often the device says it was used: one that goes back is refused
  name text not null,                        -- as its owner calls it
  created_at integer not null,
  used_at integer
) strict;
create index passkeys_by_account on passkeys (staff_id);

-- What a device knows an account by: random, and in base64url. Null until its first passkey.
alter table staff add column passkey_handle text;
create unique index staff_by_passkey_handle on staff (passkey_handle) where passkey_handle is not null;
