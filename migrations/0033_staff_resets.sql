-- A link with which a colleague chooses a new password or sets up their second step again, made by an administrator. While
-- an account has a row here nobody signs in to it but by that link.
create table staff_resets (
  staff_id integer primary key references staff (id) on delete cascade,
  token_hash text unique,                    -- keyed; null once the link was used or has ended
  made_by integer,                           -- null from the command line
  made_at integer not null,
  expires_at integer not null,
  password integer not null check (password in (0, 1)),       -- whether it is chosen anew
  second_step integer not null check (second_step in (0, 1)), -- whether it is set up anew: then the row stays until it is
  used_at integer                            -- when the link was used
) strict;

-- A link was handed to whoever had the address.
create trigger staff_resets_end_with_the_address after update of email on staff when new.email <> old.email
begin
  update staff_resets set token_hash = null where staff_id = new.id;
end;
