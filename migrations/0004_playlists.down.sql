drop table user_tag_follows;
drop table user_genre_follows;
drop table playlist_versions;
drop table playlist_share_links;
drop table playlist_follows;
drop table playlist_collaborators;
drop table playlist_tracks;
drop table playlists;
