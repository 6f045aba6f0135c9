/* cover.c - the cover of a track (api/picture.h). */
#include "modules/tracks/internal.h"

const struct picture_kind tracks_cover = {"cover", "covers", MEDIA_MODE_IMAGE, &q_track_cover_set, &q_track_get};

const struct problem *
track_cover_put(struct request *req)
{
    struct row owned;
    const struct problem *p = db_one(req, &q_track_changeable, &owned); /* a stranger gets 404 before anything is decoded */

    return p ? p : picture_put(req, tracks_storage, &tracks_cover, row_text(&owned, "track_id"));
}

const struct problem *
track_cover_delete(struct request *req)
{
    struct row owned;
    const struct problem *p = db_one(req, &q_track_changeable, &owned);

    return p ? p : picture_clear(req, tracks_storage, &tracks_cover, row_text(&owned, "track_id"));
}
