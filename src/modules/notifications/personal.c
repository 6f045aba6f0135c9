/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/notifications/internal.h"

#include "api/personal.h"

static const struct personal_table tables[] = {
    {"push_subscriptions", ERASED, .archive = "push_browsers", .withheld = "the service and the times, without address and keys"},
    {"notifications", ERASED, "also those that one alone caused for others", .archive = "notifications"},
    {"notification_actors", ERASED, "the notification then tells of the others who caused it", .withheld = "who caused a notification, which is somebody else's"},
    {0}};

static const struct subject subjects[] = {
    {"push_browsers", &q_export_push_browsers},
    {"notifications", &q_export_notifications},
    {0}};

const struct personal notifications_personal = {.tables = tables, .subjects = subjects};
