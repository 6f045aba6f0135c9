-- Whoever was taken out of a playlist keeps a row without a permission: what they still send is refused (403), and does not look as if the playlist were gone.
alter table playlist_collaborators
    drop constraint playlist_collaborators_permission_check,
    add constraint playlist_collaborators_permission_check check (permission in ('none', 'read', 'write', 'admin'));
create index playlist_collaborators_listed_idx on playlist_collaborators (playlist_id, created_at, id) where permission <> 'none';
