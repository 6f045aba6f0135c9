/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "modules/subsonic/internal.h"

static const struct personal_table tables[] = {
    {"app_passwords", ERASED, .archive = "app_passwords", .withheld = "without the passwords"},
    {"app_ratings", ERASED, .archive = "app_marks"},
    {"app_stars", ERASED, .archive = "app_marks"},
    {"app_bookmarks", ERASED, .archive = "app_marks"},
    {"app_listenings", ERASED, .archive = "app_listenings"},
    {"app_queues", ERASED, .withheld = "which app saved the queue last; `queue` tells what is in it"},
    {"app_shares", ERASED, .archive = "app_shares", .withheld = "without the tokens of links"},
    {0}};

static const struct subject subjects[] = {{"app_passwords", &q_export_app_passwords},
                                          {"app_marks", &q_export_app_marks},
                                          {"app_listenings", &q_export_app_listenings},
                                          {"app_shares", &q_export_app_shares},
                                          {0}};

const struct personal subsonic_personal = {.tables = tables, .subjects = subjects};
