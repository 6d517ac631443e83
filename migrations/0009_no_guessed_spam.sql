-- No guess of the program hides anything any more: only a member of staff puts a request among spam.
alter table consultations add column spam integer not null default 0 check (spam in (0, 1)); -- put among spam by a member of staff; shown with the open ones all the same when it holds safety words

-- Why a request waits for us: what the patient did, what is to be mended, or that nobody was told of it ('not told').
alter table consultations add column attention_now text not null default ''
  check (attention_now in ('', 'changed', 'wrong number', 'booking free', 'not told'));
update consultations set attention_now = attention;
alter table consultations drop column attention;
alter table consultations rename column attention_now to attention;

-- What was hidden by a guess is an ordinary request again. It got no mail, and neither did the clinic: the desk says so.
insert into consultation_events (reference, happened_at, who, what)
  select reference, unixepoch(), 'system', 'put it back in the queue: an older version had taken it for spam, and sent no mail'
  from consultations where suspect = 1 and state in ('new', 'contacted', 'booked');
update consultations set attention = 'not told', changed_at = changed_at + 1
  where suspect = 1 and state = 'new' and attention = '';
alter table consultations drop column suspect;
alter table complaints drop column suspect;
alter table mistakes drop column suspect;
