/* later.c - tables that no module serves yet. Whoever writes the module takes their rows, subjects and statements along. */
#include "modules/privacy/internal.h"

#include "api/personal.h"

static const struct personal_table tables[] = {
    {"live_streams", ERASED, .archive = "live_streams", .withheld = "without keys"},
    {"co_listening_sessions", ERASED, .archive = "listening_together"},
    {"user_folders", ERASED, .archive = "folders"},
    {"user_files", ERASED, "with the files", .archive = "files"},
    {"cloud_file_versions", ERASED, "with the files", .archive = "files"},
    {"cloud_file_shares", ERASED, .archive = "files", .withheld = "how many, without tokens"},
    {"gear_items", ERASED, "with the files", .archive = "gear"},
    {"gear_images", ERASED, .archive = "gear"},
    {"gear_repairs", ERASED, .archive = "gear_repairs"},
    {"gear_documents", ERASED, "with the files", .archive = "gear_documents"},
    {"royalty_records", TO_THE_TOMBSTONE, "accounts must be kept for years", .archive = "royalties"},
    {"royalty_payouts", TO_THE_TOMBSTONE, "accounts must be kept for years; without notes", .archive = "payouts"},
    {"seller_stripe_accounts", ERASED, .archive = "seller_account"},
    {"creator_royalty_rates", ERASED, .archive = "royalty_rates"},
    {"royalty_config", NOT_PERSONAL, "the operator's fees"},
    {"royalty_rates", NOT_PERSONAL, "the operator's rates"},
    {"reports", FORGOTTEN, "for moderation", .archive = "reports", .withheld = "one's own words; of those about oneself only that there was one"},
    {0}};

static const struct subject subjects[] = {
    {"live_streams", &q_export_live_streams},
    {"listening_together", &q_export_listening_together},
    {"folders", &q_export_folders},
    {"files", &q_export_files},
    {"gear", &q_export_gear},
    {"gear_repairs", &q_export_gear_repairs},
    {"gear_documents", &q_export_gear_documents},
    {"seller_account", &q_export_seller_account, true},
    {"royalties", &q_export_royalties},
    {"payouts", &q_export_payouts},
    {"royalty_rates", &q_export_royalty_rates},
    {"reports", &q_export_reports},
    {0}};

static const struct query *const erase[] = {&q_erase_later, NULL};

const struct personal later_personal = {.tables = tables,
                                        .subjects = subjects,
                                        .files = &q_export_later_files,
                                        .erase = erase};
