#include "platform/scanner/clamav.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

#define PIECE_BYTES (64 * 1024)
#define LENGTH_BYTES 4 /* before each piece, in network byte order; 0 ends the stream */
#define CONNECT_MS 2000
#define SEND_MS 10000
#define READY_MS 2 /* what a polling thread may wait */
#define PING_EVERY_MS 5000
#define REPLY_BYTES 512
#define COMMAND "zINSTREAM"

struct scan {
    int fd;
    bool broken;   /* clamd took no more; perhaps it said why */
    int64_t until_ms; /* for what waits: the whole of it, however slowly clamd takes bytes or answers */
    uint64_t sent; /* bytes of the file that are in finished pieces, or in this one */
    size_t piece_len, piece_at; /* what is to be sent, and how much of it went */
    char piece[LENGTH_BYTES + PIECE_BYTES];
};

/* Where the next bytes of a file come from: as pread(). */
typedef ssize_t piece_reader(void *from, char *to, size_t len, uint64_t offset);

static struct {
    char host[256], port[8]; /* or the path of a socket in `host`, and no port */
    int64_t timeout_ms;
    struct scanner scanner;
    pthread_mutex_t lock;
    struct sockaddr_storage address; /* what the name meant when it was looked up last */
    socklen_t address_len;
} clamd = {.lock = PTHREAD_MUTEX_INITIALIZER};
static _Atomic int64_t away_until_ms;
static _Atomic unsigned failures; /* in a row */
static _Atomic uint64_t verdicts[SCAN_AWAY + 1];

static bool
clamd_is_away(void)
{
    return atomic_load(&away_until_ms) > clock_monotonic_ms();
}

static void
clamd_note(bool answered)
{
    unsigned before = answered ? atomic_exchange(&failures, 0) : atomic_fetch_add(&failures, 1);
    int64_t pause_s = before < 5 ? 1 << before : CLAMAV_PAUSE_MAX_S;

    if (answered && before)
        log_info("clamd answers again");
    if (!answered && !before)
        log_warn("clamd does not answer", LOG_TEXT("address", clamd.host));
    atomic_store(&away_until_ms, answered ? 0 : clock_monotonic_ms() + 1000 * pause_s);
}

/* Negative `ms` counts as 0. */
static bool
clamd_wait(int fd, short events, int64_t ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = events};
    int64_t until = clock_monotonic_ms() + ms;
    int n;

    do
        n = poll(&poll_fd, 1, (int)(until > clock_monotonic_ms() ? until - clock_monotonic_ms() : 0));
    while (n < 0 && errno == EINTR);
    return n > 0;
}

/* Looks up where clamd is, which may take long for a name; what is not found leaves the address as it was. */
static void
clamd_look_up(void)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *found = NULL;

    if (*clamd.port && getaddrinfo(clamd.host, clamd.port, &hints, &found))
        return;
    snprintf(path.sun_path, sizeof path.sun_path, "%s", clamd.host);
    pthread_mutex_lock(&clamd.lock);
    clamd.address_len = found ? found->ai_addrlen : sizeof path;
    memcpy(&clamd.address, found ? (const void *)found->ai_addr : &path, clamd.address_len);
    pthread_mutex_unlock(&clamd.lock);
    if (found)
        freeaddrinfo(found);
}

/* A connection that is made, or is being made; -1. */
static int
clamd_connect(void)
{
    struct sockaddr_storage address;
    socklen_t len;
    int fd;

    pthread_mutex_lock(&clamd.lock);
    address = clamd.address;
    len = clamd.address_len;
    pthread_mutex_unlock(&clamd.lock);
    fd = len ? socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0 || !connect(fd, (const struct sockaddr *)&address, len) || errno == EINPROGRESS)
        return fd;
    close(fd);
    return -1;
}

/* Does clamd answer on another connection? One that works on a large file does. */
static bool
clamd_pings(void)
{
    static const char ping[] = "zPING";
    char pong[8] = "";
    int fd = clamd_connect();
    bool answers = fd >= 0 && clamd_wait(fd, POLLOUT, CONNECT_MS) && send(fd, ping, sizeof ping, MSG_NOSIGNAL) == sizeof ping &&
                   clamd_wait(fd, POLLIN, CONNECT_MS) && recv(fd, pong, sizeof pong - 1, 0) > 0 && text_equal(pong, "PONG");

    if (fd >= 0)
        close(fd);
    return answers;
}

