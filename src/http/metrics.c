#include "http/internal.h"

/* Upper bounds in microseconds. */
static const unsigned bounds_us[LATENCY_BUCKETS] = {100,   250,    500,    1000,   2500,    5000,
                                                    10000, 50000, 250000, 1000000, 5000000, 30000000};

void
metrics_count(struct server *server, unsigned route_index, int status, int64_t elapsed_ns)
{
    struct route_metrics *m = &server->metrics[route_index];
    uint64_t us = (uint64_t)elapsed_ns / 1000;
    unsigned bucket = 0;

    while (bucket < LATENCY_BUCKETS && us > bounds_us[bucket])
        bucket++;
    atomic_fetch_add_explicit(&m->by_class[status >= 100 && status < 600 ? status / 100 : 5], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->latency[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->latency_sum_us, us, memory_order_relaxed);
}

static void
add_route(const struct server *server, unsigned index, struct buf *out)
{
    const struct route_metrics *m = &server->metrics[index];
    bool matched = index < router_count(server->router);
    const struct route *route = matched ? router_route(server->router, index) : NULL;
    const char *method = route ? method_name(route->method) : "", *pattern = route ? route->pattern : "(none)";
    uint64_t total = 0;

    for (unsigned i = 0; i <= LATENCY_BUCKETS; i++)
        total += m->latency[i];
    if (!total)
        return; /* routes that nobody used yet would only be noise */
    for (unsigned i = 1; i < 6; i++)
        if (m->by_class[i])
            buf_printf(out, "veza_http_requests_total{server=\"%s\",method=\"%s\",route=\"%s\",status=\"%uxx\"} %llu\n",
                       server->settings.name, method, pattern, i, (unsigned long long)m->by_class[i]);
    total = 0;
    for (unsigned i = 0; i <= LATENCY_BUCKETS; i++) {
        total += m->latency[i];
        if (i < LATENCY_BUCKETS)
            buf_printf(out, "veza_http_request_seconds_bucket{server=\"%s\",method=\"%s\",route=\"%s\",le=\"%g\"} %llu\n",
                       server->settings.name, method, pattern, bounds_us[i] / 1e6, (unsigned long long)total);
    }
    buf_printf(out,
               "veza_http_request_seconds_bucket{server=\"%s\",method=\"%s\",route=\"%s\",le=\"+Inf\"} %llu\n"
               "veza_http_request_seconds_sum{server=\"%s\",method=\"%s\",route=\"%s\"} %.6f\n"
               "veza_http_request_seconds_count{server=\"%s\",method=\"%s\",route=\"%s\"} %llu\n",
               server->settings.name, method, pattern, (unsigned long long)total, server->settings.name, method, pattern,
               (double)m->latency_sum_us / 1e6, server->settings.name, method, pattern, (unsigned long long)total);
}

void
server_metrics(const struct server *server, struct buf *out)
{
    const struct {
        const char *name;
        struct pool *pool;
    } queues[] = {{"handlers", server->pools[RUNS_ON_POOL]}, {"password", server->pools[RUNS_ON_PASSWORD_POOL]}, {"outside", server->pools[RUNS_ON_OUTSIDE_POOL]},
                  {"waiters", server->waiters}};
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

    buf_printf(out, "veza_http_connections{server=\"%s\"} %u\nveza_http_requests_active{server=\"%s\"} %d\n",
               server->settings.name, info ? info->num_connections : 0, server->settings.name, server->active);
    for (size_t i = 0; i < COUNT_OF(queues); i++)
        buf_printf(out, "veza_queue{server=\"%s\",pool=\"%s\"} %u\n", server->settings.name, queues[i].name, pool_waiting(queues[i].pool));
    for (unsigned i = 0; i <= router_count(server->router); i++)
        add_route(server, i, out);
}
