/* socket.c - the WebSocket under the name that it has for chat. It is that of modules/realtime: same messages, same topics. */
#include <cjose/cjose.h>

#include "base/clock.h"
#include "modules/chat/internal.h"
#include "modules/realtime/realtime.h"

#define TOKEN_S 60
#define ISSUER "veza-chat"
#define AUDIENCE "veza-chat/ws"

const char *chat_jwt_secret;

/* What of a signed token is kept as a ticket: /ws takes no such text, so the token opens nothing there. */
static const char *
socket_ticket_of(struct request *req, const char *token)
{
    return arena_printf(req->arena, "chat token %s", token);
}

static cjose_jwk_t *
socket_key(void)
{
    cjose_err error;

    return cjose_jwk_create_oct_spec((const uint8_t *)chat_jwt_secret, strlen(chat_jwt_secret), &error);
}

static const char *
socket_sign(struct request *req)
{
    char jti[UUID_TEXT];
    int64_t now = clock_unix_s();
    json_t *claims;
    scoped_text payload = NULL;
    cjose_err error;
    cjose_header_t *header = cjose_header_new(&error);
    cjose_jwk_t *key = socket_key();
    cjose_jws_t *jws = NULL;
    const char *compact = NULL, *token = NULL;

    uuid_random(jti);
    claims = json_pack("{s:s, s:s, s:s, s:I, s:I, s:s}", "iss", ISSUER, "aud", AUDIENCE, "sub", req->identity.user_id, "iat", (json_int_t)now, "exp",
                       (json_int_t)now + TOKEN_S, "jti", jti);
    payload = json_dumps(claims, JSON_COMPACT);
    json_decref(claims);
    if (payload && key && header && cjose_header_set(header, CJOSE_HDR_ALG, "HS256", &error) && cjose_header_set(header, "typ", "JWT", &error))
        jws = cjose_jws_sign(key, header, (const uint8_t *)payload, strlen(payload), &error);
    if (jws && cjose_jws_export(jws, &compact, &error))
        token = arena_strdup(req->arena, compact);
    cjose_jws_release(jws);
    cjose_header_release(header);
    cjose_jwk_release(key);
    return token;
}

/* Exactly the header that we write. */
static bool
socket_header_good(cjose_jws_t *jws)
{
    const json_t *header = (const json_t *)cjose_jws_get_protected(jws);

    return json_is_object(header) && json_object_size(header) == 2 && text_equal(json_string_value(json_object_get(header, "alg")), "HS256") &&
           text_equal(json_string_value(json_object_get(header, "typ")), "JWT");
}

static bool
socket_claims_good(const uint8_t *payload, size_t len)
{
    json_t *claims = json_loadb((const char *)payload, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *exp = json_object_get(claims, "exp");
    bool good = text_equal(json_string_value(json_object_get(claims, "iss")), ISSUER) && text_equal(json_string_value(json_object_get(claims, "aud")), AUDIENCE) &&
                json_is_integer(exp) && json_integer_value(exp) > clock_unix_s();

    json_decref(claims);
    return good;
}

static bool
socket_token_good(const char *token)
{
    cjose_err error;
    cjose_jwk_t *key = socket_key();
    cjose_jws_t *jws = cjose_jws_import(token, strlen(token), &error);
    uint8_t *payload;
    size_t len;
    bool good = key && jws && socket_header_good(jws) && cjose_jws_verify(jws, key, &error) && cjose_jws_get_plaintext(jws, &payload, &len, &error) &&
                socket_claims_good(payload, len);

    cjose_jws_release(jws);
    cjose_jwk_release(key);
    return good;
}

static const struct problem *
chat_token(struct request *req)
{
    bool is_signed = *chat_jwt_secret;
    const char *token = is_signed ? socket_sign(req) : realtime_draw_ticket(req);
    int seconds = is_signed ? TOKEN_S : REALTIME_TICKET_S;
    const struct problem *p = token ? realtime_keep_ticket(req, is_signed ? socket_ticket_of(req, token) : token, seconds) : PROBLEM(INTERNAL);

    return p ? p : reply_json(req, 201, json_pack("{s:s, s:i}", "token", token, "expires_in", seconds));
}

static const struct problem *
chat_connect(struct request *req)
{
    const char *token = request_param(req, "token");

    if (!*chat_jwt_secret)
        return realtime_connect(req, token);
    return socket_token_good(token) ? realtime_connect(req, socket_ticket_of(req, token)) : PROBLEM(UNAUTHENTICATED);
}

static const struct field token_reply[] = {
    {"token", FIELD_STRING, .required = true}, {"expires_in", FIELD_INT, .required = true, .help = "Seconds"}, FIELD_END};

const struct route chat_socket_routes[] = {
    {POST, "/api/v1/chat/token", "Create a one-time token for the chat WebSocket",
     "It opens one connection to `/chat/ws`. Where the operator has set CHAT_JWT_SECRET it is a JSON Web Token (HS256) that is good for nothing else; else a "
     "ticket as `POST /ws/ticket` gives.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .handler = chat_token, .reply = token_reply, .status = 201, .no_audit = true},

    {GET, "/api/v1/chat/ws", "Open the WebSocket for chat (RFC 6455)",
     "The same as `GET /ws`: subscribe to `room:ID` to hear of a conversation.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .query = realtime_connect_query, .handler = chat_connect, .websocket = true, .status = 101,
     .problems = realtime_connect_problems},
    ROUTE_END};
