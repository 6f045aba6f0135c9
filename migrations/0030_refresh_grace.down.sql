-- Tokens that only the generation tells to be old count as used.
update refresh_tokens r
   set used_at = now()
  from sessions s
 where s.id = r.session_id and r.generation < s.refresh_generation and r.used_at is null;

alter table refresh_tokens drop column generation;
alter table sessions
    drop column refresh_generation,
    drop column refresh_client,
    drop column refresh_graced,
    drop column refreshed_at;
