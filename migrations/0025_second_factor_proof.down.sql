drop function user_has_permission(uuid, text);
delete from permissions where name in ('users.unlock', 'audit.cleanup');
drop function user_has_second_factor(uuid);
alter table sessions drop column mfa_at;
