/* framing_fuzz.c - any bytes as those of a connection.
 *
 * The verdict does not depend on how they are cut, and heads that pass have nothing in them that two readers could take differently. */
#include "fuzz.h"

#include "http/framing.h"

/* The whole head at `head`, which passed: CRLF only, no control character, no folded line. */
static void
check_head(const char *head, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)head[i];

        require(c != 0 && c != 0x7F && (c >= 0x20 || c == '\r' || c == '\n' || c == '\t'));
        require(c != '\n' || (i && head[i - 1] == '\r'));
        require(c != '\r' || (i + 1 < len && head[i + 1] == '\n'));
        require(c != '\n' || i + 1 == len || (head[i + 1] != ' ' && head[i + 1] != '\t'));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    struct framing whole = {0}, cut = {0};
    size_t passed = framing_take(&whole, text, length), piece = length ? 1 + bytes[length - 1] % 16 : 1, begin = 0;

    require(passed <= length && (whole.fault || passed == length));
    for (size_t at = 0; at < length && !cut.fault; at += piece)
        framing_take(&cut, text + at, length - at < piece ? length - at : piece);
    require(cut.fault == whole.fault && cut.heads >= whole.heads && cut.state == whole.state && cut.left == whole.left);
    require(whole.fault || cut.heads == whole.heads);
    cut = (struct framing){0};
    for (size_t at = 0; at < length && !cut.fault && !cut.heads; at++) { /* the first head, if there is a whole one */
        framing_take(&cut, text + at, 1);
        if (cut.heads)
            check_head(text + begin, at + 1 - begin);
    }
    return 0;
}
