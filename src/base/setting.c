#include "base/setting.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/str.h"

#define SECRET_BYTES 32
#define SECRET_DIFFERENT 8 /* a secret of fewer different characters was typed, not drawn */
#define NAME_MAX_BYTES 64  /* longer ones are not compared */
#define FAMILY_PLACE "<NAME>"

static bool
setting_parse_bool(const char *text, bool *ret_value)
{
    static const char *const yes[] = {"true", "1", "yes", "on"}, *const no[] = {"false", "0", "no", "off"};

    for (unsigned i = 0; i < COUNT_OF(yes); i++) {
        if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
            *ret_value = strcasecmp(text, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

static bool
setting_load_text(const struct setting *s, const char *given, char *error, size_t error_size)
{
    const char *rule = s->check && *given ? s->check(given) : NULL;

    *s->text = given;
    if (!rule)
        return true;
    if (s->secret || s->hidden)
        snprintf(error, error_size, "%s is of another form; it must be %s", s->name, rule);
    else
        snprintf(error, error_size, "%s is \"%s\"; it must be %s", s->name, given, rule);
    return false;
}

/* APP_ENV is read here and not from the configuration, which is made by this. */
static const char *
setting_fallback(const struct setting *s)
{
    const char *env = getenv("APP_ENV");

    if (s->development && (!env || !*env || text_equal(env, "development")))
        return s->development;
    if (s->staging && env && text_equal(env, "staging"))
        return s->staging;
    return s->fallback ? s->fallback : "";
}

static const char *
setting_given(const struct setting *s)
{
    const char *given = getenv(s->name);

    return given && *given ? given : setting_fallback(s);
}

const char *
setting_text(const struct setting *table, const char *name)
{
    for (; table->name || table->section; table++)
        if (table->name && strcasecmp(table->name, name) == 0)
            return setting_given(table);
    return NULL;
}

static bool
setting_load_one(const struct setting *s, char *error, size_t error_size)
{
    const char *given = setting_given(s);

    if (s->text)
        return setting_load_text(s, given, error, error_size);
    if (s->integer && !text_to_int64(given, s->min, s->max, s->integer)) {
        snprintf(error, error_size, "%s is \"%s\"; it must be a whole number from %lld to %lld", s->name, given, (long long)s->min, (long long)s->max);
        return false;
    }
    if (s->boolean && !setting_parse_bool(given, s->boolean)) {
        snprintf(error, error_size, "%s is \"%s\"; it must be true or false", s->name, given);
        return false;
    }
    return true;
}

bool
setting_load(const struct setting *table, char *error, size_t error_size)
{
    for (; table->name || table->section; table++)
        if (table->name && !setting_load_one(table, error, error_size))
            return false;
    return true;
}

const char *
setting_of_family(const char *family, const char *name)
{
    const char *place = strstr(family, FAMILY_PLACE), *value;
    char variable[128];
    size_t at;

    if (!place || strlen(family) + strlen(name) >= sizeof variable)
        return "";
    at = (size_t)(place - family);
    snprintf(variable, sizeof variable, "%.*s%s%s", (int)at, family, name, place + strlen(FAMILY_PLACE));
    for (size_t i = at; i < at + strlen(name); i++)
        variable[i] = variable[i] == '-' ? '_' : (char)toupper((unsigned char)variable[i]);
    value = getenv(variable);
    return value ? value : "";
}

void
setting_print_help(const struct setting *table, FILE *to)
{
    for (; table->name || table->section; table++) {
        bool shown = table->fallback && *table->fallback;

        if (table->section)
            fprintf(to, "\n%s\n", table->section);
        else if (table->development)
            fprintf(to, "  %-26s %s (default: %s, in staging %s, in development %s)\n", table->name, table->help, table->fallback, table->staging,
                    table->development);
        else
            fprintf(to, "  %-26s %s%s%s%s\n", table->name, table->help, shown ? " (default: " : "", shown ? table->fallback : "", shown ? ")" : "");
    }
}

/* How many characters must be changed, added, left out, or swapped with their neighbour to make one of the other. */
static unsigned
setting_edits(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    unsigned rows[3][NAME_MAX_BYTES + 1];
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];

    if (a_len > NAME_MAX_BYTES || b_len > NAME_MAX_BYTES)
        return SETTING_UNLIKE;
    for (size_t j = 0; j <= b_len; j++)
        last[j] = (unsigned)j;
    for (size_t i = 1; i <= a_len; i++) {
        unsigned *free_row = before;

        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned least = last[j - 1] + (a[i - 1] != b[j - 1]);

            least = last[j] + 1 < least ? last[j] + 1 : least;
            least = now[j - 1] + 1 < least ? now[j - 1] + 1 : least;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < least)
                least = before[j - 2] + 1;
            now[j] = least;
        }
        before = last, last = now, now = free_row;
    }
    return last[b_len];
}

