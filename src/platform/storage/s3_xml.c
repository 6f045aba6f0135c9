#include "platform/storage/s3_xml.h"

#include <expat.h>

#include "base/buf.h"

#define PATH_BYTES 256
#define TEXT_MAX ((size_t)2048)

struct reading_xml {
    XML_Parser parser;
    s3_xml_element *tell;
    void *context;
    char path[PATH_BYTES];
    struct buf text;
};

static void
xml_start(void *context, const char *name, const char **attributes)
{
    struct reading_xml *x = context;
    size_t len = strlen(x->path), more = strlen(name);

    (void)attributes;
    if (len + more + 2 > sizeof x->path) {
        XML_StopParser(x->parser, XML_FALSE);
        return;
    }
    if (len)
        x->path[len++] = '/';
    memcpy(x->path + len, name, more + 1);
    x->text.len = 0;
}

static void
xml_end(void *context, const char *name)
{
    struct reading_xml *x = context;
    char *slash;

    (void)name;
    x->tell(x->context, x->path, x->text.len ? x->text.ptr : "");
    slash = strrchr(x->path, '/');
    *(slash ? slash : x->path) = 0;
    x->text.len = 0;
}

static void
xml_text(void *context, const char *text, int len)
{
    struct reading_xml *x = context;

    if (x->text.len + (size_t)len < TEXT_MAX)
        buf_add(&x->text, (struct str){text, (size_t)len});
}

/* With a document type come entities, which may stand for more than memory holds. */
static void
xml_doctype(void *context, const char *name, const char *system_id, const char *public_id, int has_internal)
{
    struct reading_xml *x = context;

    (void)name, (void)system_id, (void)public_id, (void)has_internal;
    XML_StopParser(x->parser, XML_FALSE);
}

bool
s3_xml_read(struct str xml, s3_xml_element *tell, void *context)
{
    struct reading_xml x = {.parser = XML_ParserCreate(NULL), .tell = tell, .context = context, .text = BUF_INIT(TEXT_MAX)};
    bool good;

    if (!x.parser)
        return false;
    XML_SetUserData(x.parser, &x);
    XML_SetElementHandler(x.parser, xml_start, xml_end);
    XML_SetCharacterDataHandler(x.parser, xml_text);
    XML_SetStartDoctypeDeclHandler(x.parser, xml_doctype);
    good = XML_Parse(x.parser, xml.ptr, (int)xml.len, XML_TRUE) == XML_STATUS_OK && !x.text.failed;
    XML_ParserFree(x.parser);
    buf_free(&x.text);
    return good;
}
