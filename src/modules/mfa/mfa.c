#include <ctype.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "modules/auth/auth.h"
#include "modules/auth/lockout.h"
#include "modules/mfa/internal.h"
#include "modules/mfa/qr.h"
#include "modules/mfa/totp.h"

#define RECOVERY_LETTERS 16 /* of 32 each: 80 random bits */
#define RECOVERY_TEXT (RECOVERY_LETTERS + RECOVERY_LETTERS / 4)

/* Upper case without spaces and hyphens, as codes are compared. */
static const char *
plain_code(struct request *req)
{
    const char *given = request_param(req, "code");
    char *plain = arena_strdup(req->arena, given), *to = plain;

    for (const char *from = given; plain && *from; from++)
        if (*from != ' ' && *from != '-')
            *to++ = (char)toupper((unsigned char)*from);
    if (plain)
        *to = 0;
    return plain ? plain : "";
}

static const char *
method_of(const char *code)
{
    return strlen(code) == TOTP_DIGITS ? "totp" : "recovery_code";
}

static const struct problem *
wrong_code(struct request *req)
{
    return problem_field(req->arena, "code", "value", "This code is wrong, was used before or has expired.");
}

const struct problem *
mfa_setup(struct request *req)
{
    unsigned char secret[TOTP_SECRET_BYTES];
    char base32[TOTP_BASE32], sealed[TOTP_SEALED];
    scoped_buf address = BUF_INIT(2048), picture = BUF_INIT(256 * 1024);
    const struct problem *p;
    struct row row;

    if ((p = db_one(req, &q_mfa_person, &row)) || (p = row_bool(&row, "is_enabled") ? PROBLEM(CONFLICT) : NULL) ||
        (p = lockout_check_password(req, "password", row_text(&row, "password_hash"))) ||
        (p = lockout_passed(req, req->identity.user_id, "succeeded")))
        return p;
    random_bytes(secret, sizeof secret);
    if (!totp_base32(secret, base32) || !totp_seal(secret, req->identity.user_id, sealed))
        return PROBLEM(INTERNAL);
    totp_address(base32, row_text(&row, "email"), &address);
    if (address.failed || !qr_svg(address.ptr, &picture))
        return PROBLEM(INTERNAL);
    request_set(req, "secret", arena_strdup(req->arena, sealed));
    p = db_maybe(req, &q_mfa_prepare, &row);
    if (p)
        return p;
    if (!row.count)
        return PROBLEM(CONFLICT);
    req->reply.cache_control = CACHE_NEVER;
    return reply_json(req, 200, json_pack("{s:s, s:s, s:s}", "secret", base32, "otpauth_url", address.ptr, "qr_svg", picture.ptr));
}

/* A random recovery code as it is shown ("ABCD-EFGH-..."), and the hash of its plain form. */
static void
make_recovery_code(char shown[RECOVERY_TEXT], char hash[SHA256_HEX])
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    unsigned char bytes[RECOVERY_LETTERS];
    char plain[RECOVERY_LETTERS + 1] = "", *to = shown;

    random_bytes(bytes, sizeof bytes);
    for (int i = 0; i < RECOVERY_LETTERS; i++) {
        if (i && i % 4 == 0)
            *to++ = '-';
        *to++ = plain[i] = letters[bytes[i] & 31];
    }
    *to = 0;
    sha256_hex(str_of(plain), hash);
}

static const struct problem *
reply_recovery_codes(struct request *req)
{
    scoped_buf hashes = BUF_INIT(4096);
    json_t *codes = json_array();
    const struct problem *p;
    struct row row;

    for (int i = 0; i < RECOVERY_CODES; i++) {
        char shown[RECOVERY_TEXT], hash[SHA256_HEX];

        make_recovery_code(shown, hash);
        json_array_append_new(codes, json_string(shown));
        buf_printf(&hashes, "%s%s", i ? "," : "{", hash);
    }
    buf_add_text(&hashes, "}");
    request_set(req, "code_hashes", hashes.ptr);
    p = db_maybe(req, &q_mfa_enable, &row);
    request_set(req, "code_hashes", NULL);
    if (p || !row.count) {
        json_decref(codes);
        return p ? p : PROBLEM(CONFLICT);
    }
    req->reply.cache_control = CACHE_NEVER;
    return reply_json(req, 200, json_pack("{s:b, s:o}", "enabled", 1, "recovery_codes", codes));
}

const struct problem *
mfa_verify(struct request *req)
{
    unsigned char secret[TOTP_SECRET_BYTES];
    const struct problem *p;
    struct row row;
    int64_t step;

    p = db_one(req, &q_mfa_person, &row);
    if (p)
        return p;
    if (!row_text(&row, "secret") || row_bool(&row, "is_enabled"))
        return PROBLEM(CONFLICT);
    if (!totp_unseal(row_text(&row, "secret"), req->identity.user_id, secret))
        return PROBLEM(CONFLICT); /* sealed under another secret of the application: to be set up again */
    step = totp_step_of(secret, plain_code(req), clock_unix_s());
    if (!step)
        return wrong_code(req);
    request_set(req, "step", arena_printf(req->arena, "%lld", (long long)step));
    request_set(req, "secret", row_text(&row, "secret"));
    return reply_recovery_codes(req);
}

/* Sets the input of the queries that use a code up: the time step that it belongs to, or the hash of a recovery code. False when it is no
 * code of now. */
