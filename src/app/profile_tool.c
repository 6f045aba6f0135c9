#include "app/profile_tool.h"

#include <curl/curl.h>
#include <stdio.h>

#include "app/local_url.h"
#include "base/str.h"

#define SECONDS 10
#define SECONDS_MAX 60

int
profile_tool(const struct config *config, int argc, char **argv)
{
    int64_t seconds = SECONDS;
    char url[LOCAL_URL_MAX], path[64];
    CURLcode result;
    long status = 0;
    CURL *curl;

    if (argc > 3 || (argc == 3 && !text_to_int64(argv[2], 1, SECONDS_MAX, &seconds))) {
        fputs("veza profile [SECONDS]: 1 to 60\n", stderr);
        return 2;
    }
    curl = curl_easy_init();
    if (!curl)
        return 1;
    snprintf(path, sizeof path, "/debug/profile?seconds=%lld", (long long)seconds);
    local_url(config, config->port_backend, path, url);
    if (*config->metrics_token) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, config->metrics_token);
    }
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)seconds + SECONDS);
    result = curl_easy_perform(curl); /* writes to standard output */
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    if (status == 404)
        fputs("veza: profiles are made in development only (APP_ENV)\n", stderr);
    else if (result != CURLE_OK)
        fprintf(stderr, "veza: the API server at port %lld: %s\n", (long long)config->port_backend, curl_easy_strerror(result));
    return result == CURLE_OK ? 0 : 1;
}
