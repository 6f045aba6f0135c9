/* push_keys_fuzz.c - any bytes as the keys of a browser's subscription: whatever is accepted can be encrypted for. */
#include "fuzz.h"

#include "platform/push/encrypt.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const uint8_t *space = memchr(bytes, ' ', length);
    size_t first = space ? (size_t)(space - bytes) : length;
    struct str p256dh = {(const char *)bytes, first}, auth = {(const char *)bytes + first + (space != NULL), length - first - (space != NULL)};
    scoped_buf message = BUF_INIT(PUSH_RECORD);
    struct push_keys keys;

    if (push_keys_parse(p256dh, auth, &keys)) {
        require(p256_point_valid(keys.point));
        require(push_encrypt(&keys, STR("hello"), &message) && message.len == PUSH_HEADER + 5 + 1 + 16);
    }
    return 0;
}
