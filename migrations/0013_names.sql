-- Names that say what they hold. No value changes, except addresses of forms that wait to be sent on.

-- What a reader says is wrong on a page. Erased 90 days after it was answered.
alter table mistakes rename to corrections;
drop index mistakes_by_state;
create index corrections_by_state on corrections (state, created_at);

-- What a member of staff sent after their session had ended: given back to them, and to nobody else, when they sign in.
alter table staff_unsent rename to expired_forms;
update expired_forms set path = replace(path, '/staff/mistakes/', '/staff/corrections/');

-- Keyed hashes, by which two equal values are known without keeping either.
alter table consultations rename column content_mark to content_hash;  -- of address, phone and text
alter table reports rename column content_mark to content_hash;        -- of address, name and page
alter table suppressions rename column address_mark to address_hash;   -- of a mailbox
alter table requested_mails rename column address_mark to address_hash;
alter table drafts rename column code_mark to code_hash;               -- of the code that opens it on another device
alter table staff_recovery_codes rename column code_mark to code_hash; -- of the account and the code
alter table staff_places rename column place_mark to place_hash;       -- of the address and the network
alter table erasures rename column person_mark to person_hash;         -- of the address or number that was asked for
