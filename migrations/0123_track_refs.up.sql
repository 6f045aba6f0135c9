-- A track as other things refer to it, in replies: enough to name it and to draw its cover.
create type track_ref as (id uuid, title varchar, cover_url text, waveform_url text);
