#include "base/country.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADDRESS_BYTES 16 /* IPv4 in the last four, so that both compare alike */
#define LINE_LONGEST 128

struct table {
    const char *text;
    size_t size;
};

struct range {
    unsigned char low[ADDRESS_BYTES], high[ADDRESS_BYTES];
    char country[COUNTRY_TEXT];
};

static struct table ipv4, ipv6;

static struct table
open_table(const char *path)
{
    struct table table = {0};
    struct stat st;
    int fd = *path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *text;

    if (fd < 0)
        return table;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
        text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (text != MAP_FAILED)
            table = (struct table){text, (size_t)st.st_size};
    }
    close(fd);
    return table;
}

static void
close_table(struct table *table)
{
    if (table->text)
        munmap((void *)(uintptr_t)table->text, table->size);
    *table = (struct table){0};
}

void
country_find(const char *setting, const char *name, char *ret_path, size_t size)
{
    char program[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);

    program[len > 0 ? len : 0] = 0;
    if (strrchr(program, '/'))
        *strrchr(program, '/') = 0;
    snprintf(ret_path, size, "%s", setting);
    if (*setting)
        return;
    snprintf(ret_path, size, "%s/countries/%s", program, name);
    if (access(ret_path, R_OK) < 0)
        snprintf(ret_path, size, "/usr/share/veza/%s", name);
    if (access(ret_path, R_OK) < 0)
        snprintf(ret_path, size, "/usr/share/tor/%s", name);
    if (access(ret_path, R_OK) < 0)
        *ret_path = 0;
}

void
country_setup(const char *ipv4_path, const char *ipv6_path)
{
    country_teardown();
    ipv4 = open_table(ipv4_path);
    ipv6 = open_table(ipv6_path);
}

void
country_teardown(void)
{
    close_table(&ipv4);
    close_table(&ipv6);
}

static bool
read_number(const char *text, unsigned char out[ADDRESS_BYTES])
{
    unsigned long long value = strtoull(text, NULL, 10);

    if (!*text || strspn(text, "0123456789") != strlen(text) || value > UINT32_MAX)
        return false;
    memset(out, 0, ADDRESS_BYTES);
    memcpy(out + 12, &(uint32_t){htonl((uint32_t)value)}, 4);
    return true;
}

/* `text` is one line without its end. False for comments and whatever else is no range. */
static bool
read_range(const char *text, size_t len, bool numbers, struct range *ret_range)
{
    char line[LINE_LONGEST], *high, *country;

    if (len >= sizeof line)
        return false;
    memcpy(line, text, len);
    line[len] = 0;
    high = strchr(line, ',');
    country = high ? strchr(high + 1, ',') : NULL;
    if (!country || strlen(country) < 3 || strspn(country + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ?") != 2 || (country[3] && country[3] != '\r'))
        return false;
    *high++ = *country++ = 0;
    memcpy(ret_range->country, country, 2);
    ret_range->country[2] = 0;
    if (numbers)
        return read_number(line, ret_range->low) && read_number(high, ret_range->high);
    return inet_pton(AF_INET6, line, ret_range->low) == 1 && inet_pton(AF_INET6, high, ret_range->high) == 1;
}

/* The first range of a line that begins in [at, end), itself the beginning of one. `ret_next` is where the line after it begins. */
static bool
next_range(const struct table *table, size_t at, size_t end, bool numbers, struct range *ret_range, size_t *ret_next)
{
    while (at < end) {
        const char *text = table->text + at, *newline = memchr(text, '\n', table->size - at);
        size_t len = newline ? (size_t)(newline - text) : table->size - at;

        if (read_range(text, len, numbers, ret_range)) {
            *ret_next = at + len + (newline != NULL);
            return true;
        }
        at += len + 1;
    }
    return false;
}

/* Halves the bytes [low, high), both beginnings of lines. */
static bool
find_range(const struct table *table, bool numbers, const unsigned char address[ADDRESS_BYTES], struct range *ret_range)
{
    size_t low = 0, high = table->size;

    while (low < high) {
        size_t middle = low + (high - low) / 2, next;

        while (middle > low && table->text[middle - 1] != '\n')
            middle--;
        if (!next_range(table, middle, high, numbers, ret_range, &next) || memcmp(address, ret_range->low, ADDRESS_BYTES) < 0)
            high = middle;
        else if (memcmp(address, ret_range->high, ADDRESS_BYTES) > 0)
            low = next;
        else
            return true;
    }
    return false;
}

bool
country_of(const char *address, char ret_country[COUNTRY_TEXT])
{
    unsigned char binary[ADDRESS_BYTES] = {0};
    bool is_ipv4 = inet_pton(AF_INET, address, binary + 12) == 1;
    struct range range;

    if ((!is_ipv4 && inet_pton(AF_INET6, address, binary) != 1) || !find_range(is_ipv4 ? &ipv4 : &ipv6, is_ipv4, binary, &range) ||
        strchr(range.country, '?'))
        return false;
    memcpy(ret_country, range.country, COUNTRY_TEXT);
    return true;
}
