#include <string.h>

#include "base/config.h"
#include "base/str.h"

#define SECRET_BYTES 32
#define SECRET_DIFFERENT 8 /* a secret of fewer different characters was typed, not drawn */

static unsigned
weak_different_bytes(const char *text)
{
    bool seen[256] = {false};
    unsigned count = 0;

    for (; *text; text++) {
        count += !seen[(unsigned char)*text];
        seen[(unsigned char)*text] = true;
    }
    return count;
}

static bool
weak_is_secret(const char *text)
{
    return !*text || (strlen(text) >= SECRET_BYTES && weak_different_bytes(text) >= SECRET_DIFFERENT);
}

unsigned
config_weak_settings(const struct config *config, void (*tell)(void *context, const struct weak_setting *weak), void *context)
{
    static const char too_short[] = "can be guessed: it needs 32 bytes or more, drawn at random",
                      draw[] = "openssl rand -hex 32, or leave it empty: Veza makes one in the data folder",
                      draw_token[] = "openssl rand -hex 32, or leave it empty: then only this machine reads /metrics";
    const struct {
        bool weak;
        struct weak_setting setting;
    } rules[] = {
        {!text_starts_with(config->frontend_url, "https://"),
         {"FRONTEND_URL", "does not begin with https://, which sign-in needs", "FRONTEND_URL=https://your.domain, with a reverse proxy that speaks TLS"}},
        {!weak_is_secret(config->app_secret), {"APP_SECRET", too_short, draw}},
        {!weak_is_secret(config->stream_secret), {"STREAM_SECRET", too_short, draw}},
        {!weak_is_secret(config->jwt_secret), {"JWT_SECRET", too_short, draw}},
        {!weak_is_secret(config->metrics_token), {"METRICS_TOKEN", too_short, draw_token}},
        {!*config->database_url && !config->database_durable,
         {"DATABASE_DURABLE", "is false: a power cut would lose what people saved", "remove it"}},
        {!config->rate_limits, {"RATE_LIMIT_ENABLED", "is false: anybody may guess passwords as fast as they like", "remove it"}},
        {strchr(config->cors_origins, '*') != NULL,
         {"CORS_ORIGINS", "has a star, which lets any site call the API", "list the origins, such as https://app.example"}},
        {config->outgoing_allow_private,
         {"OUTGOING_ALLOW_PRIVATE", "lets others make Veza call machines of your network", "remove it"}},
    };
    unsigned count = 0;

    if (!config_is_production(config))
        return 0;
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (!rules[i].weak)
            continue;
        count++;
        tell(context, &rules[i].setting);
    }
    return count;
}
