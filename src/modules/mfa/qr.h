/* qr.h - a QR code as a picture. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

/* An SVG of `text` with the quiet zone around it, dark on white, one unit a module. False when the text is too long for a code. */
bool qr_svg(const char *text, struct buf *out);