static struct scan *
scan_open(void)
{
    struct scan *scan = malloc(sizeof *scan);

    if (!scan)
        return NULL;
    *scan = (struct scan){.fd = clamd_connect(), .piece_len = sizeof COMMAND};
    memcpy(scan->piece, COMMAND, sizeof COMMAND); /* with its NUL */
    if (scan->fd >= 0)
        return scan;
    free(scan);
    return NULL;
}

static void
scan_cancel(struct scan *scan)
{
    if (!scan)
        return;
    close(scan->fd);
    free(scan);
}

static int64_t
scan_left_ms(const struct scan *scan)
{
    return scan->until_ms - clock_monotonic_ms();
}

/* Sends what is left of the piece. False when the rest has to wait, or the connection is broken. */
static bool
scan_send(struct scan *scan, bool waits)
{
    while (scan->piece_at < scan->piece_len && !scan->broken) {
        ssize_t n = send(scan->fd, scan->piece + scan->piece_at, scan->piece_len - scan->piece_at, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n >= 0)
            scan->piece_at += (size_t)n;
        else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
            scan->broken = true;
        else if (errno != EINTR && !waits)
            return false;
        else if (errno != EINTR)
            scan->broken = scan_left_ms(scan) <= 0 || !clamd_wait(scan->fd, POLLOUT, scan_left_ms(scan) < SEND_MS ? scan_left_ms(scan) : SEND_MS);
    }
    return !scan->broken;
}

static void
scan_set_length(struct scan *scan, uint32_t len)
{
    uint32_t in_network_order = htonl(len);

    memcpy(scan->piece, &in_network_order, LENGTH_BYTES);
    scan->piece_len = LENGTH_BYTES + len;
    scan->piece_at = 0;
}

/* Sends the file up to `size`, as much as clamd takes. False when it cannot be read. */
static bool
scan_push(struct scan *scan, piece_reader *read, void *from, uint64_t size, bool waits)
{
    while (scan_send(scan, waits) && scan->sent < size) {
        size_t most = size - scan->sent < PIECE_BYTES ? (size_t)(size - scan->sent) : PIECE_BYTES;
        ssize_t n = read(from, scan->piece + LENGTH_BYTES, most, scan->sent);

        if (n <= 0)
            return false;
        scan->sent += (uint64_t)n;
        scan_set_length(scan, (uint32_t)n);
    }
    return true;
}

/* What clamd says, up to the NUL, as far as it says it in time. */
static void
scan_read_reply(struct scan *scan, char reply[REPLY_BYTES])
{
    size_t got = 0;
    int64_t left;
    ssize_t n = 1;

    if (scan->broken)
        scan->until_ms = clock_monotonic_ms() + CONNECT_MS; /* why it took no more is there already, or never comes */
    while (got < REPLY_BYTES - 1 && n > 0 && !memchr(reply, 0, got) && (left = scan_left_ms(scan)) > 0) {
        if (clamd_wait(scan->fd, POLLIN, left < PING_EVERY_MS ? left : PING_EVERY_MS)) {
            n = recv(scan->fd, reply + got, REPLY_BYTES - 1 - got, 0);
            got += n > 0 ? (size_t)n : 0;
        } else if (left <= PING_EVERY_MS || !clamd_pings()) {
            break;
        }
    }
    reply[got] = 0;
}

/* The end of the stream, and what clamd answers: "stream: OK", "stream: NAME FOUND", "INSTREAM size limit exceeded. ERROR". */
static enum scan_verdict
scan_verdict(struct scan *scan, char *ret_name, size_t ret_name_size)
{
    char reply[REPLY_BYTES] = "", *name = reply, *end;

    scan_set_length(scan, 0);
    scan_send(scan, true);
    scan_read_reply(scan, reply);
    if (strstr(reply, "size limit exceeded"))
        return SCAN_TOO_LARGE;
    if (text_equal(reply, "stream: OK"))
        return scan->broken ? SCAN_AWAY : SCAN_CLEAN; /* of a stream that it did not take to its end it knows nothing */
    end = strstr(reply, " FOUND");
    if (!end || !text_starts_with(reply, "stream: "))
        return SCAN_AWAY;
    *end = 0;
    name += strlen("stream: ");
    snprintf(ret_name, ret_name_size, "%s", name);
    /* What AlertExceedsMax of clamd.conf says of a file that was not looked at as a whole. */
    return text_starts_with(name, "Heuristics.Limits.Exceeded") ? SCAN_TOO_LARGE : SCAN_FOUND;
}

