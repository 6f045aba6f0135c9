/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "chat.queries.h"

extern const struct personal chat_personal;

static const struct personal_table tables[] = {
    {"rooms", TO_THE_TOMBSTONE, "those that others are in; the rest is deleted", .archive = "conversations"},
    {"room_members", ERASED, .archive = "conversations"},
    {"room_bans", ERASED, "of the banned person; who banned them is forgotten", .archive = "room_bans", .withheld = "reasons, and who banned"},
    {"room_invitations", ERASED, .archive = "invitations", .withheld = "without tokens"},
    {"room_actions", FORGOTTEN, "what was done in a room stays for its other moderators", .archive = "room_actions", .withheld = "who acted on oneself"},
    {"messages", FORGOTTEN, "the others' conversation would make no sense without them", .archive = "messages"},
    {"message_mentions", ERASED, .archive = "message_mentions"},
    {"message_attachments", ERASED, "with the files", .archive = "message_attachments"},
    {"message_reactions", ERASED, .archive = "reactions"},
    {"read_receipts", ERASED, .archive = "read_messages"},
    {"delivered_status", ERASED, .archive = "read_messages"},
    {0}};

static const struct subject subjects[] = {{"conversations", &q_export_conversations},
                                          {"room_bans", &q_export_room_bans},
                                          {"invitations", &q_export_invitations},
                                          {"room_actions", &q_export_room_actions},
                                          {"messages", &q_export_messages},
                                          {"message_mentions", &q_export_message_mentions},
                                          {"message_attachments", &q_export_message_attachments},
                                          {"reactions", &q_export_reactions},
                                          {"read_messages", &q_export_read_messages},
                                          {0}};

static const struct query *const erase[] = {&q_erase_chat, NULL};

const struct personal chat_personal = {.tables = tables, .subjects = subjects, .files = &q_export_chat_files, .erase = erase};