static bool
describe_code(struct request *req, const char *user_id, const char *sealed, const char *code)
{
    unsigned char secret[TOTP_SECRET_BYTES];
    char hash[SHA256_HEX];
    int64_t step;

    request_set(req, "mfa_user_id", user_id);
    if (!text_equal(method_of(code), "totp")) {
        sha256_hex(str_of(code), hash);
        request_set(req, "code_hash", arena_strdup(req->arena, hash));
        return true;
    }
    if (!totp_unseal(sealed, user_id, secret)) {
        log_warn("second factor cannot be decrypted; was APP_SECRET changed?", LOG_TEXT("user_id", user_id));
        return false;
    }
    step = totp_step_of(secret, code, clock_unix_s());
    explicit_bzero(secret, sizeof secret);
    request_set(req, "step", arena_printf(req->arena, "%lld", (long long)step));
    return step != 0;
}

/* Takes a code out of use: a time step may only go forward, a recovery code is gone. */
static const struct problem *
use_code(struct request *req, const char *user_id, const char *sealed, const char *code, bool *ret_good)
{
    const struct query *query = text_equal(method_of(code), "totp") ? &q_mfa_use_step : &q_mfa_use_recovery;
    const struct problem *p;
    struct row row = {0};

    *ret_good = false;
    if (!describe_code(req, user_id, sealed, code))
        return NULL;
    p = db_maybe(req, query, &row);
    *ret_good = !p && row.count > 0;
    return p;
}

const struct problem *
mfa_disable(struct request *req)
{
    const struct problem *p;
    struct row row;
    bool good;

    p = db_one(req, &q_mfa_person, &row);
    if (p)
        return p;
    if (!row_bool(&row, "is_enabled"))
        return PROBLEM(CONFLICT);
    p = lockout_check_password(req, "password", row_text(&row, "password_hash"));
    if (p || (p = use_code(req, req->identity.user_id, row_text(&row, "secret"), plain_code(req), &good)))
        return p;
    if (!good)
        return wrong_code(req);
    if ((p = lockout_passed(req, req->identity.user_id, "succeeded")) || (p = db_maybe(req, &q_mfa_remove, NULL)))
        return p;
    return reply_empty(req, 204);
}

const struct problem *
mfa_step_up(struct request *req)
{
    const char *user_id = req->identity.user_id, *code = plain_code(req);
    const struct problem *p;
    struct row row;
    bool good;

    p = db_one(req, &q_mfa_person, &row);
    if (p)
        return p;
    if (!row_bool(&row, "is_enabled"))
        return PROBLEM(CONFLICT);
    if ((p = lockout_begin_for(req, user_id, NULL)) || (p = use_code(req, user_id, row_text(&row, "secret"), code, &good)))
        return p;
    if (!good)
        return wrong_code(req);
    p = lockout_passed(req, user_id, "succeeded");
    return p ? p : session_prove(req);
}

const struct problem *
mfa_challenge_make(struct request *req, const char *user_id, char token[TOKEN_TEXT])
{
    char hash[SHA256_HEX];

    token_make(token, hash);
    request_set(req, "mfa_user_id", user_id);
    request_set(req, "token_hash", arena_strdup(req->arena, hash));
    request_set(req, "challenge_s", arena_printf(req->arena, "%d", MFA_CHALLENGE_S));
    return db_maybe(req, &q_mfa_challenge, NULL);
}

const struct problem *
mfa_challenge(struct request *req, const char *user_id)
{
    char token[TOKEN_TEXT];
    const struct problem *p = mfa_challenge_make(req, user_id, token);

    if (p)
        return p;
    req->reply.cache_control = CACHE_NEVER;
    return reply_json(req, 200, json_pack("{s:b, s:s, s:i, s:[s, s]}", "mfa_required", 1, "mfa_token", token, "expires_in",
                                          MFA_CHALLENGE_S, "methods", "totp", "recovery_code"));
}

const struct problem *
mfa_login(struct request *req)
{
    const char *code = plain_code(req), *user_id;
    char hash[SHA256_HEX];
    const struct problem *p;
    struct row row;

    sha256_hex(str_of(request_param(req, "mfa_token")), hash);
    request_set(req, "token_hash", arena_strdup(req->arena, hash));
    request_set(req, "most_attempts", arena_printf(req->arena, "%d", MFA_CHALLENGE_ATTEMPTS));
    p = db_maybe(req, &q_mfa_attempt, &row);
    if (p)
        return p;
    if (!row.count)
        return PROBLEM(MFA_TOKEN_INVALID);
    user_id = row_text(&row, "user_id");
    request_set(req, "password_generation", row_text(&row, "password_generation"));
    p = lockout_begin_for(req, user_id, method_of(code));
    if (p)
        return p;
    if (!describe_code(req, user_id, row_text(&row, "secret"), code))
        return PROBLEM(MFA_CODE_INVALID);
    p = db_one(req, &q_mfa_challenge_use, &row);
    if (p)
        return p;
    if (!row_bool(&row, "good"))
        return row_bool(&row, "open") ? PROBLEM(MFA_CODE_INVALID) : PROBLEM(MFA_TOKEN_INVALID);
    p = lockout_passed(req, user_id, "succeeded");
    return p ? p : session_open_proven(req, user_id);
}
