-- A revision that no count of changes reaches is damaged: one row with the greatest number there is refused every request and
-- every change. It is not counted on from, and its row is numbered anew with the next change of any request.
drop trigger consultation_is_new;
create trigger consultation_is_new after insert on consultations
begin
  update consultations
    set revision = (select coalesce(max(revision), 0) + 1 from consultations where revision < 9007199254740992)
    where reference = new.reference or revision >= 9007199254740992;
end;
drop trigger consultation_is_changed;
create trigger consultation_is_changed after update of changed_at on consultations
begin
  update consultations
    set revision = (select coalesce(max(revision), 0) + 1 from consultations where revision < 9007199254740992)
    where reference = new.reference or revision >= 9007199254740992;
end;