/* The whole file, over the connection that is there, and over a new one when that broke and there is time left. `read` starts again with offset 0. */
static enum scan_verdict
scan_whole(struct scan *scan, piece_reader *read, void *from, uint64_t size, char *ret_name, size_t ret_name_size)
{
    enum scan_verdict verdict = SCAN_AWAY;
    int64_t until_ms = clock_monotonic_ms() + clamd.timeout_ms;

    for (int attempt = 0; verdict == SCAN_AWAY && attempt < 2 && clock_monotonic_ms() < until_ms && (scan || !clamd_is_away()); attempt++) {
        if (!scan) {
            clamd_look_up();
            scan = scan_open();
        }
        if (scan)
            scan->until_ms = until_ms;
        if (scan && scan_push(scan, read, from, size, true))
            verdict = scan_verdict(scan, ret_name, ret_name_size);
        scan_cancel(scan);
        scan = NULL;
    }
    return verdict;
}

struct whole_file {
    struct source_reader reader;
    bool is_unreadable; /* the last piece could not be read: no fault of clamd's */
};

static ssize_t
piece_of_source(void *from, char *to, size_t len, uint64_t offset)
{
    struct whole_file *file = from;
    ssize_t n;

    if (file->reader.at != offset) {
        struct source *source = file->reader.source;

        source_read_end(&file->reader);
        file->reader = source_reader(source, offset, source_size(source) - offset);
    }
    n = source_read(&file->reader, to, len);
    file->is_unreadable = n <= 0;
    return n;
}

static ssize_t
piece_of_scratch(void *from, char *to, size_t len, uint64_t offset)
{
    return scratch_read(from, to, len, offset);
}

static struct scan *
clamav_begin(void)
{
    return clamd_is_away() ? NULL : scan_open();
}

/* Whether a connection can be made; one that is still being made after a moment counts as one. */
static bool
clamav_ready(void)
{
    int fd, error = 0;
    socklen_t len = sizeof error;

    if (clamd_is_away())
        return false;
    fd = clamd_connect();
    if (fd < 0 || (clamd_wait(fd, POLLOUT, READY_MS) && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len)))
        error = ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    if (error)
        clamd_note(false);
    return !error;
}

static void
clamav_follow(struct scan *scan, const struct scratch *so_far)
{
    if (!scan->broken && !scan_push(scan, piece_of_scratch, (void *)(uintptr_t)so_far, scratch_size(so_far), false))
        scan->broken = true;
}

static enum scan_verdict
clamav_end(struct scan *scan, struct source *file, char *ret_name, size_t ret_name_size)
{
    struct whole_file whole = {.reader = source_reader(file, 0, source_size(file))};
    enum scan_verdict verdict = SCAN_TOO_LARGE;

    if (source_size(file) <= clamd.scanner.max_bytes) {
        bool was_away = !scan && clamd_is_away();

        verdict = scan_whole(scan, piece_of_source, &whole, source_size(file), ret_name, ret_name_size);
        if (!was_away && !whole.is_unreadable)
            clamd_note(verdict != SCAN_AWAY);
    } else {
        scan_cancel(scan);
    }
    source_read_end(&whole.reader);
    atomic_fetch_add(&verdicts[verdict], 1);
    return verdict;
}

