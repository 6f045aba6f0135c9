#include <stdio.h>

#include "base/clock.h"
#include "modules/auth/internal.h"

#define STREAM_TOKEN_S 300

const struct problem *
auth_stream_token(struct request *req)
{
    int64_t now = clock_unix_s();
    struct claims claims = {.issued_at = now, .expires_at = now + STREAM_TOKEN_S};
    const struct problem *p;
    const char *token;
    struct row row;

    p = db_one(req, &q_token_version, &row);
    if (p)
        return p;
    claims.version = row_int(&row, "token_version", 0);
    snprintf(claims.user_id, UUID_TEXT, "%s", req->identity.user_id);
    snprintf(claims.session_id, UUID_TEXT, "%s", req->identity.session_id);
    token = token_sign(req, TOKEN_STREAM, &claims);
    if (!token)
        return PROBLEM(INTERNAL);
    req->reply.cache_control = CACHE_NEVER;
    return reply_json(req, 200, json_pack("{s:s, s:s, s:i}", "token", token, "token_type", "Bearer", "expires_in", STREAM_TOKEN_S));
}
