-- query: audit_add
insert into audit_logs (actor_id, action, target, status, ip, user_agent, request_id)
values (:actor_id::uuid, :action, :target, :status::int, :client_ip::inet, left(:user_agent, 500), :request_id)
returning id
