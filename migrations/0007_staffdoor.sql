-- What was written down cannot be written over: "insert or replace" deletes a row without asking the triggers that keep it.

create trigger audit_is_not_replaced before insert on audit
when exists (select 1 from audit where id = new.id)
begin
  select raise(abort, 'audit entries are not replaced');
end;
create trigger erasures_are_not_replaced before insert on erasures
when exists (select 1 from erasures where reference = new.reference)
begin
  select raise(abort, 'proofs of erasure are not replaced');
end;
