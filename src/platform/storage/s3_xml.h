/* s3_xml.h - reads the XML of an object store's replies. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

/* Called at the end of each element: its path from the root ("ListBucketResult/Contents/Key") and its own text, at most 2 KiB of it. */
typedef void s3_xml_element(void *context, const char *path, const char *text);

/* False when it is no XML, or has a document type. What was told until then was there. */
bool s3_xml_read(struct str xml, s3_xml_element *tell, void *context);
