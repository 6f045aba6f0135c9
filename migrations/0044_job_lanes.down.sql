drop trigger jobs_give_turn on jobs;
drop function give_turn();
drop index jobs_owner_idx;
drop index jobs_queued_idx;
create index jobs_queued_idx on jobs (state, priority, run_at) where state = 'queued';
alter table jobs
    drop constraint jobs_deaths_check,
    drop constraint jobs_seconds_check,
    drop column deaths,
    drop column turn,
    drop column seconds,
    drop column owner;
