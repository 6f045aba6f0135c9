/* read_xspf.c - XSPF (xspf.org), by expat. What a broken file says before it breaks is kept. */
#include "modules/playlists/reading.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>

#define VALUE_BYTES_MAX (32 * 1024)
#define DEPTH_MAX 32

struct xspf {
    XML_Parser parser;
    struct reading *reading;
    json_t *entry; /* the track that is being read */
    struct buf value;
    unsigned depth;
    bool wanted;     /* the text of this element */
    bool is_xspf, has_type; /* the root is <playlist>; there is a document type */
};

static const char *
local_name(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

static void
xspf_start(void *context, const char *name, const char **attributes)
{
    struct xspf *x = context;

    (void)attributes;
    name = local_name(name);
    x->depth++;
    if (x->depth == 1)
        x->is_xspf = text_equal(name, "playlist");
    if (x->depth > DEPTH_MAX || (x->depth == 1 && !x->is_xspf)) {
        XML_StopParser(x->parser, XML_FALSE);
        return;
    }
    if (x->depth == 3 && text_equal(name, "track")) {
        x->entry = entry_begin(x->reading, XML_GetCurrentLineNumber(x->parser));
        if (!x->entry)
            XML_StopParser(x->parser, XML_FALSE);
    }
    x->wanted = x->depth == 2 || (x->depth == 4 && x->entry);
    x->value.len = 0;
}

static void
xspf_text(void *context, const char *text, int len)
{
    struct xspf *x = context;

    if (x->wanted && x->value.len + (size_t)len < VALUE_BYTES_MAX)
        buf_add(&x->value, (struct str){text, (size_t)len});
}

static void
xspf_track_value(struct xspf *x, const char *name, struct str value)
{
    if (text_equal(name, "title"))
        entry_text(x->entry, "title", value);
    else if (text_equal(name, "creator"))
        entry_text(x->entry, "artist", value);
    else if (text_equal(name, "album"))
        entry_text(x->entry, "album", value);
    else if (text_equal(name, "duration"))
        entry_duration(x->entry, strtod(value.len ? x->value.ptr : "", NULL));
    else if (text_equal(name, "identifier"))
        entry_track(x->entry, value);
    else if (text_equal(name, "location") && !json_object_get(x->entry, "location"))
        entry_location(x->entry, value);
}

static void
xspf_end(void *context, const char *name)
{
    struct xspf *x = context;
    struct str value = buf_str(&x->value);

    name = local_name(name);
    if (x->depth == 2 && text_equal(name, "title"))
        entry_text(x->reading->file, "name", value);
    else if (x->depth == 2 && text_equal(name, "annotation"))
        entry_text(x->reading->file, "description", value);
    else if (x->depth == 4 && x->entry && x->wanted)
        xspf_track_value(x, name, value);
    if (x->depth == 3)
        x->entry = NULL;
    x->wanted = false;
    x->value.len = 0;
    x->depth--;
}

/* Playlists have no document type; with one come entities, which may stand for more than memory holds. */
static void
xspf_doctype(void *context, const char *name, const char *system_id, const char *public_id, int has_internal)
{
    struct xspf *x = context;

    (void)name, (void)system_id, (void)public_id, (void)has_internal;
    x->has_type = true;
    XML_StopParser(x->parser, XML_FALSE);
}

bool
playlist_read_xspf(struct reading *reading, struct str bytes)
{
    struct xspf x = {.reading = reading, .value = BUF_INIT(VALUE_BYTES_MAX + 1), .parser = XML_ParserCreate(NULL)};
    bool good;

    if (!x.parser)
        return false;
    XML_SetUserData(x.parser, &x);
    XML_SetElementHandler(x.parser, xspf_start, xspf_end);
    XML_SetCharacterDataHandler(x.parser, xspf_text);
    XML_SetStartDoctypeDeclHandler(x.parser, xspf_doctype);
    good = XML_Parse(x.parser, bytes.ptr, (int)bytes.len, XML_TRUE) == XML_STATUS_OK;
    if (!good && x.is_xspf && !x.has_type && !reading->too_many && json_array_size(reading->lines)) {
        json_t *entry = x.entry ? x.entry : entry_begin(reading, XML_GetCurrentLineNumber(x.parser));

        if (entry)
            entry_unreadable(entry);
        good = true;
    }
    if (!good && x.is_xspf && !x.has_type)
        snprintf(reading->error, sizeof reading->error, "This is not valid XML, from line %lu on.", (unsigned long)XML_GetCurrentLineNumber(x.parser));
    XML_ParserFree(x.parser);
    buf_free(&x.value);
    return good && x.is_xspf;
}
