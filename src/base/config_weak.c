#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/str.h"

unsigned
config_weak_settings(const struct config *config, setting_tell_weak *tell, void *context)
{
    const char *scans = getenv("ENABLE_CLAMAV");
    const struct {
        bool weak;
        struct weak_setting setting;
    } rules[] = {
        {!text_starts_with(config->frontend_url, "https://"),
         {"FRONTEND_URL", "does not begin with https://, which sign-in needs", "FRONTEND_URL=https://your.domain, with a reverse proxy that speaks TLS"}},
        {!setting_is_good_secret(config->metrics_token),
         {"METRICS_TOKEN", setting_too_short, "openssl rand -hex 32, or leave it empty: then only this machine reads /metrics"}},
        {!*config->database_url && !config->database_durable,
         {"DATABASE_DURABLE", "is false: a power cut would lose what people saved", "remove it"}},
        {!config->rate_limits, {"RATE_LIMIT_ENABLED", "is false: anybody may guess passwords as fast as they like", "remove it"}},
        {strchr(config->cors_origins, '*') != NULL,
         {"CORS_ORIGINS", "has a star, which lets any site call the API", "list the origins, such as https://app.example"}},
        {!scans || !*scans,
         {"ENABLE_CLAMAV", "is not set: nobody looks for harmful files", "true, with clamd at CLAMAV_ADDRESS, or false if that is what you want"}},
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
