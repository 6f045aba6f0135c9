drop function audit_delete_old(int, int);
drop function app_role_prepare();
