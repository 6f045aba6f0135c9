drop index playlist_collaborators_listed_idx;
delete from playlist_collaborators where permission = 'none';
alter table playlist_collaborators
    drop constraint playlist_collaborators_permission_check,
    add constraint playlist_collaborators_permission_check check (permission in ('read', 'write', 'admin'));
