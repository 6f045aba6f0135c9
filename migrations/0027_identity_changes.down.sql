drop trigger roles_tell_change on roles;
drop trigger user_roles_tell_change on user_roles;
drop trigger sessions_tell_deletion on sessions;
drop trigger sessions_tell_change on sessions;
drop trigger users_tell_change on users;
drop function tell_everybody_change();
drop function tell_users_row_change();
drop function tell_user_change();
drop function tell_identity_change(text);
