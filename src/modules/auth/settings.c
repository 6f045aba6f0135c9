/* settings.c - what an operator may set about tokens and signing in. */
#include "http/limit.h"
#include "modules/auth/internal.h"

struct auth_settings auth_settings;

const struct setting auth_setting_table[] = {
    {.section = "Tokens and signing in"},
    {"JWT_PRIVATE_KEY_PATH", .text = &auth_settings.jwt_private_key_path,
     .help = "RS256 private key (PEM); empty: keys made and rotated in the data folder"},
    {"JWT_PUBLIC_KEY_PATH", .text = &auth_settings.jwt_public_key_path, .help = "its public key, where only that is at hand (stream servers)"},
    {"JWT_SECRET", .text = &auth_settings.jwt_secret, .check = setting_is_long, .secret = true,
     .help = "HS256 secret of at least 32 bytes instead of RS256, for single-key installs"},
    {"JWT_ISSUER", .text = &auth_settings.jwt_issuer, .fallback = "veza-api", .help = "issuer of access tokens"},
    {"JWT_AUDIENCE", .text = &auth_settings.jwt_audience, .fallback = "veza-platform", .help = "audience of access tokens"},
    {"ACCESS_TOKEN_S", .integer = &auth_settings.access_token_s, .fallback = "900", .min = 1, .max = 86400,
     .help = "life of an access token in seconds"},
    {"REFRESH_TOKEN_S", .integer = &auth_settings.refresh_token_s, .fallback = "2592000", .min = 60, .max = 31536000,
     .help = "life of a refresh token in seconds"},
    {"SESSION_CACHE_S", .integer = &auth_settings.session_cache_s, .fallback = "30", .min = 0, .max = 30,
     .help = "so long a server remembers that a session stands, unless it hears of a change; 0: it asks on each request"},
    {"APP_SECRET", .text = &auth_settings.app_secret, .secret = true,
     .help = "secret of at least 32 bytes that all nodes share (CSRF tokens, signed links); empty: made in the data folder"},
    {"APP_SECRET_PREVIOUS", .text = &auth_settings.app_secret_previous, .secret = true, .check = setting_is_long,
     .help = "the APP_SECRET of before, after it was changed: links to files that were signed with it stay good until they expire"},
    {"STREAM_SECRET", .text = &auth_settings.stream_secret, .secret = true,
     .help = "shared secret of internal calls (X-Stream-Secret), of at least 32 bytes; empty: made in the data folder"},
    {"LOCKOUT_FAILURES", .integer = &auth_settings.lockout_failures, .fallback = "10", .min = 1, .max = 1000,
     .help = "wrong passwords or codes from one place after which each makes the next wait twice as long"},
    {"LOCKOUT_S", .integer = &auth_settings.lockout_s, .fallback = "900", .min = 1, .max = 86400, .help = "the longest such wait, in seconds"},
    {"RATE_LIMIT_USERNAME", .text = &auth_settings.rate_username, .fallback = "120/60", .staging = "240/60", .development = "1200/60", .check = limit_rule_refusal,
     .help = "questions whether a username is available, per address"},
    {"PASSWORD_COST", .integer = &auth_settings.password_cost, .fallback = "12", .min = 8, .max = 12, .production_min = 12,
     .help = "work factor of bcrypt for new passwords: each step doubles the time that a guess takes; less than 12 is for tests"},
    {"ADMIN_MFA_S", .integer = &auth_settings.admin_mfa_s, .fallback = "43200", .min = 60, .max = 2592000,
     .help = "administration needs a second factor that was proven within so many seconds"},
    {"CREATOR_APPROVAL", .boolean = &auth_settings.creator_approval, .fallback = "false", .help = "an administrator approves each new creator"},
    {0}};

bool
auth_is_secret(const char *text)
{
    const char *const secrets[] = {auth_settings.jwt_secret, auth_settings.app_secret, auth_settings.app_secret_previous, auth_settings.stream_secret};

    for (size_t i = 0; i < COUNT_OF(secrets); i++)
        if (secrets[i] && text_equal(text, secrets[i]))
            return true;
    return false;
}