/* Of a family only what stands around the chosen name is compared. */
static unsigned
setting_family_edits(const char *family, const char *place, const char *name)
{
    size_t begin = (size_t)(place - family), len = strlen(name);
    const char *end = place + strlen(FAMILY_PLACE);
    unsigned least = SETTING_UNLIKE;

    for (size_t at = begin + 1; strncmp(name, family, begin) == 0 && at < len; at++) {
        unsigned edits = setting_edits(name + at, end);

        least = edits < least ? edits : least;
    }
    return least;
}

unsigned
setting_distance(const struct setting *table, const char *name, const char **ret_nearest)
{
    unsigned least = SETTING_UNLIKE;

    for (; table->name || table->section; table++) {
        const char *place = table->name ? strstr(table->name, FAMILY_PLACE) : NULL;
        unsigned edits = !table->name ? SETTING_UNLIKE : place ? setting_family_edits(table->name, place, name) : setting_edits(name, table->name);

        if (edits >= least || edits > 1 + strlen(name) / 8) /* one more for every eight characters: HOME is no mistyped CORS */
            continue;
        least = edits;
        *ret_nearest = table->name;
    }
    return least;
}

static unsigned
setting_different_bytes(const char *text)
{
    bool seen[256] = {false};
    unsigned count = 0;

    for (; *text; text++) {
        count += !seen[(unsigned char)*text];
        seen[(unsigned char)*text] = true;
    }
    return count;
}

bool
setting_is_good_secret(const char *value)
{
    return !*value || (strlen(value) >= SECRET_BYTES && setting_different_bytes(value) >= SECRET_DIFFERENT);
}

const char setting_too_short[] = "can be guessed: it needs 32 bytes or more, drawn at random";

unsigned
setting_weak(const struct setting *table, setting_tell_weak *tell, void *context)
{
    unsigned count = 0;

    for (; table->name || table->section; table++) {
        if (table->secret && !setting_is_good_secret(*table->text)) {
            count++;
            tell(context, &(struct weak_setting){table->name, setting_too_short, "openssl rand -hex 32, or leave it empty: Veza makes one in the data folder"});
        }
        if (table->integer && *table->integer < table->production_min) {
            count++;
            tell(context, &(struct weak_setting){table->name, "is lower than production allows", "leave it empty"});
        }
    }
    return count;
}

const char *
setting_is_file(const char *value)
{
    return access(value, R_OK) == 0 ? NULL : "a file that can be read";
}

const char *
setting_is_long(const char *value)
{
    return strlen(value) >= SECRET_BYTES ? NULL : "of at least 32 bytes";
}

static bool
setting_is_origin(const char *text, size_t len)
{
    const char *host = len > 8 && strncmp(text, "https://", 8) == 0 ? text + 8 : len > 7 && strncmp(text, "http://", 7) == 0 ? text + 7 : NULL;
    size_t host_len = host ? len - (size_t)(host - text) : 0;

    for (size_t i = 0; i < host_len; i++)
        if (!isalnum((unsigned char)host[i]) && !strchr(".-:[]", host[i]))
            return false;
    return host_len > 0 || (len == 1 && *text == '*');
}

const char *
setting_is_origins(const char *value)
{
    static const char rule[] = "origins separated by commas, such as https://app.example,http://localhost:5173, without a path";

    while (*value) {
        size_t len = strcspn(value, ","), begin = strspn(value, " \t"), end = len;

        while (end > begin && isblank((unsigned char)value[end - 1]))
            end--;
        if (end > begin && !setting_is_origin(value + begin, end - begin))
            return rule;
        value += len + (value[len] == ',');
    }
    return NULL;
}
