-- RabbitMQ tells which pools have jobs that are due (docs/adr/0091-rabbitmq.md). `announced_at`: it was told of this one; null again when the job is taken.
alter table jobs add column announced_at timestamptz;
create index jobs_unannounced_idx on jobs (run_at) where state = 'queued' and announced_at is null;

-- Playlists tell of their changes, as tracks, people and releases do. The text of the function is in migrations/functions.
create function playlist_changed() returns trigger
    language plpgsql
    as $$
begin
    return null;
end
$$;
create trigger playlists_changed_new after insert on playlists for each row execute function playlist_changed();
create trigger playlists_changed after update of name, description, visibility, track_count, cover_url, is_editorial, rules, deleted_at on playlists for each row
    when (row(old.name, old.description, old.visibility, old.track_count, old.cover_url, old.is_editorial, old.rules, old.deleted_at)
          is distinct from row(new.name, new.description, new.visibility, new.track_count, new.cover_url, new.is_editorial, new.rules, new.deleted_at))
    execute function playlist_changed();
create trigger playlists_changed_gone after delete on playlists for each row when (old.deleted_at is null) execute function playlist_changed();
