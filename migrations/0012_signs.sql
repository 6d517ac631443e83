-- Which help the words of a request call for, in place of whether any words were marked.

alter table consultations add column sign text not null default '' -- the gravest sign in what was written; '' for none
  check (sign in ('', 'same-day', 'crisis', 'emergency'));
-- Which kind it was is not known any more: the gravest stands first until somebody has read it.
update consultations set sign = 'emergency' where safety = 1;
alter table consultations drop column safety;
