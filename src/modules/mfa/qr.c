#include "modules/mfa/qr.h"

#include <qrencode.h>

#define QUIET 4

/* Dark modules that lie side by side are one stroke. */
static void
add_row(struct buf *out, const unsigned char *row, int width, int y)
{
    for (int x = 0; x < width; x++) {
        int end = x;

        while (end < width && row[end] & 1)
            end++;
        if (end == x)
            continue;
        buf_printf(out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, end - x, end - x);
        x = end;
    }
}

bool
qr_svg(const char *text, struct buf *out)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    int side;

    if (!code)
        return false;
    side = code->width + 2 * QUIET;
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
               "<path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/><path d=\"",
               side, side, side, side, side);
    for (int y = 0; y < code->width; y++)
        add_row(out, code->data + (size_t)y * (size_t)code->width, code->width, y);
    buf_add_text(out, "\"/></svg>");
    QRcode_free(code);
    return !out->failed;
}
