/* playlist_file_fuzz.c - any bytes as a file of a playlist. What is read is bounded and valid UTF-8, and what is written of it is read again as the same. */
#include "fuzz.h"

#include <stdio.h>

#include "modules/playlists/file.h"

static const char *
text(const json_t *entry, const char *name)
{
    return json_string_value(json_object_get(entry, name));
}

/* All of it, in this format; NULL when it is too long. */
static char *
write_as(enum playlist_format format, const json_t *file)
{
    struct playlist_writer writer = {.out = BUF_INIT(32 * 1024 * 1024), .format = format, .site = "https://veza.example"};
    const json_t *entry;
    size_t i;

    playlist_write_begin(&writer, text(file, "name") ? text(file, "name") : "x", NULL);
    json_array_foreach(json_object_get(file, "lines"), i, entry) {
        char duration[24] = "";

        snprintf(duration, sizeof duration, "%lld", (long long)json_integer_value(json_object_get(entry, "duration_ms")));
        playlist_write(&writer, &(const struct playlist_entry){.title = text(entry, "title"), .artist = text(entry, "artist"), .album = text(entry, "album"),
                                                               .duration_ms = json_object_get(entry, "duration_ms") ? duration : NULL,
                                                               .location = text(entry, "location")});
    }
    playlist_write_end(&writer);
    require(!writer.out.failed);
    return writer.out.ptr;
}

static void
check_again(enum playlist_format format, const json_t *file)
{
    char *written = write_as(format, file), error[160];
    const char *code;
    json_t *again = playlist_file_read(str_of(written), &code, error, sizeof error);
    const json_t *entry;
    size_t i;

    require(again);
    require(json_array_size(json_object_get(again, "lines")) == json_array_size(json_object_get(file, "lines")));
    json_array_foreach(json_object_get(file, "lines"), i, entry) {
        const json_t *same = json_array_get(json_object_get(again, "lines"), i);

        for (size_t n = 0; n < 5 && !(format == PLAYLIST_XSPF && strstr(written, "\xEF\xBF")); n++) {
            const char *name = ((const char *const[]){"title", "artist", "album", "location", "duration_ms"})[n];

            require(json_equal(json_object_get(entry, name), json_object_get(same, name)) ||
                    (!json_object_get(entry, name) && !json_object_get(same, name)));
        }
    }
    json_decref(again);
    free(written);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char error[160] = "";
    const char *code = NULL;
    json_t *file = playlist_file_read((struct str){(const char *)bytes, length}, &code, error, sizeof error);

    require(file || (code && *error));
    if (!file)
        return 0;
    require(json_array_size(json_object_get(file, "lines")) <= PLAYLIST_FILE_LINES);
    check_again(PLAYLIST_JSON, file);
    check_again(PLAYLIST_CSV, file);
    check_again(PLAYLIST_M3U, file);
    check_again(PLAYLIST_XSPF, file);
    json_decref(file);
    return 0;
}
