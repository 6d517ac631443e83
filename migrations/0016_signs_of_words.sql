-- Which help the words of a complaint or a correction call for, stored with them: the desk's lists need not decrypt and
-- read every text at each opening. Null in rows from before: they are read once, when a list is next opened.

alter table complaints add column sign text -- the gravest sign in its words; '' for none
  check (sign in ('', 'same-day', 'crisis', 'emergency'));
alter table corrections add column sign text -- the gravest sign in its words; '' for none
  check (sign in ('', 'same-day', 'crisis', 'emergency'));
create index complaints_unread on complaints (reference) where sign is null;
create index corrections_unread on corrections (reference) where sign is null;
