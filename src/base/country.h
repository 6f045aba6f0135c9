/* country.h - the country that an address is registered in, from tables in the form of the Debian package tor-geoipdb.
 *
 * A table is text, a line a range of addresses in rising order: `16777216,16777471,AU` (IPv4 as numbers) or `2001:200::,2001:200:ffff::,JP`.
 * The files are mapped, not read: a look-up touches some twenty lines. Whoever replaces one under a running server must put a new file
 * in its place, as package managers do, and not write into it; the server sees it after its next start. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define COUNTRY_TEXT 3 /* two letters (ISO 3166-1) and a NUL */

/* Which table to use: `setting` unless it is "", else the first that exists of `name` in countries/ beside the program, in
 * /usr/share/veza and in /usr/share/tor; "" when there is none. */
void country_find(const char *setting, const char *name, char *ret_path, size_t size);

/* Opens both tables; one that is missing or empty ("" or no such file) knows no address. To be called before other threads start. */
void country_setup(const char *ipv4_path, const char *ipv6_path);
void country_teardown(void);

/* False when the address is in no table, or is none. */
bool country_of(const char *address, char ret_country[COUNTRY_TEXT]);
