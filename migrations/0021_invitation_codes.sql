-- An invitation is worth nothing without a code that the administrator says to whom they mean: the mail may go to a stranger.
alter table staff_invitations add column code_hash text not null default '';       -- keyed, with the link; '' for the link of a first start
alter table staff_invitations add column wrong_codes integer not null default 0;

-- Open ones have no code: their people are invited again.
delete from staff_invitations where email <> '';
