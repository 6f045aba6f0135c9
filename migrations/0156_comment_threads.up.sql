-- Replies to comments, what the owner of a track decides about comments, and earlier texts of those that were edited.
-- A deleted comment that has replies stays in its place without its text.
alter table track_comments add column status varchar(10) not null default 'shown',
    add column edited_at timestamptz,
    add column deleted_at timestamptz,
    add constraint track_comments_status_check check (status in ('shown', 'held', 'hidden')),
    drop constraint track_comments_content_check,
    add constraint track_comments_content_check check (length(content) <= 5000 and (deleted_at is not null) = (btrim(content) = ''));
drop index track_comments_time_idx;
create index track_comments_time_idx on track_comments (track_id, coalesce("timestamp", 0), id) where parent_id is null;
create index track_comments_top_idx on track_comments (track_id, created_at, id) where parent_id is null;
drop index track_comments_parent_id_idx;
create index track_comments_parent_id_idx on track_comments (parent_id, created_at, id) where parent_id is not null;
create index track_comments_held_idx on track_comments (track_id, created_at, id) where status = 'held';

create table track_comment_texts (
    comment_id uuid not null,
    written_at timestamptz not null,
    content    text not null,
    constraint track_comment_texts_pkey primary key (comment_id, written_at),
    constraint track_comment_texts_comment_id_fkey foreign key (comment_id) references track_comments (id) on delete cascade
);

-- May others comment, and for how many days after the track was there (null: always)?
alter table tracks add column comments_open boolean not null default true,
    add column comments_days int,
    add constraint tracks_comments_days_check check (comments_days between 1 and 3650);
alter table user_settings add column hold_first_comments boolean not null default false;

-- Its text is in migrations/functions/comments.sql.
create function comment_remove(comment uuid) returns void language plpgsql as $$ begin end $$;
