-- Mail that anyone may have sent to an address: counted for both forms together, and what the desk must tell instead.

-- One row for each such mail. It holds no reference: nothing joins it to what the mail was about. Erased after a day.
create table asked_mails (
  address_mark text not null,                -- keyed mark of the address without case, dots and +tag
  asked_at integer not null,
  held integer not null check (held in (0, 1)) -- sent later, because too many were asked for in an hour
) strict;
create index asked_mails_by_address on asked_mails (address_mark, asked_at);
create index asked_mails_by_time on asked_mails (asked_at);

-- Reports were counted by this.
drop index reports_by_address;
drop index reports_by_time;
alter table reports drop column address_mark;

alter table consultations add column untold text not null default '' -- why the last mail to the patient was not sent; '' when it was, or they were reached since
  check (untold in ('', 'often', 'stopped', 'unwritten'));
