-- Why a request waits for us, with one more reason: whoever reads its email address says that it is not theirs.
alter table consultations add column attention_now text not null default ''
  check (attention_now in ('', 'changed', 'wrong number', 'wrong address', 'booking free', 'not told'));
update consultations set attention_now = attention;
alter table consultations drop column attention;
alter table consultations rename column attention_now to attention;