bool
clamav_setup(const struct config *config, const struct scanner **ret_scanner, char *error, size_t error_size)
{
    const char *address = config->clamav_address, *colon = strrchr(address, ':');
    bool is_path = *address == '/';

    *ret_scanner = NULL;
    if (!config->enable_clamav)
        return true;
    if ((is_path && strlen(address) >= sizeof((struct sockaddr_un *)0)->sun_path) ||
        (!is_path && (!colon || colon == address || strlen(colon + 1) >= sizeof clamd.port || (size_t)(colon - address) >= sizeof clamd.host))) {
        snprintf(error, error_size, "CLAMAV_ADDRESS must be the path of clamd's socket, such as /run/clamav/clamd.ctl, or host:port");
        return false;
    }
    snprintf(clamd.host, sizeof clamd.host, "%.*s", is_path ? (int)strlen(address) : (int)(colon - address), address);
    snprintf(clamd.port, sizeof clamd.port, "%s", is_path ? "" : colon + 1);
    clamd.timeout_ms = config->clamav_timeout_s * 1000;
    clamd.scanner = (struct scanner){.max_bytes = (uint64_t)config->clamav_max_mb * 1024 * 1024, .ready = clamav_ready, .begin = clamav_begin,
                                     .follow = clamav_follow, .end = clamav_end, .cancel = scan_cancel};
    clamd_look_up();
    *ret_scanner = &clamd.scanner;
    return true;
}

/* The probe: a ZIP file (APPNOTE 6.3.10) of two stored members, of which the second fills it up with zeros. It needs no central directory: scanners
 * go through the local headers. */
struct probe {
    char head[160];
    size_t head_len;
};

static size_t
probe_add_member(char *to, const char *name, const char *bytes, uint32_t len, uint32_t crc)
{
    const uint16_t name_len = (uint16_t)strlen(name);
    unsigned char *p = (unsigned char *)to;

    memcpy(p, "PK\x03\x04\x0A\0\0\0\0\0\0\0\x21\0", 14); /* version 1.0, stored, 1980-01-01 */
    for (int i = 0; i < 4; i++) {
        p[14 + i] = (unsigned char)(crc >> 8 * i);
        p[18 + i] = p[22 + i] = (unsigned char)(len >> 8 * i);
    }
    p[26] = (unsigned char)name_len, p[27] = p[28] = p[29] = 0;
    memcpy(p + 30, name, name_len);
    if (bytes)
        memcpy(p + 30 + name_len, bytes, len);
    return 30 + name_len + (bytes ? len : 0);
}

static ssize_t
piece_of_probe(void *from, char *to, size_t len, uint64_t offset)
{
    const struct probe *probe = from;

    if (offset >= probe->head_len) {
        memset(to, 0, len);
        return (ssize_t)len;
    }
    len = len < probe->head_len - offset ? len : probe->head_len - (size_t)offset;
    memcpy(to, probe->head + offset, len);
    return (ssize_t)len;
}

static struct probe
probe_make(uint64_t size)
{
    /* The test file of EICAR (eicar.org), written backwards so that no scanner takes this program for it. */
    static const char backwards[] = "*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\\4[PA@%P!O5X";
    const size_t len = sizeof backwards - 1;
    char eicar[sizeof backwards];
    struct probe probe = {0};

    for (size_t i = 0; i < len; i++)
        eicar[i] = backwards[len - 1 - i];
    probe.head_len = probe_add_member(probe.head, "eicar.com", eicar, (uint32_t)len, (uint32_t)crc32(0, (const Bytef *)eicar, (uInt)len));
    if (size > probe.head_len + 64) {
        uint32_t rest = (uint32_t)(size - probe.head_len - 30 - strlen("zeros"));

        probe.head_len += probe_add_member(probe.head + probe.head_len, "zeros", NULL, rest, 0);
    }
    return probe;
}

static enum scan_verdict
probe_send(uint64_t size)
{
    struct probe probe = probe_make(size);
    char name[128];

    return scan_whole(NULL, piece_of_probe, &probe, size > probe.head_len ? size : probe.head_len, name, sizeof name);
}

enum clamav_state
clamav_probe(uint64_t size)
{
    switch (probe_send(0)) {
    case SCAN_FOUND:
        return probe_send(size) == SCAN_FOUND ? CLAMAV_ANSWERS : CLAMAV_LIMITED;
    case SCAN_AWAY:
        return CLAMAV_DOWN;
    default:
        return CLAMAV_BLIND;
    }
}

void
clamav_metrics(struct buf *out)
{
    static const char *const names[] = {"clean", "found", "too_large", "away"};

    if (!clamd.scanner.end)
        return;
    for (int i = 0; i <= SCAN_AWAY; i++)
        buf_printf(out, "veza_scans_total{verdict=\"%s\"} %llu\n", names[i], (unsigned long long)atomic_load(&verdicts[i]));
    buf_printf(out, "veza_scanner_up %d\n", !clamd_is_away());
}
