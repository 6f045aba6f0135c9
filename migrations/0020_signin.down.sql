drop index recovery_codes_code_key;
alter table mfa_configs drop column enabled_at;
alter table mfa_configs drop column last_step;
drop table mfa_challenges;
drop table login_history;
drop function login_key(text);
drop table login_failures;
