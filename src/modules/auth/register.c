#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "http/field_text.h"
#include "modules/auth/internal.h"
#include "platform/mail/mail_job.h"

const char *
auth_language(const struct request *req)
{
    const char *list = request_header(req, "Accept-Language");

    for (const char *p = list; p && *p;) {
        p += strspn(p, ", ");
        if (strncasecmp(p, "fr", 2) == 0)
            return "fr";
        if (strncasecmp(p, "es", 2) == 0)
            return "es";
        if (strncasecmp(p, "en", 2) == 0)
            return "en";
        p += strcspn(p, ",");
    }
    return "en";
}

const struct problem *
auth_register(struct request *req)
{
    char hash[64], *id = arena_alloc(req->arena, UUID_TEXT);
    const struct problem *p;

    if (!id)
        return PROBLEM(INTERNAL);
    if (!password_hash(request_param(req, "password"), hash))
        return PROBLEM(INTERNAL);
    request_set(req, "password_hash", arena_strdup(req->arena, hash));
    request_set(req, "language", auth_language(req));
    uuid_random(id);
    request_set(req, "audit_actor", id);
    p = db_one(req, &q_register, NULL);
    if (p)
        request_set(req, "audit_actor", NULL); /* there is no such person */
    return p ? p : session_open(req, id, 201);
}

const struct problem *
auth_verify_email(struct request *req)
{
    char hash[SHA256_HEX];
    const struct problem *p;

    sha256_hex(str_of(request_param(req, "token")), hash);
    request_set(req, "token_hash", arena_strdup(req->arena, hash));
    p = reply_query(req, 200, &q_verify_email);
    return p && p->status == 404 ? PROBLEM(TOKEN_INVALID) : p;
}

bool
auth_approves_creators(void)
{
    return auth_settings.creator_approval;
}

static int
deliver(const char *token, const PGresult *person)
{
    const char *email = PQgetvalue(person, 0, 0), *username = PQgetvalue(person, 0, 1), *language = PQgetvalue(person, 0, 2);
    scoped_buf link = BUF_INIT(4096);

    buf_printf(&link, "%s/verify-email?token=%s", config_frontend_url(auth_config), token);
    return mail_send(&(struct mail){.to = email, .template = "verify_email", .language = language, .name = username,
                                    .link = link.ptr});
}

enum job_outcome
auth_send_verification(struct job *job)
{
    char token[TOKEN_TEXT], hash[SHA256_HEX];
    struct db_error error;
    PGresult *person;
    int result = MAIL_SENT;

    token_make(token, hash);
    if (db_run(&q_verification_token,
               (const struct db_arg[]){{"user_id", json_string_value(json_object_get(job->payload, "user_id"))},
                                       {"token_hash", hash}, {0}}, &person, &error)) {
        log_warn("verification mail not prepared", LOG_TEXT("error", error.message));
        return mail_end_job(job, MAIL_LATER);
    }
    if (PQntuples(person))
        result = deliver(token, person);
    PQclear(person);
    return mail_end_job(job, result);
}

bool
auth_create_user(const char *username, const char *email, const char *password, const char *role, bool verified, char *error,
                 size_t error_size)
{
    struct db_error db_error;
    PGresult *result;
    char hash[64];

    if (!password_hash(password, hash)) {
        snprintf(error, error_size, "the password must have at most 72 bytes");
        return false;
    }
    if (!email_valid(email)) {
        snprintf(error, error_size, "this is not an e-mail address");
        return false;
    }
    if (db_run(&q_user_create,
               (const struct db_arg[]){{"username", username}, {"email", email}, {"password_hash", hash},
                                       {"role", text_equal(role, "creator") ? "content_creator" : role},
                                       {"verified", verified ? "true" : "false"}, {0}}, &result, &db_error)) {
        snprintf(error, error_size, "the account was not created: %s",
                 text_equal(db_error.constraint, "users_username_key") ? "this user name is taken"
                 : text_equal(db_error.constraint, "users_email_key")  ? "another account has this e-mail address"
                                                                       : db_error.message);
        return false;
    }
    PQclear(result);
    return true;
}
