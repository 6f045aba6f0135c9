alter table sessions drop column proven_at;
alter table webauthn_challenges drop column password_generation;
alter table mfa_challenges drop column password_generation;
drop trigger users_end_pending_proofs on users;
drop function end_pending_proofs();
drop trigger users_count_password on users;
drop function count_password();
alter table users drop column password_generation;
