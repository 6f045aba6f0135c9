drop type track_ref;
