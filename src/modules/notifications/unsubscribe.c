/* unsubscribe.c - the way out of mails about notifications: a signed address that works without signing in (RFC 8058). Mail servers post
 * to it; people who open it are asked first, since others follow links in mails too. */
#include "modules/auth/auth.h"
#include "modules/notifications/internal.h"
#include "modules/notifications/notifications.h"

#define PATH "/api/v1/notifications/unsubscribe"
#define TOKEN_HEX (2 * SHA256_BYTES)

static void
sign(const char *user_id, char out[SHA256_HEX])
{
    unsigned char key[SHA256_BYTES], mac[SHA256_BYTES];

    secret_derive("unsubscribe", key);
    hmac_sha256((struct str){(const char *)key, sizeof key}, str_of(user_id), mac);
    hex_encode(mac, sizeof mac, out);
}

void
unsubscribe_address(const char *user_id, struct buf *out)
{
    char mac[SHA256_HEX];

    sign(user_id, mac);
    buf_printf(out, "%s" PATH "?token=%s.%s", config_frontend_url(notifications_config), user_id, mac);
}

/* Whose address it is, for the query; false when nobody made it. */
static bool
read_token(struct request *req)
{
    const char *token = request_param(req, "token");
    char user_id[UUID_TEXT] = "", mac[SHA256_HEX];

    if (strlen(token) != UUID_TEXT + TOKEN_HEX || token[UUID_TEXT - 1] != '.')
        return false;
    memcpy(user_id, token, UUID_TEXT - 1);
    if (!uuid_valid(user_id))
        return false;
    sign(user_id, mac);
    if (!bytes_equal_constant_time(mac, token + UUID_TEXT, TOKEN_HEX))
        return false;
    request_set(req, "user_id", arena_strdup(req->arena, user_id));
    return true;
}

/* The text of texts.def; it holds no markup. */
static const char *
words(struct request *req, const char *type, const char *language, bool body)
{
    const struct notice notice = {.type = type, .language = language};
    scoped_buf title = BUF_INIT(TITLE_MAX), text = BUF_INIT(BODY_MAX_BYTES);

    notice_words(&notice, &title, &text);
    return arena_strdup(req->arena, buf_str(body ? &text : &title).ptr);
}

static const struct problem *
reply_page(struct request *req, const char *language, const char *type, const char *form)
{
    char nonce[UUID_TEXT];
    const char *page;

    uuid_random(nonce);
    reply_header(req, "Content-Security-Policy",
                 arena_printf(req->arena, "default-src 'none'; style-src 'nonce-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                              nonce));
    req->reply.cache_control = CACHE_NEVER;
    page = arena_printf(req->arena,
                        "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
                        "<meta name=\"robots\" content=\"noindex\"><title>Veza</title><style nonce=\"%s\">:root{color-scheme:light dark}"
                        "main{max-width:32rem;margin:4rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}"
                        "button{font:inherit;padding:.6rem 1.2rem}</style></head><body><main><h1>%s</h1><p>%s</p>%s</main></body></html>\n",
                        language, nonce, words(req, type, language, false), words(req, type, language, true), form);
    return page ? reply_bytes(req, 200, "text/html; charset=utf-8", str_of(page)) : PROBLEM(INTERNAL);
}

static const char *
language_of(const struct row *row)
{
    const char *language = row_text(row, "language");

    return text_equal(language, "fr") || text_equal(language, "es") ? language : "en";
}

static const struct problem *
ask(struct request *req)
{
    const struct problem *p;
    const char *language;
    struct row row;

    if (!read_token(req))
        return PROBLEM(TOKEN_INVALID);
    p = db_maybe(req, &q_unsubscribe_whose, &row);
    if (p || !row.count)
        return p ? p : PROBLEM(TOKEN_INVALID);
    language = language_of(&row);
    return reply_page(req, language, "unsubscribe",
                      arena_printf(req->arena, "<form method=\"post\"><button>%s</button></form>",
                                   words(req, "unsubscribe.button", language, false)));
}

static const struct problem *
unsubscribe(struct request *req)
{
    const struct problem *p;
    struct row row;

    if (!read_token(req))
        return PROBLEM(TOKEN_INVALID);
    p = db_maybe(req, &q_unsubscribe, &row);
    if (p || !row.count)
        return p ? p : PROBLEM(TOKEN_INVALID);
    return reply_page(req, language_of(&row), "unsubscribed", "");
}

static const struct field token_query[] = {
    {"token", FIELD_SECRET, .required = true, .min = 1, .max = 200, .help = "Of the address in the mail"}, FIELD_END};
static const enum problem_name problems[] = {PROBLEM_TOKEN_INVALID, PROBLEM_COUNT};

const struct route mail_routes[] = {
    {GET, PATH, "Show the page that confirms the end of notification mails",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .query = token_query, .handler = ask, .produces = "text/html; charset=utf-8",
     .problems = problems},

    {POST, PATH, "Unsubscribe from notification mails by the link in one of them (RFC 8058)",
     .description = "What mail programs post to for `List-Unsubscribe` (RFC 8058). Mails about the account itself still come.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_WRITE, .query = token_query, .handler = unsubscribe, .produces = "text/html; charset=utf-8",
     .problems = problems, .signed_link = true},
    ROUTE_END};
