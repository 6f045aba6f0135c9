-- The page of a track is at /track/{id}.
update notifications set link = '/track/' || substr(link, length('/tracks/') + 1) where type = 'track.restored' and link like '/tracks/%';
